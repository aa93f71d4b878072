//! The latency of a quiet client during each kind of flood: it sends one request at a time, 200
//! times a second, alone first and then beside the flood.
//!
//! `cargo bench --bench floods`, or with the names of some floods behind `--`.

mod daemon;
mod kinds;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use comfy_table::{Table, presets};

use daemon::{Client, Daemon};
use kinds::KINDS;

/// Duration of each measurement.
const SPAN: Duration = Duration::from_secs(4);
/// How long a flood runs before measuring.
const BEFORE: Duration = Duration::from_millis(500);
/// Interval of the quiet client's requests.
const EVERY: Duration = Duration::from_millis(5);
/// Agents in the centre.
const AGENTS: usize = 1_000;
/// Waiting contacts in the centre.
const CONTACTS: usize = 2_000;

/// Latencies of the quiet client.
struct Waits(Vec<Duration>);

impl Waits {
    fn at(&self, share: f64) -> Duration {
        let rank = (self.0.len() as f64 * share).ceil() as usize;
        self.0[rank.clamp(1, self.0.len()) - 1]
    }
}

fn main() {
    let only: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with("--"))
        .collect();
    let mut table = Table::new();
    table.load_preset(presets::ASCII_MARKDOWN);
    let head = [
        "beside",
        "asked",
        "p50",
        "p99",
        "longest",
        "p99 to alone",
        "memory",
    ];
    table.set_header(head);
    let mut alone = None;
    for kind in KINDS {
        let wanted = only.is_empty() || only.iter().any(|name| name == kind.name);
        if !wanted && alone.is_some() {
            continue;
        }
        // A fresh daemon for each flood, so that floods do not affect each other.
        let daemon = Daemon::start();
        daemon.fill(AGENTS, CONTACTS);
        let waits = beside(&daemon, kind.flood);
        let ms = |span: Duration| format!("{:.2} ms", span.as_secs_f64() * 1e3);
        let p99 = waits.at(0.99);
        let alone = *alone.get_or_insert(p99);
        let row = [
            kind.name.to_owned(),
            waits.0.len().to_string(),
            ms(waits.at(0.5)),
            ms(p99),
            ms(waits.at(1.0)),
            format!("{:.1} ×", p99.as_secs_f64() / alone.as_secs_f64()),
            format!("{} MB", daemon.most_memory() >> 20),
        ];
        println!("{}", row.join("  "));
        table.add_row(row);
    }
    println!("\n{table}");
}

/// The quiet client's latencies during the flood.
fn beside(daemon: &Daemon, flood: kinds::Flood) -> Waits {
    let stop = AtomicBool::new(false);
    std::thread::scope(|threads| {
        let mut quiet = Client::tcp(daemon.tcp);
        quiet.call("session.ping", "{}");
        flood(threads, daemon, &stop);
        std::thread::sleep(BEFORE);
        let waits = ask(&mut quiet);
        stop.store(true, Ordering::Relaxed);
        waits
    })
}

/// One request at a time; a late answer does not delay the next ones, which would make a queue of
/// the client's own.
fn ask(quiet: &mut Client) -> Waits {
    let mut waits = Vec::new();
    let began = Instant::now();
    while began.elapsed() < SPAN {
        let asked = Instant::now();
        let n = waits.len();
        match n % 3 {
            0 => quiet.call("session.ping", "{}"),
            1 => quiet.call("contact.submit", &format!("{{\"contact\":\"quiet-{n}\"}}")),
            _ => {
                let of = n - 1;
                let cancel = format!("{{\"contact\":\"quiet-{of}\",\"reason\":\"abandoned\"}}");
                quiet.call("contact.cancel", &cancel);
            }
        }
        let waited = asked.elapsed();
        waits.push(waited);
        std::thread::sleep(EVERY.saturating_sub(waited));
    }
    waits.sort_unstable();
    Waits(waits)
}
