//! Input and output: commands, queries, answers, events, effects, refusals, and the words, names,
//! numbers and times in them.
//!
//! Plain data with checks of its form. Nothing here knows the router's state or a rule of routing.

// Shared words.
pub mod callbacks;
pub mod codes;
pub mod country;
pub mod identities;
pub mod ids;
pub mod number;
pub mod policy;
pub mod time;
pub(crate) mod words;

// Parts of policy and settings.
pub(crate) mod booking;
pub(crate) mod by_customer;
pub(crate) mod tenant_zone;
pub(crate) mod ticket;

// Input.
mod agent_update;
mod attributes;
mod by_noun;
mod case_command;
pub mod command;
mod conversation;
pub mod kind;
pub mod people;
pub mod query;
mod whereabouts;

// Output.
pub mod answer;
mod case_answer;
pub mod effect;
pub mod event;
pub(super) mod moves;
pub mod people_view;
pub mod reject;

// The level of detail, and how words are defined.
pub(super) mod detail;
pub mod join;
mod stored;
