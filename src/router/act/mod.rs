//! Acts: what commands and deadlines do, a folder for each noun.
//!
//! Only acts change the book and emit events. Decisions are made in `decide`; changes that belong
//! together are one method of the book; answers are made in `look`.

pub(super) mod agent;
pub(super) mod case;
pub(super) mod contact;
pub(super) mod customer;
pub(super) mod queue;

// For every command: due deadlines, settling, events.
mod due;
mod settle;
mod tell;
