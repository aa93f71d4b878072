//! A journal and a ledger that do not belong together are refused, with both named and a way out.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Output, Stdio};

use serde_json::json;

use super::support::{Client, Daemon, Place, binary, until};

fn work(client: &mut Client, from: usize, to: usize) {
    for n in from..to {
        client.call("agent.set", json!({"agent": "ada"}));
        client.call(
            "case.open",
            json!({"case": format!("c{n}"), "customer": "x", "owner": "ada"}),
        );
    }
}

/// Copies the files of a folder, or of a journal without its ledger.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let path = entry.expect("a file").path();
        if path.is_file() {
            let name = path.file_name().expect("a name");
            std::fs::copy(&path, to.join(name)).expect("copied");
        }
    }
}

fn remove_files(of: &Path) {
    for entry in std::fs::read_dir(of).expect("a folder") {
        let path = entry.expect("a file").path();
        if path.is_file() {
            std::fs::remove_file(path).expect("removed");
        }
    }
}

/// A start that must be refused; returns its output.
fn refused(place: &Place) -> String {
    let Output {
        status,
        stdout,
        stderr,
    } = place.spawn().wait_with_output().expect("it ends");
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&stdout),
        String::from_utf8_lossy(&stderr)
    );
    assert_eq!(status.code(), Some(74), "{said}");
    assert!(said.contains("--accept-ledger-break"), "{said}");
    said
}

/// A start that accepts the break, and its end.
fn accepted(place: &Place) {
    let mut child = binary()
        .args(["serve", "--accept-ledger-break", "--config"])
        .arg(place.config())
        .stdout(Stdio::null())
        .spawn()
        .expect("the binary runs");
    // The socket exists before the ledger is checked: only an answer shows that it serves.
    until("it serves", || {
        let Ok(mut stream) = UnixStream::connect(place.path("s.sock")) else {
            return false;
        };
        let ping = b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"session.ping\"}\n";
        stream.write_all(ping).expect("it listens");
        stream.read(&mut [0; 64]).is_ok_and(|read| read > 0)
    });
    let pid = i32::try_from(child.id()).expect("a pid");
    let pid = rustix::process::Pid::from_raw(pid).expect("a pid");
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("it is there");
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}

fn last_event(daemon: &Daemon) -> u64 {
    let status = daemon.unix().call("server.status", json!({}));
    status["seq"].as_u64().expect("a number")
}

/// The last event in a stopped daemon's ledger.
fn ledger_end(place: &Place) -> u64 {
    let done = binary()
        .args(["ledger", "verify"])
        .arg(place.journal().join("ledger"))
        .output()
        .expect("the binary runs");
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    let (_, after) = said.split_once("through event ").expect("its end");
    let number: String = after.chars().take_while(char::is_ascii_digit).collect();
    number.parse().expect("a number")
}

/// Stopped in order or killed: only the first leaves a snapshot at its end.
fn end(daemon: Daemon, in_order: bool) {
    if in_order {
        daemon.stop();
    } else {
        daemon.unix().call("server.snapshot", json!({}));
        daemon.kill();
    }
}

#[test]
fn a_journal_older_than_its_ledger_is_refused_with_both_named() {
    for in_order in [true, false] {
        let place = Place::new("");
        let daemon = place.start();
        work(&mut daemon.unix(), 0, 50);
        end(daemon, in_order);
        let old = place.path("old");
        copy(&place.journal(), &old);
        let daemon = place.start();
        work(&mut daemon.unix(), 50, 100);
        end(daemon, in_order);
        let newer = ledger_end(&place);
        let kept = place.path("kept");
        copy(&place.journal(), &kept);

        remove_files(&place.journal());
        copy(&old, &place.journal());
        let said = refused(&place);
        assert!(said.contains(&format!("through event {newer} ")), "{said}");
        assert!(
            said.contains("the journal is older than its ledger"),
            "{said}"
        );
        // The next start is refused again: nothing was changed.
        assert!(refused(&place).contains(&format!("through event {newer} ")));

        // The way out: the right journal.
        remove_files(&place.journal());
        copy(&kept, &place.journal());
        let daemon = place.start();
        daemon.unix().call("case.get", json!({"case": "c99"}));
        daemon.stop();

        // Or accepting the break.
        remove_files(&place.journal());
        copy(&old, &place.journal());
        accepted(&place);
        let daemon = place.start();
        assert_eq!(
            daemon.unix().refused("case.get", json!({"case": "c99"})),
            "not_found"
        );
        daemon.unix().call("case.get", json!({"case": "c49"}));
        daemon.stop();
    }
}

/// An old journal continued without the ledger until it was longer, or exactly as long.
#[test]
fn a_journal_continued_from_an_older_copy_is_refused() {
    for (in_order, cases) in [(true, 100), (true, 130), (false, 100), (false, 130)] {
        let place = Place::new("");
        let daemon = place.start();
        work(&mut daemon.unix(), 0, 50);
        end(daemon, in_order);
        let old = place.path("old");
        copy(&place.journal(), &old);
        let daemon = place.start();
        work(&mut daemon.unix(), 50, 100);
        end(daemon, in_order);
        let ledger = place.journal().join("ledger");
        let aside = place.path("ledger-aside");
        std::fs::rename(&ledger, &aside).expect("moved");

        remove_files(&place.journal());
        copy(&old, &place.journal());
        let daemon = place.start();
        work(&mut daemon.unix(), 50, cases);
        assert!(last_event(&daemon) > 0);
        end(daemon, in_order);
        std::fs::remove_dir_all(&ledger).expect("removed");
        std::fs::rename(&aside, &ledger).expect("moved");
        let said = refused(&place);
        assert!(
            said.contains("say different things"),
            "{in_order}, {cases}: {said}"
        );
        accepted(&place);
        place.start().stop();
    }
}

#[test]
fn another_journal_beside_a_ledger_is_refused() {
    let place = Place::new("");
    let daemon = place.start();
    work(&mut daemon.unix(), 0, 10);
    daemon.stop();
    remove_files(&place.journal());
    let said = refused(&place);
    assert!(
        said.contains("put the journal back that belongs to it"),
        "{said}"
    );
    accepted(&place);
    place.start().stop();
}

#[test]
fn a_ledger_older_than_the_journals_oldest_event_is_refused() {
    let place = Place::keeping_events("0s");
    let daemon = place.start();
    work(&mut daemon.unix(), 0, 10);
    daemon.stop();
    let old = place.path("old-ledger");
    let ledger = place.journal().join("ledger/default");
    copy(&ledger, &old);
    // Two snapshots and a segment later, the journal has dropped the events in between.
    let daemon = place.start();
    let mut client = daemon.unix();
    for round in 0..3 {
        for _ in 0..400 {
            let note =
                json!({"case": format!("c{round}"), "text": "n".repeat(3_000), "by": "boss"});
            client.call("case.note", note);
        }
        work(&mut client, 10 + round, 11 + round);
        client.call("server.snapshot", json!({}));
    }
    daemon.stop();
    remove_files(&ledger);
    copy(&old, &ledger);
    let said = refused(&place);
    assert!(said.contains("nothing tells the events between"), "{said}");
    accepted(&place);
    place.start().stop();
}
