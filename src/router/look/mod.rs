//! Reading: answers, explanations, counts, checks.
//!
//! Everything here gets a `&Book`, so it changes nothing. No act or decision depends on it.

pub mod ahead;
mod case_views;
pub(crate) mod census;
mod contact_list;
mod invariants;
mod preview;
mod query;
mod slots;
mod standing;
mod views;
