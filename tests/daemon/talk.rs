//! Traffic on the sockets: single requests, batches, pipelines, keys.

use std::time::Duration;

use serde_json::json;

use super::support::{Place, contact};

const ADA: &str = "[agents.ada]\nskills = { billing = 5 }\n[queues.billing]\n";

#[test]
fn a_contact_finds_its_agent_over_unix_and_tcp() {
    let place = Place::new(ADA);
    let daemon = place.start();
    for (name, mut client) in [("c1", daemon.unix()), ("c2", daemon.tcp())] {
        client.call(
            "agent.presence",
            json!({"agent": "ada", "presence": "available"}),
        );
        let submitted = client.call(
            "contact.submit",
            json!({"contact": name, "queue": "billing"}),
        );
        assert_eq!(submitted["state"], "offered");
        let connected = client.call("offer.accept", json!({"contact": name, "agent": "ada"}));
        assert_eq!(connected["state"], "connected");
        assert_eq!(connected["owner"], "ada");
        let ended = client.call(
            "contact.end",
            json!({"contact": name, "outcome": "resolved"}),
        );
        assert_eq!(ended["outcome"], "resolved");
    }
    daemon.stop();
}

#[test]
fn a_batch_is_answered_as_an_array_without_its_notifications() {
    let place = Place::new(ADA);
    let daemon = place.start();
    let mut client = daemon.unix();
    client.line(
        r#"[{"jsonrpc":"2.0","id":"a","method":"contact.submit","params":{"contact":"c1"}},
            {"jsonrpc":"2.0","method":"contact.submit","params":{"contact":"c2"}},
            {"jsonrpc":"2.0","id":"b","method":"server.status"},
            {"jsonrpc":"2.0","id":"c","method":"no.such"}]"#
            .replace('\n', " ")
            .as_str(),
    );
    let replies = client.reply();
    let ids: Vec<&str> = replies
        .as_array()
        .expect("an array")
        .iter()
        .filter_map(|reply| reply["id"].as_str())
        .collect();
    assert_eq!(ids, ["a", "b", "c"]);
    assert_eq!(replies[2]["error"]["code"], -32_601);
    assert_eq!(contact(&mut client, "c2")["state"], "waiting");
}

#[test]
fn a_pipeline_is_answered_in_order_and_in_full() {
    let place = Place::new(ADA);
    let daemon = place.start();
    let mut client = daemon.tcp();
    let many = 2_000;
    let mut text = String::new();
    for n in 0..many {
        // Commands, queries, refusals and calls of the connection side by side.
        let request = match n % 4 {
            0 => json!({"method": "contact.submit", "params": {"contact": format!("c{n}")}}),
            1 => json!({"method": "contact.get", "params": {"contact": format!("c{}", n - 1)}}),
            2 => json!({"method": "contact.get", "params": {"contact": "nobody"}}),
            _ => json!({"method": "session.ping"}),
        };
        let mut request = request;
        request["jsonrpc"] = "2.0".into();
        request["id"] = n.into();
        text.push_str(&format!("{request}\n"));
    }
    client.writer.write_all(text.as_bytes()).expect("it reads");
    for n in 0..many {
        let reply = client.reply();
        assert_eq!(reply["id"], n);
        assert_eq!(reply.get("error").is_some(), n % 4 == 2, "{reply}");
    }
}

#[test]
fn a_slow_writer_is_understood() {
    let place = Place::new(ADA);
    let daemon = place.start();
    let mut client = daemon.tcp();
    let line = "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"session.ping\"}\r\n";
    for byte in line.as_bytes() {
        client.writer.write_all(&[*byte]).expect("it reads");
        std::thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(client.reply()["id"], 7);
}

#[test]
fn a_last_line_without_its_end_is_answered() {
    let place = Place::new(ADA);
    let daemon = place.start();
    let stream = std::os::unix::net::UnixStream::connect(&daemon.socket).expect("it listens");
    let mut writer = &stream;
    std::io::Write::write_all(
        &mut writer,
        b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"session.ping\"}",
    )
    .expect("it reads");
    stream.shutdown(std::net::Shutdown::Write).expect("open");
    let mut text = String::new();
    std::io::Read::read_to_string(&mut &stream, &mut text).expect("a reply");
    assert!(text.contains("\"ok\":true"), "{text}");
}

#[test]
fn a_key_answers_the_same_over_a_restart_and_refuses_other_params() {
    let place = Place::new(ADA);
    let daemon = place.start();
    let note = json!({"case": "k1", "customer": "tel:+861", "topic": "bill", "key": "once"});
    let first = daemon.unix().call("case.open", note.clone());
    daemon.unix().call(
        "case.note",
        json!({"case": "k1", "text": "a", "by": "x", "key": "n1"}),
    );
    daemon.kill();
    let daemon = place.start();
    let mut client = daemon.unix();
    assert_eq!(client.call("case.open", note), first);
    client.call(
        "case.note",
        json!({"case": "k1", "text": "a", "by": "x", "key": "n1"}),
    );
    let notes = client.call("case.get", json!({"case": "k1"}))["notes"].take();
    assert_eq!(notes.as_array().map(Vec::len), Some(1), "{notes}");
    let other = json!({"case": "k1", "text": "b", "by": "x", "key": "n1"});
    assert_eq!(client.refused("case.note", other), "conflict");
}
