//! Time passes without traffic, also while the daemon is down.

use std::time::Duration;

use serde_json::json;

use super::support::Place;

#[test]
fn an_offer_expires_on_time_without_traffic() {
    let place = Place::new("[agents.ada]\n[queues.q]\nring = \"300ms\"\nmax_missed = 0\n");
    let daemon = place.start();
    let mut client = daemon.unix();
    client.call("session.open", json!({"client": "me", "events": true}));
    client.call(
        "agent.presence",
        json!({"agent": "ada", "presence": "available"}),
    );
    let offered = client.call("contact.submit", json!({"contact": "c1", "queue": "q"}));
    let due = offered["offer"]["expires_at"].as_i64().expect("a time");
    let expired = loop {
        let event = client.event();
        if event["type"] == "offer.expired" {
            break event;
        }
    };
    assert_eq!(expired["at"], due, "it is stamped with its own time");
    let now = client.call("session.ping", json!({}))["at"]
        .as_i64()
        .expect("a time");
    assert!(now - due < 1_000, "it came {} ms late", now - due);
}

#[test]
fn deadlines_that_passed_while_down_are_carried_out_at_the_start() {
    let place = Place::new("[queues.q]\nmax_wait = \"1s\"\n");
    let daemon = place.start();
    let mut client = daemon.unix();
    client.call("contact.submit", json!({"contact": "c1", "queue": "q"}));
    let joined = client.call("contact.get", json!({"contact": "c1"}))["joined_at"].take();
    daemon.kill();
    std::thread::sleep(Duration::from_millis(1_500));
    let daemon = place.start();
    let found = daemon.unix().call("contact.get", json!({"contact": "c1"}));
    assert_eq!(
        (&found["state"], &found["outcome"]),
        (&json!("ended"), &json!("timeout"))
    );
    assert_eq!(found["joined_at"], joined);
}

#[test]
fn deadlines_survive_a_restart() {
    let place = Place::new("[agents.ada]\n[queues.q]\nring = \"5s\"\n");
    let daemon = place.start();
    let mut client = daemon.unix();
    client.call(
        "agent.presence",
        json!({"agent": "ada", "presence": "available"}),
    );
    let offered = client.call("contact.submit", json!({"contact": "c1", "queue": "q"}));
    daemon.kill();
    let daemon = place.start();
    let found = daemon.unix().call("contact.get", json!({"contact": "c1"}));
    assert_eq!(found["offer"]["expires_at"], offered["offer"]["expires_at"]);
    let accept = json!({"offer": offered["offer"]["offer"]});
    assert_eq!(
        daemon.unix().call("offer.accept", accept)["state"],
        "connected"
    );
}

/// The deadlines of a case survive a crash: one that passed meanwhile comes once, marked as late.
#[test]
fn a_deadline_that_passed_while_down_comes_once_and_late() {
    let place = Place::new(
        "[agents.ada]\nleader = \"bo\"\n[agents.bo]\n[kinds.fast]\ndue = \"1s\"\nwarn = \"500ms\"\n\
         ladder = [{ to = \"leader\", after = \"200ms\" }]\n[kinds.slow]\ndue = \"1 working day\"\n\
         calendar = \"every_day\"\n[calendars.every_day]\nbase = \"none\"\n",
    );
    let daemon = place.start();
    let mut client = daemon.unix();
    for kind in ["fast", "slow"] {
        client.call(
            "case.open",
            json!({"case": kind, "customer": "li", "kind": kind, "owner": "ada"}),
        );
    }
    let slow = client.call("case.get", json!({"case": "slow"}))["due_at"].take();
    daemon.kill();
    std::thread::sleep(Duration::from_millis(2_500));
    let daemon = place.start();
    let mut client = daemon.unix();
    client.call("events.subscribe", json!({"after": 0}));
    let mut told = Vec::new();
    while told.len() < 3 {
        let event = client.event();
        let kind = event["type"].as_str().expect("a type").to_owned();
        if ["case.due_soon", "case.overdue", "case.escalated"].contains(&kind.as_str()) {
            assert_eq!(
                (&event["case"], &event["late"]),
                (&json!("fast"), &json!(true))
            );
            told.push(kind);
        }
    }
    assert_eq!(told, ["case.due_soon", "case.overdue", "case.escalated"]);
    let now = client.call("case.get", json!({"case": "slow"}))["due_at"].take();
    assert_eq!(now, slow);
    daemon.kill();
    let daemon = place.start();
    let mut client = daemon.unix();
    let seen = client.call("events.subscribe", json!({"after": 0}))["seq"].clone();
    let last = loop {
        let event = client.event();
        if event["seq"] == seen {
            break event;
        }
    };
    assert_ne!(last["type"], "case.overdue", "it does not come again");
}

/// So does the ladder of a stage, in place of the kind's.
#[test]
fn a_ladder_of_a_stage_comes_late_after_a_restart() {
    let place = Place::new(
        "[agents.ada]\nleader = \"bo\"\n[agents.bo]\n[kinds.fast]\n\
         ladder = [{ to = \"owner\", after = \"100ms\" }]\n[[kinds.fast.stages]]\n\
         stage = \"received\"\ndue = \"1s\"\n\
         ladder = [{ to = \"leader\", after = \"200ms\" }]\n",
    );
    let daemon = place.start();
    let open = json!({"case": "k1", "customer": "li", "kind": "fast", "owner": "ada"});
    daemon.unix().call("case.open", open);
    daemon.kill();
    std::thread::sleep(Duration::from_millis(2_500));
    let daemon = place.start();
    let mut client = daemon.unix();
    let here = client.call("events.subscribe", json!({"after": 0}))["seq"].clone();
    let mut told = Vec::new();
    loop {
        let event = client.event();
        if event["type"] == "case.escalated" {
            told.push(json!([
                event["stage"],
                event["step"],
                event["to"],
                event["late"]
            ]));
        }
        if event["seq"] == here {
            break;
        }
    }
    assert_eq!(told, [json!(["received", 1, "bo", true])]);
}
