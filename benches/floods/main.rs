//! What a quiet client waits beside each kind of flood: it asks one thing at a time, 200 times a
//! second, alone first and then beside those who take as much as they are given.
//!
//! `cargo bench --bench floods`, or with the names of some floods behind `--`.

mod daemon;
mod kinds;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use comfy_table::{Table, presets};

use daemon::{Client, Daemon};
use kinds::KINDS;

/// How long each is measured.
const SPAN: Duration = Duration::from_secs(4);
/// How long a flood runs before anything is measured.
const BEFORE: Duration = Duration::from_millis(500);
/// The quiet client asks so often.
const EVERY: Duration = Duration::from_millis(5);
/// Agents in the centre.
const AGENTS: usize = 1_000;
/// Contacts that wait in it.
const CONTACTS: usize = 2_000;

/// What the quiet client waited.
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
        // A daemon for each: what one flood left is not the next one's.
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

/// What the quiet client waits while the flood runs.
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

/// One request at a time; a late answer does not make the next ones late, which would be a queue of
/// its own making.
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
