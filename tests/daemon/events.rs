//! Events without a gap: live, after a reconnect, after a restart, and from long ago.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use rustix::process::Signal;
use serde_json::{Value, json};

use super::http::WebSocket;
use super::support::{Client, PATIENCE, Place, http, metric, until};

fn seqs(client: &mut Client, count: usize) -> Vec<u64> {
    (0..count)
        .map(|_| client.event()["seq"].as_u64().expect("a number"))
        .collect()
}

/// Submits contacts; each makes one event.
fn submit(client: &mut Client, from: usize, to: usize) {
    for n in from..to {
        client.call("contact.submit", json!({"contact": format!("c{n}")}));
    }
}

#[test]
fn a_subscriber_gets_every_event_once_and_in_order() {
    let place = Place::new("");
    let daemon = place.start();
    let (mut listener, mut platform) = (daemon.tcp(), daemon.unix());
    let opened = listener.call("session.open", json!({"client": "board", "events": true}));
    let start = opened["seq"].as_u64().expect("a number");
    submit(&mut platform, 0, 500);
    let heard = seqs(&mut listener, 500);
    assert_eq!(heard, (start + 1..=start + 500).collect::<Vec<_>>());
}

#[test]
fn a_filter_passes_the_types_it_names() {
    let place = Place::new("[queues.a]\n[queues.b]\n");
    let daemon = place.start();
    let (mut listener, mut platform) = (daemon.tcp(), daemon.unix());
    let wanted = json!({"types": ["contact.ended"], "queues": ["b"]});
    listener.call("events.subscribe", wanted);
    for (contact, queue) in [("x", "a"), ("y", "b")] {
        platform.call(
            "contact.submit",
            json!({"contact": contact, "queue": queue}),
        );
        platform.call(
            "contact.cancel",
            json!({"contact": contact, "reason": "abandoned"}),
        );
    }
    let event = listener.event();
    assert_eq!(
        (&event["type"], &event["contact"]),
        (&json!("contact.ended"), &json!("y"))
    );
}

#[test]
fn a_subscriber_continues_after_a_reconnect_and_after_a_restart() {
    let place = Place::new("");
    let daemon = place.start();
    let mut platform = daemon.unix();
    submit(&mut platform, 0, 50);
    let mut listener = daemon.tcp();
    listener.call("events.subscribe", json!({"after": 10}));
    assert_eq!(seqs(&mut listener, 40), (11..=50).collect::<Vec<_>>());
    daemon.kill();
    let daemon = place.start();
    let mut listener = daemon.tcp();
    listener.call("events.subscribe", json!({"after": 45}));
    submit(&mut daemon.unix(), 50, 60);
    assert_eq!(seqs(&mut listener, 15), (46..=60).collect::<Vec<_>>());
}

/// A restart from a snapshot has no earlier events in memory: they are replayed.
#[test]
fn events_older_than_the_ring_come_from_the_journal_word_for_word() {
    let place = Place::new("");
    let daemon = place.start();
    let mut first = daemon.tcp();
    first.call("events.subscribe", json!({"after": 0}));
    submit(&mut daemon.unix(), 0, 300);
    let told: Vec<Value> = (0..300).map(|_| first.event()).collect();
    daemon.stop();
    let daemon = place.start();
    let mut again = daemon.tcp();
    again.call("events.subscribe", json!({"after": 0}));
    submit(&mut daemon.unix(), 300, 310);
    let retold: Vec<Value> = (0..300).map(|_| again.event()).collect();
    assert_eq!(told, retold);
    assert_eq!(seqs(&mut again, 10), (301..=310).collect::<Vec<_>>());
}

#[test]
fn a_subscription_from_a_dropped_event_names_the_first_kept() {
    let place = Place::keeping_events("0s");
    let daemon = place.start();
    let mut client = daemon.unix();
    // With segments of 1 MiB and two snapshots after them, the oldest are dropped.
    let attributes = json!({"text": "x".repeat(12_000)});
    for n in 0..250 {
        let params = json!({"contact": format!("c{n}"), "attributes": attributes});
        client.call("contact.submit", params);
    }
    client.call("server.snapshot", json!({}));
    client.call("contact.submit", json!({"contact": "last"}));
    client.call("server.snapshot", json!({}));
    daemon.stop();
    let daemon = place.start();
    let mut client = daemon.unix();
    let reply = client.ask("events.subscribe", json!({"after": 1}));
    let message = reply["error"]["message"].as_str().expect("a refusal");
    assert!(
        message.contains("the first still available is 251"),
        "{message}"
    );
    assert_eq!(reply["error"]["data"]["oldest"], 251);
    client.call("events.subscribe", json!({"after": 250}));
    assert_eq!(client.event()["seq"], 251);
    let beyond = client.refused("events.subscribe", json!({"after": 100_000}));
    assert_eq!(beyond, "invalid");
}

/// Fills segments of 1 MiB with a snapshot after each.
fn fill(client: &mut Client, rounds: std::ops::Range<usize>) {
    let attributes = json!({"text": "x".repeat(12_000)});
    for round in rounds {
        for n in 0..100 {
            let params = json!({"contact": format!("c{round}-{n}"), "attributes": attributes});
            client.call("contact.submit", params);
        }
        client.call("server.snapshot", json!({}));
    }
}

/// Records are kept as long as `keep_events` says, over restarts too, and then no longer.
#[test]
fn events_are_kept_as_long_as_the_setting_says() {
    let place = Place::keeping_events("4s");
    let daemon = place.start();
    fill(&mut daemon.unix(), 0..3);
    daemon.stop();
    let daemon = place.start();
    let mut client = daemon.unix();
    fill(&mut client, 3..4);
    daemon.stop();
    let daemon = place.start();
    let mut client = daemon.unix();
    for after in [0, 57, 250] {
        let mut client = daemon.unix();
        client.call("events.subscribe", json!({"after": after}));
        assert_eq!(client.event()["seq"], after + 1, "nothing is gone yet");
    }
    std::thread::sleep(Duration::from_millis(4_500));
    // The newest snapshot that is older than 4 s is the base from now on.
    fill(&mut client, 4..5);
    let reply = client.ask("events.subscribe", json!({"after": 1}));
    let oldest = reply["error"]["data"]["oldest"].as_u64();
    assert!(oldest.is_some_and(|oldest| oldest > 250), "{reply}");
}

/// As `printf … | nc` does: all requests, then the sending side is closed.
fn only_listening(stream: impl Read + Write, close: impl FnOnce()) -> impl FnMut() -> Value {
    let mut reader = BufReader::new(stream);
    let subscribe = json!({"jsonrpc": "2.0", "id": 1, "method": "events.subscribe"});
    let line = format!("{subscribe}\n");
    reader
        .get_mut()
        .write_all(line.as_bytes())
        .expect("it reads");
    close();
    move || {
        let mut line = String::new();
        reader.read_line(&mut line).expect("a line");
        serde_json::from_str(&line).expect("JSON")
    }
}

#[test]
fn who_has_sent_its_last_still_gets_events() {
    let place = Place::new("");
    let daemon = place.start();
    let unix = UnixStream::connect(&daemon.socket).expect("it listens");
    let tcp = TcpStream::connect(daemon.tcp).expect("it listens");
    unix.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    tcp.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    let close = || unix.shutdown(Shutdown::Write).expect("it is open");
    let mut by_unix = only_listening(&unix, close);
    let close = || tcp.shutdown(Shutdown::Write).expect("it is open");
    let mut by_tcp = only_listening(&tcp, close);
    for next in [&mut by_unix as &mut dyn FnMut() -> Value, &mut by_tcp] {
        assert_eq!(next()["result"]["subscribed"], true);
    }
    // Longer than the daemon takes to look whether they have left.
    std::thread::sleep(Duration::from_millis(1500));
    let mut platform = daemon.unix();
    submit(&mut platform, 0, 3);
    for next in [&mut by_unix as &mut dyn FnMut() -> Value, &mut by_tcp] {
        for n in 0..3 {
            assert_eq!(next()["params"]["contact"], format!("c{n}"));
        }
    }
}

#[test]
fn a_listener_that_leaves_after_its_last_word_is_let_go() {
    let place = Place::new("");
    let daemon = place.start();
    let open = || {
        let (_, text) = http(daemon.http, "GET /metrics HTTP/1.1", "");
        metric(&text, "firsthand_connections").expect("it is counted")
    };
    let before = open();
    let stream = UnixStream::connect(&daemon.socket).expect("it listens");
    let close = || stream.shutdown(Shutdown::Write).expect("it is open");
    let mut next = only_listening(&stream, close);
    next();
    until("it is counted", || open() > before);
    drop(next);
    drop(stream);
    until("its place is free", || open() <= before);
}

#[test]
fn a_session_ends_with_its_sending_side() {
    let place = Place::new("");
    let daemon = place.start();
    let stream = UnixStream::connect(&daemon.socket).expect("it listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    let open = json!({"jsonrpc": "2.0", "id": 1, "method": "session.open",
        "params": {"client": "pbx", "events": true}});
    (&stream)
        .write_all(format!("{open}\n").as_bytes())
        .expect("it reads");
    stream.shutdown(Shutdown::Write).expect("it is open");
    let mut all = String::new();
    (&stream).read_to_string(&mut all).expect("it is closed");
    assert_eq!(all.lines().count(), 1, "{all}");
}

#[test]
fn subscribers_hear_of_a_drain_once_and_the_end_of_a_websocket_says_why() {
    let place = Place::new("");
    let daemon = place.start();
    let mut listener = daemon.tcp();
    listener.call("events.subscribe", json!({}));
    let mut browser = WebSocket::open(daemon.http);
    browser.send(r#"{"jsonrpc":"2.0","id":1,"method":"events.subscribe"}"#);
    browser.receive();
    let mut operator = daemon.unix();
    operator.call("server.drain", json!({}));
    operator.call("server.drain", json!({}));
    assert_eq!(listener.reply()["method"], "server.draining");
    assert_eq!(browser.receive()["method"], "server.draining");
    let mut late = daemon.unix();
    late.call("events.subscribe", json!({}));
    assert_eq!(late.reply()["method"], "server.draining");
    // Nothing else came: what comes next is an event.
    operator.call("agent.set", json!({"agent": "ada"}));
    assert_eq!(listener.event()["type"], "agent.set");
    assert_eq!(late.event()["type"], "agent.set");
    assert_eq!(browser.receive()["params"]["type"], "agent.set");
    daemon.signal(Signal::TERM);
    assert_eq!(browser.closed_with(), (1001, "stopped".to_owned()));
}
