//! Start, reload, drain and stop.

use std::io::Read;
use std::path::Path;
use std::process::Command;

use rustix::process::Signal;
use serde_json::json;

use super::support::{Place, binary, exists, http, until};

#[test]
fn two_daemons_on_one_journal_are_refused_with_the_pid_of_the_first() {
    let place = Place::new("");
    let daemon = place.start();
    let mut second = place.spawn();
    let mut errors = String::new();
    let mut stderr = second.stderr.take().expect("a pipe");
    stderr.read_to_string(&mut errors).expect("text");
    assert_eq!(second.wait().expect("it ends").code(), Some(74), "{errors}");
    assert!(errors.contains(&daemon.pid().to_string()), "{errors}");
    daemon.unix().call("session.ping", json!({}));
    daemon.stop();
}

#[test]
fn a_clean_stop_keeps_everything_and_removes_the_socket() {
    let place = Place::new("[agents.ada]\n");
    let daemon = place.start();
    daemon
        .unix()
        .call("contact.submit", json!({"contact": "c1"}));
    let socket = daemon.socket.clone();
    daemon.stop();
    assert!(!exists(&socket), "the socket is left behind");
    place.verify();
    let daemon = place.start();
    let found = daemon.unix().call("contact.get", json!({"contact": "c1"}));
    assert_eq!(found["state"], "waiting");
}

#[test]
fn reloads_during_the_end_write_nothing_behind_the_last_snapshot() {
    for round in 0..4 {
        let place = Place::new("[agents.ada]\n");
        let daemon = place.start();
        let pid = i32::try_from(daemon.pid()).expect("a pid");
        let pid = rustix::process::Pid::from_raw(pid).expect("a pid");
        let hang_up = move || rustix::process::kill_process(pid, Signal::HUP).is_ok();
        for _ in 0..20 * round {
            hang_up();
        }
        daemon.signal(Signal::TERM);
        // Not reaped before `wait`, so the pid stays this daemon's.
        for _ in 0..200 {
            hang_up();
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        assert_eq!(daemon.wait().code(), Some(0));
        let verified = binary()
            .args(["journal", "verify"])
            .arg(place.journal())
            .output()
            .expect("the binary runs");
        let said = String::from_utf8_lossy(&verified.stdout);
        let all = "\n0 records behind the newest snapshot\n";
        assert!(said.contains(all), "round {round}: {said}");
    }
}

#[test]
fn a_stale_socket_is_replaced_and_another_file_is_not() {
    let place = Place::new("");
    let daemon = place.start();
    let socket = daemon.socket.clone();
    daemon.kill();
    assert!(exists(&socket), "kill -9 leaves it behind");
    place.start().stop();
    std::fs::write(&socket, "mine").expect("a writable folder");
    let mut child = place.spawn();
    assert_eq!(child.wait().expect("it ends").code(), Some(1));
    assert_eq!(std::fs::read_to_string(&socket).expect("a file"), "mine");
}

#[test]
fn sighup_applies_the_file_and_signs_nobody_off() {
    let place = Place::new("[agents.ada]\n");
    let daemon = place.start();
    let mut client = daemon.unix();
    client.call(
        "agent.presence",
        json!({"agent": "ada", "presence": "available"}),
    );
    client.call("queue.set", json!({"queue": "made_by_hand"}));
    place.configure("[agents.ada]\nname = \"Ada\"\n[agents.bob]\n[queues.new]\nring = \"7s\"\n");
    client.call("events.subscribe", json!({"types": ["server.reloaded"]}));
    daemon.signal(Signal::HUP);
    assert_eq!(client.event()["type"], "server.reloaded");
    until("the file is followed", || {
        client
            .ask("queue.get", json!({"queue": "new"}))
            .get("result")
            .is_some()
    });
    let ada = client.call("agent.get", json!({"agent": "ada"}));
    assert_eq!(
        (&ada["name"], &ada["presence"]),
        (&json!("Ada"), &json!("available"))
    );
    client.call("queue.get", json!({"queue": "made_by_hand"}));
    // A file with a fault changes nothing.
    place.configure("[queues.new]\nrings = 3\n");
    let reply = client.ask("server.reload", json!({}));
    let message = reply["error"]["message"].as_str().expect("a refusal");
    assert!(
        message.contains("rings") && message.contains("ring"),
        "{message}"
    );
    client.call("agent.get", json!({"agent": "bob"}));
    // What the file no longer names is removed.
    place.configure("[agents.ada]\nname = \"Ada\"\n");
    let reloaded = client.call("server.reload", json!({}));
    assert_eq!(reloaded["changes"], 2, "{reloaded}");
    assert_eq!(
        client.refused("agent.get", json!({"agent": "bob"})),
        "not_found"
    );
    client.call("queue.get", json!({"queue": "made_by_hand"}));
    daemon.stop();
    // A start follows the file in the same way.
    place.configure("[agents.ada]\nname = \"Augusta\"\n");
    let daemon = place.start();
    let mut client = daemon.unix();
    let ada = client.call("agent.get", json!({"agent": "ada"}));
    assert_eq!(
        (&ada["name"], &ada["presence"]),
        (&json!("Augusta"), &json!("available"))
    );
    client.call("queue.get", json!({"queue": "made_by_hand"}));
}

#[test]
fn a_change_refused_in_one_reload_is_made_by_the_next() {
    let place = Place::new("[agents.ada]\n[agents.bob]\n[queues.old]\n");
    let daemon = place.start();
    let mut client = daemon.unix();
    client.call(
        "agent.presence",
        json!({"agent": "ada", "presence": "available"}),
    );
    let submit = json!({"contact": "c1", "queue": "old", "customer": "li"});
    client.call("contact.submit", submit);
    client.call("offer.accept", json!({"contact": "c1", "agent": "ada"}));
    place.configure("[agents.bob]\nname = \"Bob\"\n");
    // Not by itself: the file no longer names what is in use.
    let refused = client.ask("server.reload", json!({}));
    let text = refused["error"]["message"].as_str().expect("a refusal");
    assert!(
        text.contains("agent \"ada\" owns 1 open cases and has 1 contacts"),
        "{text}"
    );
    assert!(text.contains("queue \"old\" holds 1 contacts"), "{text}");
    assert_eq!(refused["error"]["data"]["field"], "allow_removals");
    let allowed = json!({"allow_removals": true});
    let reloaded = client.call("server.reload", allowed.clone());
    assert_eq!(reloaded["changes"], 1, "{reloaded}");
    let refused = reloaded["refused"].as_array().expect("a list");
    assert_eq!(refused.len(), 2, "the agent and the queue: {reloaded}");
    client.call("contact.end", json!({"contact": "c1", "outcome": "open"}));
    // The queue can be removed now; the agent still owns a case.
    let reloaded = client.call("server.reload", allowed);
    assert_eq!(reloaded["changes"], 1, "{reloaded}");
    assert_eq!(
        client.refused("queue.get", json!({"queue": "old"})),
        "not_found"
    );
    let handover = json!({"owner": "ada", "to": "bob", "reason": "leaves", "by": "boss"});
    client.call("case.handover", handover);
    daemon.stop();
    // A start does the rest as well.
    let daemon = place.start();
    let mut client = daemon.unix();
    assert_eq!(
        client.refused("agent.get", json!({"agent": "ada"})),
        "not_found"
    );
    assert_eq!(client.call("server.reload", json!({}))["changes"], 0);
}

/// `firsthand check FILE --against SOCKET`, and its exit code.
fn against(file: &Path, socket: &Path) -> (Option<i32>, String) {
    let out = Command::new(env!("CARGO_BIN_EXE_firsthand"))
        .arg("check")
        .arg(file)
        .arg("--against")
        .arg(socket)
        .output()
        .expect("the binary runs");
    let told = [out.stdout, out.stderr].concat();
    (out.status.code(), String::from_utf8(told).expect("text"))
}

/// What a reload would do is told before it is done, with the same words as its refusal.
#[test]
fn a_file_is_compared_with_the_running_daemon() {
    let place = Place::new("[agents.ada]\n[agents.bob]\n[agents.cid]\n[queues.old]\n[queues.q]\n");
    let daemon = place.start();
    let mut client = daemon.unix();
    let same = against(&place.config(), &daemon.socket);
    assert_eq!(same.0, Some(0), "{}", same.1);
    assert!(same.1.contains("a reload changes nothing"), "{}", same.1);

    let open = json!({"case": "k1", "customer": "li", "owner": "ada"});
    client.call("case.open", open);
    client.call("contact.submit", json!({"contact": "c1", "queue": "old"}));
    place.configure(
        "[agents.bob]\nname = \"Bob\"\n[agents.dan]\n[queues.q]\n[tenant]\nmax_in_system = 9\n",
    );
    let (code, told) = against(&place.config(), &daemon.socket);
    assert_eq!(code, Some(1), "{told}");
    for line in [
        "settings would be changed\n",
        "agent \"bob\" would be changed\n",
        "agent \"dan\" would be added\n",
        "agent \"cid\" would be removed\n",
        "agent \"ada\" would be removed; owns 1 open cases and has 0 contacts: nobody who stays \
         would take the cases, and it would stay\n",
        "queue \"old\" would be removed; holds 1 contacts: it would stay until they are over\n",
        "a reload would be refused",
    ] {
        assert!(told.contains(line), "{line:?} is missing in:\n{told}");
    }
    assert!(!told.contains("\"q\""), "{told}");
    // It changed nothing, and the reload says the same of what is in use.
    let refused = client.ask("server.reload", json!({}));
    let text = refused["error"]["message"].as_str().expect("a refusal");
    assert!(text.contains("agent \"ada\" owns 1 open cases"), "{text}");

    place.configure("[agents.ada]\n[agents.bob]\n[queues.old]\n[queues.q]\n");
    let (code, told) = against(&place.config(), &daemon.socket);
    assert_eq!(code, Some(0), "cid holds nothing: {told}");
    assert!(told.contains("agent \"cid\" would be removed\n"), "{told}");

    place.configure("[agents.ada]\ncolour = \"red\"\n");
    assert_eq!(against(&place.config(), &daemon.socket).0, Some(2));
    place.configure("[agents.ada]\n");
    let gone = against(&place.config(), &place.path("nowhere.sock"));
    assert_eq!(gone.0, Some(69), "{}", gone.1);
    let refused = client.refused("server.compare", json!({"file": "firsthand.toml"}));
    assert_eq!(refused, "invalid");
}

/// Several leave in one step: a case goes over once, to somebody who stays.
#[test]
fn leavers_hand_over_in_one_hop_and_only_where_allowed() {
    let agents = "[agents.a]\ndeputy = \"b\"\n[agents.b]\nleader = \"c\"\n[agents.c]\n";
    let place = Place::new(agents);
    let daemon = place.start();
    let mut client = daemon.unix();
    for case in ["k1", "k2"] {
        client.call(
            "case.open",
            json!({"case": case, "customer": "li", "owner": "a"}),
        );
    }
    daemon.stop();
    place.configure("[agents.c]\n");
    let refused = binary()
        .args(["serve", "--config"])
        .arg(place.config())
        .output()
        .expect("the binary runs");
    assert_eq!(refused.status.code(), Some(2));
    let text = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(text.contains("agent \"a\" owns 2 open cases"), "{text}");
    assert!(text.contains("would go to \"c\""), "{text}");
    assert!(text.contains("--allow-removals"), "{text}");
    let daemon = place.start_with(&["--allow-removals"]);
    let mut client = daemon.unix();
    client.call(
        "events.subscribe",
        json!({"after": 0, "types": ["case.handed_over"]}),
    );
    for _ in 0..2 {
        let event = client.event();
        assert_eq!(
            (&event["from"], &event["to"]),
            (&json!("a"), &json!("c")),
            "{event}"
        );
    }
    assert_eq!(client.call("case.get", json!({"case": "k1"}))["owner"], "c");
    assert_eq!(
        client.call("agent.list", json!({}))["items"]
            .as_array()
            .map(Vec::len),
        Some(1)
    );
}

#[test]
fn a_draining_daemon_takes_no_new_contacts_and_says_so() {
    let place = Place::new("[agents.ada]\n");
    let daemon = place.start();
    let mut client = daemon.unix();
    client.call("contact.submit", json!({"contact": "before"}));
    client.call("server.drain", json!({}));
    assert_eq!(
        client.refused("contact.submit", json!({"contact": "after"})),
        "unavailable"
    );
    let (code, body) = http(daemon.http, "GET /readyz HTTP/1.1", "");
    assert_eq!(code, 503);
    assert!(body.contains("draining"), "{body}");
    assert_eq!(http(daemon.http, "GET /healthz HTTP/1.1", "").0, 200);
    // Existing contacts continue.
    client.call(
        "agent.presence",
        json!({"agent": "ada", "presence": "available"}),
    );
    client.call("offer.accept", json!({"contact": "before", "agent": "ada"}));
    assert_eq!(client.call("server.status", json!({}))["state"], "draining");
    daemon.stop();
}

#[test]
fn conversations_may_end_before_the_daemon_does() {
    let place = Place::new("");
    let text = std::fs::read_to_string(place.config()).expect("the file");
    std::fs::write(
        place.config(),
        text.replace("drain = \"0s\"", "drain = \"20s\""),
    )
    .expect("a writable folder");
    let daemon = place.start();
    let mut client = daemon.unix();
    client.call("agent.set", json!({"agent": "ada"}));
    client.call(
        "agent.presence",
        json!({"agent": "ada", "presence": "available"}),
    );
    client.call("contact.submit", json!({"contact": "c1"}));
    client.call("offer.accept", json!({"contact": "c1", "agent": "ada"}));
    daemon.signal(Signal::TERM);
    until("it drains", || {
        client.call("server.status", json!({}))["state"] == "draining"
    });
    client.call(
        "contact.end",
        json!({"contact": "c1", "outcome": "resolved"}),
    );
    assert_eq!(daemon.wait().code(), Some(0));
}

#[test]
fn wrong_usage_and_a_wrong_file_exit_with_2() {
    let place = Place::new("[queues.a]\nring = 5\n");
    let mut child = place.spawn();
    assert_eq!(child.wait().expect("it ends").code(), Some(2));
    let usage = binary().arg("serve").output().expect("the binary runs");
    assert_eq!(usage.status.code(), Some(2));
    place.configure("");
    let check = binary()
        .arg("check")
        .arg(place.config())
        .output()
        .expect("runs");
    assert_eq!(check.status.code(), Some(0));
}

#[test]
fn a_missing_journal_is_begun_unless_existing_only_is_given() {
    let place = Place::new("");
    let refused = binary()
        .args(["serve", "--existing-only", "--config"])
        .arg(place.config())
        .output()
        .expect("the binary runs");
    assert_eq!(refused.status.code(), Some(74));
    place.start().stop();
    place.verify();
}
