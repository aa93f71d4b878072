//! Checks that a change of the transcripts' events comes with a new level of the rules.
//!
//! `level.txt` has the level, and for each script a digest of its requests and one of the events
//! that they gave at that level. If the same requests give other events, the rules have changed:
//! the level must be raised, or a daemon would replay an older journal into a different history.
//! Refusals and answers are not compared, since they are not replayed. The file also has the
//! defaults with which every tenant begins, because no record holds them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use firsthand::router::policy::{CHANNELS, ChannelRule, Policy, Settings};
use firsthand::router::rules::RULES_LEVEL;
use serde::Serialize;
use serde_json::Value;

use super::{collect, rehearse};

/// Digests of the requests and the events of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Digests {
    requests: String,
    events: String,
}

fn digest<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    let mut hasher = blake3::Hasher::new();
    for line in lines {
        hasher.update(line.as_bytes());
        hasher.update(b"\n");
    }
    hasher.finalize().to_hex()[..16].to_owned()
}

impl Digests {
    fn of(script: &str) -> Self {
        let told = rehearse(script.as_bytes());
        let is_event = |line: &&str| line.contains(r#""method":"event""#);
        Self {
            requests: digest(script.lines().filter(|line| !line.starts_with('#'))),
            events: digest(told.lines().filter(is_event)),
        }
    }
}

/// Compares the digests recorded at `level` with the present ones; returns what differs if the
/// record may not be replaced.
fn other_rules(level: u32, held: &Digests, found: &Digests) -> Option<&'static str> {
    let is_same_level = level == RULES_LEVEL;
    (is_same_level && held.requests == found.requests && held.events != found.events).then_some(
        "the same commands give something else than at this level of the rules: raise RULES_LEVEL \
         in src/router/rules.rs, then UPDATE_EXPECT=1 cargo test --test transcripts",
    )
}

/// What a tenant begins with, by name. The parts that are left out of JSON at their default stand by
/// themselves.
fn defaults() -> BTreeMap<String, Value> {
    fn of(name: &str, default: &impl Serialize) -> (String, Value) {
        let json = serde_json::to_value(default).expect("JSON");
        (name.to_owned(), json)
    }
    let (queue, settings) = (Policy::default(), Settings::default());
    BTreeMap::from([
        of("booking", &queue.booking),
        of("by_customer", &settings.by_customer),
        of("channel", &ChannelRule::default()),
        of("channels", &CHANNELS),
        of("queue", &queue),
        of("settings", &settings),
        of("ticket", &queue.ticket),
    ])
}

/// The first member that has another value than at this level, or none any more. A new member is
/// another matter: one that leaves everything as it was needs no other level.
fn other_default(path: &str, held: &Value, found: &Value) -> Option<String> {
    match (held, found) {
        (Value::Object(held), Value::Object(found)) => held.iter().find_map(|(key, held)| {
            let found = found.get(key).unwrap_or(&Value::Null);
            other_default(&format!("{path}.{key}"), held, found)
        }),
        _ => (held != found).then(|| {
            format!(
                "the default of {path} was {held} at this level of the rules and is {found}: no \
                 record holds it, so raise RULES_LEVEL in src/router/rules.rs, then \
                 UPDATE_EXPECT=1 cargo test --test transcripts"
            )
        }),
    }
}

/// What `level.txt` holds.
struct Held {
    level: u32,
    defaults: BTreeMap<String, Value>,
    scripts: BTreeMap<String, Digests>,
}

fn read(text: &str) -> Held {
    let mut lines = text.lines().peekable();
    let level = lines
        .next()
        .and_then(|line| line.strip_prefix("level ")?.parse().ok());
    let mut defaults = BTreeMap::new();
    while let Some(line) = lines.next_if(|line| line.starts_with("default ")) {
        let (name, json) = line["default ".len()..].split_once(' ').expect("a name");
        let json = serde_json::from_str(json).expect("JSON");
        defaults.insert(name.to_owned(), json);
    }
    let scripts = lines.map(|line| {
        let mut words = line.split(' ').map(str::to_owned);
        let mut word = || words.next().expect("script, requests, events");
        let script = word();
        let digests = Digests {
            requests: word(),
            events: word(),
        };
        (script, digests)
    });
    Held {
        level: level.unwrap_or(0),
        defaults,
        scripts: scripts.collect(),
    }
}

fn written(scripts: &BTreeMap<String, Digests>) -> String {
    let mut text = format!("level {RULES_LEVEL}\n");
    for (name, default) in defaults() {
        writeln!(text, "default {name} {default}").expect("memory");
    }
    for (script, digests) in scripts {
        let Digests { requests, events } = digests;
        writeln!(text, "{script} {requests} {events}").expect("memory");
    }
    text
}

fn found(root: &Path) -> BTreeMap<String, Digests> {
    let mut scripts = Vec::new();
    collect(root, &mut scripts);
    let digests = |script: PathBuf| {
        let text = std::fs::read_to_string(&script).ok()?;
        let name = script.strip_prefix(root).expect("below").to_string_lossy();
        // Scripts of the wire are about input that is refused before it is a command.
        let is_of_the_wire = name.starts_with("wire/");
        (!is_of_the_wire).then(|| (name.into_owned(), Digests::of(&text)))
    };
    scripts.into_iter().filter_map(digests).collect()
}

#[test]
fn the_same_commands_give_the_same_at_a_level_of_the_rules() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts");
    let file = root.join("level.txt");
    let text = std::fs::read_to_string(&file).unwrap_or_default();
    let held = read(&text);
    let found = found(&root);
    let mut others: Vec<String> = found
        .iter()
        .filter_map(|(script, found)| {
            let advice = other_rules(held.level, held.scripts.get(script)?, found)?;
            Some(format!("{script}: {advice}"))
        })
        .collect();
    if held.level == RULES_LEVEL {
        let defaults = defaults();
        others.extend(held.defaults.iter().filter_map(|(name, held)| {
            other_default(name, held, defaults.get(name).unwrap_or(&Value::Null))
        }));
    }
    assert!(others.is_empty(), "\n{}\n", others.join("\n"));
    let written = written(&found);
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(file, written).expect("a writable source tree");
    } else {
        assert!(
            written == text,
            "scripts or defaults were added, or scripts changed: UPDATE_EXPECT=1 cargo test --test transcripts writes \
             tests/transcripts/level.txt"
        );
    }
}

#[test]
fn another_default_needs_another_level() {
    let held = &defaults()["queue"];
    let with = |key: &str, value: Value| {
        let mut found = held.clone();
        found["ownership"][key] = value;
        other_default("queue", held, &found)
    };
    let other = with("own_first", false.into()).expect("another default");
    assert!(
        other.contains("queue.ownership.own_first was true"),
        "{other}"
    );
    assert!(other.contains("raise RULES_LEVEL"), "{other}");
    assert!(with("own_first", Value::Null).is_some());
    assert_eq!(with("of_a_later_version", Value::Null), None);
    assert_eq!(with("own_first", true.into()), None);
}

#[test]
fn other_events_of_the_same_requests_need_another_level() {
    let of = |requests: &str, events: &str| Digests {
        requests: requests.to_owned(),
        events: events.to_owned(),
    };
    let held = of("r", "e");
    assert!(other_rules(RULES_LEVEL, &held, &of("r", "f")).is_some());
    assert!(other_rules(RULES_LEVEL - 1, &held, &of("r", "f")).is_none());
    assert!(other_rules(RULES_LEVEL, &held, &of("s", "f")).is_none());
    assert!(other_rules(RULES_LEVEL, &held, &held).is_none());
}
