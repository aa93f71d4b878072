//! A journal written by another version is read, or refused with advice. No record is replayed
//! under other rules than it was decided by.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use firsthand::journal::{Journal, NewRecord, Options, tools};
use firsthand::router::rules::RULES_LEVEL;
use firsthand::server::{Program, Record, ServerError};
use firsthand::stored;
use flate2::read::GzDecoder;
use serde_json::{Value, json};

use super::clock::{set_wall, stop, up};
use super::support::{Place, binary, contact};

/// When the kept journals of the numbered form end, in seconds since 1970. Two days later nothing of
/// an ended contact is left, so they are read on their own day.
const KEPT_UNTIL_S: u64 = 1_795_978_267;

/// Copies a journal of `tests/journal/kept` to where a daemon finds it.
fn unpack(kept: &str, place: &Place) {
    let from = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/journal/kept")
        .join(kept);
    std::fs::create_dir_all(place.journal()).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a kept journal") {
        let path = entry.expect("a file").path();
        let name = path.file_stem().expect("a name ending in .gz");
        let packed = std::fs::File::open(&path).expect("a file");
        let mut bytes = Vec::new();
        GzDecoder::new(packed)
            .read_to_end(&mut bytes)
            .expect("gzip");
        std::fs::write(place.journal().join(name), bytes).expect("written");
    }
}

/// A start that must be refused; returns its output.
fn refused(place: &Place) -> String {
    let Output {
        status,
        stdout,
        stderr,
    } = binary()
        .args(["serve", "--accept-clock", "--config"])
        .arg(place.config())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .output()
        .expect("the binary runs");
    let said = String::from_utf8_lossy(&stdout) + String::from_utf8_lossy(&stderr);
    assert_eq!(status.code(), Some(74), "{said}");
    said.into_owned()
}

/// The output of `journal dump`.
fn dumped(dir: PathBuf) -> Vec<Value> {
    let done = binary()
        .args(["journal", "dump"])
        .arg(dir)
        .output()
        .expect("the binary runs");
    assert!(done.status.success());
    let text = String::from_utf8(done.stdout).expect("text");
    let lines = text.lines();
    lines
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

fn bytes_of(program: &Program) -> Vec<u8> {
    let mut bytes = Vec::new();
    stored::write(&mut bytes, program);
    bytes
}

/// The journal of `from` as a version with rules of that level would have written it.
fn rewritten(from: &Place, to: &Place, rules_level: u32) {
    let other = Program {
        rules_level,
        version: "9.8.7".into(),
    };
    let options = Options {
        create: true,
        ..Options::with_segment_bytes(1 << 20)
    };
    let (journal, _) = Journal::open_directory(&to.journal(), options).expect("a new journal");
    let mut last = 0;
    tools::dump::<ServerError>(&from.journal(), 1, |kept| {
        let bytes = match Program::unknown().read(&kept)? {
            Record::Program(_) => bytes_of(&other),
            Record::Command { .. } | Record::Configured { .. } => kept.bytes.to_vec(),
        };
        let record = NewRecord {
            kind: kept.kind,
            bytes: &bytes,
        };
        last = journal.append(&[record])?;
        Ok(())
    })
    .expect("a whole journal");
    journal.sync_through(last).expect("synced");
    let magic_and_field = 9;
    for (sequence, state) in tools::kept(&from.journal()).expect("whole").snapshots {
        let (head, rest) = state.split_at(magic_and_field);
        let rest = rest.strip_prefix(&*bytes_of(&Program::this()));
        let rest = rest.expect("the program stands first");
        let state = [head, &bytes_of(&other), rest].concat();
        let digest = *blake3::hash(&state).as_bytes();
        journal
            .snapshot(sequence, &digest, &state)
            .expect("written");
    }
    journal.close().expect("closed");
}

/// A centre with a connected contact and a case.
fn work(place: &Place) -> super::support::Daemon {
    let daemon = place.start();
    let mut client = daemon.unix();
    client.call("agent.set", json!({"agent": "ada"}));
    client.call(
        "agent.presence",
        json!({"agent": "ada", "presence": "available"}),
    );
    client.call("contact.submit", json!({"contact": "c1", "customer": "li"}));
    client.call("offer.accept", json!({"contact": "c1", "agent": "ada"}));
    daemon
}

#[test]
fn journals_of_early_builds_are_refused_with_what_to_do() {
    for kept in ["v0.1.0-postcard-behind", "v0.1.0-postcard-ended"] {
        let place = Place::new("");
        unpack(kept, &place);
        let said = refused(&place);
        assert!(said.contains("keep its folder for that build"), "{said}");
        place.verify();
    }
}

/// What the kept journals of the numbered form hold, whoever reads them.
fn look(place: &Place) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let ago = now.expect("after 1970").as_secs() - KEPT_UNTIL_S;
    set_wall(place, &format!("-{ago}"));
    let (daemon, mut client) = up(place, &[]);
    assert_eq!(contact(&mut client, "call-0017")["state"], "ended");
    let chat = contact(&mut client, "chat-0018");
    assert_eq!(
        chat["attributes"],
        json!({"a": [1, {"b": null}], "need": "meter"})
    );
    let case = client.call("case.get", json!({"case": "k1"}));
    assert_eq!(case["owner"], "bob");
    assert_eq!(case["stage"], "replied");
    let owner = client.call("owner.get", json!({"customer": "li", "topic": "billing"}));
    assert_eq!(owner["owner"], "ada");
    stop(daemon);
    place.verify();
}

#[test]
fn kept_journals_of_the_numbered_form_are_read_or_refused_with_what_to_do() {
    let ended = Place::new("");
    unpack("v0.1.0-rules-1-ended", &ended);
    look(&ended);
    let behind = Place::new("");
    unpack("v0.1.0-rules-1-behind", &behind);
    if RULES_LEVEL == 1 {
        look(&behind);
    } else {
        let said = refused(&behind);
        assert!(
            said.contains("start version 0.1.0 once and end it in order"),
            "{said}"
        );
    }
}

#[test]
fn the_first_record_and_every_snapshot_name_their_program() {
    let place = Place::new("");
    work(&place).stop();
    place.start().stop();
    let records = dumped(place.journal());
    let programs: Vec<&Value> = records
        .iter()
        .filter(|record| record.get("rules_level").is_some())
        .collect();
    let version = env!("CARGO_PKG_VERSION");
    let expected = json!({"seq": 1, "version": version, "rules_level": RULES_LEVEL});
    assert_eq!(programs, [&expected], "once, at the head");
    let done = binary()
        .args(["journal", "verify"])
        .arg(place.journal())
        .output()
        .expect("the binary runs");
    let said = String::from_utf8_lossy(&done.stdout);
    let by = format!("written by version {version}, rules level {RULES_LEVEL}, image format");
    assert_eq!(said.matches(&by).count(), 2, "{said}");
    assert!(
        said.contains("\n0 records behind the newest snapshot\n"),
        "{said}"
    );
}

#[test]
fn a_version_with_other_rules_starts_from_the_snapshot_of_a_clean_stop() {
    let (before, after) = (Place::new(""), Place::new(""));
    work(&before).stop();
    rewritten(&before, &after, RULES_LEVEL - 1);
    let daemon = after.start();
    let mut client = daemon.unix();
    assert_eq!(contact(&mut client, "c1")["state"], "connected");
    // Events from under the other rules are not replayed.
    let kind = client.refused("events.subscribe", json!({"after": 0}));
    assert_eq!(kind, "not_found");
    client.call("contact.end", json!({"contact": "c1", "outcome": "open"}));
    // Killed, so that the records after the other version's snapshot are read.
    daemon.kill();
    let records = dumped(after.journal());
    let levels: Vec<u64> = records
        .iter()
        .filter_map(|record| record["rules_level"].as_u64())
        .collect();
    let level = u64::from(RULES_LEVEL);
    assert_eq!(levels, [level - 1, level]);
    let daemon = after.start();
    let mut client = daemon.unix();
    assert_ne!(contact(&mut client, "c1")["state"], "connected");
    client.call("server.snapshot", json!({}));
    daemon.kill();
    // The older snapshot is still the other version's.
    let daemon = after.start();
    let kind = daemon
        .unix()
        .refused("events.subscribe", json!({"after": 0}));
    assert_eq!(kind, "not_found");
    daemon.stop();
}

#[test]
fn records_behind_the_last_snapshot_are_refused_under_other_rules() {
    let before = Place::new("");
    work(&before).kill();
    let cases = [
        (
            RULES_LEVEL - 1,
            "start version 9.8.7 once and end it in order",
        ),
        (RULES_LEVEL + 1, "start version 9.8.7 or a later one"),
    ];
    for (level, advice) in cases {
        let after = Place::new("");
        rewritten(&before, &after, level);
        let said = refused(&after);
        let theirs = format!("rules level {level}");
        let ours = RULES_LEVEL.to_string();
        for part in ["version 9.8.7", &theirs, &ours, advice] {
            assert!(said.contains(part), "{part}: {said}");
        }
        // Nothing was written: the other version can continue.
        let count = dumped(after.journal()).len();
        assert_eq!(count, dumped(before.journal()).len());
    }
}

#[test]
fn a_snapshot_of_newer_rules_is_refused() {
    let (before, after) = (Place::new(""), Place::new(""));
    work(&before).stop();
    rewritten(&before, &after, RULES_LEVEL + 1);
    let said = refused(&after);
    assert!(
        said.contains("the snapshot was written by version 9.8.7"),
        "{said}"
    );
}

#[test]
fn a_configuration_that_cannot_be_read_is_not_applied_anew() {
    // The types of records, as docs/journal.md has them.
    let (configured, program) = (4, 5);
    let later = Program {
        version: "9.8.7".into(),
        ..Program::this()
    };
    for json in [
        r#"{"queues":{"default":{"of_later":1}}}"#,
        r#"{"of_later":{}}"#,
    ] {
        let place = Place::new("");
        let options = Options {
            create: true,
            ..Options::with_segment_bytes(1 << 20)
        };
        let (journal, _) =
            Journal::open_directory(&place.journal(), options).expect("a new journal");
        let mut bytes = Vec::new();
        let mut out = stored::Writer::new(&mut bytes);
        out.plain("default");
        out.plain(json);
        let by = bytes_of(&later);
        let records = [(program, &by), (configured, &bytes)];
        let records = records.map(|(kind, bytes)| NewRecord { kind, bytes });
        let last = journal.append(&records).expect("appended");
        journal.sync_through(last).expect("synced");
        journal.close().expect("closed");
        let said = refused(&place);
        for part in [
            "the configuration applied last to tenant \"default\" was written by version 9.8.7",
            "unknown field `of_later`",
            "start version 9.8.7 or a later one",
        ] {
            assert!(said.contains(part), "{part}: {said}");
        }
        assert_eq!(dumped(place.journal()).len(), records.len());
    }
}
