//! HTTP and the WebSocket: the same calls, and requests of foreign pages refused.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::support::{PATIENCE, Place, http};

const POST: &str = "POST /rpc HTTP/1.1\r\ncontent-type: application/json";

fn rpc(address: SocketAddr, body: &Value) -> Value {
    let (code, text) = http(address, POST, &body.to_string());
    assert_eq!(code, 200, "{text}");
    serde_json::from_str(&text).expect("a reply")
}

#[test]
fn rpc_answers_single_requests_and_batches() {
    let place = Place::new("");
    let daemon = place.start();
    let submit = json!({"jsonrpc": "2.0", "id": 1, "method": "contact.submit",
        "params": {"contact": "c1"}});
    assert_eq!(rpc(daemon.http, &submit)["result"]["state"], "waiting");
    let get = json!({"jsonrpc": "2.0", "id": 2, "method": "contact.get",
        "params": {"contact": "c1"}});
    let replies = rpc(daemon.http, &json!([get, submit]));
    assert_eq!(replies[0]["result"]["contact"], "c1");
    assert_eq!(replies[1]["id"], 1);
    let open = json!({"jsonrpc": "2.0", "id": 3, "method": "session.open",
        "params": {"client": "x"}});
    assert_eq!(rpc(daemon.http, &open)["error"]["data"]["kind"], "invalid");
    let notification = json!({"jsonrpc": "2.0", "method": "contact.submit",
        "params": {"contact": "c2"}});
    assert_eq!(http(daemon.http, POST, &notification.to_string()).0, 204);
    let (code, text) = http(daemon.http, POST, &"x".repeat(100_000));
    assert_eq!(code, 413, "{text}");
}

#[test]
fn foreign_pages_are_kept_out() {
    let place = Place::new("");
    let daemon = place.start();
    let ping = r#"{"jsonrpc":"2.0","id":1,"method":"session.ping"}"#;
    let foreign_name = format!("{POST}\r\nhost: evil.example");
    assert_eq!(http(daemon.http, &foreign_name, ping).0, 403);
    let foreign_page = format!("{POST}\r\norigin: http://evil.example");
    assert_eq!(http(daemon.http, &foreign_page, ping).0, 403);
    let own_page = format!("{POST}\r\norigin: http://{}", daemon.http);
    assert_eq!(http(daemon.http, &own_page, ping).0, 200);
    let form = "POST /rpc HTTP/1.1\r\ncontent-type: text/plain\r\nsec-fetch-site: cross-site";
    assert_eq!(http(daemon.http, form, ping).0, 415);
    // `curl -d` sends another type, and a plain program none.
    let curl = "POST /rpc HTTP/1.1\r\ncontent-type: application/x-www-form-urlencoded";
    assert_eq!(http(daemon.http, curl, ping).0, 200);
    assert_eq!(http(daemon.http, "POST /rpc HTTP/1.1", ping).0, 200);
    let socket = "GET /ws HTTP/1.1\r\norigin: http://evil.example";
    assert_eq!(http(daemon.http, socket, "").0, 403);
    let name = "GET /metrics HTTP/1.1\r\nhost: evil.example";
    assert_eq!(http(daemon.http, name, "").0, 403);
}

#[test]
fn a_connection_without_a_request_loses_its_place() {
    let place = Place::new("[server.limits]\nhandshake = \"200ms\"\nstall = \"200ms\"\n");
    let daemon = place.start();
    let socket = WebSocket::open(daemon.http);
    for begun in [
        "",
        "GET /healthz HTT",
        "GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n",
        "POST /rpc HTTP/1.1\r\nhost: localhost\r\ncontent-length: 90\r\n\r\n{",
    ] {
        let mut stream = TcpStream::connect(daemon.http).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        stream.write_all(begun.as_bytes()).expect("it reads");
        let mut answer = Vec::new();
        let ended = stream.read_to_end(&mut answer);
        assert!(ended.is_ok(), "{begun:?} is waited for: {ended:?}");
    }
    // A WebSocket has its own limits.
    let mut socket = socket;
    socket.send(r#"{"jsonrpc":"2.0","id":2,"method":"session.ping"}"#);
    assert_eq!(socket.receive()["id"], 2);
}

#[test]
fn the_websocket_carries_replies_and_events() {
    let place = Place::new("");
    let daemon = place.start();
    let mut socket = WebSocket::open(daemon.http);
    socket.send(
        r#"{"jsonrpc":"2.0","id":1,"method":"session.open","params":{"client":"w","events":true}}"#,
    );
    assert_eq!(socket.receive()["result"]["client"], "w");
    daemon
        .unix()
        .call("contact.submit", json!({"contact": "c1"}));
    let event = socket.receive();
    assert_eq!(event["params"]["type"], "contact.waiting");
    socket.send("[1]");
    assert_eq!(socket.receive()[0]["error"]["code"], -32_600);
    socket.send(&"x".repeat(70_000));
    assert_eq!(socket.receive()["error"]["data"]["field"], "line_bytes_max");
    socket.send(r#"{"jsonrpc":"2.0","id":2,"method":"session.ping"}"#);
    assert_eq!(socket.receive()["id"], 2);
}

#[test]
fn metrics_are_complete_and_sound() {
    let place = Place::new("[agents.ada]\n[queues.billing.retry]\nbusy = \"0s\"\n");
    let daemon = place.start();
    let mut client = daemon.unix();
    client.call(
        "agent.presence",
        json!({"agent": "ada", "presence": "available"}),
    );
    let submit = |contact: &str| json!({"contact": contact, "queue": "billing", "customer": "t:1"});
    client.call("contact.submit", submit("c1"));
    client.call(
        "offer.decline",
        json!({"contact": "c1", "agent": "ada", "reason": "busy"}),
    );
    client.call("offer.accept", json!({"contact": "c1", "agent": "ada"}));
    client.call("contact.end", json!({"contact": "c1", "outcome": "open"}));
    client.call("contact.submit", submit("c2"));
    client.call("offer.accept", json!({"contact": "c2", "agent": "ada"}));
    client.call("contact.submit", submit("c3"));
    client.refused("contact.get", json!({"contact": "nobody"}));
    client.call("server.snapshot", json!({}));
    let (code, text) = http(daemon.http, "GET /metrics HTTP/1.1", "");
    assert_eq!(code, 200);
    let text = unchunk(&text);
    let queue = "tenant=\"default\",queue=\"billing\"";
    for line in [
        format!("firsthand_contacts_submitted_total{{{queue},channel=\"voice\"}} 3"),
        format!("firsthand_contacts_connected_total{{{queue},route=\"skill\"}} 1"),
        format!("firsthand_contacts_connected_total{{{queue},route=\"owner\"}} 1"),
        format!("firsthand_contacts_ended_total{{{queue},outcome=\"open\"}} 1"),
        format!("firsthand_offers_total{{{queue},result=\"accepted\"}} 2"),
        format!("firsthand_offers_total{{{queue},result=\"busy\"}} 1"),
        format!("firsthand_owner_repeat_contacts_total{{{queue}}} 1"),
        format!("firsthand_owner_hits_total{{{queue}}} 1"),
        format!("firsthand_queue_waiting{{{queue}}} 1"),
        format!("firsthand_queue_connected{{{queue}}} 1"),
        "firsthand_agents{tenant=\"default\",state=\"busy\"} 1".to_owned(),
        "firsthand_cases_owned_open{tenant=\"default\"} 1".to_owned(),
        "firsthand_requests_total{method=\"contact.submit\",result=\"ok\"} 3".to_owned(),
        "firsthand_requests_total{method=\"contact.get\",result=\"not_found\"} 1".to_owned(),
    ] {
        assert!(text.contains(&line), "{line} is not in\n{text}");
    }
    for name in [
        "decision",
        "journal_commit",
        "contact_wait",
        "contact_handle",
        "snapshot_pause",
    ] {
        let line = format!("# TYPE firsthand_{name}_seconds histogram");
        assert!(text.contains(&line), "{line} is not in\n{text}");
    }
    assert!(!text.contains("t:1"), "a customer is named");
    promtool(&text);
}

#[test]
fn agents_have_metrics_if_switched_on() {
    let place = Place::new("[agents.'a\"d\\a']\n");
    let daemon = place.start();
    let mut client = daemon.unix();
    let metrics = || unchunk(&http(daemon.http, "GET /metrics HTTP/1.1", "").1);
    assert!(!metrics().contains("agent="), "nobody asked for it");
    place.configure("[agents.'a\"d\\a']\n[metrics]\nagents = true\n");
    let reloaded = client.call("server.reload", json!({}));
    assert_eq!(reloaded["needs_restart"], json!([]));
    let ada = json!({"agent": "a\"d\\a", "presence": "available"});
    client.call("agent.presence", ada);
    client.call("contact.submit", json!({"contact": "c1"}));
    let accept = json!({"contact": "c1", "agent": "a\"d\\a"});
    client.call("offer.accept", accept);
    let text = metrics();
    let agent = r#"tenant="default",agent="a\"d\\a""#;
    for line in [
        format!("firsthand_agent_contacts{{{agent}}} 1"),
        format!("firsthand_agent_open_cases{{{agent}}} 1"),
        format!("firsthand_agent_handled_total{{{agent}}} 1"),
        format!("firsthand_agent_talk_seconds_total{{{agent}}} 0"),
        format!("firsthand_agent_state{{{agent},state=\"busy\"}} 1"),
    ] {
        assert!(text.contains(&line), "{line} is not in\n{text}");
    }
    promtool(&text);
}

/// Prometheus' own tool must accept the text (Debian: package `prometheus`).
fn promtool(text: &str) {
    let mut tool = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("promtool is installed");
    let mut input = tool.stdin.take().expect("a pipe");
    input.write_all(text.as_bytes()).expect("it reads");
    drop(input);
    let done = tool.wait_with_output().expect("it ends");
    let said =
        String::from_utf8_lossy(&done.stderr).into_owned() + &String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success() && said.is_empty(), "{said}");
}

/// Decodes a chunked body.
fn unchunk(body: &str) -> String {
    if body.starts_with('#') {
        return body.to_owned();
    }
    let mut whole = String::new();
    let mut rest = body;
    while let Some((size, after)) = rest.split_once("\r\n") {
        let size = usize::from_str_radix(size.trim(), 16).expect("a size");
        whole.push_str(&after[..size]);
        rest = after[size..].trim_start_matches("\r\n");
    }
    whole
}

/// As little of a WebSocket client as the test needs.
pub struct WebSocket(TcpStream);

impl WebSocket {
    pub fn open(address: SocketAddr) -> Self {
        let mut stream = TcpStream::connect(address).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let request = format!(
            "GET /ws HTTP/1.1\r\nhost: {address}\r\nupgrade: websocket\r\nconnection: upgrade\r\n\
             sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).expect("it reads");
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).expect("an answer");
            head.push(byte[0]);
        }
        assert!(
            head.starts_with(b"HTTP/1.1 101"),
            "{}",
            String::from_utf8_lossy(&head)
        );
        Self(stream)
    }

    pub fn send(&mut self, text: &str) {
        let length = u32::try_from(text.len()).expect("short");
        let mut frame = vec![0x81];
        match length {
            0..126 => frame.push(0x80 | length as u8),
            126..65_536 => {
                frame.push(0x80 | 126);
                frame.extend_from_slice(&(length as u16).to_be_bytes());
            }
            _ => {
                frame.push(0x80 | 127);
                frame.extend_from_slice(&u64::from(length).to_be_bytes());
            }
        }
        // A mask of zeros leaves the text as it is.
        frame.extend_from_slice(&[0; 4]);
        frame.extend_from_slice(text.as_bytes());
        self.0.write_all(&frame).expect("it reads");
    }

    pub fn receive(&mut self) -> Value {
        self.try_receive().expect("a whole text")
    }

    /// The code and the reason with which the daemon closes the connection.
    pub fn closed_with(&mut self) -> (u16, String) {
        let mut head = [0; 2];
        self.0.read_exact(&mut head).expect("a frame");
        assert_eq!(head[0], 0x88, "a frame that closes");
        let mut body = vec![0; usize::from(head[1])];
        self.0.read_exact(&mut body).expect("its body");
        let (code, reason) = body.split_at(2);
        let code = u16::from_be_bytes(code.try_into().expect("two bytes"));
        (code, String::from_utf8_lossy(reason).into_owned())
    }

    /// The next message; `None` if the daemon closes the connection.
    pub fn try_receive(&mut self) -> Option<Value> {
        let mut head = [0; 2];
        self.0.read_exact(&mut head).ok()?;
        if head[0] != 0x81 {
            return None;
        }
        let length = match head[1] {
            126 => {
                let mut bytes = [0; 2];
                self.0.read_exact(&mut bytes).expect("a length");
                u64::from(u16::from_be_bytes(bytes))
            }
            127 => {
                let mut bytes = [0; 8];
                self.0.read_exact(&mut bytes).expect("a length");
                u64::from_be_bytes(bytes)
            }
            short => u64::from(short),
        };
        let mut text = vec![0; usize::try_from(length).expect("short")];
        self.0.read_exact(&mut text).expect("a text");
        Some(serde_json::from_slice(&text).expect("JSON"))
    }
}

/// The manual lists every metric with its help text.
#[test]
fn the_manual_lists_every_metric() {
    let place = Place::new("[agents.ada]\n");
    let daemon = place.start();
    daemon
        .unix()
        .call("contact.submit", json!({"contact": "c1"}));
    let (_, text) = http(daemon.http, "GET /metrics HTTP/1.1", "");
    let manual = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/operations.md");
    let manual = std::fs::read_to_string(manual).expect("the manual");
    let mut listed = 0;
    for line in unchunk(&text).lines() {
        let Some(help) = line.strip_prefix("# HELP ") else {
            continue;
        };
        let (name, help) = help.split_once(' ').expect("a help text");
        let row = manual
            .lines()
            .find(|row| row.starts_with(&format!("| `{name}`")));
        let row = row.unwrap_or_else(|| panic!("{name} is not in the manual"));
        assert!(row.contains(help), "{row}");
        listed += 1;
    }
    assert!(listed > 15, "{listed}");
}
