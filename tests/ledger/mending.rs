//! What the daemon does with a ledger that was changed outside it, and with copies.

use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::{Value, json};

use super::daemon::{Client, records};
use super::process::{Daemon, firsthand};
use firsthand::ledger::files;

fn file(daemon: &Daemon) -> PathBuf {
    folder(daemon).join(files::file_name(1))
}

fn folder(daemon: &Daemon) -> PathBuf {
    files::folder_of(&daemon.folder().join("journal"), "default")
}

/// Some cases, and all their records in the ledger.
fn fill(daemon: &Daemon) {
    let mut client = Client::new(daemon);
    for n in 0..5 {
        let open = json!({"case": format!("c{n}"), "customer": "x", "owner": "ada"});
        client
            .ask("agent.set", json!({"agent": "ada"}))
            .expect("an answer");
        client.ask("case.open", open).expect("an answer");
    }
    client.ask("server.snapshot", json!({})).expect("an answer");
}

fn events(daemon: &Daemon) -> Vec<Value> {
    let mut records = records(daemon);
    let is_own = |record: &Value| {
        record["type"]
            .as_str()
            .is_some_and(|of| of.starts_with("ledger."))
    };
    records.retain(|record| !is_own(record));
    for record in &mut records {
        let record = record.as_object_mut().expect("an object");
        record.remove("n");
        record.remove("hash");
    }
    records
}

/// A daemon that answers has checked its ledger.
fn start_and_kill(daemon: &mut Daemon) {
    daemon.run();
    let answer = Client::new(daemon).ask("session.ping", json!({}));
    assert!(answer.is_some(), "it answers");
    daemon.kill();
}

fn run(arguments: &[&str], dirs: &[&Path]) -> Output {
    let done = firsthand().args(arguments).args(dirs).output();
    done.expect("the binary runs")
}

fn verify(dir: &Path) -> (Option<i32>, String) {
    let done = run(&["ledger", "verify"], &[dir]);
    (
        done.status.code(),
        String::from_utf8_lossy(&done.stdout).into_owned(),
    )
}

#[test]
fn what_the_journal_still_has_is_recorded_again() {
    let mut daemon = Daemon::start("");
    fill(&daemon);
    daemon.kill();
    let wanted = events(&daemon);
    assert!(wanted.len() >= 10, "{wanted:?}");

    let path = file(&daemon);
    let good = std::fs::read(&path).expect("a file");
    let mut bad = good.clone();
    bad[good.len() / 2] ^= 1;
    std::fs::write(&path, &bad).expect("written");
    let (code, said) = verify(&daemon.folder().join("journal"));
    assert_eq!(code, Some(74), "{said}");
    assert!(said.contains("ledger-00000001.ndjson, line "), "{said}");
    start_and_kill(&mut daemon);
    assert_eq!(events(&daemon)[..wanted.len()], wanted[..]);
    let aside = std::fs::read_dir(folder(&daemon)).expect("a folder");
    let aside = aside.filter_map(Result::ok).map(|entry| entry.file_name());
    assert!(
        aside
            .into_iter()
            .any(|name| name.to_string_lossy().contains(".cut-"))
    );

    // Cut off at a line end: the chain is whole, but the snapshot proves the loss.
    let cut = good
        .iter()
        .take(good.len() / 2)
        .rposition(|byte| *byte == b'\n');
    std::fs::write(&path, &good[..=cut.expect("a line")]).expect("written");
    let (code, said) = verify(&daemon.folder().join("journal"));
    assert_eq!(code, Some(74), "{said}");
    assert!(said.contains("and is not there"), "{said}");

    std::fs::remove_dir_all(folder(&daemon)).expect("removed");
    start_and_kill(&mut daemon);
    assert_eq!(events(&daemon)[..wanted.len()], wanted[..]);
    let (code, said) = verify(&daemon.folder().join("journal"));
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn a_copy_of_the_journal_has_its_ledger() {
    let mut daemon = Daemon::start("");
    fill(&daemon);
    let journal = daemon.folder().join("journal");
    let (copy, back) = (daemon.folder().join("copy"), daemon.folder().join("back"));
    let done = run(&["journal", "backup"], &[&journal, &copy]);
    assert!(String::from_utf8_lossy(&done.stdout).contains("and the ledger: 1 files"));
    assert!(
        run(&["journal", "restore"], &[&copy, &back])
            .status
            .success()
    );
    daemon.kill();
    let (code, said) = verify(&back);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("held against the journal"), "{said}");
    let export = run(&["ledger", "export", "--case", "c3"], &[&back]);
    let text = String::from_utf8_lossy(&export.stdout).into_owned();
    assert_eq!(text.lines().count(), 2, "{text}");
    assert!(text.contains("c3,x,ada,"), "{text}");
    assert!(text.contains(",assigned,,,,,,,"), "{text}");
}

#[test]
fn another_journal_is_distinguished() {
    let mut daemon = Daemon::start("");
    fill(&daemon);
    daemon.kill();
    // The journal is lost, the ledger is not.
    let journal = daemon.folder().join("journal");
    let kept = daemon.folder().join("kept");
    std::fs::rename(journal.join("ledger"), &kept).expect("moved");
    std::fs::remove_dir_all(&journal).expect("removed");
    std::fs::create_dir(&journal).expect("made");
    std::fs::rename(&kept, journal.join("ledger")).expect("moved");
    daemon.run_with(&["--accept-ledger-break"]);
    fill(&daemon);
    daemon.kill();
    let (code, said) = verify(&journal);
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("it goes on after event 0 and not after "),
        "{said}"
    );
}

#[test]
fn it_can_be_switched_off() {
    let mut daemon = Daemon::start("ledger = false\n");
    fill(&daemon);
    daemon.kill();
    assert!(!daemon.folder().join("journal/ledger").exists());
}
