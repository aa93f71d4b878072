//! Traces: files of who contacts when and about what, and of who works when.
//!
//! The meaning of their columns, for all who play them: `simulate` on a virtual clock, `replay`
//! against a daemon. The table gives the place of a row in its file.

pub(crate) mod arrivals;
mod roster;
pub(crate) mod skills;

pub use arrivals::{Arrivals, COLUMNS as ARRIVAL_COLUMNS, queues_of};
pub use roster::{COLUMNS as AGENT_COLUMNS, Roster, Shift};
