//! Coming back after a stop: how fast the journal is read, how fast a snapshot, and how long
//! routing stands still while one is taken.

use std::path::Path;
use std::time::Duration;

use firsthand::bench::{Goal, Mix, Options, Pace};
use firsthand::client::Connection;
use serde_json::json;

use super::servers;
use super::sockets::{options, run};
use super::table::{Table, figure};

const RECOVERY: &str = "recovery";
const SNAPSHOT: &str = "snapshot";
/// The goals stand for so many owners.
const OWNERS_GOAL: f64 = 10e6;

pub fn measure(folder: &Path, owners: usize, table: &mut Table) {
    let empty = servers::ours(folder, "none");
    let start = empty.started_in.as_secs_f64();
    drop(empty);
    // What the kernel took outlives the kill.
    let server = servers::ours(folder, "os");
    // As many cases with an owner, then questions about them while a snapshot is made.
    let filling = Options {
        address: servers::socket(&server),
        connections: 4,
        depth: 16,
        customers: owners,
        goal: Goal::Count(1_000),
        ..options(&server, Mix::Read)
    };
    run(&filling);
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
    let pause = snapshot_pause(&server);
    server.let_ledger_catch_up();
    table.at_most(
        SNAPSHOT,
        format!("longest answer while a snapshot of {owners} owners is taken"),
        (50.0, "ms"),
        pause.0,
        format!(
            "open loop of 1,000 requests/s, without a snapshot the longest was {} ms",
            figure(pause.1)
        ),
    );
    let place = server.kill();
    let server = servers::start(&place);
    let read = server.started_in.as_secs_f64() - start;
    table.at_most(
        RECOVERY,
        "10 million owners from a snapshot",
        (3.0, "s"),
        read * OWNERS_GOAL / owners as f64,
        format!("{read:.2} s for {owners}, scaled to 10 million"),
    );
}

/// The longest latency with a snapshot in the middle, and one without, in milliseconds.
fn snapshot_pause(server: &servers::Server) -> (f64, f64) {
    let load = |stamp: &str| {
        let report = run(&Options {
            connections: 10,
            depth: 1_000,
            customers: 1_000,
            pace: Pace::Open(1_000.0),
            goal: Goal::Span(Duration::from_secs(4)),
            stamp: stamp.to_owned(),
            ..options(server, Mix::Submit)
        });
        report.latency_us.max / 1_000.0
    };
    let calm = load("calm");
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
    let with = load("snap");
    snapshot.join().expect("a snapshot was taken");
    (with, calm)
}
