//! `bench`: a load generator against a running daemon.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::Args;

use super::out::say;
use super::{Done, Failure};
use crate::bench::{self, Goal, Mix, Options, Pace};
use crate::client::Address;
use crate::config::duration;

/// Loads a running daemon and says how many requests it answers, how late, and what one costs it.
/// What it makes (contacts, agents, cases) stays in the daemon's journal: use one of its own.
#[derive(Args, Debug)]
pub struct Bench {
    /// The daemon's socket: a path or host:port
    #[arg(long, env = "FIRSTHAND_SOCKET", default_value_t, value_name = "SOCKET")]
    to: Address,
    /// The token, where the daemon asks for one
    #[arg(
        long,
        env = "FIRSTHAND_TOKEN",
        hide_env_values = true,
        value_name = "TOKEN"
    )]
    token: Option<String>,
    /// The organisation, where the token does not say it
    #[arg(long, env = "FIRSTHAND_TENANT", value_name = "NAME")]
    tenant: Option<String>,
    /// The mix of requests to send
    #[arg(long, value_enum, default_value = "submit")]
    mix: Mix,
    /// Connections at once
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    connections: u32,
    /// Requests under way at once on each connection
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    depth: u32,
    /// How long to measure
    #[arg(long, default_value = "5s", value_name = "TIME", value_parser = lasting)]
    duration: Duration,
    /// Measure this many requests instead of a duration
    #[arg(long, value_name = "N", conflicts_with = "duration", value_parser = clap::value_parser!(u64).range(1..))]
    count: Option<u64>,
    /// So many requests a second over all connections, whether or not answers come; the latency
    /// counts from when a request was due. Without it each connection waits for its answers
    #[arg(long, value_name = "N", value_parser = rate)]
    rate: Option<f64>,
    /// How long requests are sent before anything is measured
    #[arg(long, default_value = "500ms", value_name = "TIME", value_parser = span)]
    warm_up: Duration,
    /// Customers with an owner, for the mixes repeat and read
    #[arg(long, default_value_t = 100_000, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000_000))]
    customers: u32,
    /// The queue that contacts go to; without it they ask for a skill that only this run has
    #[arg(long, value_name = "NAME")]
    queue: Option<String>,
    /// The daemon's process, to read its processor time; known without on a Unix socket
    #[arg(long, value_name = "PID")]
    pid: Option<u32>,
    /// The result as JSON
    #[arg(long)]
    json: bool,
}

fn span(text: &str) -> Result<Duration, String> {
    let span = duration::parse(text).map_err(|wrong| format!("{wrong}: give one such as 5s"))?;
    Ok(Duration::from_millis(u64::try_from(span.0).unwrap_or(0)))
}

fn lasting(text: &str) -> Result<Duration, String> {
    match span(text)? {
        Duration::ZERO => Err("nothing can be measured in no time: give one such as 5s".to_owned()),
        span => Ok(span),
    }
}

fn rate(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(rate) if (0.1..=10_000_000.0).contains(&rate) => Ok(rate),
        _ => Err("give a number from 0.1 to 10000000".to_owned()),
    }
}

impl Bench {
    pub fn run(&self) -> Done {
        let report = bench::run(&self.options()).map_err(|error| Failure::new(1, error))?;
        if self.json {
            say!("{}", serde_json::to_string_pretty(&report)?);
        } else {
            say!("{}", report.to_string().trim_end());
        }
        Ok(u8::from(!report.is_sound()))
    }

    fn options(&self) -> Options {
        Options {
            address: self.to.clone(),
            token: self.token.clone(),
            tenant: self.tenant.clone(),
            mix: self.mix,
            connections: self.connections as usize,
            depth: self.depth as usize,
            goal: self.count.map_or(Goal::Span(self.duration), Goal::Count),
            pace: self.rate.map_or(Pace::Closed, Pace::Open),
            warm_up: self.warm_up,
            customers: self.customers as usize,
            queue: self.queue.clone(),
            pid: self.pid,
            stamp: stamp(),
        }
    }
}

/// Differs from run to run.
fn stamp() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let ms = since.map_or(0, |since| since.as_millis());
    format!("{:x}{:x}", ms & 0xffff_ffff, std::process::id())
}
