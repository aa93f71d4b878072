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
fn what_fell_due_while_down_happens_at_the_start() {
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
fn deadlines_go_on_over_a_restart() {
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
