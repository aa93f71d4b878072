//! The time of day is set while the daemon runs, or is wrong at its start. Simulated by libfaketime
//! (Debian's package faketime, which `tests/run` installs).

use std::io::Read;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use super::support::{Client, Place, binary, until};

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// Where Debian installs it.
fn library() -> PathBuf {
    let triple = format!("{}-linux-gnu", std::env::consts::ARCH);
    let path = PathBuf::from(format!("/usr/lib/{triple}/faketime/libfaketimeMT.so.1"));
    assert!(
        path.exists(),
        "install the package faketime: {}",
        path.display()
    );
    path
}

/// `serve` with the time of day given by the file `wall`.
fn serve(place: &Place, more: &[&str]) -> Command {
    let mut command = binary();
    command.args(["serve", "--config"]).arg(place.config());
    command.args(more);
    command
        .env("LD_PRELOAD", library())
        .env("FAKETIME_TIMESTAMP_FILE", place.path("wall"))
        .env("FAKETIME_NO_CACHE", "1")
        .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Sets the time of day, as so many seconds before or after the true one.
pub fn set_wall(place: &Place, by: &str) {
    // Renamed into place, so that it is never read half written.
    let next = place.path("wall.next");
    std::fs::write(&next, by).expect("a writable folder");
    std::fs::rename(next, place.path("wall")).expect("a writable folder");
}

/// A daemon at that time of day, once it answers.
pub fn up(place: &Place, more: &[&str]) -> (Child, Client) {
    let child = serve(place, more).spawn().expect("the binary runs");
    until("the daemon listens", || {
        UnixStream::connect(place.path("s.sock")).is_ok()
    });
    // The socket exists before the daemon serves.
    let mut client = Client::unix(&place.path("s.sock"));
    client.call("session.ping", json!({}));
    (child, client)
}

/// Stops a daemon and returns its log.
pub fn stop(child: Child) -> String {
    kill_process(Pid::from_child(&child), Signal::TERM).expect("it is there");
    let done = child.wait_with_output().expect("it ends");
    assert_eq!(done.status.code(), Some(0));
    String::from_utf8(done.stdout).expect("text")
}

fn refused(place: &Place) -> String {
    let mut child = serve(place, &[]).spawn().expect("the binary runs");
    let mut errors = String::new();
    let mut stderr = child.stderr.take().expect("a pipe");
    stderr.read_to_string(&mut errors).expect("text");
    assert_eq!(child.wait().expect("it ends").code(), Some(1), "{errors}");
    assert!(errors.contains("--accept-clock"), "{errors}");
    errors
}

fn dump(place: &Place) -> String {
    let done = binary()
        .args(["journal", "dump"])
        .arg(place.journal())
        .output();
    String::from_utf8(done.expect("the binary runs").stdout).expect("text")
}

#[test]
fn a_changed_time_of_day_times_nobody_out_and_is_logged() {
    let place = Place::new("[queues.q]\nmax_wait = \"1h\"\n");
    set_wall(&place, "+0");
    let (child, mut client) = up(&place, &[]);
    client.call("contact.submit", json!({"contact": "c1", "queue": "q"}));
    for by in ["+8h", "+0", "+400d", "+0"] {
        set_wall(&place, by);
        // One second until the daemon checks, and another until it would act.
        std::thread::sleep(std::time::Duration::from_millis(2_500));
        let contact = client.call("contact.get", json!({"contact": "c1"}));
        assert_eq!(contact["state"], "waiting", "after {by}");
    }
    let log = stop(child);
    let told = log.matches("the time of day was set, or the machine slept");
    assert!(told.count() >= 2, "{log}");
    assert!(log.contains("the daemon's time does not follow"), "{log}");
}

#[test]
fn a_start_a_year_ahead_is_refused_and_leaves_the_journal_as_it_was() {
    let place = Place::new("[queues.q]\nmax_wait = \"1h\"\n");
    set_wall(&place, "+0");
    let (child, mut client) = up(&place, &[]);
    client.call("contact.submit", json!({"contact": "c1", "queue": "q"}));
    stop(child);
    let before = dump(&place);
    for (by, word) in [("+366d", "after"), ("-366d", "before"), ("-3d", "before")] {
        set_wall(&place, by);
        let errors = refused(&place);
        assert!(errors.contains(word), "{by}: {errors}");
        assert_eq!(dump(&place), before, "{by}");
    }
    // A correct start continues as usual.
    set_wall(&place, "+0");
    let (child, mut client) = up(&place, &[]);
    let contact = client.call("contact.get", json!({"contact": "c1"}));
    assert_eq!(contact["state"], "waiting");
    stop(child);
    // A gap of weeks is a holiday.
    set_wall(&place, "+29d");
    let (child, _) = up(&place, &[]);
    stop(child);
    // Accepted time stays: time does not fall.
    set_wall(&place, "+0");
    refused(&place);
    let (child, mut client) = up(&place, &["--accept-clock"]);
    let contact = client.call("contact.get", json!({"contact": "c1"}));
    assert_ne!(contact["state"], "waiting");
    let late = client.call("contact.submit", json!({"contact": "c2", "queue": "q"}));
    assert_eq!(late["state"], "waiting");
    let log = stop(child);
    assert!(
        log.contains("lies before the journal's last command"),
        "{log}"
    );
    let last = dump(&place);
    let last: serde_json::Value =
        serde_json::from_str(last.lines().last().expect("a record")).expect("JSON");
    let first: serde_json::Value =
        serde_json::from_str(before.lines().last().expect("a record")).expect("JSON");
    let apart = last["at"].as_i64().zip(first["at"].as_i64());
    let apart = apart.map(|(last, first)| last - first).expect("times");
    assert!(
        (29 * DAY_MS - HOUR_MS..30 * DAY_MS).contains(&apart),
        "{apart}"
    );
}
