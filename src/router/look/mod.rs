//! Looking: answers, explanations, counts, checks.
//!
//! What those outside are told of the state. All that this room is given is a `&Book`, so it changes
//! nothing; neither an act nor a decision needs anything of it.

pub mod ahead;
mod case_views;
pub(crate) mod census;
mod invariants;
mod preview;
mod query;
mod slots;
mod standing;
mod views;
