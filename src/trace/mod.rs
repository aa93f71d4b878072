//! Traces: files of who contacts when and about what, and of who works when.
//!
//! What their columns mean, once for all who play them: `simulate` on a virtual clock, `replay`
//! against a daemon. Where a row stands in its file is known by the table that it is read from.

pub(crate) mod arrivals;
mod roster;
pub(crate) mod skills;

pub use arrivals::{Arrivals, COLUMNS as ARRIVAL_COLUMNS, queues_of};
pub use roster::{COLUMNS as AGENT_COLUMNS, Roster, Shift};
