//! Looking: answers, explanations, counts, checks.
//!
//! What those outside are told of the state. Nothing here changes anything, and neither an act nor
//! a decision needs anything of it.

pub mod ahead;
mod case_views;
pub(crate) mod census;
mod invariants;
mod preview;
mod queries;
mod slots;
mod standing;
mod views;
