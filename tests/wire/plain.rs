//! The plain reader gives the same result as the general one, and accepts the usual lines.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use firsthand::wire::limits::Limits;
use firsthand::wire::method::METHODS;
use firsthand::wire::request::{Message, parse, parse_general, parse_plain};
use proptest::prelude::*;
use serde_json::Value;

use super::line;
use super::methods::examples;

/// Typical requests.
const USUAL: &[&str] = &[
    r#"{"jsonrpc":"2.0","id":471,"method":"contact.submit","params":{"contact":"call-0017","queue":"support","channel":"voice","customer":"tel:+8613800138000","topic":"billing"}}"#,
    r#"{"jsonrpc":"2.0","id":"a-1","method":"contact.submit","params":{"contact":"电话-1","requires":{"zh":5,"billing":3},"priority":-7,"exclude":["bob","al"],"joined_at":1700000000000,"max_wait_ms":null,"attributes":{"lane":3,"vip":true,"notes":["a"]},"key":"k-17"}}"#,
    r#"{"jsonrpc": "2.0", "method": "offer.accept", "params": {"offer": "o471"}, "id": 1}"#,
    r#"{"id":2,"jsonrpc":"2.0","method":"offer.accept","params":{"contact":"c","agent":"bob","key":"k"}}"#,
    r#"{"jsonrpc":"2.0","id":3,"method":"offer.decline","params":{"offer":"o0","reason":"busy"}}"#,
    r#"{"jsonrpc":"2.0","id":4,"method":"contact.end","params":{"contact":"c","outcome":"resolved","note":"paid"}}"#,
    r#"{"jsonrpc":"2.0","id":5,"method":"agent.presence","params":{"agent":"bob","presence":"available"}}"#,
    r#"{"jsonrpc":"2.0","id":6,"method":"wrap_up.end","params":{"agent":"bob"}}"#,
    r#"{"jsonrpc":"2.0","id":7,"method":"owner.get","params":{"customer":"tel:+8613800138000","topic":"billing"}}"#,
    r#"{"jsonrpc":"2.0","id":8,"method":"contact.get","params":{"contact":"c"}}"#,
    r#"{"jsonrpc":"2.0","id":9,"method":"session.ping"}"#,
    r#"{"jsonrpc":"2.0","id":9,"method":"session.ping","params":{}}"#,
    r#"{"jsonrpc":"2.0","method":"contact.cancel","params":{"contact":"c","reason":"abandoned"}}"#,
];

/// Methods always read by the general reader, since some of their parameters are read separately.
const READ_SEPARATELY: &[&str] = &["calendar.set", "kind.set", "queue.set"];

/// Reads a line both ways; returns whether the plain reader accepted it.
fn same(line: &[u8], limits: &Limits) -> bool {
    let (fast, general) = (parse(line, limits), parse_general(line, limits));
    let shown = String::from_utf8_lossy(line);
    assert_eq!(fast, general, "{shown}");
    let plain = parse_plain(line, limits);
    if let Some(plain) = &plain {
        assert_eq!(Message::One(plain.clone()), general, "{shown}");
    }
    plain.is_some()
}

#[test]
fn usual_lines_take_the_plain_way() {
    for line in USUAL {
        assert!(same(line.as_bytes(), &Limits::default()), "{line}");
    }
}

#[test]
fn every_method_that_can_takes_the_plain_way() {
    let mut general = BTreeSet::new();
    for (method, params) in examples() {
        let line = line(method.name, &params.to_string());
        if !same(line.as_bytes(), &Limits::default()) {
            general.insert(method.name);
        }
    }
    assert_eq!(general, READ_SEPARATELY.iter().copied().collect());
}

#[test]
fn what_takes_a_second_look_is_left_to_the_general_way() {
    let limits = Limits::default();
    for params in [
        r#"{"agent":"a\tb"}"#,
        r#"{"agent":"a\u0062"}"#,
        "{\"agent\":\"a\u{1}\"}",
        "{\t\"agent\":\"a\"}",
        r#"{"agent":""}"#,
        r#"{"agent":7}"#,
        r#"{"agent":"a","agent":"a"}"#,
        r#"{"agent":"a","unknown":1}"#,
        r#"{"agent":"a",}"#,
        r#"["a"]"#,
        "{}",
    ] {
        let line = line("agent.get", params);
        assert!(!same(line.as_bytes(), &limits), "{line}");
    }
    for number in ["-0", "01", "1.0", "1e3", "9007199254740992", "+1", "", "-"] {
        let params = format!(r#"{{"contact":"c","joined_at":{number}}}"#);
        let line = line("contact.submit", &params);
        assert!(!same(line.as_bytes(), &limits), "{line}");
    }
    assert!(!same(b"", &limits));
    assert!(!same(b"[]", &limits));
    assert!(!same(b"{\"jsonrpc\":\"2.0\"}", &limits));
}

#[test]
fn limits_hold_on_the_plain_way() {
    let limits = |line_bytes_max, depth_max| Limits {
        line_bytes_max,
        depth_max,
        ..Limits::default()
    };
    let deep = USUAL[1];
    for depth in 0..6 {
        assert_eq!(same(deep.as_bytes(), &limits(1_000, depth)), depth >= 4);
        same(USUAL[10].as_bytes(), &limits(1_000, depth));
    }
    assert!(same(deep.as_bytes(), &limits(deep.len(), 32)));
    assert!(!same(deep.as_bytes(), &limits(deep.len() - 1, 32)));
}

#[test]
fn requests_of_a_batch_are_read_the_same() {
    let strange = r#"{"jsonrpc":"2.0","id":1,"method":"agent.get","params":{"agent":"\u0061"}}"#;
    let batch = format!("[{}, {strange} ,{}, 7]", USUAL[0], USUAL[2]);
    assert!(!same(batch.as_bytes(), &Limits::default()));
}

/// Omits each byte in turn, or replaces it, or inserts another before it.
#[test]
fn a_byte_more_or_less_makes_no_difference_between_the_ways() {
    let strange = b"\0\t\n\r\x0c \"\\/{}[]:,-+.0189eEnatx\x7f\x80\xc3\xa9\xff";
    let limits = Limits::default();
    let mut plain = 0;
    for line in USUAL.iter().map(|line| line.as_bytes()) {
        for at in 0..=line.len() {
            let (before, after) = line.split_at(at);
            let rest = after.get(1..).unwrap_or_default();
            plain += usize::from(same(&[before, rest].concat(), &limits));
            for byte in strange {
                plain += usize::from(same(&[before, &[*byte], after].concat(), &limits));
                plain += usize::from(same(&[before, &[*byte], rest].concat(), &limits));
            }
        }
    }
    assert!(plain > 1_000, "only {plain} of them were plain");
}

fn transcripts(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder of transcripts") {
        let path = entry.expect("a readable folder").path();
        if path.is_dir() {
            transcripts(&path, found);
        } else if path.extension().is_some_and(|ext| ext == "ndjson") {
            found.push(path);
        }
    }
}

#[test]
fn all_lines_of_the_transcripts_are_read_the_same() {
    let limits = Limits::default();
    let mut files = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts");
    transcripts(&root, &mut files);
    let (mut plain, mut all) = (0, 0);
    for file in files {
        let text = std::fs::read_to_string(file).expect("a transcript is text");
        for line in text.lines() {
            same(line.as_bytes(), &limits);
            // As a program sends it, without the members that only a rehearsal has.
            let Ok(Value::Object(mut members)) = serde_json::from_str(line) else {
                continue;
            };
            for member in ["at", "session", "close"] {
                members.remove(member);
            }
            members.insert("jsonrpc".to_owned(), "2.0".into());
            let sent = Value::Object(members).to_string();
            plain += usize::from(same(sent.as_bytes(), &limits));
            all += 1;
        }
    }
    assert!(plain * 2 > all, "{plain} of {all} lines took the plain way");
}

/// White space between two tokens: nearly always none.
fn space() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        40 => Just(""),
        4 => Just(" "),
        1 => Just("  "),
        1 => prop::sample::select(vec!["\t", "\r", "\n", "\u{a0}", "\x0c", ",", "x"]),
    ]
}

fn string() -> impl Strategy<Value = String> {
    let inner = prop_oneof![
        8 => "[a-z0-9:+._-]{1,12}",
        2 => prop::sample::select(vec![
            "o0", "o471", "o01", "o+1", "o18446744073709551616", "available", "break", "resolved",
            "abandoned", "busy", "voice", "2.0", "contact.submit",
        ]).prop_map(str::to_owned),
        1 => "[ -~]{0,9}",
        1 => "\\PC{0,5}",
        1 => prop::sample::select(vec![
            "", "\\n", "\\u0041", "\\ud83d\\ude00", "\\ud83d", "\\x", "\u{1}", "\t", "\u{7f}",
            "\u{85}", "{", "[[", "}", "é", "客户",
        ]).prop_map(str::to_owned),
        1 => (prop::sample::select(vec![64_usize, 65, 128, 129, 4_096, 4_097]))
            .prop_map(|length| "a".repeat(length)),
        1 => (63..66_usize).prop_map(|length| "é".repeat(length)),
    ];
    inner.prop_map(|inner| format!("\"{inner}\""))
}

fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        (-20..20_i64).prop_map(|n| n.to_string()),
        any::<i64>().prop_map(|n| n.to_string()),
        prop::sample::select(vec![
            "-0",
            "0",
            "00",
            "01",
            "-01",
            "1.0",
            "-1.5",
            "1e3",
            "1E-2",
            "0e0",
            "1.",
            ".5",
            "-",
            "+1",
            "9007199254740991",
            "-9007199254740991",
            "9007199254740992",
            "-9007199254740992",
            "18446744073709551615",
            "123456789012345678901234567890",
            "315360000000",
            "315360000001",
            "1700000000000",
            "NaN",
            "0x1",
        ])
        .prop_map(str::to_owned),
    ]
}

fn scalar() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => string(),
        4 => number(),
        2 => prop::sample::select(vec!["null", "true", "false", "nul", "nulll", "True", "{}", "[]"])
            .prop_map(str::to_owned),
    ]
}

fn members(
    name: impl Strategy<Value = String>,
    value: impl Strategy<Value = String>,
) -> impl Strategy<Value = String> {
    let member = (name, space(), space(), value, space())
        .prop_map(|(name, a, b, value, c)| format!("{name}{a}:{b}{value}{c}"));
    (prop::collection::vec(member, 0..6), space())
        .prop_map(|(members, space)| format!("{{{space}{}}}", members.join(",")))
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        10 => scalar(),
        1 => prop::collection::vec(scalar(), 0..4).prop_map(|items| format!("[{}]", items.join(","))),
        1 => members(string(), (1..12_i64).prop_map(|level| level.to_string())),
        1 => members(string(), members(string(), scalar())),
    ]
}

/// Params that mostly belong to the method, with values that may not fit.
fn params(method: &'static str) -> impl Strategy<Value = String> {
    let known = METHODS
        .iter()
        .find(|known| known.name == method)
        .map_or(&[][..], |known| known.params.all);
    let mut names: Vec<String> = known
        .iter()
        .flat_map(|param| [param.name, param.name, param.name])
        .map(|name| format!("\"{name}\""))
        .collect();
    names.extend(["\"key\"", "\"unknown\"", "\"\"", "\"agent\""].map(str::to_owned));
    members(prop::sample::select(names), value())
}

fn request() -> impl Strategy<Value = String> {
    let method = prop::sample::select(vec![
        "contact.submit",
        "contact.preview",
        "offer.accept",
        "offer.decline",
        "contact.end",
        "agent.presence",
        "agent.set",
        "owner.get",
        "contact.get",
        "contact.list",
        "wrap_up.end",
        "session.ping",
        "session.open",
        "events.subscribe",
        "settings.set",
        "queue.set",
        "contact.lost",
    ]);
    let method = method.prop_flat_map(|method| (Just(method), params(method)));
    let version = prop_oneof![12 => Just("\"2.0\""), 1 => Just("\"1.0\""), 1 => Just("2.0")];
    let id = prop_oneof![4 => scalar(), 1 => Just("\"\"".to_owned())];
    (
        method,
        version,
        id,
        prop::collection::vec(space(), 9),
        0..40_u8,
    )
        .prop_map(|((method, params), version, id, s, shape)| {
            let mut members = vec![
                format!("\"jsonrpc\"{}:{}{version}", s[0], s[1]),
                format!("\"id\"{}:{id}{}", s[2], s[3]),
                format!("\"method\":{}\"{method}\"", s[4]),
                format!("\"params\"{}:{params}{}", s[5], s[6]),
            ];
            match shape {
                0 => members.swap(0, 3),
                1 => members.swap(2, 3),
                2 => members.swap(0, 1),
                3 | 4 => members.rotate_left(1),
                5 => members.push(members[usize::from(shape) % 4].clone()),
                6 => members.push("\"extra\":1".to_owned()),
                7 => drop(members.remove(1)),
                8 => drop(members.remove(3)),
                9 => drop(members.remove(0)),
                10 => members.push(members[3].clone()),
                11 => members.push(members[0].clone()),
                12 => members.push(members[2].clone()),
                _ => {}
            }
            format!("{}{{{}}}{}", s[7], members.join(","), s[8])
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn the_plain_way_gives_what_the_general_way_gives(
        line in request(),
        cut in prop::option::weighted(0.1, (any::<prop::sample::Index>(), any::<u8>())),
        depth_max in prop_oneof![9 => Just(32_usize), 1 => 0..5_usize],
        line_bytes_max in prop_oneof![9 => Just(65_536_usize), 1 => 50..300_usize],
    ) {
        let mut bytes = line.into_bytes();
        if let Some((at, byte)) = cut {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        same(&bytes, &Limits { line_bytes_max, depth_max, ..Limits::default() });
    }
}
