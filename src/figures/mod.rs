//! The figures of a run, reckoned in one way: `simulate` and `replay` count into these, and
//! whoever divides or ranks does it here.
//!
//! Sums and what is made of them; nothing here knows where the counts come from.

mod fate;
mod share;
mod sums;
mod waits;

pub use fate::Fate;
pub use share::{rank, share};
pub use sums::{Ends, Figures, Mean, Sums};
pub use waits::{WaitSummary, Waits};
