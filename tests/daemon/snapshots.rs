//! Snapshots of a large state do not stop routing, and a start from one gives the same state.

use serde_json::{Value, json};

use super::support::{Client, Place, http, metric};

/// More than is copied under the lock.
const CASES: usize = 11_000;
/// Requests of one batch.
const BATCH: usize = 500;
const PAUSES: &str = "firsthand_snapshot_pause_seconds_count";

/// Opens cases of `count` customers, starting with number `from`.
fn open(client: &mut Client, from: usize, count: usize) {
    for start in (from..from + count).step_by(BATCH) {
        let calls: Vec<Value> = (start..(start + BATCH).min(from + count))
            .map(|n| {
                let params = json!({"case": format!("k{n:06}"), "customer": format!("u{n:06}"),
                    "owner": if n % 2 == 0 { "ann" } else { "bob" }});
                json!({"jsonrpc": "2.0", "id": n, "method": "case.open", "params": params})
            })
            .collect();
        client
            .line(&Value::from(calls).to_string())
            .expect("the daemon reads");
        let replies = client.reply();
        let replies = replies.as_array().expect("an array of replies");
        assert!(replies.iter().all(|reply| reply.get("result").is_some()));
    }
}

/// What a client sees of some cases, and how many each agent owns.
fn seen(client: &mut Client, cases: &[usize]) -> Vec<Value> {
    let mut seen: Vec<Value> = ["ann", "bob"]
        .map(|agent| client.call("agent.get", json!({"agent": agent}))["open_cases"].take())
        .into();
    for n in cases {
        let case = json!({"case": format!("k{n:06}")});
        seen.push(client.call("case.get", case));
        let customer = json!({"customer": format!("u{n:06}")});
        seen.push(client.call("owner.get", customer));
    }
    seen
}

#[test]
fn a_large_state_is_written_without_stopping_routing() {
    let place = Place::new("");
    let daemon = place.start();
    let mut client = daemon.unix();
    for agent in ["ann", "bob"] {
        client.call("agent.set", json!({"agent": agent, "skills": {}}));
    }
    open(&mut client, 0, CASES);
    // The first is replayed from the beginning, the second from the first.
    client.call("server.snapshot", json!({}));
    open(&mut client, CASES, BATCH);
    client.call(
        "case.handover",
        json!({"case": "k000000", "to": "bob", "reason": "x", "by": "ann"}),
    );
    client.call("server.snapshot", json!({}));
    open(&mut client, CASES + BATCH, 1);
    let (_, text) = http(daemon.http, "GET /metrics HTTP/1.1", "");
    let pauses = text
        .lines()
        .find(|line| line.starts_with(PAUSES))
        .and_then(|line| metric(line, line.rsplit_once(' ')?.0));
    assert_eq!(pauses.unwrap_or(0.0), 0.0, "nobody stood still for them");
    let looked_at = [0, 1, CASES - 1, CASES, CASES + BATCH - 1, CASES + BATCH];
    let before = seen(&mut client, &looked_at);
    daemon.kill();
    place.verify();
    let daemon = place.start();
    assert_eq!(seen(&mut daemon.unix(), &looked_at), before);
    daemon.stop();
}

/// They were numbered anew by name, so a contact came back on another channel.
#[test]
fn channels_of_the_tenant_survive_a_snapshot() {
    let place = Place::new("");
    let daemon = place.start();
    let mut client = daemon.unix();
    for channel in ["zeta", "alpha"] {
        let rule = json!({"exclusive": false, "capacity": 2});
        client.call("settings.set", json!({"channels": {channel: rule}}));
    }
    let capacity = json!({"zeta": 5});
    client.call("agent.set", json!({"agent": "ada", "capacity": capacity}));
    client.call(
        "contact.submit",
        json!({"contact": "k1", "channel": "zeta"}),
    );
    let seen = |client: &mut Client| {
        [
            client.call("contact.get", json!({"contact": "k1"}))["channel"].take(),
            client.call("agent.get", json!({"agent": "ada"}))["capacity"].take(),
            client.call("settings.get", json!({}))["channels"].take(),
        ]
    };
    let before = seen(&mut client);
    assert_eq!(
        (&before[0], &before[1]["zeta"]),
        (&json!("zeta"), &json!(5))
    );
    daemon.stop();
    let daemon = place.start();
    assert_eq!(seen(&mut daemon.unix()), before);
    daemon.stop();
}
