//! Bad input: each line has exactly one answer, and nothing panics.

use std::fmt::Write as _;

use firsthand::wire::limits::Limits;
use proptest::prelude::*;

use super::{expect_file, line, replies};

/// `refused.txt` has lines as they are sent, each followed by its reply after `→ `.
#[test]
fn every_bad_line_has_its_answer() {
    let path = "tests/wire/refused.txt";
    let text = std::fs::read_to_string(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path))
        .expect("the table is there");
    let mut actual = String::new();
    for sent in text.lines().filter(|line| !line.starts_with('→')) {
        writeln!(actual, "{sent}").expect("memory");
        if sent.is_empty() || sent.starts_with('#') {
            continue;
        }
        let reply = replies(sent.as_bytes(), &Limits::default());
        writeln!(actual, "→ {}", reply.trim_end()).expect("memory");
    }
    expect_file(path, &actual);
}

#[test]
fn bytes_that_are_no_text() {
    let check = |sent: &[u8], expected: &str| {
        assert_eq!(replies(sent, &Limits::default()), format!("{expected}\n"));
    };
    check(
        b"\xef\xbb\xbf{}",
        r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"the line begins with a byte order mark: send UTF-8 without one"}}"#,
    );
    check(
        b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"agent.get\",\"params\":{\"agent\":\"\xff\"}}",
        r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"byte 65 of the line is not UTF-8"}}"#,
    );
    check(
        b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"agent.get\",\"params\":{\"agent\":\"a\0b\"}}",
        r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"the line is not JSON: control character (\\u0000-\\u001F) found while parsing a string at column 65"}}"#,
    );
}

#[test]
fn depth_is_counted_before_anything_is_parsed() {
    let limits = Limits::default();
    let nested = |depth: usize| {
        let (open, close) = ("[".repeat(depth - 3), "]".repeat(depth - 3));
        // The request, its params and the attributes are three levels.
        line(
            "contact.submit",
            &format!(r#"{{"contact":"c","attributes":{{"a":{open}{close}}}}}"#),
        )
    };
    assert!(replies(nested(32).as_bytes(), &limits).contains("\"result\":\"command\""));
    let refused = r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"the line nests too deep: at most 32 levels","data":{"kind":"limit","field":"depth_max","max":32}}}"#;
    assert_eq!(
        replies(nested(33).as_bytes(), &limits),
        format!("{refused}\n")
    );
    let brackets = "[".repeat(16_000);
    assert_eq!(
        replies(brackets.as_bytes(), &limits),
        format!("{refused}\n")
    );
    // Brackets in a string do not nest.
    let text = line(
        "agent.get",
        &format!(r#"{{"agent":"{}\"{{"}}"#, "[".repeat(100)),
    );
    assert!(replies(text.as_bytes(), &limits).contains("\"result\":\"query\""));
    // A limit beyond the parser's own is capped.
    let deep = Limits {
        depth_max: 1_000_000,
        ..limits
    };
    assert!(replies(nested(119).as_bytes(), &deep).contains("\"result\":\"command\""));
    assert!(replies(nested(500).as_bytes(), &deep).contains("-32600"));
}

#[test]
fn a_batch_holds_so_many_and_no_more() {
    let limits = Limits {
        batch_calls_max: 3,
        ..Limits::default()
    };
    let ping = r#"{"jsonrpc":"2.0","id":7,"method":"session.ping"}"#;
    let batch = |n: usize| format!("[{}]", vec![ping; n].join(","));
    let one = r#"{"jsonrpc":"2.0","id":7,"result":"session.ping"}"#;
    assert_eq!(
        replies(batch(3).as_bytes(), &limits),
        format!("[{one},{one},{one}]\n")
    );
    assert_eq!(
        replies(batch(4).as_bytes(), &limits),
        "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32600,\"message\":\"the batch has 4 requests: at most 3\",\"data\":{\"kind\":\"limit\",\"field\":\"batch_calls_max\",\"max\":3}}}\n"
    );
}

#[test]
fn a_line_handed_over_whole_is_measured_too() {
    let limits = Limits {
        line_bytes_max: 10,
        ..Limits::default()
    };
    assert_eq!(
        replies(b"[1,2,3,4,5]", &limits),
        "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32600,\"message\":\"the line is too long: at most 10 bytes\",\"data\":{\"kind\":\"limit\",\"field\":\"line_bytes_max\",\"max\":10}}}\n"
    );
}

/// `"a"` stands for a valid name.
fn name_reply(name: &str) -> String {
    let params = serde_json::json!({ "agent": name }).to_string();
    replies(line("agent.get", &params).as_bytes(), &Limits::default())
}

#[test]
fn names() {
    let right = "give a string of 1 to 128 bytes without control characters";
    assert!(name_reply(&"a".repeat(128)).contains("\"result\""));
    assert!(name_reply("李雷 — tel:+8613800138000").contains("\"result\""));
    for (name, why) in [
        ("", "an id must not be empty"),
        (
            &*"a".repeat(129),
            "an id of 129 bytes is too long: at most 128",
        ),
        (
            &*"语".repeat(43),
            "an id of 129 bytes is too long: at most 128",
        ),
        ("a\nb", "an id must not contain U+000A, a control character"),
        (
            "a\u{0}",
            "an id must not contain U+0000, a control character",
        ),
        (
            "a\u{85}",
            "an id must not contain U+0085, a control character",
        ),
        (
            "a\u{202e}b",
            "an id must not contain U+202E RIGHT-TO-LEFT OVERRIDE, which cannot be seen",
        ),
        (
            "\u{feff}a",
            "an id must not contain U+FEFF ZERO WIDTH NO-BREAK SPACE, which cannot be seen",
        ),
        (" ", "an id must not be of blanks only (U+0020 SPACE)"),
    ] {
        let reply = name_reply(name);
        assert!(
            reply.contains(&format!("\"message\":\"agent: {why}: {right}\"")),
            "{name:?}: {reply}"
        );
    }
}

#[test]
fn sizes() {
    let refused = |method: &str, params: String, message: &str| {
        let reply = replies(line(method, &params).as_bytes(), &Limits::default());
        assert!(reply.contains(message), "{reply}");
    };
    let taken = |method: &str, params: String| {
        let reply = replies(line(method, &params).as_bytes(), &Limits::default());
        assert!(reply.contains("\"result\""), "{reply}");
    };
    let skills = |n: usize| {
        let all: Vec<String> = (0..n).map(|i| format!("\"s{i}\":1")).collect();
        format!("{{{}}}", all.join(","))
    };
    taken(
        "agent.set",
        format!(r#"{{"agent":"a","skills":{}}}"#, skills(256)),
    );
    refused(
        "agent.set",
        format!(r#"{{"agent":"a","skills":{}}}"#, skills(257)),
        "skills: 257 are too many: give an object of at most 256 names",
    );
    let steps = |n: usize| vec![r#"{"after_ms":1,"widen":"any"}"#; n].join(",");
    taken(
        "queue.set",
        format!(r#"{{"queue":"q","steps":[{}]}}"#, steps(32)),
    );
    refused(
        "queue.set",
        format!(r#"{{"queue":"q","steps":[{}]}}"#, steps(33)),
        "steps: 33 are too many: give a list of at most 32 items",
    );
    refused(
        "queue.set",
        format!(
            r#"{{"queue":"q","steps":[{{"after_ms":1,"requires":{}}}]}}"#,
            skills(257)
        ),
        "steps[0].requires: 257 are too many: give an object of at most 256 names",
    );
    let text = |n: usize| format!(r#"{{"case":"c","by":"b","text":"{}"}}"#, "x".repeat(n));
    taken("case.note", text(4_096));
    refused(
        "case.note",
        text(4_097),
        "text: a text of 4097 bytes is too long",
    );
    let attributes = |n: usize| {
        format!(
            r#"{{"contact":"c","attributes":{{"a":"{}"}}}}"#,
            "x".repeat(n - 8)
        )
    };
    taken("contact.submit", attributes(16_384));
    refused(
        "contact.submit",
        attributes(16_385),
        "attributes: attributes of 16385 bytes are too long",
    );
    let key = |n: usize| format!(r#"{{"agent":"a","key":"{}"}}"#, "k".repeat(n));
    taken("wrap_up.end", key(64));
    refused("wrap_up.end", key(65), "key: 65 bytes are too long");
    // Quoted input is cut.
    let long = "x".repeat(5_000);
    let reply = replies(
        line("agent.get", &format!(r#"{{"{long}":1}}"#)).as_bytes(),
        &Limits::default(),
    );
    assert!(reply.len() < 500, "{}", reply.len());
    let reply = replies(line(&long, "{}").as_bytes(), &Limits::default());
    assert!(reply.len() < 300, "{}", reply.len());
}

/// A request that uses every form of the grammar.
const RICH: &str = r#"{"jsonrpc":"2.0","id":"é1","method":"queue.set","params":{"queue":"q","requires":{"zh":5},"steps":[{"after_ms":1000,"drop":["zh"]}],"overflow":{"to":"o"},"service_level":{"target":0.9},"ownership":{"wait":{"busy_ms":1}},"max_wait_ms":null,"key":"k"}}"#;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn random_bytes_are_answered(line in prop::collection::vec(any::<u8>(), 0..200)) {
        replies(&line, &Limits::default());
    }

    #[test]
    fn random_json_is_answered(line in "[\\[\\]{}\":,0-9eE.\\-a-z\\\\ ]{0,120}") {
        replies(line.as_bytes(), &Limits::default());
    }

    #[test]
    fn a_damaged_request_is_answered(at in 0..RICH.len(), cut in 0..40_usize, put in ".{0,6}") {
        let mut line = RICH.as_bytes().to_vec();
        let end = (at + cut).min(line.len());
        line.splice(at..end, put.into_bytes());
        let reply = replies(&line, &Limits::default());
        // Any reply is JSON, whatever it quotes.
        if !reply.is_empty() {
            prop_assert!(serde_json::from_str::<serde_json::Value>(&reply).is_ok(), "{}", reply);
        }
    }
}
