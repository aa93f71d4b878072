//! Acts: what commands and deadlines do, a folder for each noun.
//!
//! Only here the book is changed and events are told. What is to be done is asked of `decide`; what
//! must change together is changed by one method of the book; what those outside are shown is made
//! elsewhere.

pub(super) mod agent;
pub(super) mod case;
pub(super) mod contact;
pub(super) mod customer;
pub(super) mod queue;

// What every command does: what is due first, the consequences, telling.
mod due;
mod settle;
mod tell;
