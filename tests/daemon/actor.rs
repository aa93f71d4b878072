//! Who did it is who was logged in: the actor in the ledger and in the audit.

use serde_json::{Value, json};

use super::rights::{as_, place};
use super::support::{Daemon, Place, until};
use firsthand::ledger::{Reader, files};

/// The ledger's records of one type.
fn records(place: &Place, of: &str) -> Vec<Value> {
    let folder = files::folder_of(&place.journal(), "default");
    let mut reader = Reader::open(&folder).expect("a ledger");
    let mut found = Vec::new();
    while let Some(line) = reader.read().expect("a whole ledger") {
        let record: Value = serde_json::from_str(line.text).expect("JSON");
        if record["type"] == of {
            found.push(record);
        }
    }
    found
}

/// The number of the last event in the audit line of a method.
fn event_of(daemon: &Daemon, method: &str) -> u64 {
    let mut found = None;
    until("the audit has the line", || {
        let log = daemon.log();
        let named = format!("method=\"{method}\"");
        let line = log.lines().find(|line| line.contains(&named));
        let words = line.into_iter().flat_map(str::split_whitespace);
        let mut numbers = words.filter_map(|word| word.strip_prefix("event=")?.parse().ok());
        found = numbers.next();
        found.is_some()
    });
    found.expect("a number")
}

#[test]
fn the_ledger_names_the_peer_whatever_by_says() {
    let place = place();
    let daemon = place.start();
    let mut root = daemon.unix();
    let uid = format!("uid:{}", rustix::process::getuid().as_raw());
    for (case, customer) in [("k1", "u1"), ("k2", "u2")] {
        let open = json!({"case": case, "customer": customer, "owner": "bob"});
        root.call("case.open", open);
    }
    let mut boss = as_(&daemon, "boss");
    let over = json!({"case": "k1", "to": "ada", "reason": "leave", "by": "santa"});
    boss.call("case.handover", over);
    let remove = json!({"agent": "bob", "successor": "cy", "reason": "left the company"});
    boss.call("agent.remove", remove);
    let audited = [
        event_of(&daemon, "case.handover"),
        event_of(&daemon, "agent.remove"),
    ];
    // Killed, so that the rest of the ledger is made again from the journal.
    daemon.kill();
    let daemon = place.start();
    daemon.stop();

    let opened = records(&place, "case.opened");
    assert!(opened.iter().all(|record| record["actor"] == uid.as_str()));
    let configured = records(&place, "agent.set");
    assert!(configured.iter().all(|record| record["actor"] == "config"));
    let moved = records(&place, "case.handed_over");
    let said = |record: &Value| {
        let texts = ["case", "actor", "by", "reason"].map(|name| record[name].to_string());
        texts.join(" ").replace('"', "")
    };
    assert_eq!(said(&moved[0]), "k1 token:boss santa leave");
    assert_eq!(said(&moved[1]), "k2 token:boss token:boss left the company");
    assert_eq!(moved[1]["removed"], true);
    let removed = records(&place, "agent.removed");
    assert_eq!(removed[0]["reason"], "left the company");
    let last_of_each = [&moved[0], &removed[0]].map(|record| record["seq"].as_u64());
    assert_eq!(last_of_each, audited.map(Some));
}

#[test]
fn what_a_deadline_does_was_asked_by_nobody() {
    let place = Place::new("[agents.ada]\n[tenant]\nclose_after = \"50ms\"\n");
    let daemon = place.start();
    let mut root = daemon.unix();
    root.call(
        "case.open",
        json!({"case": "k1", "customer": "u1", "owner": "ada"}),
    );
    root.call("case.resolve", json!({"case": "k1", "by": "ada"}));
    until("the case is closed", || {
        root.call("case.get", json!({"case": "k1"}))["state"] == "closed"
    });
    daemon.stop();
    assert_eq!(records(&place, "case.closed")[0]["actor"], "router");
    assert_ne!(records(&place, "case.resolved")[0]["actor"], "router");
}
