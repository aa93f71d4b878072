//! A contact that an agent passes on: to each the part that it had.

use serde_json::json;

use super::centre::Centre;
use super::figures::{check, keep, report};

#[test]
fn who_passes_on_and_who_takes_over_have_talked_as_long_as_they_did() {
    let mut centre = Centre::default();
    centre
        .ask(0, "queue.set", json!({"queue": "q1"}))
        .ask(
            0,
            "queue.set",
            json!({"queue": "q2", "requires": {"two": 1}}),
        )
        .ask(0, "agent.set", json!({"agent": "a"}))
        .ask(0, "agent.set", json!({"agent": "b", "skills": {"two": 1}}))
        .ask(
            0,
            "agent.presence",
            json!({"agent": "a", "presence": "available"}),
        )
        .ask(
            0,
            "contact.submit",
            json!({"contact": "c1", "queue": "q1", "customer": "u1"}),
        )
        .accept(0, "c1", "a")
        .ask(
            60_000,
            "contact.transfer",
            json!({"contact": "c1", "to": {"queue": "q2"}, "reason": "two"}),
        )
        // Nobody in the second queue for ten minutes: a wait, nobody's conversation.
        .ask(
            660_000,
            "agent.presence",
            json!({"agent": "b", "presence": "available"}),
        )
        .accept(660_000, "c1", "b")
        .end(690_000, "c1", "resolved");
    let folder = tempfile::tempdir().expect("a folder");
    keep(&centre, folder.path());
    let report = report(folder.path(), &[]);
    let of = |agent: &str| &report["by_agent"][agent];
    check(
        "a",
        of("a"),
        &json!({"conversations": 1, "talk_ms_mean": 60_000.0}),
    );
    check(
        "b",
        of("b"),
        &json!({"conversations": 1, "talk_ms_mean": 30_000.0}),
    );
    // The first time that somebody comes is no repeat, however often it is passed on.
    check(
        "total",
        &report["total"],
        &json!({
            "conversations": 2, "talk_ms_mean": 45_000.0, "repeat_contacts": 0, "continuity": null,
        }),
    );
}
