//! Formulas of queueing theory for planning a call centre.
//!
//! Poisson arrivals, exponential service, `n` equal agents. *Load* is the arrival rate times the
//! mean service, in Erlang. Everything is computed by recursions that neither overflow nor lose
//! digits for thousands of agents.
//!
//! - Erlang B ([`blocking`]): nobody waits; a contact that finds all agents busy is lost.
//! - Erlang C ([`Delay`]): everybody waits until served.
//! - Erlang A ([`Patience`]): everybody waits until an exponentially distributed patience ends.

mod delay;
mod patience;

pub use delay::{Delay, blocking};
pub use patience::Patience;
