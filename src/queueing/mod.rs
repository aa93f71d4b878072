//! The formulas of queueing theory that a call centre is planned by.
//!
//! Poisson arrivals, exponential service, `n` equal agents. *Load* is the arrival rate times the
//! mean service, in Erlang. Everything is computed by recursions that neither overflow nor lose
//! digits for thousands of agents.
//!
//! - Erlang B ([`blocking`]): nobody waits, a contact that finds all agents busy is lost.
//! - Erlang C ([`Delay`]): everybody waits as long as it takes.
//! - Erlang A ([`Patience`]): everybody waits as long as its exponential patience lasts.

mod delay;
mod patience;

pub use delay::{Delay, blocking};
pub use patience::Patience;
