//! The chain: changed bytes are found, torn ends are recorded again, and nothing twice.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::centre::Centre;
use firsthand::ledger::{
    Act, Difference, Kind, LedgerError, Reader, Selection, Writer, files, records, spans, verify,
};
use firsthand::router::event::Event;

const JOURNAL: &str = "0123456789abcdef0123456789abcdef";

/// Two agents, and a case that goes from one to the other, is closed and reopened.
fn events() -> Vec<Event> {
    let mut centre = Centre::default();
    centre
        .ask(0, "queue.set", json!({"queue": "q", "wrap_up_ms": 0}))
        .ask(1, "agent.set", json!({"agent": "ada", "team": "east"}))
        .ask(1, "agent.set", json!({"agent": "bob"}))
        .ask(
            2,
            "agent.presence",
            json!({"agent": "ada", "presence": "available"}),
        )
        .ask(
            10,
            "contact.submit",
            json!({"contact": "k1", "queue": "q", "customer": "顾客"}),
        )
        .accept(12, "k1", "ada")
        .end(20, "k1", "open")
        .ask(
            30,
            "case.handover",
            json!({"case": "case-1", "to": "bob", "reason": "leave", "by": "boss"}),
        )
        .ask(40, "case.close", json!({"case": "case-1", "by": "bob"}))
        .ask(50, "case.reopen", json!({"case": "case-1", "by": "boss"}))
        .ask(
            60,
            "agent.remove",
            json!({"agent": "bob", "successor": "ada"}),
        );
    std::mem::take(&mut centre.events)
}

fn write(folder: &Path, events: &[Event], file_bytes: u64) {
    let writer = Writer::open(folder, "default", JOURNAL).expect("a folder");
    let mut writer = writer.with_file_bytes(file_bytes);
    writer.follow(0).expect("written");
    for event in events {
        writer.append(event).expect("written");
    }
    writer
        .mark(events[events.len() - 1].seq, 60)
        .expect("written");
    writer.sync().expect("synced");
}

fn whole(folder: &Path) -> Vec<Value> {
    let mut reader = Reader::open(folder).expect("a folder");
    let mut found = Vec::new();
    while let Some(line) = reader.read().expect("a whole ledger") {
        found.push(serde_json::from_str(line.text).expect("JSON"));
    }
    found
}

fn damage(folder: &Path) -> Option<String> {
    let verified = verify(folder, None, 0, None).expect("readable");
    verified.report.damage.map(|damage| damage.to_string())
}

#[test]
fn it_says_who_was_responsible_when() {
    let dir = tempfile::tempdir().expect("a folder");
    write(dir.path(), &events(), u64::MAX);
    let spans = spans(dir.path(), &Selection::default()).expect("a ledger");
    let said: Vec<_> = spans
        .iter()
        .map(|span| {
            let by = span.by.as_ref().map(|by| by.as_str());
            (
                span.owner.as_str(),
                span.from_at,
                span.act,
                by,
                span.to_at,
                span.ended_by,
            )
        })
        .collect();
    assert_eq!(
        said,
        [
            (
                "ada",
                12,
                Act::FirstAccept,
                Some("ada"),
                Some(30),
                Some(Act::Handover)
            ),
            (
                "bob",
                30,
                Act::Handover,
                Some("boss"),
                Some(40),
                Some(Act::Closed)
            ),
            (
                "bob",
                50,
                Act::Reopened,
                Some("boss"),
                Some(60),
                Some(Act::Succession)
            ),
            ("ada", 60, Act::Succession, Some("router"), None, None),
        ]
    );
    assert!(spans.iter().all(|span| span.case.as_str() == "case-1"));
    assert!(
        spans
            .iter()
            .all(|span| span.customer.as_ref().is_some_and(|c| c.as_str() == "顾客"))
    );
}

#[test]
fn a_responsibility_is_chosen_by_when_it_lasted() {
    let dir = tempfile::tempdir().expect("a folder");
    write(dir.path(), &events(), u64::MAX);
    let of = |from_at, to_at| {
        let selection = Selection {
            from_at,
            to_at,
            ..Selection::default()
        };
        firsthand::ledger::spans(dir.path(), &selection)
            .expect("a ledger")
            .len()
    };
    assert_eq!(
        (
            of(Some(30), Some(40)),
            of(Some(45), Some(50)),
            of(None, Some(12))
        ),
        (1, 0, 0)
    );
}

#[test]
fn an_altered_byte_is_found_wherever_it_is() {
    let dir = tempfile::tempdir().expect("a folder");
    write(dir.path(), &events(), 900);
    let numbers = files::numbers(dir.path()).expect("files");
    assert!(numbers.len() > 2, "several files");
    assert_eq!(damage(dir.path()), None);
    for number in numbers {
        let path = dir.path().join(files::file_name(number));
        let good = std::fs::read(&path).expect("a file");
        for at in 0..good.len() {
            for bit in [0x01, 0x20, 0x80] {
                let mut bad = good.clone();
                bad[at] ^= bit;
                std::fs::write(&path, &bad).expect("written");
                let found = damage(dir.path());
                assert!(found.is_some(), "byte {at} of file {number}, bit {bit:#x}");
            }
            // One byte too many, and one too few.
            for cut in [0, 1] {
                let mut bad = good[..at].to_vec();
                bad.extend_from_slice(if cut == 0 { b" " } else { b"" });
                bad.extend_from_slice(&good[at + cut..]);
                std::fs::write(&path, &bad).expect("written");
                assert!(
                    damage(dir.path()).is_some(),
                    "length at byte {at} of file {number}"
                );
            }
        }
        std::fs::write(&path, &good).expect("written");
    }
    assert_eq!(damage(dir.path()), None);
}

#[test]
fn a_missing_file_or_record_is_named() {
    let dir = tempfile::tempdir().expect("a folder");
    write(dir.path(), &events(), 900);
    let second = dir.path().join(files::file_name(2));
    let bytes = std::fs::read_to_string(&second).expect("a file");
    let mut lines: Vec<&str> = bytes.lines().collect();
    lines.remove(1);
    std::fs::write(&second, lines.join("\n") + "\n").expect("written");
    let found = damage(dir.path()).expect("damage");
    assert!(
        found.starts_with("ledger-00000002.ndjson, line 2 (byte "),
        "{found}"
    );
    std::fs::remove_file(&second).expect("removed");
    let found = damage(dir.path()).expect("damage");
    assert!(
        found.contains("the file is missing, ledger-00000003.ndjson comes instead"),
        "{found}"
    );
}

#[test]
fn a_rebuilt_chain_lacks_the_noted_hash() {
    let dir = tempfile::tempdir().expect("a folder");
    write(&dir.path().join("a"), &events(), u64::MAX);
    let report = verify(&dir.path().join("a"), None, 0, None)
        .expect("readable")
        .report;
    let noted = Some((report.end.n, report.end.hash));
    let mut other = events();
    other.pop();
    other.push(
        events()
            .pop()
            .map(|mut last| {
                last.at += 1;
                last
            })
            .expect("events"),
    );
    write(&dir.path().join("b"), &other, u64::MAX);
    let as_noted = |name: &str| {
        verify(&dir.path().join(name), None, 0, noted)
            .expect("readable")
            .report
            .is_as_noted
    };
    assert_eq!((as_noted("a"), as_noted("b")), (Some(true), Some(false)));
}

/// Cuts the last file at every byte, as a crash may, and continues.
#[test]
fn a_torn_end_is_recorded_again_once() {
    let dir = tempfile::tempdir().expect("a folder");
    let events = events();
    let model = dir.path().join("model");
    write(&model, &events, u64::MAX);
    let wanted: Vec<Value> = whole(&model);
    let good = std::fs::read(model.join(files::file_name(1))).expect("a file");
    for length in 0..good.len() {
        let folder = dir.path().join("torn");
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::write(folder.join(files::file_name(1)), &good[..length]).expect("written");
        let mut writer = Writer::open(&folder, "default", JOURNAL).expect("it opens");
        let is_whole = length == 0 || good[length - 1] == b'\n';
        assert_eq!(writer.damage().is_none(), is_whole, "cut at {length}");
        writer.cut().expect("cut");
        let seen = writer.position().seq;
        if writer.position().n < 2 {
            writer.follow(0).expect("written");
        }
        for event in events.iter().filter(|event| event.seq > seen) {
            writer.append(event).expect("written");
        }
        if writer.position().n < wanted.len() as u64 {
            writer
                .mark(events[events.len() - 1].seq, 60)
                .expect("written");
        }
        writer.sync().expect("synced");
        assert_eq!(whole(&folder), wanted, "cut at {length}");
        std::fs::remove_dir_all(&folder).expect("removed");
    }
}

#[test]
fn a_ledger_is_compared_with_its_journal() {
    let dir = tempfile::tempdir().expect("a folder");
    let events = events();
    write(dir.path(), &events, u64::MAX);
    let compare = |events: &[Event], sure: u64| {
        let verified = verify(dir.path(), Some(JOURNAL), 0, None).expect("readable");
        let mut comparison = verified.against(sure);
        events.iter().for_each(|event| comparison.take(event));
        (comparison.behind, comparison.difference)
    };
    assert_eq!(compare(&events, 0), (0, None));
    let mut more = events.clone();
    let mut last = events[events.len() - 1].clone();
    last.seq += 1;
    more.push(last.clone());
    // Without a snapshot the events may still come; with one they are missing.
    assert_eq!(compare(&more, 0), (1, None));
    assert!(matches!(
        compare(&more, last.seq).1,
        Some(Difference::Missing { .. })
    ));
    let mut other = events.clone();
    other[events.len() - 2].at += 1;
    assert!(matches!(
        compare(&other, 0).1,
        Some(Difference::Otherwise { .. })
    ));
    let mut fewer = events.clone();
    fewer.remove(events.len() - 2);
    assert!(matches!(
        compare(&fewer, 0).1,
        Some(Difference::Unknown { .. })
    ));
}

#[test]
fn records_are_chosen_by_case_owner_and_time() {
    let dir = tempfile::tempdir().expect("a folder");
    write(dir.path(), &events(), u64::MAX);
    let count = |selection: &Selection| {
        let mut count = 0;
        let taken = records(dir.path(), selection, |_| {
            count += 1;
            Ok(())
        });
        taken.expect("a ledger");
        count
    };
    let all = count(&Selection::default());
    assert_eq!(
        all,
        events()
            .iter()
            .filter(|event| Kind::of(&event.body).is_some())
            .count()
    );
    let late = Selection {
        from_at: Some(40),
        ..Selection::default()
    };
    assert_eq!(count(&late), 4);
}

#[test]
fn another_tenants_ledger_is_refused() {
    let dir = tempfile::tempdir().expect("a folder");
    write(dir.path(), &events(), u64::MAX);
    let opened = Writer::open(dir.path(), "acme", JOURNAL);
    assert!(matches!(opened, Err(LedgerError::Refused(_))));
}

#[test]
fn tenants_have_folders_of_their_own() {
    let of = |tenant: &str| files::folder_of(Path::new("/j"), tenant);
    assert_eq!(of("default"), PathBuf::from("/j/ledger/default"));
    assert_eq!(of("a/b"), PathBuf::from("/j/ledger/a%2Fb"));
    assert_eq!(of(".."), PathBuf::from("/j/ledger/%2E."));
    assert_ne!(of("a%2Fb"), of("a/b"));
    assert!(
        of(&"/".repeat(128))
            .file_name()
            .is_some_and(|name| name.len() < 255)
    );
}
