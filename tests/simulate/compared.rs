//! `firsthand compare`: named ownership policies, each applied to every queue.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// `a` owns both contacts and talks to the first until 10 s; `b` is idle.
const ARRIVALS: &str = "contact,at_ms,queue,case,owner,service_ms\n\
                        c1,0,one,k1,a,10000\nc2,1000,two,k2,a,1000\n";
const AGENTS: &str = "agent,skills\na,\nb,\n";

fn compare(ownership: &Path) -> Output {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("written");
        path
    };
    Command::new(env!("CARGO_BIN_EXE_firsthand"))
        .arg("compare")
        .arg("--json")
        .arg("--arrivals")
        .arg(file("arrivals.csv", ARRIVALS))
        .arg("--agents")
        .arg(file("agents.csv", AGENTS))
        .arg("--ownership")
        .arg(ownership)
        .output()
        .expect("the program runs")
}

#[test]
fn the_shipped_policies_apply_to_every_queue() {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/policies.toml");
    let output = compare(&shipped);
    assert!(output.status.success(), "{output:?}");
    let all: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    // c2 arrives at 1 s, its owner is free at 10 s: another agent takes it at once, or it waits 9
    // s.
    for (policy, hits, wait_ms) in [
        ("off", 1, 0),
        ("hold 0 s", 1, 0),
        ("hold 10 s", 2, 9_000),
        ("own first", 1, 0),
        ("own first, hold 20 s (default)", 2, 9_000),
        ("own first, while busy 300 s", 1, 0),
    ] {
        let found = &all[policy];
        assert_eq!(found["owner_hits"], hits, "{policy}");
        assert_eq!(found["wait_ms"]["max"], wait_ms, "{policy}");
        assert_eq!(found["owner_callbacks"]["promised"], 0, "{policy}");
        assert_eq!(found["owner_reached"], hits as f64 / 2.0, "{policy}");
    }
}

#[test]
fn a_fault_is_named_with_the_policy() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("p.toml");
    fs::write(
        &path,
        "[[policy]]\nname = \"odd\"\nownership = { own_frist = true }\n",
    )
    .expect("written");
    let output = compare(&path);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(
        said.contains("policy \"odd\"") && said.contains("own_first"),
        "{said}"
    );
}
