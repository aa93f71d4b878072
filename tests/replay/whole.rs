//! The `replay` command: compressed files in, a summary and a table out.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;

use crate::centre::{AGENTS, Centre};
use crate::process::{Daemon, firsthand};

#[test]
fn compressed_files_make_a_whole_summary() {
    let daemon = Daemon::start("");
    let centre = Centre::new(150, 9);
    let path = |name: &str| daemon.folder().join(name);
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed
        .write_all(centre.arrivals.as_bytes())
        .expect("memory takes it");
    std::fs::write(path("arrivals.gz"), packed.finish().expect("packed")).expect("written");
    std::fs::write(path("agents.csv"), &centre.agents).expect("written");
    let done = firsthand()
        .args([
            "replay",
            "--speed",
            "150",
            "--quiet",
            "--limit",
            "100",
            "--arrivals",
        ])
        .arg(path("arrivals.gz"))
        .arg("--agents")
        .arg(path("agents.csv"))
        .arg("--out")
        .arg(path("out.csv"))
        .arg("--to")
        .arg(daemon.socket())
        .output()
        .expect("replay runs");
    let error = String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(0), "{error}");
    let summary: Value = serde_json::from_slice(&done.stdout).expect("JSON");
    assert_eq!(summary["contacts"], 100);
    let count = |name: &str| summary[name].as_u64().expect(name);
    assert_eq!(count("served") + count("abandoned"), 100);
    assert!(count("owner_hits") <= count("repeat_contacts"));
    for name in [
        "wait_ms",
        "wait_all_ms",
        "service_level",
        "occupancy",
        "by_queue",
        "waited",
    ] {
        assert!(!summary[name].is_null(), "{name}");
    }
    assert_eq!(
        summary["by_agent"].as_object().expect("agents").len(),
        AGENTS
    );
    let rows = std::fs::read_to_string(path("out.csv")).expect("the table");
    assert_eq!(
        rows.lines().next(),
        Some("contact,outcome,agent,route,owner,queued_ms,connected_ms,ended_ms,wait_ms,offers")
    );
    assert_eq!(rows.lines().count(), 101);
}

#[test]
fn a_wrong_file_is_code_2() {
    let daemon = Daemon::start("");
    let path = daemon.folder().join("a.csv");
    std::fs::write(&path, "contact,at_ms,queue\na,5,q\nb,4,q\n").expect("written");
    let done = firsthand()
        .arg("replay")
        .arg("--arrivals")
        .arg(&path)
        .output()
        .expect("replay runs");
    assert_eq!(done.status.code(), Some(2));
    let error = String::from_utf8_lossy(&done.stderr);
    assert!(
        error
            .contains("row 2 (line 3), column at_ms: 4 is before the arrival of the row above (5)"),
        "{error}"
    );
}
