//! The daemon's cost of a submission, by the number of connections that share the same load.

use std::path::Path;

use firsthand::bench::{Goal, Mix, Options, Pace};
use rustix::process::{Resource, getrlimit};

use super::inside::GROWTH;
use super::servers;
use super::sockets::{options, run};
use super::table::{Table, figure, median};

/// Submissions a second over all connections.
const PER_SECOND: f64 = 10_000.0;
/// From ten on: requests over one or two connections arrive and are read together.
const BY: [usize; 4] = [10, 100, 1_000, 10_000];
/// Open files of each process besides its connections.
const FILES_BESIDE: usize = 200;

pub fn measure(folder: &Path, scale: f64, rounds: usize, table: &mut Table) {
    let sizes = BY.into_iter().filter(|connections| fits(*connections));
    let points: Vec<(usize, f64)> = sizes
        .map(|connections| {
            let tries = (0..rounds).map(|_| submission(folder, connections, scale));
            (connections, median(tries.collect()))
        })
        .collect();
    let (Some(first), Some(last)) = (points.first(), points.last()) else {
        panic!("a process may open no files");
    };
    let mut note: Vec<String> = points
        .iter()
        .map(|(connections, ns)| format!("{}: {} µs", connections, figure(ns / 1_000.0)))
        .collect();
    if points.len() < BY.len() {
        note.push("more need a higher limit of open files (ulimit -n)".to_owned());
    }
    table.at_most(
        GROWTH,
        format!(
            "server CPU per submission from {} to {} TCP connections, {} a second in all",
            first.0,
            last.0,
            figure(PER_SECOND)
        ),
        (2.0, "×"),
        last.1 / first.1,
        note.join(", "),
    );
    table.curve("connections (of the daemon, a submission)", points);
}

/// Whether client and daemon may each open that many sockets.
fn fits(connections: usize) -> bool {
    let limit = getrlimit(Resource::Nofile).current;
    limit.is_none_or(|limit| (connections + FILES_BESIDE) as u64 <= limit)
}

/// Nanoseconds of the daemon's processor time for a submission.
fn submission(folder: &Path, connections: usize, scale: f64) -> f64 {
    let server = servers::ours(folder, "none");
    let report = run(&Options {
        connections,
        depth: 64,
        pace: Pace::Open(PER_SECOND),
        goal: Goal::Count((4.0 * PER_SECOND * scale) as u64),
        ..options(&server, Mix::Submit)
    });
    report.server_us_per_request.expect("its processor time") * 1_000.0
}
