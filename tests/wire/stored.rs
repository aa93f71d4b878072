//! Commands as the journal stores them: what goes in comes out.

use firsthand::router::command::{Command, Session, SettingsPatch, Stamped};
use firsthand::router::ids::{Key, Name};
use firsthand::wire::request::Request;

use super::methods::examples;
use super::{line, request};

/// The place of a command among the variants; a new variant must be added here and below.
fn place(command: &Command) -> usize {
    match command {
        Command::Tick => 0,
        Command::Restarted => 1,
        Command::SessionOpened(_) => 2,
        Command::SessionClosed(_) => 3,
        Command::AgentSet(_) => 4,
        Command::AgentPresence(_) => 5,
        Command::AgentRemove(_) => 6,
        Command::WrapUpEnd(_) => 7,
        Command::QueueSet(_) => 8,
        Command::QueueRemove(_) => 9,
        Command::SettingsSet(_) => 10,
        Command::CustomerLink(_) => 11,
        Command::CustomerExclude(_) => 12,
        Command::ContactSubmit(_) => 13,
        Command::ContactUpdate(_) => 14,
        Command::ContactCancel(_) => 15,
        Command::ContactEnd(_) => 16,
        Command::ContactTransfer(_) => 17,
        Command::ContactSync(_) => 18,
        Command::OfferAccept(_) => 19,
        Command::OfferDecline(_) => 20,
        Command::CaseOpen(_) => 21,
        Command::CaseNote(_) => 22,
        Command::CaseResolve(_) => 23,
        Command::CaseReopen(_) => 24,
        Command::CaseClose(_) => 25,
        Command::CaseHandover(_) => 26,
        Command::Reloaded => 27,
        Command::AgentAbsence(_) => 28,
        Command::AgentSuccession(_) => 29,
        Command::ContactCallback(_) => 30,
        Command::KindSet(_) => 31,
        Command::KindRemove(_) => 32,
        Command::CalendarSet(_) => 33,
        Command::CalendarRemove(_) => 34,
        Command::CaseAssist(_) => 35,
        Command::CaseAssistDone(_) => 36,
        Command::CaseWait(_) => 37,
        Command::CaseAdvance(_) => 38,
        Command::CaseExtend(_) => 39,
        Command::CaseFollowUp(_) => 40,
    }
}

const VARIANTS: usize = 41;

fn check(command: Command) -> Vec<u8> {
    let stamped = Stamped {
        at: -5,
        chance: u64::MAX,
        source: Some(Name::of("pbx")),
        key: Some(Key {
            name: Name::of("k1"),
            digest: 7,
        }),
        command,
    };
    let bytes = postcard::to_stdvec(&stamped).expect("commands can be stored");
    let back: Stamped = postcard::from_bytes(&bytes).expect("stored commands can be read");
    assert_eq!(back, stamped);
    postcard::to_stdvec(&stamped.command).expect("commands can be stored")
}

#[test]
fn every_command_survives_the_journal() {
    let session = || Session {
        client: Name::of("pbx"),
    };
    let mut commands = vec![
        Command::Tick,
        Command::Restarted,
        Command::SessionOpened(session()),
        Command::SessionClosed(session()),
        Command::Reloaded,
    ];
    for (method, params) in examples() {
        let full = line(method.name, &params.to_string());
        if let Request::Command(command) = request(&full) {
            commands.push(command);
        }
    }
    let mut seen = [false; VARIANTS];
    for command in commands {
        let place = place(&command);
        seen[place] = true;
        let bytes = check(command);
        // The order of the variants is part of the journal's format.
        assert_eq!(usize::from(bytes[0]), place);
    }
    assert_eq!(seen, [true; VARIANTS]);
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
        match request(&line(method, params)) {
            Request::Command(command) => check(command),
            other => panic!("{other:?}"),
        };
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
        check(Command::SettingsSet(Box::new(patch)));
    }
}
