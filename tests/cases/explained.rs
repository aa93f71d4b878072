//! In a large centre an explanation names those who came nearest to being chosen.

use firsthand::rehearse;
use firsthand::router::Router;
use serde_json::{Value, json};

/// 200 agents: those by hundreds have French 5, the others none; `a199` is in the team `night`.
fn centre() -> Vec<Value> {
    let mut lines = vec![say(
        0,
        "queue.set",
        json!({"queue": "fr", "requires": {"fr": 5}}),
    )];
    for n in 0..200 {
        let mut agent = json!({"agent": format!("a{n:03}"), "skills": {"zh": 5}});
        if n >= 100 {
            agent["skills"] = json!({"zh": 5, "fr": 5});
        }
        if n == 199 {
            agent["team"] = json!("night");
        }
        lines.push(say(0, "agent.set", agent));
    }
    lines
}

fn say(at: i64, method: &str, params: Value) -> Value {
    json!({"at": at, "method": method, "params": params})
}

fn goes(at: i64, n: usize, presence: &str) -> Value {
    let params = json!({"agent": format!("a{n:03}"), "presence": presence});
    say(at, "agent.presence", params)
}

/// The candidates of the last step of `c`, as `agent verdict`.
fn named(mut lines: Vec<Value>) -> Vec<String> {
    lines.push(say(6_000, "contact.explain", json!({"contact": "c"})));
    let script: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let mut out = Vec::new();
    rehearse::run(script.as_bytes(), &mut out, Router::new()).expect("memory takes it");
    let out = String::from_utf8(out).expect("text");
    let last = out.lines().last().expect("an answer");
    let answer: Value = serde_json::from_str(last).expect("JSON");
    let steps = answer["result"]["steps"].as_array().expect("steps");
    let candidates = steps[steps.len() - 1]["candidates"].as_array();
    let one = |seen: &Value| {
        let word = |name: &str| seen[name].as_str().expect("a word").to_owned();
        format!("{} {}", word("agent"), word("verdict"))
    };
    candidates.expect("candidates").iter().map(one).collect()
}

fn submit(at: i64) -> Value {
    say(at, "contact.submit", json!({"contact": "c", "queue": "fr"}))
}

/// The one chosen, then who would have been next; not those who talk and were idle longer.
#[test]
fn the_chosen_one_and_who_came_next() {
    let mut lines = centre();
    for n in [150, 151, 152] {
        lines.push(goes(1_000, n, "available"));
    }
    for n in [150, 151, 152] {
        let contact = format!("t{n}");
        let submit = json!({"contact": contact, "queue": "fr"});
        lines.push(say(2_000, "contact.submit", submit));
        let accept = json!({"contact": contact, "agent": format!("a{n}")});
        lines.push(say(2_000, "offer.accept", accept));
    }
    for n in [160, 161, 162, 163, 164, 165] {
        lines.push(goes(3_000 + n as i64, n, "available"));
    }
    lines.push(submit(5_000));
    let expected = [
        "a160 chosen",
        "a161 eligible_but_later",
        "a162 eligible_but_later",
        "a163 eligible_but_later",
        "a164 eligible_but_later",
    ];
    assert_eq!(named(lines), expected);
}

/// Nobody is free: first who has the skill and is here, then who is here without it, then who went
/// home, though idle longest.
#[test]
fn who_came_nearest_while_nobody_is_free() {
    let mut lines = centre();
    lines.extend([
        goes(900, 180, "available"),
        goes(901, 180, "offline"),
        goes(1_000, 3, "available"),
        goes(1_002, 150, "break"),
        goes(1_003, 170, "available"),
        say(
            2_000,
            "contact.submit",
            json!({"contact": "t", "queue": "fr"}),
        ),
        say(
            2_000,
            "offer.accept",
            json!({"contact": "t", "agent": "a170"}),
        ),
        submit(5_000),
    ]);
    let expected = [
        "a150 break",
        "a170 at_capacity",
        "a003 lacks_skill",
        "a180 offline",
    ];
    assert_eq!(named(lines), expected);
}

/// An owner, its deputy and its leader are named before them; a fallback of the team looks there.
#[test]
fn owner_deputy_and_leader_and_their_team() {
    let mut lines = centre();
    let policy = json!({"queue": "fr", "requires": {"fr": 5},
        "ownership": {"wait": {"offline_ms": 0}, "fallback": ["deputy", "leader", "team"]}});
    let owner = json!({"agent": "a198", "skills": {"fr": 5}, "team": "night", "deputy": "a010",
        "leader": "a011"});
    lines.extend([
        say(0, "queue.set", policy),
        say(0, "agent.set", owner),
        say(
            0,
            "case.open",
            json!({"case": "k", "customer": "li", "owner": "a198"}),
        ),
        goes(1_000, 120, "available"),
        goes(1_001, 199, "available"),
        say(
            2_000,
            "contact.submit",
            json!({"contact": "t", "queue": "fr", "prefer": "a199"}),
        ),
        say(
            2_000,
            "offer.accept",
            json!({"contact": "t", "agent": "a199"}),
        ),
        say(
            5_000,
            "contact.submit",
            json!({"contact": "c", "queue": "fr", "customer": "li"}),
        ),
    ]);
    let expected = [
        "a198 offline",
        "a010 offline",
        "a011 offline",
        "a199 at_capacity",
        "a120 not_in_fallback",
    ];
    assert_eq!(named(lines), expected);
}
