//! The figures of a run: `simulate` and `replay` count with these, and every share and rank is
//! computed here.
//!
//! Only sums and what is computed from them; where the counts come from is not known here.

mod fate;
mod share;
mod sums;
mod waits;

pub use fate::Fate;
pub use share::{rank, share};
pub use sums::{Ends, Figures, Mean, Sums};
pub use waits::{WaitSummary, Waits};
