//! A disk that is really full: what is refused, what continues, and that the rest resumes by
//! itself.
//!
//! The disk is a small file system in memory, mounted for the test. Where this process may not
//! mount, the test runs itself again in a namespace of its own.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::support::{Client, Daemon, Place, http, metric, until};

/// More notes than any part of the disk can hold.
const NOTES_MAX: usize = 4_000;

/// A small disk. Dropping it unmounts it.
struct Disk(PathBuf);

impl Disk {
    /// `None` = the test has passed in its own namespace.
    fn mount(at: &Path, size: &str, test: &str) -> Option<Self> {
        std::fs::create_dir_all(at).expect("a folder");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o"])
            .arg(format!("size={size}"))
            .arg("tmpfs")
            .arg(at)
            .output();
        if mounted.is_ok_and(|done| done.status.success()) {
            return Some(Self(at.to_owned()));
        }
        assert!(
            std::env::var_os("FULL_DISK_INSIDE").is_none(),
            "not even in a name space of its own this process may mount a file system"
        );
        let again = Command::new("unshare")
            .args(["--user", "--map-root-user", "--mount"])
            .arg(std::env::current_exe().expect("this test has a path"))
            .args(["--exact", test])
            .env("FULL_DISK_INSIDE", "1")
            .output()
            .expect("unshare runs: this test needs root or name spaces of users");
        let said = String::from_utf8_lossy(&again.stdout).into_owned();
        assert!(
            again.status.success() && said.contains("1 passed"),
            "{said}"
        );
        None
    }

    /// Fills the disk.
    fn fill(&self) {
        let mut ballast = File::create(self.ballast()).expect("a file");
        while ballast.write_all(&[1; 4096]).is_ok() {}
    }

    fn free(&self) {
        std::fs::remove_file(self.ballast()).expect("it was there");
    }

    fn ballast(&self) -> PathBuf {
        self.0.join("ballast")
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

fn ready(daemon: &Daemon) -> (u16, String) {
    http(daemon.http, "GET /readyz HTTP/1.1", "")
}

fn metrics(daemon: &Daemon) -> String {
    http(daemon.http, "GET /metrics HTTP/1.1", "").1
}

/// Connected contacts `k0` … with agents of their own, and a case to write notes in.
fn begin(client: &mut Client, contacts: usize) {
    for n in 0..contacts {
        let (agent, contact) = (format!("a{n}"), format!("k{n}"));
        let skills = json!({(agent.as_str()): 1});
        client.call("agent.set", json!({"agent": agent, "skills": skills}));
        let here = json!({"agent": agent, "presence": "available"});
        client.call("agent.presence", here);
        client.call(
            "contact.submit",
            json!({"contact": contact, "requires": skills, "customer": format!("c{n}")}),
        );
        client.call("offer.accept", json!({"contact": contact, "agent": agent}));
    }
    client.call("case.open", json!({"case": "log", "customer": "c0"}));
}

fn note() -> Value {
    json!({"case": "log", "text": "n".repeat(3_000), "by": "boss"})
}

/// The message of a refusal as `unavailable`, if it is one.
fn unavailable(reply: &Value) -> Option<String> {
    let error = &reply["error"];
    (error["data"]["kind"] == "unavailable").then(|| error["message"].to_string())
}

/// Writes notes until `look` returns something.
fn write_until<T>(client: &mut Client, mut look: impl FnMut(&mut Client, Value) -> Option<T>) -> T {
    for _ in 0..NOTES_MAX {
        let noted = client.ask("case.note", note());
        if let Some(found) = look(client, noted) {
            return found;
        }
    }
    panic!("in vain after {NOTES_MAX} notes");
}

fn new_contact(n: usize) -> Value {
    json!({"contact": format!("new{n}"), "requires": {"nobody": 1}})
}

fn no_room_for_a_segment(daemon: &Daemon) -> bool {
    metric(&metrics(daemon), "firsthand_journal_disk_full ") == Some(1.0)
}

#[test]
fn a_full_disk_refuses_new_contacts_but_not_queries_and_ends() {
    let place = Place::new("");
    let name = "full_disk::a_full_disk_refuses_new_contacts_but_not_queries_and_ends";
    let Some(disk) = Disk::mount(&place.journal(), "12m", name) else {
        return;
    };
    let daemon = place.start();
    let mut client = daemon.unix();
    begin(&mut client, 4);
    client.call("contact.submit", new_contact(0));
    let keyed = json!({"contact": "keyed", "requires": {"nobody": 1}, "key": "once"});
    let first = client.call("contact.submit", keyed.clone());
    until("the journal has its reserve", || {
        place.journal().join("reserve.tmp").exists() && !no_room_for_a_segment(&daemon)
    });
    disk.fill();

    // The segment in use is full, the spare is taken, and there is no room for another one.
    write_until(&mut client, |_, _| {
        no_room_for_a_segment(&daemon).then_some(())
    });
    only_what_runs_goes_on(&daemon, &mut client);
    assert_eq!(client.call("contact.submit", keyed.clone()), first);

    // The reserve is used up too.
    let noted = std::cell::Cell::new(0);
    let said = write_until(&mut client, |_, reply| {
        noted.set(noted.get() + 1);
        unavailable(&reply)
    });
    assert!(said.contains("its reserve is used up"), "{said}");
    assert!(noted.get() > 20, "the reserve held {} notes", noted.get());
    let refused = client.refused("contact.end", json!({"contact": "k2", "outcome": "open"}));
    assert_eq!(refused, "unavailable");
    questions_are_answered(&daemon, &mut client);
    assert_eq!(client.call("contact.submit", keyed.clone()), first);

    // It ends in order, and starts again on a disk that is still full.
    daemon.stop();
    let daemon = place.start();
    let mut client = daemon.unix();
    questions_are_answered(&daemon, &mut client);
    assert_eq!(
        client.call("contact.get", json!({"contact": "k0"}))["state"],
        "ended"
    );
    assert_eq!(
        client.call("contact.get", json!({"contact": "k3"}))["state"],
        "connected"
    );

    // With room again everything resumes by itself.
    disk.free();
    until("new contacts are taken", || {
        unavailable(&client.ask("contact.submit", new_contact(1))).is_none()
    });
    client.call("contact.end", json!({"contact": "k3", "outcome": "open"}));
    until("it is ready", || ready(&daemon).0 == 200);
    assert!(!no_room_for_a_segment(&daemon));
    daemon.stop();
    place.verify();
}

/// The disk has no room for another segment, but the reserve is left.
fn only_what_runs_goes_on(daemon: &Daemon, client: &mut Client) {
    let refused = client.ask("contact.submit", new_contact(1));
    let said = unavailable(&refused).unwrap_or_else(|| panic!("{refused}"));
    assert!(said.contains("the disk of the journal is full"), "{said}");
    assert_eq!(
        client.refused("case.open", json!({"case": "x", "customer": "c"})),
        "unavailable"
    );
    assert_eq!(
        client.refused("queue.set", json!({"queue": "x"})),
        "unavailable"
    );
    // A known contact is answered with its state, a known key with its stored answer.
    assert_eq!(
        client.call("contact.submit", new_contact(0))["state"],
        "waiting"
    );
    assert_eq!(
        client.refused("contact.get", json!({"contact": "new1"})),
        "not_found"
    );
    // Conversations in progress continue and end.
    client.call(
        "contact.end",
        json!({"contact": "k0", "outcome": "resolved"}),
    );
    client.call(
        "contact.cancel",
        json!({"contact": "new0", "reason": "abandoned"}),
    );
    client.call(
        "agent.presence",
        json!({"agent": "a1", "presence": "break"}),
    );
    client.call(
        "contact.transfer",
        json!({"contact": "k1", "to": {"agent": "a0"}, "mode": "blind", "reason": "x"}),
    );
    let (code, body) = ready(daemon);
    assert_eq!(code, 503, "{body}");
    assert!(body.contains("the disk of the journal is full"), "{body}");
}

fn questions_are_answered(daemon: &Daemon, client: &mut Client) {
    assert_eq!(
        client.call("contact.get", json!({"contact": "k3"}))["state"],
        "connected"
    );
    client.call("contact.list", json!({}));
    client.call("agent.get", json!({"agent": "a3"}));
    client.call("case.get", json!({"case": "log"}));
    client.call("server.status", json!({}));
    client.call("session.ping", json!({}));
    assert_eq!(
        client.refused("agent.get", json!({"agent": "nobody"})),
        "not_found"
    );
    let mut another = daemon.unix();
    let opened = another.call("session.open", json!({"client": "desk"}));
    let last = opened["seq"].as_u64().expect("a number");
    another.call("events.subscribe", json!({"after": last - 1}));
    assert_eq!(another.event()["seq"], last);
}

/// Deadlines that pass while there is no room are carried out once there is.
#[test]
fn time_stands_still_while_the_disk_has_no_room() {
    let place = Place::new("[queues.short]\nmax_wait = \"3s\"\n");
    let name = "full_disk::time_stands_still_while_the_disk_has_no_room";
    let Some(disk) = Disk::mount(&place.journal(), "12m", name) else {
        return;
    };
    let daemon = place.start();
    let mut client = daemon.unix();
    begin(&mut client, 1);
    until("the journal has its reserve", || {
        place.journal().join("reserve.tmp").exists() && !no_room_for_a_segment(&daemon)
    });
    disk.fill();
    let mut waits = Value::Null;
    write_until(&mut client, |client, reply| {
        if waits.is_null() && unavailable(&reply).is_none() {
            waits = client.ask(
                "contact.submit",
                json!({"contact": "w", "queue": "short", "requires": {"nobody": 1}}),
            );
        }
        unavailable(&reply)
    });
    assert!(waits.get("error").is_none(), "{waits}");
    let state = client.call("contact.get", json!({"contact": "w"}))["state"].clone();
    assert!(state == "waiting" || state == "ended", "{state}");
    std::thread::sleep(std::time::Duration::from_millis(3_200));
    client.call("contact.get", json!({"contact": "w"}));
    disk.free();
    until("its time has run out", || {
        client.call("contact.get", json!({"contact": "w"}))["state"] == "ended"
    });
    daemon.kill();
    let daemon = place.start();
    let ended = daemon.unix().call("contact.get", json!({"contact": "w"}));
    assert_eq!(ended["state"], "ended");
    daemon.stop();
}

#[test]
fn the_ledger_resumes_by_itself_after_a_full_disk() {
    let place = Place::new("");
    let name = "full_disk::the_ledger_resumes_by_itself_after_a_full_disk";
    let at = place.journal().join("ledger");
    let Some(disk) = Disk::mount(&at, "256k", name) else {
        return;
    };
    let daemon = place.start();
    let mut client = daemon.unix();
    begin(&mut client, 1);
    client.call("server.snapshot", json!({}));
    disk.fill();
    let stopped = |daemon: &Daemon| metric(&metrics(daemon), "firsthand_ledger_stopped ");
    let mut n = 0;
    let mut work = |client: &mut Client| {
        n += 1;
        client.call(
            "case.open",
            json!({"case": format!("m{n}"), "customer": "c0", "owner": "a0"}),
        );
    };
    until("the ledger is stopped", || {
        work(&mut client);
        stopped(&daemon) == Some(1.0)
    });
    let (code, body) = ready(&daemon);
    assert_eq!(code, 503, "{body}");
    assert!(body.contains("the ledger is not written"), "{body}");
    assert_eq!(client.refused("server.snapshot", json!({})), "unavailable");
    // The centre works, and a start does not need the ledger's disk either.
    daemon.kill();
    let daemon = place.start();
    let mut client = daemon.unix();
    work(&mut client);
    until("the ledger is stopped", || stopped(&daemon) == Some(1.0));
    disk.free();
    until("the ledger is written again", || {
        stopped(&daemon) == Some(0.0)
    });
    assert_eq!(ready(&daemon).0, 200);
    client.call("server.snapshot", json!({}));
    daemon.stop();
    let verified = super::support::binary()
        .args(["ledger", "verify"])
        .arg(place.journal())
        .output()
        .expect("the binary runs");
    let said = String::from_utf8_lossy(&verified.stdout);
    assert!(verified.status.success(), "{said}");
    assert!(said.contains(" 0 events are not yet written"), "{said}");
}

/// Events that come while the ledger cannot be written fall out of memory. They are replayed for
/// it, and a snapshot waits for it only through the snapshot's own events.
#[test]
fn a_snapshot_does_not_wait_for_later_events() {
    let place = Place::new("");
    let name = "full_disk::a_snapshot_does_not_wait_for_later_events";
    let at = place.journal().join("ledger");
    let Some(disk) = Disk::mount(&at, "256k", name) else {
        return;
    };
    let daemon = place.start();
    let mut client = daemon.unix();
    begin(&mut client, 1);
    disk.fill();
    let lag = |daemon: &Daemon| metric(&metrics(daemon), "firsthand_ledger_lag_events ");
    let toggles: Vec<Value> = ["break", "available"]
        .into_iter()
        .cycle()
        .take(500)
        .map(|presence| {
            json!({"jsonrpc": "2.0", "id": 1, "method": "agent.presence",
                "params": {"agent": "away", "presence": presence}})
        })
        .collect();
    let toggles = Value::from(toggles).to_string();
    client.call("agent.set", json!({"agent": "away"}));
    let mut n = 0;
    until("the ledger is stopped", || {
        n += 1;
        let open = json!({"case": format!("m{n}"), "customer": "c0", "owner": "a0"});
        client.call("case.open", open);
        metric(&metrics(&daemon), "firsthand_ledger_stopped ") == Some(1.0)
    });
    for _ in 0..140 {
        client.line(&toggles).expect("it listens");
        client.reply();
    }
    assert!(lag(&daemon) > Some(65_536.0), "{:?}", lag(&daemon));
    disk.free();
    let mut other = daemon.unix();
    let busy =
        std::thread::spawn(
            move || {
                while other.line(&toggles).is_some() && other.try_reply().is_some() {}
            },
        );
    until("a snapshot is taken", || {
        client.ask("server.snapshot", json!({}))["error"].is_null()
    });
    client.call("server.snapshot", json!({}));
    daemon.stop();
    busy.join().expect("the client does not panic");
}
