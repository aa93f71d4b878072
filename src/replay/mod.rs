//! Replay: recorded arrivals played against a running daemon, at a chosen speed.
//!
//! ```text
//! arrivals.csv ─▶ Arrival ─┐             requests              ┌────────┐
//!                          ├─▶ agenda ─▶ Player ──── Link ────▶│ daemon │
//! agents.csv ───▶ Roster ──┘               ▲ ◀─── events ──────└────────┘
//!                                          ▼
//!                                       Account ─▶ Summary
//! ```
//!
//! The player is the telephony platform and the agents: it submits, cancels, answers and ends,
//! and decides nothing about routing. Its time is virtual: the clock runs `speed` times as fast
//! as the daemon's, stands still while the daemon is away, and leaps over hours in which nothing
//! can happen. Every figure comes from what the daemon said in its events.

mod account;
mod agenda;
mod arrivals;
mod clock;
mod error;
mod moves;
mod player;
mod reactions;
mod roster;
mod setup;
mod summary;

pub use account::{Account, Accounts, write};
pub use arrivals::{Arrival, arrivals};
pub use clock::Clock;
pub use error::ReplayError;
pub use player::{Options, Player, Progress};
pub use roster::{Agent, Away, Roster, Shift, roster};
pub use setup::{Queues, Setup, queues_of, scaled};
pub use summary::{Summary, summary};
