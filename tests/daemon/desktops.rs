//! Agents whose presence is bound to their desktop's session, over real connections and `kill -9`.

use std::time::Duration;

use serde_json::{Value, json};

use super::support::{Client, Daemon, Place};

/// One second, so that a test sees the end of it.
const GRACE: &str = "[tenant]\nbound_grace = \"1s\"\n[agents.ada]\n";

fn desktop(daemon: &Daemon) -> Client {
    let mut desktop = daemon.unix();
    desktop.call(
        "session.open",
        json!({"client": "desk", "lines": false, "events": ["agent.state"]}),
    );
    desktop.call("agent.presence", bound());
    desktop
}

fn bound() -> Value {
    json!({"agent": "ada", "presence": "available", "bound": true})
}

fn ada(client: &mut Client) -> Value {
    client.call("agent.get", json!({"agent": "ada"}))
}

/// Asks until the agent's state is this one.
fn wait_for(client: &mut Client, state: &str) -> Value {
    for _ in 0..500 {
        let found = ada(client);
        if found["state"] == state {
            return found;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("ada is never {state}: {}", ada(client));
}

#[test]
fn an_agent_is_offline_some_time_after_its_desktop_is_gone() {
    let place = Place::new(GRACE);
    let daemon = place.start();
    let mut other = daemon.unix();
    assert_eq!(
        other.refused("agent.presence", bound()),
        "invalid",
        "there is no session"
    );
    let first = desktop(&daemon);
    let second = desktop(&daemon);
    drop(first);
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!(ada(&mut other)["state"], "available");
    drop(second);
    let lost = wait_for(&mut other, "unreachable");
    assert_eq!(lost["presence"], "available");
    let third = desktop(&daemon);
    assert_eq!(ada(&mut other)["state"], "available");
    drop(third);
    let offline = wait_for(&mut other, "offline");
    assert_eq!(offline["reason"], "connection_lost");
}

#[test]
fn after_a_crash_the_time_counts_from_serving() {
    let place = Place::new(GRACE);
    let daemon = place.start();
    let desk = desktop(&daemon);
    daemon.kill();
    drop(desk);
    // Longer than the grace: the time while nothing ran does not count.
    std::thread::sleep(Duration::from_millis(1_500));
    let daemon = place.start();
    let mut other = daemon.unix();
    let lost = ada(&mut other);
    assert_eq!(lost["state"], "unreachable", "{lost}");
    let desk = desktop(&daemon);
    std::thread::sleep(Duration::from_millis(1_500));
    assert_eq!(ada(&mut other)["state"], "available", "its desktop is back");
    daemon.kill();
    drop(desk);
    let daemon = place.start();
    let offline = wait_for(&mut daemon.unix(), "offline");
    assert_eq!(offline["reason"], "connection_lost");
}

#[test]
fn a_session_that_is_opened_anew_lets_go_of_its_agents() {
    let place = Place::new(GRACE);
    let daemon = place.start();
    let mut other = daemon.unix();
    let mut desk = desktop(&daemon);
    desk.call("session.open", json!({"client": "desk", "lines": false}));
    assert_eq!(ada(&mut other)["state"], "unreachable");
    desk.call("agent.presence", bound());
    assert_eq!(ada(&mut other)["state"], "available");
}

#[test]
fn a_beat_without_a_session() {
    let place = Place::new(GRACE);
    let daemon = place.start();
    let mut other = daemon.unix();
    let beat = json!({"agent": "ada", "presence": "available", "beat_ms": 1_000});
    for _ in 0..4 {
        other.call("agent.presence", beat.clone());
        std::thread::sleep(Duration::from_millis(400));
    }
    assert_eq!(ada(&mut other)["state"], "available");
    let offline = wait_for(&mut other, "offline");
    assert_eq!(offline["reason"], "connection_lost");
}
