//! State: the entities and the indexes over them.
//!
//! Plain state and queries on it. Nothing here decides on offers, emits events or reads commands.

pub(super) mod book;

// Entities.
pub(super) mod agent;
pub(crate) mod bonds;
pub(super) mod case;
pub(super) mod channels;
pub(super) mod clock;
pub(super) mod contact;
pub(super) mod contact_cold;
pub(super) mod contacts;
pub(super) mod customer;
pub(super) mod deadline;
pub(super) mod duty;
pub(super) mod keys;
pub(super) mod kind;
pub(super) mod pace;
pub(super) mod part;
pub(super) mod place;
pub(super) mod progress;
pub(super) mod queue;
pub(crate) mod skill;
pub(super) mod sources;
pub(super) mod stats;

// Indexes, which decide nothing.
pub(super) mod idle;
pub(super) mod line;
pub(super) mod timers;
pub(super) mod waiting;
pub(super) mod wheel;
pub(super) mod whereabouts;
