//! The load generator: how many requests a running daemon answers, how late, and at what cost.
//!
//! ```text
//! Options ──▶ Pool: sockets, one thread, one epoll ──▶ Tally: latencies, refusals
//!               │  Pace: closed (as fast as answers come) or open (at a given rate)
//!               └─ Talk: what is asked next, and where a reply ends (Script = our mixes)
//! ```
//!
//! In the open pace the latency of a request counts from the moment it was due, not from when it
//! could be sent: a stalled server is charged for all requests that would have come meanwhile. The
//! generator knows the protocol like any client, and nothing inside the router. It is one thread
//! without a runtime, so that it costs little and disturbs the measurement least.

mod alarm;
mod error;
mod line;
mod pool;
mod process;
mod report;
mod script;
mod socket;
mod talk;

use std::time::Duration;

use crate::client::Address;

pub use error::BenchError;
pub use pool::{Goal, Pace, Pool, Tally};
pub use process::{Cost, Usage};
pub use report::{Latencies, Report};
pub use script::{Mix, Script};
pub use talk::{Heard, Talk};

/// What to measure, and on which daemon.
#[derive(Clone, Debug)]
pub struct Options {
    pub address: Address,
    pub token: Option<String>,
    pub tenant: Option<String>,
    pub mix: Mix,
    /// Number of connections.
    pub connections: usize,
    /// Requests under way at once on each connection.
    pub depth: usize,
    pub goal: Goal,
    pub pace: Pace,
    /// How long requests are sent before measuring.
    pub warm_up: Duration,
    /// Customers with an owner, for the mixes that need them.
    pub customers: usize,
    /// The queue for contacts; without one they require a skill of this run.
    pub queue: Option<String>,
    /// The daemon's process id; on a Unix socket the kernel reports it.
    pub pid: Option<u32>,
    /// Part of all names of this run, different from other runs.
    pub stamp: String,
}

/// Runs the measurement.
pub fn run(options: &Options) -> Result<Report, BenchError> {
    let scripts = Script::all(options);
    let mut pool = Pool::open(&options.address, scripts)?;
    let pid = options.pid.or_else(|| pool.peer());
    let preparing = pool.run(options.depth.max(PREPARING_DEPTH), Pace::Closed, Goal::All)?;
    refuse_refusals(&preparing)?;
    pool.each(Script::work);
    if !options.warm_up.is_zero() {
        pool.run(options.depth, options.pace, Goal::Span(options.warm_up))?;
        pool.each(Script::forget);
    }
    let server = Usage::of(pid);
    let client = Usage::of(Some(std::process::id()));
    let tally = pool.run(options.depth, options.pace, options.goal)?;
    let server = server.until_now();
    let client = client.until_now();
    let mut lives = script::Lives::default();
    pool.each(|script| lives.add(script.lives()));
    if tally.unanswered == 0 {
        pool.each(Script::leave);
        pool.run(options.depth.max(PREPARING_DEPTH), Pace::Closed, Goal::All)?;
    }
    Ok(Report::new(options, &tally, &lives, server, client))
}

/// Requests under way at once while a run is prepared.
const PREPARING_DEPTH: usize = 64;

fn refuse_refusals(tally: &Tally) -> Result<(), BenchError> {
    match &tally.first_refusal {
        Some(refusal) => Err(BenchError::Preparing(refusal.clone())),
        None => Ok(()),
    }
}
