//! Recovery after a stop: reading the journal, reading a snapshot, and how long routing pauses
//! while a snapshot is taken.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use firsthand::bench::{Goal, Mix, Options, Pace};
use firsthand::client::Connection;
use serde_json::json;

use super::disk::Probe;
use super::servers;
use super::sockets::{options, run};
use super::table::{Table, figure};

const RECOVERY: &str = "recovery";
const SNAPSHOT: &str = "snapshot";
/// Number of owners that the goal of a start is for.
const OWNERS_GOAL: f64 = 10e6;
/// Owners created in one pass: the client holds all requests of a pass in memory.
const OWNERS_AT_ONCE: usize = 1_000_000;

pub fn measure(folder: &Path, owners: usize, table: &mut Table) {
    let empty = servers::ours(folder, "none");
    let start = empty.started_in.as_secs_f64();
    drop(empty);
    // Data in the kernel's cache survives the kill.
    let server = servers::ours(folder, "os");
    fill(&server, owners);
    server.let_ledger_catch_up();
    let place = server.kill();
    let server = servers::start(&place);
    let replayed = server.started_in.as_secs_f64() - start;
    table.at_least(
        RECOVERY,
        "journal records a second at a start",
        (2e6, "/s"),
        owners as f64 / replayed,
        format!("{owners} records of opened cases through the whole router in {replayed:.2} s"),
    );
    let pause = snapshot_pause(&server, folder);
    server.let_ledger_catch_up();
    table.at_most(
        SNAPSHOT,
        format!("longest answer while a snapshot of {owners} owners is taken"),
        (50.0, "ms"),
        pause.with,
        format!(
            "open loop of 1,000 requests/s, without a snapshot the longest was {} ms; bare syncs \
             of the same disk took up to {} ms meanwhile",
            figure(pause.without),
            figure(pause.sync)
        ),
    );
    let place = server.kill();
    let server = servers::start(&place);
    let read = server.started_in.as_secs_f64() - start;
    table.at_most(
        RECOVERY,
        format!("start with {owners} owners from a snapshot"),
        (3.0 * owners as f64 / OWNERS_GOAL, "s"),
        read,
        "until it serves, less than what a start with nothing takes",
    );
}

/// Creates cases with an owner.
fn fill(server: &servers::Server, owners: usize) {
    for first in (0..owners).step_by(OWNERS_AT_ONCE) {
        run(&Options {
            address: servers::socket(server),
            connections: 4,
            depth: 16,
            customers: OWNERS_AT_ONCE.min(owners - first),
            goal: Goal::Count(1_000),
            stamp: format!("k{first}"),
            ..options(server, Mix::Read)
        });
    }
}

/// The longest latencies, in milliseconds.
struct Pause {
    /// While a snapshot is taken, however long that takes.
    with: f64,
    without: f64,
    /// Of a bare sync while a snapshot is taken.
    sync: f64,
}

fn snapshot_pause(server: &servers::Server, folder: &Path) -> Pause {
    let load = |stamp: &str| {
        let report = run(&Options {
            connections: 10,
            depth: 1_000,
            customers: 1_000,
            pace: Pace::Open(1_000.0),
            goal: Goal::Span(Duration::from_secs(4)),
            warm_up: Duration::ZERO,
            stamp: stamp.to_owned(),
            ..options(server, Mix::Submit)
        });
        report.latency_us.max / 1_000.0
    };
    let probe = Probe::new(folder);
    load("warm");
    let without = load("calm");
    let socket = servers::socket(server);
    let snapshot = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_secs(1));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(async {
            let mut line = Connection::open(&socket).await.expect("it listens");
            line.call("server.snapshot", &json!({}))
                .await
                .expect("a snapshot");
        });
    });
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let sync = scope.spawn(|| longest_sync(probe, &is_over));
        let mut with = f64::MIN;
        for n in 0.. {
            with = with.max(load(&format!("snap{n}")));
            if snapshot.is_finished() {
                break;
            }
        }
        is_over.store(true, Ordering::Relaxed);
        snapshot.join().expect("a snapshot was taken");
        Pause {
            with,
            without,
            sync: sync.join().expect("the disk can be written to"),
        }
    })
}

/// The longest bare sync until `is_over`, in milliseconds.
fn longest_sync(mut probe: Probe, is_over: &AtomicBool) -> f64 {
    const PACE: Duration = Duration::from_millis(20);
    let mut longest = Duration::ZERO;
    while !is_over.load(Ordering::Relaxed) {
        longest = longest.max(probe.sync());
        std::thread::sleep(PACE);
    }
    longest.as_secs_f64() * 1e3
}
