//! `bench` against a real daemon: small loads whose figures must add up.

#[path = "support/process.rs"]
mod process;

use std::time::Duration;

use process::{Daemon, firsthand};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

/// Runs `bench` with a mix and returns its report.
fn bench(daemon: &Daemon, arguments: &[&str]) -> Value {
    let output = firsthand()
        .arg("bench")
        .arg("--to")
        .arg(daemon.socket())
        .args(["--json", "--warm-up", "0s"])
        .args(arguments)
        .output()
        .expect("the binary runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    serde_json::from_slice(&output.stdout).expect("a report as JSON")
}

fn number(report: &Value, path: &str) -> f64 {
    let value = report.pointer(path).unwrap_or(&Value::Null);
    value
        .as_f64()
        .unwrap_or_else(|| panic!("{path} in {report}"))
}

#[test]
fn every_mix_is_answered_completely() {
    let daemon = Daemon::start("durability = \"none\"\n");
    for (mix, requests) in [
        ("submit", 400),
        ("life", 300),
        ("repeat", 300),
        ("read", 400),
    ] {
        let count = requests.to_string();
        let report = bench(
            &daemon,
            &[
                "--mix",
                mix,
                "--connections",
                "4",
                "--depth",
                "5",
                "--count",
                &count,
                "--customers",
                "40",
            ],
        );
        assert_eq!(
            number(&report, "/answered"),
            f64::from(requests),
            "{mix}: {report}"
        );
        assert_eq!(number(&report, "/refused"), 0.0, "{mix}: {report}");
        assert_eq!(number(&report, "/unanswered"), 0.0, "{mix}: {report}");
        assert!(number(&report, "/latency_us/max") >= number(&report, "/latency_us/p50"));
        // On a Unix socket the kernel reports the daemon's process.
        assert!(
            number(&report, "/server/memory_bytes") > 1e6,
            "{mix}: {report}"
        );
        if mix == "life" || mix == "repeat" {
            // Contacts still in conversation at the end are ended, but not counted.
            let ended = number(&report, "/lives/ended");
            assert!((80.0..=100.0).contains(&ended), "{mix}: {report}");
            assert_eq!(number(&report, "/lives/unserved"), 0.0, "{mix}: {report}");
        }
        if mix == "repeat" {
            let hits = number(&report, "/lives/by_owner");
            assert!(hits >= number(&report, "/lives/ended"), "{report}");
        }
    }
}

#[test]
fn an_open_load_comes_at_its_rate() {
    let daemon = Daemon::start("durability = \"none\"\n");
    let report = bench(
        &daemon,
        &[
            "--connections",
            "3",
            "--depth",
            "50",
            "--rate",
            "500",
            "--duration",
            "1s",
        ],
    );
    assert_eq!(number(&report, "/answered"), 500.0, "{report}");
    assert!(number(&report, "/per_second") < 520.0, "{report}");
}

#[test]
fn a_refused_load_fails() {
    let daemon = Daemon::start("durability = \"none\"\n");
    let output = firsthand()
        .args([
            "bench",
            "--count",
            "10",
            "--connections",
            "1",
            "--warm-up",
            "0s",
        ])
        .args(["--queue", "no-such-queue", "--to"])
        .arg(daemon.socket())
        .output()
        .expect("the binary runs");
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        said.contains("refused") && said.contains("no-such-queue"),
        "{said}"
    );
}

/// Requests due while the daemon is stopped are charged to it.
#[test]
fn a_stopped_daemon_is_charged_for_late_requests() {
    let daemon = Daemon::start("durability = \"none\"\n");
    let pid = i32::try_from(daemon.pid()).expect("a process");
    let pid = Pid::from_raw(pid).expect("a process");
    let stop = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(700));
        kill_process(pid, Signal::STOP).expect("it is ours");
    });
    let output = firsthand()
        .args(["bench", "--json", "--warm-up", "0s", "--connections", "2"])
        .args([
            "--depth",
            "1000",
            "--rate",
            "200",
            "--duration",
            "2s",
            "--to",
        ])
        .arg(daemon.socket())
        .output()
        .expect("the binary runs");
    stop.join().expect("it stops");
    assert_eq!(output.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
    assert!(number(&report, "/answered") > 0.0, "{report}");
    let due = number(&report, "/answered") + number(&report, "/unanswered");
    assert_eq!(due, 400.0, "{report}");
    assert!(number(&report, "/unanswered") > 0.0, "{report}");
    assert!(number(&report, "/seconds") >= 2.0, "{report}");
}

#[test]
fn a_run_of_zero_length_is_refused() {
    let output = firsthand()
        .args(["bench", "--to", "/nowhere", "--duration", "0s"])
        .output()
        .expect("the binary runs");
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("such as 5s"), "{said}");
}
