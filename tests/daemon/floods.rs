//! Clients that take more than their share, over every transport, must not slow down others.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::support::{Client, Daemon, PATIENCE, Place, http, metric, until};

const TOKEN: &str = "secret-of-the-platform";

fn token() -> String {
    let hash: String = Sha256::digest(TOKEN)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("[[tokens]]\nname = \"pbx\"\nsha256 = \"{hash}\"\nrole = \"platform\"\n")
}

/// The daemon's peak memory, in bytes.
fn most_memory(daemon: &Daemon) -> u64 {
    let path = format!("/proc/{}/status", daemon.pid());
    let status = std::fs::read_to_string(path).expect("the daemon is there");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.expect("a number") << 10
}

fn closed(daemon: &Daemon, reason: &str) -> f64 {
    let bearer = format!("GET /metrics HTTP/1.1\r\nauthorization: Bearer {TOKEN}");
    let (_, text) = http(daemon.http, &bearer, "");
    let series = format!("firsthand_connections_closed_total{{reason=\"{reason}\"}}");
    metric(&text, &series).unwrap_or(0.0)
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).expect("the daemon listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    stream
}

fn request(id: usize, method: &str, params: &Value) -> String {
    json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}).to_string()
}

/// A batch of `count` requests of the same kind.
fn batch(count: usize, method: &str, params: &Value) -> String {
    let calls: Vec<String> = (0..count).map(|n| request(n, method, params)).collect();
    format!("[{}]", calls.join(","))
}

fn agents(client: &mut Client, count: usize) {
    for n in 0..count {
        let agent = json!({"agent": format!("agent-{n:04}"), "name": "x".repeat(200),
            "skills": {"billing": 7, "zh": 10}});
        client.call("agent.set", agent);
    }
}

#[test]
fn strangers_keep_out_neither_root_nor_peers_with_a_token() {
    let place = Place::new(&format!("[server.limits]\nconnections = 40\n{}", token()));
    let daemon = place.start();
    let open = json!({"client": "pbx", "token": TOKEN});
    let mut before = daemon.tcp();
    before.call("session.open", open.clone());
    let lines: Vec<TcpStream> = (0..100).map(|_| connect(daemon.tcp)).collect();
    let requests: Vec<TcpStream> = (0..100).map(|_| connect(daemon.http)).collect();
    daemon.unix().call("server.status", json!({}));
    let mut after = daemon.tcp();
    after.call("session.open", open);
    after.call("contact.submit", json!({"contact": "c1"}));
    let bearer = format!("POST /rpc HTTP/1.1\r\nauthorization: Bearer {TOKEN}");
    let (code, text) = http(
        daemon.http,
        &bearer,
        &request(1, "session.ping", &json!({})),
    );
    assert_eq!(code, 200, "{text}");
    before.call("contact.get", json!({"contact": "c1"}));
    let status = daemon.unix().call("server.status", json!({}));
    let connections = status["connections"].as_u64().expect("a number");
    assert!(connections <= 24, "{connections} for 20 strangers");
    // A displaced connection is told why.
    let mut said = String::new();
    let _ = (&lines[0]).read_to_string(&mut said);
    assert!(
        said.contains("\"limit\"") && said.contains("token"),
        "{said}"
    );
    drop((lines, requests));
}

#[test]
fn the_unix_socket_keeps_places_where_no_token_is_needed() {
    let place = Place::new("[server.limits]\nconnections = 16\n");
    let daemon = place.start();
    let crowd: Vec<Client> = (0..40).map(|_| daemon.tcp()).collect();
    until("the places are taken", || {
        daemon.unix().call("server.status", json!({}))["connections"] == 15
    });
    drop(crowd);
}

#[test]
fn a_batch_gets_replies_up_to_a_limit_and_the_rest_is_not_carried_out() {
    let place = Place::new("[server.limits]\nreply_bytes = \"256 KiB\"\n");
    let daemon = place.start();
    let mut client = daemon.tcp();
    agents(&mut client, 200);
    let mut calls: Vec<Value> = (0..100)
        .map(|id| {
            json!({"jsonrpc": "2.0", "id": id, "method": "agent.list", "params": {"limit": 1000}})
        })
        .collect();
    calls.push(
        json!({"jsonrpc": "2.0", "id": 100, "method": "contact.submit",
        "params": {"contact": "late"}}),
    );
    let line = Value::from(calls).to_string();
    client.line(&line);
    let replies = client.reply();
    let over_http = http(daemon.http, "POST /rpc HTTP/1.1", &line).1;
    let over_http: Value = serde_json::from_str(&over_http).expect("an array");
    for replies in [replies, over_http] {
        let replies = replies.as_array().expect("an array");
        assert_eq!(replies.len(), 101);
        assert_eq!(
            replies[0]["result"]["items"].as_array().map(Vec::len),
            Some(200)
        );
        let refused = replies.iter().filter(|reply| reply["error"].is_object());
        assert!(refused.count() > 90);
        let last = &replies[100]["error"];
        assert_eq!(last["data"]["kind"], "limit", "{last}");
        let message = last["message"].as_str().expect("a message");
        assert!(message.contains("server.limits.reply_bytes"), "{message}");
    }
    let kind = client.refused("contact.get", json!({"contact": "late"}));
    assert_eq!(kind, "not_found");
    // Requests sent one by one are all answered.
    for _ in 0..50 {
        client.send("rpc.discover", json!({}));
    }
    for _ in 0..50 {
        assert_eq!(client.reply()["result"]["openrpc"], "1.3.2");
    }
}

#[test]
fn a_huge_batch_is_sent_in_pieces_and_lets_others_in_between() {
    let place = Place::new("[server.limits]\nreply_bytes = \"1 GiB\"\noutbox_bytes = 65536\n");
    let daemon = place.start();
    let mut quiet = daemon.tcp();
    agents(&mut quiet, 200);
    let before = most_memory(&daemon);
    let mut huge = daemon.tcp();
    huge.line(&batch(700, "agent.list", &json!({"limit": 1000})));
    for n in 0..50 {
        quiet.call("contact.submit", json!({"contact": format!("c{n}")}));
    }
    // Up to here the replies to the batch, some 80 MB, have waited for their reader.
    let grown = most_memory(&daemon) - before;
    assert!(grown < 30 << 20, "{grown} bytes were held");
    let replies = huge.reply();
    let replies = replies.as_array().expect("an array");
    let whole = |reply: &Value| reply["result"]["items"].as_array().map(Vec::len) == Some(200);
    assert!(replies.len() == 700 && replies.iter().all(whole));
}

#[test]
fn a_page_ends_where_it_gets_too_long() {
    let place = Place::new("");
    let daemon = place.start();
    let mut client = daemon.tcp();
    for n in 0..100 {
        let attributes = json!({"a": "x".repeat(15_000)});
        let submit = json!({"contact": format!("c{n:03}"), "attributes": attributes});
        client.call("contact.submit", submit);
    }
    let mut found = Vec::new();
    let mut pages = 0;
    let mut wanted = json!({"limit": 1000});
    loop {
        let page = client.call("contact.list", wanted.clone());
        pages += 1;
        let items = page["items"].as_array().expect("items");
        assert!(page.to_string().len() < 1_100_000, "{} items", items.len());
        found.extend(items.iter().map(|item| item["contact"].to_string()));
        if page["next"].is_null() {
            break;
        }
        wanted["after"] = page["next"].clone();
    }
    found.dedup();
    assert_eq!((found.len(), pages), (100, 2));
}

#[test]
fn requests_per_second_are_limited_over_http_too() {
    let place = Place::new("[server.limits]\nrequests_per_second = 10\n");
    let daemon = place.start();
    let ping = request(1, "session.ping", &json!({}));
    let post = |stream: &TcpStream| {
        let mut stream = stream;
        let head = format!(
            "POST /rpc HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\n\r\n{ping}",
            ping.len()
        );
        stream.write_all(head.as_bytes()).expect("it reads");
        let mut answer = Vec::new();
        let mut byte = [0];
        while !answer.ends_with(b"}") || !answer.windows(4).any(|four| four == b"\r\n\r\n") {
            assert_eq!(stream.read(&mut byte).expect("an answer"), 1);
            answer.push(byte[0]);
            let text = String::from_utf8_lossy(&answer);
            if let Some((head, body)) = text.split_once("\r\n\r\n") {
                let length = head.to_ascii_lowercase();
                let length = length.split("content-length: ").nth(1).expect("a length");
                let length: usize = length
                    .split('\r')
                    .next()
                    .expect("a line")
                    .parse()
                    .expect("n");
                if body.len() == length {
                    break;
                }
            }
        }
        String::from_utf8(answer).expect("text")
    };
    let one = connect(daemon.http);
    let answers: Vec<String> = (0..100).map(|_| post(&one)).collect();
    let refused: Vec<&String> = answers
        .iter()
        .filter(|text| text.contains(" 429 "))
        .collect();
    assert!(refused.len() > 50, "{}", refused.len());
    assert!(refused[0].contains("\"kind\":\"limit\"") && refused[0].contains("retry-after"));
    // Another connection is the same client.
    let again = (0..20).filter(|_| post(&connect(daemon.http)).contains(" 429 "));
    assert!(again.count() > 5);
    // Here each connection is a client.
    daemon.tcp().call("session.ping", json!({}));
    daemon.unix().call("session.ping", json!({}));
}

#[test]
fn connections_with_the_same_token_are_one_client() {
    let place = Place::new(&format!(
        "[server.limits]\nrequests_per_second = 10\n{}",
        token()
    ));
    let daemon = place.start();
    let mut granted = 0;
    let mut clients: Vec<Client> = (0..5).map(|_| daemon.tcp()).collect();
    for client in &mut clients {
        client.ask("session.open", json!({"client": "pbx", "token": TOKEN}));
    }
    for _ in 0..30 {
        for client in &mut clients {
            let answer = client.ask("session.ping", json!({}));
            granted += usize::from(answer.get("error").is_none());
        }
    }
    assert!(granted < 100, "{granted} of 150");
    daemon.unix().call("session.ping", json!({}));
}

#[test]
fn heads_of_requests_have_a_limit() {
    let place = Place::new("");
    let daemon = place.start();
    for head in [
        format!("GET /healthz HTTP/1.1\r\nx-long: {}", "y".repeat(200_000)),
        format!("GET /healthz HTTP/1.1{}", "\r\nx-many: y".repeat(20_000)),
        format!("GET /{} HTTP/1.1", "z".repeat(200_000)),
    ] {
        let mut stream = connect(daemon.http);
        let request = format!("{head}\r\nhost: localhost\r\n\r\n");
        // The request may be refused before it is complete.
        let _ = stream.write_all(request.as_bytes());
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer);
        assert!(!answer.contains(" 200 "), "{answer}");
    }
    assert_eq!(http(daemon.http, "GET /healthz HTTP/1.1", "").0, 200);
}

#[test]
fn a_stranger_sends_little_before_its_token() {
    let place = Place::new(&format!("[agents.ada]\n{}", token()));
    let daemon = place.start();
    let mut client = daemon.tcp();
    client.line(&"x".repeat(9_000));
    let reply = client.reply();
    assert_eq!(reply["error"]["data"]["field"], "line_bytes_max", "{reply}");
    // What follows the token has the limits of a known client.
    let open = request(1, "session.open", &json!({"client": "pbx", "token": TOKEN}));
    let long = request(
        2,
        "contact.submit",
        &json!({"contact": "c1", "topic": "t".repeat(100)}),
    );
    let long = format!("{long}{}", " ".repeat(50_000));
    client.line(&format!("{open}\n{long}"));
    assert_eq!(client.reply()["result"]["client"], "pbx");
    assert_eq!(client.reply()["result"]["state"], "waiting");
    let post = "POST /rpc HTTP/1.1";
    assert_eq!(http(daemon.http, post, &long).0, 401);
    let bearer = format!("{post}\r\nauthorization: Bearer {TOKEN}");
    assert_eq!(http(daemon.http, &bearer, &long).0, 200);
    // Also a WebSocket message that does not end.
    let mut socket = web_socket(daemon.http);
    let ended = (0..100).any(|n| {
        let fragment = vec![b'x'; 1_000];
        frame(&mut socket, n == 0, false, &fragment).is_err()
    });
    assert!(ended || is_closed(&mut socket));
}

#[test]
fn an_unfinished_message_of_a_websocket_has_a_limit() {
    let place = Place::new("");
    let daemon = place.start();
    let mut socket = web_socket(daemon.http);
    let ended = (0..150).any(|n| frame(&mut socket, n == 0, false, &[b'x'; 1_000]).is_err());
    assert!(ended || is_closed(&mut socket));
    let mut socket = web_socket(daemon.http);
    frame(&mut socket, true, false, b"{\"jsonrpc\":\"2.0\",\"id\":1,").expect("it reads");
    frame(&mut socket, false, true, b"\"method\":\"session.ping\"}").expect("it reads");
    let mut answer = [0; 20];
    socket.read_exact(&mut answer).expect("an answer");
}

/// A WebSocket after its upgrade.
fn web_socket(address: SocketAddr) -> TcpStream {
    let mut stream = connect(address);
    let request = "GET /ws HTTP/1.1\r\nhost: localhost\r\nupgrade: websocket\r\n\
        connection: upgrade\r\nsec-websocket-version: 13\r\n\
        sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    stream.write_all(request.as_bytes()).expect("it reads");
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).expect("an answer");
        head.push(byte[0]);
    }
    stream
}

/// Sends a text frame, or a continuation of one.
fn frame(stream: &mut TcpStream, first: bool, last: bool, text: &[u8]) -> std::io::Result<()> {
    let length = text.len() as u16;
    let mut bytes = vec![u8::from(first) | u8::from(last) << 7];
    if length < 126 {
        bytes.push(0x80 | length as u8);
    } else {
        bytes.push(0x80 | 126);
        bytes.extend_from_slice(&length.to_be_bytes());
    }
    bytes.extend_from_slice(&[0; 4]);
    bytes.extend_from_slice(text);
    stream.write_all(&bytes)
}

/// Whether the daemon ends the connection.
fn is_closed(stream: &mut TcpStream) -> bool {
    let mut rest = Vec::new();
    match stream.read_to_end(&mut rest) {
        Ok(_) => true,
        Err(error) => error.kind() == std::io::ErrorKind::ConnectionReset,
    }
}

#[test]
fn bytes_for_slow_readers_have_a_common_limit() {
    let place = Place::new("[server.limits]\noutboxes_bytes = \"2 MiB\"\n");
    let daemon = place.start();
    let mut quiet = daemon.tcp();
    let stop = AtomicBool::new(false);
    std::thread::scope(|threads| {
        for _ in 0..8 {
            threads.spawn(|| {
                let mut deaf = daemon.unix();
                for _ in 0..40 {
                    deaf.send("rpc.discover", json!({}));
                }
                while !stop.load(Ordering::Relaxed) {
                    std::thread::sleep(std::time::Duration::from_millis(10));
                }
            });
        }
        until("some are closed", || {
            closed(&daemon, "slow_consumer") >= 1.0
        });
        quiet.call("session.ping", json!({}));
        until("what waits is below the limit", || {
            let (_, text) = http(daemon.http, "GET /metrics HTTP/1.1", "");
            metric(&text, "firsthand_outboxes_bytes").expect("it is measured") < 2.1e6
        });
        stop.store(true, Ordering::Relaxed);
    });
}

#[test]
fn simultaneous_scrapes_share_one_text() {
    let place = Place::new("");
    let daemon = place.start();
    daemon
        .unix()
        .call("contact.submit", json!({"contact": "c1"}));
    let address = daemon.http;
    std::thread::scope(|threads| {
        let asked: Vec<_> = (0..40)
            .map(|_| threads.spawn(move || http(address, "GET /metrics HTTP/1.1", "")))
            .collect();
        for asked in asked {
            let (code, text) = asked.join().expect("an answer");
            assert_eq!(code, 200);
            let submitted = "firsthand_contacts_submitted_total{tenant=\"default\",\
                queue=\"default\",channel=\"voice\"}";
            assert_eq!(metric(&text, submitted), Some(1.0));
        }
    });
}
