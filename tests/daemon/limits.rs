//! Requests that are too many, too long or too deep, and clients that do not read, leave others
//! unaffected.

use std::io::Write;
use std::time::{Duration, Instant};

use serde_json::json;

use super::support::{PATIENCE, Place, http, metric, until};

#[test]
fn a_line_too_long_is_refused_once_and_the_connection_continues() {
    let place = Place::new("");
    let daemon = place.start();
    let mut client = daemon.tcp();
    let mut long = vec![b'x'; 300_000];
    long.push(b'\n');
    client.writer.write_all(&long).expect("it reads");
    let reply = client.reply();
    assert_eq!(reply["error"]["data"]["field"], "line_bytes_max", "{reply}");
    client.call("session.ping", json!({}));
}

#[test]
fn nesting_and_batches_have_their_limits() {
    let place = Place::new("[server.limits]\nbatch = 3\n");
    let daemon = place.start();
    let mut client = daemon.tcp();
    client.line(&"[".repeat(16_000));
    assert_eq!(client.reply()["error"]["data"]["field"], "depth_max");
    client.line("[1,2,3,4]");
    assert_eq!(client.reply()["error"]["data"]["field"], "batch_calls_max");
    client.writer.write_all(b"\xff\xfe\n").expect("it reads");
    assert_eq!(client.reply()["error"]["code"], -32_700);
    client.call("session.ping", json!({}));
}

#[test]
fn connections_have_their_limit_and_places_come_back() {
    let place = Place::new("[server.limits]\nconnections = 2\n");
    let daemon = place.start();
    let (mut first, mut second) = (daemon.unix(), daemon.tcp());
    first.call("session.ping", json!({}));
    second.call("session.ping", json!({}));
    let mut third = daemon.unix();
    assert_eq!(third.reply()["error"]["data"]["kind"], "limit");
    assert!(third.is_closed());
    drop(second);
    until("a place comes back", || {
        let mut client = daemon.unix();
        client.send("session.ping", json!({}));
        client
            .try_reply()
            .is_some_and(|reply| reply["result"]["ok"] == true)
    });
}

#[test]
fn a_client_that_does_not_read_is_closed_and_others_are_served() {
    let place = Place::new("[server.limits]\noutbox_bytes = 65536\n");
    let daemon = place.start();
    // A Unix socket has small buffers, so unread data soon blocks it.
    let mut deaf = daemon.unix();
    deaf.call("session.open", json!({"client": "deaf", "events": true}));
    let mut platform = daemon.tcp();
    platform.call("case.open", json!({"case": "k", "customer": "t:1"}));
    let began = Instant::now();
    let mut slowest = Duration::ZERO;
    let closed = || {
        let (_, text) = http(daemon.http, "GET /metrics HTTP/1.1", "");
        metric(
            &text,
            "firsthand_connections_closed_total{reason=\"slow_consumer\"}",
        )
    };
    while closed().is_none() {
        assert!(began.elapsed() < PATIENCE * 3, "it is never closed");
        for _ in 0..20 {
            let asked = Instant::now();
            let text = "x".repeat(4_000);
            let by = json!({"case": "k", "by": "pbx", "text": text});
            assert!(platform.ask("case.note", by).get("error").is_none());
            slowest = slowest.max(asked.elapsed());
        }
    }
    assert!(slowest < Duration::from_secs(2), "{slowest:?}");
}

#[test]
fn a_client_that_reads_no_replies_is_closed() {
    let place = Place::new("[server.limits]\nstall = \"300ms\"\noutbox_bytes = 65536\n");
    let daemon = place.start();
    let stream = std::net::TcpStream::connect(daemon.tcp).expect("it listens");
    stream
        .set_write_timeout(Some(Duration::from_secs(1)))
        .expect("a timeout");
    let line = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"rpc.discover\"}\n".repeat(1_000);
    while (&stream).write_all(line.as_bytes()).is_ok() {}
    until("it is closed", || {
        let (_, text) = http(daemon.http, "GET /metrics HTTP/1.1", "");
        metric(
            &text,
            "firsthand_connections_closed_total{reason=\"slow_consumer\"}",
        )
        .is_some()
    });
    daemon.unix().call("session.ping", json!({}));
}

#[test]
fn a_flood_on_one_connection_does_not_starve_another() {
    let place = Place::new("");
    let daemon = place.start();
    let flood = daemon.tcp;
    let flooding = std::thread::spawn(move || {
        let stream = std::net::TcpStream::connect(flood).expect("it listens");
        let mut reader = stream.try_clone().expect("a second handle");
        std::thread::spawn(move || std::io::copy(&mut reader, &mut std::io::sink()));
        let line = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"contact.list\",\"params\":{}}\n";
        let lines = line.repeat(500);
        let until = Instant::now() + Duration::from_secs(3);
        while Instant::now() < until {
            if (&stream).write_all(lines.as_bytes()).is_err() {
                return;
            }
        }
    });
    std::thread::sleep(Duration::from_millis(200));
    let mut client = daemon.unix();
    let mut waits: Vec<Duration> = (0..50)
        .map(|n| {
            let asked = Instant::now();
            client.call("contact.submit", json!({"contact": format!("c{n}")}));
            asked.elapsed()
        })
        .collect();
    waits.sort();
    flooding.join().expect("the flood ends");
    // Without turns the flood's whole pipeline would come first: seconds.
    assert!(waits[25] < Duration::from_millis(500), "{waits:?}");
}

#[test]
fn requests_per_second_are_limited_if_configured() {
    let place = Place::new("[server.limits]\nrequests_per_second = 5\n");
    let daemon = place.start();
    let mut client = daemon.unix();
    let answers: Vec<bool> = (0..30)
        .map(|_| client.ask("session.ping", json!({})).get("error").is_none())
        .collect();
    let granted = answers.iter().filter(|granted| **granted).count();
    assert!((10..20).contains(&granted), "{answers:?}");
    daemon.unix().call("session.ping", json!({}));
}

#[test]
fn a_silent_connection_is_closed_if_configured() {
    let place = Place::new("[server.limits]\nidle = \"1s\"\n");
    let daemon = place.start();
    let mut client = daemon.unix();
    client.call("session.ping", json!({}));
    assert!(client.is_closed());
}
