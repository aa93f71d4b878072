//! The log is a pipe that nobody reads, one whose reader has died, or a full disk: the daemon
//! continues, and reports afterwards how much of the log is missing.

use std::fs::OpenOptions;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::os::unix::net::UnixStream;
use std::process::{Child, Stdio};
use std::thread::JoinHandle;

use serde_json::{Value, json};

use super::support::{Client, Place, binary, http, metric, until};

/// More log lines than a pipe and the daemon together can hold: each connection leaves one.
const CONNECTIONS: usize = 1_500;

/// A configuration that logs everything.
fn talkative() -> Place {
    Place::new("[server.log]\nlevel = \"debug\"\n[agents.ada]\n")
}

/// Configures HTTP on a free port, for daemons whose log cannot be read for it.
fn fix_http(place: &Place) -> SocketAddr {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("an address");
    let text = std::fs::read_to_string(place.config()).expect("a file");
    let fixed = format!("http = \"{address}\"");
    let text = text.replace("http = \"127.0.0.1:0\"", &fixed);
    std::fs::write(place.config(), text).expect("a writable folder");
    address
}

fn serve(place: &Place, out: Stdio, err: Stdio) -> Child {
    let child = binary()
        .args(["serve", "--config"])
        .arg(place.config())
        .stdin(Stdio::null())
        .stdout(out)
        .stderr(err)
        .spawn()
        .expect("the binary runs");
    until("the daemon listens", || {
        UnixStream::connect(place.path("s.sock")).is_ok()
    });
    child
}

/// A daemon whose log is read to its end.
fn read(place: &Place) -> (Child, JoinHandle<String>) {
    let mut child = serve(place, Stdio::piped(), Stdio::null());
    let mut out = child.stdout.take().expect("a pipe");
    let reader = std::thread::spawn(move || {
        let mut text = String::new();
        out.read_to_string(&mut text).expect("text");
        text
    });
    (child, reader)
}

fn client(place: &Place) -> Client {
    Client::unix(&place.path("s.sock"))
}

/// Connects and disconnects, so that each time something is logged.
fn make_it_talk(place: &Place, times: usize) {
    for _ in 0..times {
        client(place).call("session.ping", json!({}));
    }
}

/// The value of a metric, over HTTP.
fn figure(address: SocketAddr, name: &str) -> f64 {
    let (status, text) = http(address, "GET /metrics HTTP/1.1", "");
    assert_eq!(status, 200);
    metric(&text, name).expect("the metric is there")
}

fn ends(mut child: Child) -> Option<i32> {
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("it is there");
    let mut code = None;
    until("the daemon ends", || {
        let status = child.try_wait().expect("a child");
        code = status.and_then(|status| status.code());
        status.is_some()
    });
    code
}

#[test]
fn a_pipe_that_nobody_reads_blocks_nothing() {
    let place = talkative();
    let address = fix_http(&place);
    let mut child = serve(&place, Stdio::piped(), Stdio::null());
    let out = BufReader::new(child.stdout.take().expect("a pipe"));
    // More than the pipe and the memory hold: every line is some hundred bytes.
    let name = "firsthand_log_lines_dropped_total";
    let mut rounds = 0;
    while figure(address, name) == 0.0 {
        make_it_talk(&place, CONNECTIONS);
        rounds += 1;
        assert!(rounds < 40, "nothing is dropped");
    }
    let submitted = client(&place).call("contact.submit", json!({"contact": "c1"}));
    assert_eq!(submitted["contact"], "c1");
    // When somebody reads again, it reports what is missing and continues.
    let reader = std::thread::spawn(move || {
        let mut lines = out.lines().map_while(Result::ok);
        let found = lines.any(|line| line.contains("the log flows again"));
        (found, lines.count())
    });
    make_it_talk(&place, 10);
    assert_eq!(ends(child), Some(0));
    let (found, _) = reader.join().expect("a reader");
    assert!(found, "it does not say what is missing");
    place.verify();
}

#[test]
fn a_stop_does_not_wait_for_a_log_reader() {
    let place = talkative();
    let mut child = serve(&place, Stdio::piped(), Stdio::piped());
    let unread = (child.stdout.take(), child.stderr.take());
    make_it_talk(&place, CONNECTIONS);
    client(&place).call("contact.submit", json!({"contact": "c1"}));
    assert_eq!(ends(child), Some(0));
    drop(unread);
    let daemon = place.start();
    daemon.unix().call("contact.get", json!({"contact": "c1"}));
}

#[test]
fn a_log_reader_that_has_died_does_not_end_the_daemon() {
    let place = talkative();
    let mut child = serve(&place, Stdio::piped(), Stdio::piped());
    drop((child.stdout.take(), child.stderr.take()));
    make_it_talk(&place, 200);
    // A refused reload is logged as an error.
    place.configure("[queues.a]\nring = 7\n");
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::HUP).expect("it is there");
    make_it_talk(&place, 200);
    client(&place).call("contact.submit", json!({"contact": "c1"}));
    assert_eq!(ends(child), Some(0));
}

#[test]
fn lines_lost_to_a_full_disk_are_counted() {
    let full = || {
        let file = OpenOptions::new().write(true).open("/dev/full");
        Stdio::from(file.expect("/dev/full is there"))
    };
    let place = talkative();
    let address = fix_http(&place);
    let child = serve(&place, full(), full());
    make_it_talk(&place, 200);
    client(&place).call("contact.submit", json!({"contact": "c1"}));
    until("what was not written is counted", || {
        figure(address, "firsthand_log_lines_failed_total") >= 200.0
    });
    assert_eq!(ends(child), Some(0));
}

#[test]
fn a_refused_start_ends_even_if_nobody_reads_the_log() {
    let place = talkative();
    let daemon = place.start();
    for out in ["/dev/full", "/dev/null"] {
        let file = OpenOptions::new().write(true).open(out).expect("a device");
        let mut second = binary()
            .args(["serve", "--config"])
            .arg(place.config())
            .stdout(Stdio::null())
            .stderr(Stdio::from(file))
            .spawn()
            .expect("the binary runs");
        assert_eq!(second.wait().expect("it ends").code(), Some(74), "{out}");
    }
    daemon.stop();
}

#[test]
fn the_last_lines_are_written() {
    let place = Place::new("[agents.ada]\n");
    let (child, reader) = read(&place);
    client(&place).call("contact.submit", json!({"contact": "c1"}));
    assert_eq!(ends(child), Some(0));
    let text = reader.join().expect("a reader");
    let last = text.lines().last().unwrap_or_default();
    assert!(last.contains("ended"), "{text}");
}

#[test]
fn no_text_from_outside_passes_for_a_log_line() {
    let place = Place::new("[server.log]\nlevel = \"debug\"\n");
    let (child, reader) = read(&place);
    // A fault is logged with an excerpt of the file, which may contain anything.
    place.configure("[queues.\"a\u{85}\u{9b}31m\u{202e}\"]\nring = 7\n");
    let reply: Value = client(&place).ask("server.reload", json!({}));
    assert!(reply.get("error").is_some(), "{reply}");
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::HUP).expect("it is there");
    make_it_talk(&place, 50);
    assert_eq!(ends(child), Some(0));
    let text = reader.join().expect("a reader");
    assert!(text.contains("the old configuration stays"), "{text}");
    let hidden = |c: &char| firsthand::spelling::is_hidden(*c) && *c != '\n';
    let found: Vec<char> = text.chars().filter(hidden).collect();
    assert!(found.is_empty(), "{found:?} in {text}");
    for line in text.lines() {
        let is_begun = line.starts_with("20") || line.starts_with("    ");
        assert!(is_begun, "{line}");
    }
}
