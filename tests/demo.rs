//! The demo as started by a user: it describes what it does, ends cleanly, and leaves nothing
//! behind.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

fn demo(arguments: &[&str]) -> (tempfile::TempDir, Child) {
    let folder = tempfile::tempdir().expect("a folder");
    let child = Command::new(env!("CARGO_BIN_EXE_firsthand"))
        .arg("demo")
        .args(arguments)
        .env("TMPDIR", folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the demo starts");
    (folder, child)
}

fn files(folder: &tempfile::TempDir) -> usize {
    std::fs::read_dir(folder.path())
        .expect("the folder")
        .count()
}

#[test]
fn it_explains_decisions_and_leaves_nothing_behind() {
    let (folder, child) = demo(&["--seconds", "6", "--speed", "8", "--seed", "3"]);
    let done = child.wait_with_output().expect("it ends");
    let text = String::from_utf8(done.stdout).expect("text");
    let error = String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(0), "{error}");
    assert!(error.is_empty(), "{error}");
    assert!(!text.contains('\x1b'), "colours go to terminals only");
    for words in [
        "firsthand.sock",
        "/metrics",
        "try from another terminal",
        "owns it now",
        "came back to",
        "What it came to",
        "continuity",
        "removed: ",
    ] {
        assert!(text.contains(words), "{words} is missing in\n{text}");
    }
    assert_eq!(files(&folder), 0);
}

#[test]
fn a_preset_gives_cases_their_deadlines() {
    // The first follow-up comes at random, within the minute.
    let arguments = ["--seconds", "60", "--speed", "8", "--preset", "95598"];
    let (_folder, mut child) = demo(&arguments);
    let mut missing = vec!["is up:", "is told: a matter of", " asked "];
    let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut text = String::new();
    while !missing.is_empty() {
        let from = text.len();
        let read = out.read_line(&mut text).expect("it tells");
        assert!(read > 0, "{missing:?} is missing in\n{text}");
        missing.retain(|words| !text[from..].contains(words));
    }
    let pid = i32::try_from(child.id()).expect("a pid");
    kill_process(Pid::from_raw(pid).expect("a pid"), Signal::INT).expect("it is there");
    assert!(out.lines().all(|line| line.is_ok()));
    let done = child.wait_with_output().expect("it ends");
    let error = String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(0), "{error}");
    assert!(error.is_empty(), "{error}");
    let (_folder, child) = demo(&["--preset", "99999"]);
    let done = child.wait_with_output().expect("it ends");
    assert_eq!(done.status.code(), Some(2));
}

#[test]
fn a_signal_ends_it_cleanly() {
    for signal in [Signal::INT, Signal::TERM] {
        let (folder, mut child) = demo(&["--keep"]);
        let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut line = String::new();
        while !line.contains("owns it now") {
            line.clear();
            assert!(
                out.read_line(&mut line).expect("it tells") > 0,
                "it ended by itself"
            );
        }
        let pid = i32::try_from(child.id()).expect("a pid");
        kill_process(Pid::from_raw(pid).expect("a pid"), signal).expect("it is there");
        let rest: Vec<String> = out.lines().map(|line| line.expect("text")).collect();
        assert_eq!(child.wait().expect("it ends").code(), Some(0));
        assert!(rest.iter().any(|line| line.contains("kept: ")), "{rest:#?}");
        assert_eq!(files(&folder), 1);
    }
}

#[test]
fn a_reader_that_has_gone_ends_it() {
    let (folder, mut child) = demo(&["--speed", "20"]);
    drop(child.stdout.take());
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
    assert_eq!(files(&folder), 0);
}
