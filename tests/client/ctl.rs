//! `ctl` as typed by a user: its output and exit codes.

use std::io::Write;
use std::process::Stdio;

use crate::process::{Daemon, firsthand};

struct Said {
    out: String,
    error: String,
    code: Option<i32>,
}

fn ctl(daemon: &Daemon, arguments: &str, input: Option<&str>) -> Said {
    let mut child = firsthand()
        .args(["ctl", "--socket"])
        .arg(daemon.socket())
        .args(arguments.split_whitespace())
        .stdin(if input.is_some() {
            Stdio::piped()
        } else {
            Stdio::null()
        })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("ctl starts");
    if let Some(input) = input {
        let mut stdin = child.stdin.take().expect("a pipe");
        stdin.write_all(input.as_bytes()).expect("ctl reads");
    }
    let done = child.wait_with_output().expect("ctl ends");
    Said {
        out: String::from_utf8(done.stdout).expect("text"),
        error: String::from_utf8(done.stderr).expect("text"),
        code: done.status.code(),
    }
}

#[test]
fn calls_from_the_shell() {
    let daemon = Daemon::start("");
    let set = ctl(&daemon, "agent.set bob skills.zh=5 wrap_up_ms=0", None);
    assert_eq!(set.code, Some(0), "{}", set.error);
    assert!(
        set.out
            .lines()
            .any(|line| line.starts_with("skills") && line.ends_with("zh=5"))
    );
    assert_eq!(
        ctl(&daemon, "agent.presence bob available", None).code,
        Some(0)
    );
    let submit = "contact.submit c1 customer=13800138000 requires.zh=5 --json";
    let offered = ctl(&daemon, submit, None).out;
    assert!(
        offered.contains("\"customer\":\"13800138000\""),
        "{offered}"
    );
    assert!(offered.contains("\"state\":\"offered\""), "{offered}");
    let accepted = ctl(&daemon, "offer.accept contact=c1 agent=bob", None);
    assert_eq!(accepted.code, Some(0), "{}", accepted.error);
    let owner = ctl(&daemon, "owner.get 13800138000", None).out;
    assert!(
        owner
            .lines()
            .any(|line| line.starts_with("owner") && line.ends_with("bob")),
        "{owner}"
    );
    let listed = ctl(&daemon, "agent.list", None).out;
    assert!(listed.starts_with("agent"), "{listed}");
    assert!(listed.contains("busy"), "{listed}");
}

#[test]
fn errors_are_readable_and_have_their_exit_code() {
    let daemon = Daemon::start("");
    for (arguments, code, words) in [
        (
            "agent.get bob",
            1,
            "agent \"bob\" does not exist (not_found)",
        ),
        ("agent.gett agent=bob", 1, "did you mean \"agent.get\"?"),
        ("agent.presence bob asleep", 1, "available, break, offline"),
        (
            "queue.set q priority=high",
            2,
            "priority is high, which is no JSON",
        ),
        ("agent.get bob eve", 2, "the method takes agent"),
        ("events bob", 1, "events takes"),
        ("agent.get --frobnicate", 2, "--frobnicate"),
    ] {
        let said = ctl(&daemon, arguments, None);
        assert_eq!(said.code, Some(code), "{arguments}: {}", said.error);
        assert!(said.error.contains(words), "{arguments}: {}", said.error);
        assert!(said.out.is_empty(), "{arguments}: {}", said.out);
    }
    let nobody = firsthand()
        .args(["ctl", "--socket", "/nowhere.sock", "session.ping"])
        .output();
    let nobody = nobody.expect("ctl runs");
    assert_eq!(nobody.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&nobody.stderr).contains("no daemon answers at /nowhere.sock"));
}

#[test]
fn lines_from_a_pipe_go_on_after_an_error() {
    let daemon = Daemon::start("");
    let input = "agent.set bob\n\n# a comment\nagent.get eve\nagent.get 'bob'\nhelp agent.get\n";
    let said = ctl(&daemon, "--json", Some(input));
    assert_eq!(said.code, Some(1));
    assert_eq!(
        said.out.matches("\"agent\":\"bob\"").count(),
        2,
        "{}",
        said.out
    );
    assert!(said.out.contains("Shows an agent"), "{}", said.out);
    assert!(
        said.error.contains("line 4: agent \"eve\" does not exist"),
        "{}",
        said.error
    );
    assert!(said.error.contains("1 of 6 lines failed"), "{}", said.error);
}

#[test]
fn events_are_one_readable_line_each() {
    let daemon = Daemon::start("");
    let input = "agent.set bob\nagent.set eve\nagent.presence bob available\n";
    assert_eq!(ctl(&daemon, "", Some(input)).code, Some(0));
    let all = ctl(&daemon, "events", None);
    let lines: Vec<&str> = all.out.lines().collect();
    let [_, _, presence, state] = lines.as_slice() else {
        panic!("not four lines: {}{}", all.out, all.error);
    };
    assert!(
        presence.ends_with("agent.presence      bob available"),
        "{presence}"
    );
    assert!(
        state.ends_with("agent.state         bob available"),
        "{state}"
    );
    let some = ctl(&daemon, "events --after 1 --types agent.set --json", None);
    assert_eq!(some.out.lines().count(), 1, "{}", some.out);
    assert!(some.out.starts_with("{\"seq\":2,"), "{}", some.out);
}
