//! What is done to cases: ownership, stages, clocks, help, follow-up; their kinds and calendars.

// A case and its owner. Nothing but `own` writes who owns it.
mod attach;
mod life;
mod own;

// Its terms.
mod clocks;
mod ladder;
mod stages;

// Help, and asking afterwards.
mod assist;
pub mod follow_up;

mod kinds;
