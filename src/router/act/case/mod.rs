//! What is done to cases: ownership, stages, clocks, help, follow-up; their kinds and calendars.

mod assist;
mod cases;
mod clocks;
pub mod follow_up;
mod kinds;
mod ladder;
mod stages;
