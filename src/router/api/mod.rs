//! What comes in and what goes out: commands, questions, answers, events, effects, refusals, and
//! the words, names, numbers and times that they are made of.
//!
//! Plain data with its checks of form. Nothing here knows the router's state, and no rule of
//! routing stands here.

// Words that everything shares.
pub mod codes;
pub mod ids;
pub mod number;
pub mod policy;
pub mod time;
pub(crate) mod words;

// What policy and settings are made of.
pub(crate) mod booking;
pub(crate) mod by_customer;
pub(crate) mod ticket;

// What comes in.
mod attributes;
mod by_noun;
mod case_command;
pub mod command;
pub mod kind;
pub mod people;
pub mod query;

// What goes out.
pub mod answer;
mod case_answer;
pub mod effect;
pub mod event;
pub(super) mod moves;
pub mod people_view;
pub mod reject;

// How much is told, and how it is written and read.
pub(super) mod detail;
pub mod join;
mod stored;
