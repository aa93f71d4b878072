//! The report of a measurement, as text and as JSON.

use std::fmt;

use serde::Serialize;

use super::process::Cost;
use super::script::{Lives, Mix};
use super::{Options, Pace, Tally};

/// Latencies in microseconds.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Latencies {
    pub mean: f64,
    pub p50: f64,
    pub p90: f64,
    pub p99: f64,
    pub p999: f64,
    pub max: f64,
}

impl Latencies {
    pub fn of(tally: &Tally) -> Self {
        let at = |quantile| tally.latencies.value_at_quantile(quantile) as f64 / 1_000.0;
        Self {
            mean: tally.latencies.mean() / 1_000.0,
            p50: at(0.5),
            p90: at(0.9),
            p99: at(0.99),
            p999: at(0.999),
            max: tally.latencies.max() as f64 / 1_000.0,
        }
    }
}

/// The whole report.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    pub to: String,
    pub mix: Mix,
    pub connections: usize,
    pub depth: usize,
    /// Requests due per second; absent in the closed pace.
    pub rate: Option<f64>,
    pub answered: u64,
    pub refused: u64,
    pub first_refusal: Option<String>,
    pub unanswered: u64,
    pub seconds: f64,
    pub per_second: f64,
    pub latency_us: Latencies,
    pub lives: Option<Lives>,
    pub server: Option<Cost>,
    /// Processor time of the server for one request, in microseconds.
    pub server_us_per_request: Option<f64>,
    pub client: Option<Cost>,
}

impl Report {
    pub fn new(
        options: &Options,
        tally: &Tally,
        lives: &Lives,
        server: Option<Cost>,
        client: Option<Cost>,
    ) -> Self {
        let seconds = tally.took.as_secs_f64();
        let answered = tally.answered as f64;
        Self {
            to: options.address.to_string(),
            mix: options.mix,
            connections: options.connections,
            depth: options.depth,
            rate: match options.pace {
                Pace::Closed => None,
                Pace::Open(rate) => Some(rate),
            },
            answered: tally.answered,
            refused: tally.refused,
            first_refusal: tally.first_refusal.clone(),
            unanswered: tally.unanswered,
            seconds,
            per_second: if seconds > 0.0 {
                answered / seconds
            } else {
                0.0
            },
            latency_us: Latencies::of(tally),
            lives: matches!(options.mix, Mix::Life | Mix::Repeat).then_some(*lives),
            server_us_per_request: server
                .filter(|_| tally.answered > 0)
                .map(|cost| cost.seconds() * 1e6 / answered),
            server,
            client,
        }
    }

    /// Whether every request was carried out.
    pub fn is_sound(&self) -> bool {
        self.refused == 0 && self.unanswered == 0
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rate = self.rate.map_or("as answers come".to_owned(), |rate| {
            format!("{rate} a second due")
        });
        writeln!(
            f,
            "{} to {}: {} connections, depth {}, {rate}",
            self.mix.as_str(),
            self.to,
            self.connections,
            self.depth
        )?;
        writeln!(
            f,
            "requests     {:>12} in {:.2} s = {:.0} a second",
            self.answered, self.seconds, self.per_second
        )?;
        let l = &self.latency_us;
        writeln!(
            f,
            "latency µs   {:>12.1} mean   p50 {:.1}   p90 {:.1}   p99 {:.1}   p99.9 {:.1}   max {:.1}",
            l.mean, l.p50, l.p90, l.p99, l.p999, l.max
        )?;
        self.fmt_cost(f)?;
        if let Some(lives) = &self.lives {
            writeln!(
                f,
                "contacts     {:>12} served, {} by their owner, {} found nobody",
                lives.ended, lives.by_owner, lives.unserved
            )?;
        }
        if self.refused > 0 {
            let first = self.first_refusal.as_deref().unwrap_or_default();
            writeln!(f, "refused      {:>12}, the first: {first}", self.refused)?;
        }
        if self.unanswered > 0 {
            writeln!(
                f,
                "unanswered   {:>12}, counted with the time they have waited",
                self.unanswered
            )?;
        }
        Ok(())
    }
}

impl Report {
    fn fmt_cost(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.server, self.server_us_per_request) {
            (Some(cost), Some(each)) => {
                let memory = cost.memory_bytes.unwrap_or_default() as f64 / f64::from(1 << 20);
                writeln!(
                    f,
                    "server       {each:>12.2} µs of processor a request ({:.2} s user, {:.2} s \
                     system, {:.2} processors), {memory:.0} MiB",
                    cost.user_s, cost.system_s, cost.processors
                )?;
            }
            _ => writeln!(
                f,
                "server       not known: give its process with --pid, it must run here"
            )?,
        }
        match &self.client {
            // The load generator's one thread was the limit, not the server.
            Some(cost) if cost.processors > 0.95 => writeln!(
                f,
                "this client  {:>12.2} processors: it is at its own limit, the server could do more",
                cost.processors
            ),
            Some(cost) => writeln!(f, "this client  {:>12.2} processors", cost.processors),
            None => Ok(()),
        }
    }
}
