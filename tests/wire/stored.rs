//! Commands as the journal stores them: each reads back as written, and old bytes stay readable.

use std::collections::BTreeSet;
use std::path::PathBuf;

use firsthand::router::codes::Presence;
use firsthand::router::command::{
    AgentCommand, AgentPresence, Command, Desktop, Session, SessionCommand, SettingsPatch, Stamped,
};
use firsthand::router::ids::{Key, Name};
use firsthand::stored;
use firsthand::wire::request::Request;

use super::methods::examples;
use super::{line, request};

/// Every command number in use. Add new ones here.
const NUMBERS: &[std::ops::RangeInclusive<u8>] = &[1..=41, 50..=50, 55..=59, 65..=68, 70..=70];

/// One line for each frozen command: what it is, a tab, its bytes in hex. Lines are only ever
/// added, since a journal may hold any of them.
const FROZEN: &str = "tests/wire/stored.frozen";

fn bytes(command: &Command) -> Vec<u8> {
    let mut out = Vec::new();
    stored::write(&mut out, command);
    out
}

/// Writes a command with all its nested values and reads it back.
fn check(command: Command) {
    let stamped = Stamped {
        at: -5,
        chance: u64::MAX,
        source: Some(Name::of("pbx")),
        key: Some(Key {
            name: Name::of("k1"),
            digest: 7,
        }),
        actor: Some(Name::of("uid:0")),
        command,
    };
    let mut out = Vec::new();
    stored::write(&mut out, &stamped);
    assert_eq!(stored::read(&out), Ok(stamped));
}

/// The commands that no method makes, by name.
fn own() -> Vec<(&'static str, Command)> {
    let session = || Session {
        client: Name::of("pbx"),
    };
    let bound = AgentCommand::Presence(AgentPresence {
        bound: Some(true),
        session: Some(300),
        ..AgentPresence::of(Name::of("bob"), Presence::Available)
    });
    vec![
        ("tick", Command::Tick),
        ("restarted", Command::Restarted),
        ("reloaded", Command::Reloaded),
        (
            "session opened",
            Command::Session(SessionCommand::Opened(session())),
        ),
        (
            "session closed",
            Command::Session(SessionCommand::Closed(session())),
        ),
        (
            "desktop closed",
            Command::Session(SessionCommand::DesktopClosed(Desktop { session: 300 })),
        ),
        ("presence bound to a session", Command::Agent(bound)),
    ]
}

/// The command of a request line, if it is one.
fn command_of(request_line: &str) -> Option<Command> {
    match request(request_line) {
        Request::Command(command) => Some(command),
        _ => None,
    }
}

/// Every example: a description, and the command.
fn known() -> Vec<(String, Command)> {
    let named = |(name, command): (&str, Command)| (name.to_owned(), command);
    let mut known: Vec<_> = own().into_iter().map(named).collect();
    for (method, params) in examples() {
        let line = line(method.name, &params.to_string());
        if let Some(command) = command_of(&line) {
            known.push((line, command));
        }
    }
    known
}

#[test]
fn every_command_survives_the_journal_under_its_number() {
    let mut seen = BTreeSet::new();
    for (_, command) in known() {
        seen.insert(bytes(&command)[0]);
        check(command);
    }
    assert_eq!(
        Vec::from_iter(seen),
        Vec::from_iter(NUMBERS.iter().cloned().flatten())
    );
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(text: &str) -> Vec<u8> {
    let pairs = text.as_bytes().chunks(2);
    let pair = |pair: &[u8]| {
        let pair = std::str::from_utf8(pair).expect("ASCII");
        u8::from_str_radix(pair, 16).expect("hex")
    };
    pairs.map(pair).collect()
}

#[test]
fn what_was_once_written_is_read_for_ever() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(FROZEN);
    let mut frozen = std::fs::read_to_string(&path).unwrap_or_default();
    let own = own();
    for line in frozen.lines() {
        let (what, hex) = line.split_once('\t').expect("a tab");
        let named = own.iter().find(|(name, _)| *name == what);
        let expected = match named {
            Some((_, command)) => command.clone(),
            None => command_of(what).expect("a command"),
        };
        let read = stored::read::<Command>(&from_hex(hex));
        assert_eq!(read, Ok(expected), "{what}");
    }
    let news: Vec<String> = known()
        .iter()
        .filter(|(what, _)| {
            !frozen
                .lines()
                .any(|line| line.starts_with(&format!("{what}\t")))
        })
        .map(|(what, command)| format!("{what}\t{}\n", hex(&bytes(command))))
        .collect();
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        frozen.extend(news);
        std::fs::write(path, frozen).expect("a writable source tree");
    } else {
        assert!(
            news.is_empty(),
            "not frozen yet: UPDATE_EXPECT=1 cargo test --test wire\n{news:?}"
        );
    }
}

#[test]
fn bare_commands_survive_the_journal() {
    for (method, params) in [
        ("agent.set", r#"{"agent":"a"}"#),
        ("queue.set", r#"{"queue":"q"}"#),
        ("contact.submit", r#"{"contact":"c"}"#),
        ("contact.update", r#"{"contact":"c"}"#),
        ("customer.link", r#"{"customer":"c"}"#),
        ("offer.accept", r#"{"contact":"c","agent":"a"}"#),
        ("contact.transfer", r#"{"contact":"c","to":{"agent":"a"}}"#),
        (
            "case.handover",
            r#"{"owner":"o","to":"t","reason":"","by":"b"}"#,
        ),
        ("kind.set", r#"{"kind":"k","due_ms":1}"#),
        ("calendar.set", r#"{"calendar":"c"}"#),
        ("case.assist", r#"{"case":"k","agent":"a","request":""}"#),
    ] {
        check(command_of(&line(method, params)).expect("a command"));
    }
}

#[test]
fn absent_null_and_given_settings_survive_the_journal() {
    for lease_ms in [
        None,
        Some(None),
        Some(Some(firsthand::router::time::Millis(5))),
    ] {
        let patch = SettingsPatch {
            lease_ms,
            ..SettingsPatch::default()
        };
        check(Command::Settings(Box::new(patch)));
    }
}
