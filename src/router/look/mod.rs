//! Looking: answers, explanations, counts, checks, the image.
//!
//! What those outside are told of the state. No act and no decision needs anything of it.

pub mod ahead;
mod case_views;
pub(crate) mod census;
mod explain;
mod image;
mod invariants;
mod preview;
mod queries;
mod standing;
mod views;
