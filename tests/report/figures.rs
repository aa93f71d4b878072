//! Three agents, three cases, one caller who hung up. All figures below were computed by hand.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};

use super::centre::Centre;
use firsthand::ledger::Writer;

/// Minutes and seconds.
const fn at(minutes: i64, seconds: i64) -> i64 {
    minutes * 60_000 + seconds * 1_000
}

fn set_up(centre: &mut Centre) {
    let wait = json!({"busy_ms": 0, "wrap_up_ms": 0, "break_ms": 0, "offline_ms": 0});
    centre
        .ask(
            0,
            "queue.set",
            json!({"queue": "q", "wrap_up_ms": 0, "ring_ms": 60_000,
            "ownership": {"wait": wait, "fallback": ["deputy", "skill"]}}),
        )
        .ask(
            0,
            "kind.set",
            json!({"kind": "complaint", "due_ms": 86_400_000,
            "stages": [{"stage": "received", "due_ms": 3_600_000}, {"stage": "replied"}],
            "wait_stops_clock": true,
            "follow_up": {"after_ms": 3_600_000, "every_ms": 3_600_000, "attempts": 3}}),
        );
    for (agent, team) in [("ada", "east"), ("bob", "east"), ("cat", "west")] {
        centre
            .ask(0, "agent.set", json!({"agent": agent, "team": team}))
            .ask(
                0,
                "agent.presence",
                json!({"agent": agent, "presence": "available"}),
            );
    }
}

/// A complaint that ada settles in one contact; the follow-up confirms it.
fn first_case(centre: &mut Centre) {
    centre
        .ask(
            at(10, 0),
            "contact.submit",
            json!({"contact": "k1", "queue": "q", "customer": "c1",
            "kind": "complaint", "topic": "billing"}),
        )
        .accept(at(10, 10), "k1", "ada")
        .end(at(15, 0), "k1", "resolved");
}

/// Bob's case: he is reached once more, is away once, and hands it over and gets it back.
fn second_case(centre: &mut Centre) {
    let submit = |contact: &str| json!({"contact": contact, "queue": "q", "customer": "c2"});
    centre
        .ask(at(20, 0), "contact.submit", submit("k2"))
        .accept(at(20, 20), "k2", "bob")
        .end(at(25, 0), "k2", "open")
        .ask(at(30, 0), "contact.submit", submit("k3"))
        .accept(at(30, 5), "k3", "bob")
        .end(at(35, 0), "k3", "open")
        .ask(
            at(38, 0),
            "agent.presence",
            json!({"agent": "bob", "presence": "break"}),
        )
        .ask(at(40, 0), "contact.submit", submit("k4"))
        .accept(at(40, 5), "k4", "cat")
        .end(at(45, 0), "k4", "open");
    let over = |to: &str| json!({"case": "case-2", "to": to, "reason": "load", "by": "boss"});
    let act = |by: &str| json!({"case": "case-2", "by": by});
    centre
        .ask(at(50, 0), "case.handover", over("ada"))
        .ask(at(55, 0), "case.handover", over("bob"))
        .ask(at(60, 0), "case.resolve", act("bob"))
        .ask(at(65, 0), "case.reopen", act("boss"))
        .ask(at(70, 0), "case.resolve", act("bob"));
}

/// The follow-up of the first case falls due at 75.
fn follow_up(centre: &mut Centre) {
    centre
        .ask(
            at(76, 0),
            "case.follow_up",
            json!({"case": "case-1", "result": "satisfied",
            "score": 5, "by": "ada"}),
        )
        .ask(
            at(80, 0),
            "contact.submit",
            json!({"contact": "k5", "queue": "q",
            "requires": {"nobody": 1}}),
        )
        .ask(
            at(81, 0),
            "contact.cancel",
            json!({"contact": "k5", "reason": "abandoned"}),
        );
}

/// Cat's complaint: a task for ada, an extension, an overdue stage, a wait for the customer.
fn third_case(centre: &mut Centre) {
    let case = |more: Value| {
        let mut params = json!({"case": "x", "by": "cat"});
        let params_of = params.as_object_mut().expect("an object");
        params_of.extend(more.as_object().expect("an object").clone());
        params
    };
    centre
        .ask(
            at(100, 0),
            "case.open",
            json!({"case": "x", "customer": "c3", "kind": "complaint",
            "topic": "service", "owner": "cat"}),
        )
        .ask(
            at(101, 0),
            "case.assist",
            case(json!({"agent": "ada", "request": "look"})),
        )
        .ask(at(103, 0), "case.assist_done", case(json!({"by": "ada"})))
        .ask(
            at(120, 0),
            "case.extend",
            case(json!({"to_at": at(4_000, 0), "reason": "parts"})),
        )
        .ask(at(170, 0), "case.wait", case(json!({"on": "customer"})))
        .ask(
            at(180, 0),
            "case.advance",
            case(json!({"stage": "replied"})),
        )
        .ask(at(190, 0), "case.resolve", case(json!({})));
}

fn write(folder: &Path) {
    let mut centre = Centre::default();
    set_up(&mut centre);
    first_case(&mut centre);
    second_case(&mut centre);
    follow_up(&mut centre);
    third_case(&mut centre);
    keep(&centre, folder);
}

/// Writes a ledger of what happened.
pub fn keep(centre: &Centre, folder: &Path) {
    let mut writer = Writer::open(folder, "default", "j").expect("a folder");
    writer.follow(0).expect("written");
    for event in &centre.events {
        writer.append(event).expect("written");
    }
    writer.sync().expect("synced");
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let output = Command::new(env!("CARGO_BIN_EXE_firsthand"))
        .arg("report")
        .arg(folder)
        .args(arguments)
        .output()
        .expect("the binary runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    output
}

pub fn report(folder: &Path, arguments: &[&str]) -> Value {
    let output = run(folder, &[&["--json"], arguments].concat());
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// Compares the named members, and lists every difference.
pub fn check(of: &str, found: &Value, wanted: &Value) {
    let wanted = wanted.as_object().expect("an object");
    let different: Vec<String> = wanted
        .iter()
        .filter(|(name, value)| found[name.as_str()] != **value)
        .map(|(name, value)| format!("{name}: {} and not {value}", found[name.as_str()]))
        .collect();
    assert!(different.is_empty(), "{of}:\n{}", different.join("\n"));
}

#[test]
fn the_figures_are_those_computed_by_hand() {
    let dir = tempfile::tempdir().expect("a folder");
    write(dir.path());
    let report = report(dir.path(), &[]);
    check(
        "contacts",
        &report["total"],
        &json!({
            "conversations": 4, "answered": 4, "lost": 1, "connect_rate": 0.8,
            "answered_within": 0.75, "wait_ms_mean": 10_000.0, "wait_ms_p90": 20_000.0,
            "talk_ms_mean": 290_000.0,
        }),
    );
    check(
        "responsibility",
        &report["total"],
        &json!({
            "repeat_contacts": 2, "owner_hits": 1, "continuity": 0.5, "stand_ins": 1,
            "stand_ins_skill": 1, "stand_ins_deputy": 0, "breaks_away": 1, "breaks_busy": 0,
            "stood_in": 1,
        }),
    );
    check(
        "cases",
        &report["total"],
        &json!({
            "opened": 3, "taken": 3, "received": 2, "handovers": 2, "handovers_per_case": 2.0 / 3.0,
            "ping_pong": 1, "returns": 1, "response_ms_mean": 0.0, "resolved": 4,
            "first_contact_resolution": 2.0 / 3.0, "resolution_ms_mean": 2_690_000.0,
            "resolution_ms_p50": 2_380_000.0, "resolution_ms_p90": 5_400_000.0, "reopened": 1,
            "closed": 1, "three_contacts": 1, "quality_index": 2.0 / 3.0, "complaints": 2,
            "complaint_rate": 2.0 / 3.0,
        }),
    );
    check(
        "deadlines",
        &report["total"],
        &json!({
            "deadlines_met": 3, "deadlines_overdue": 1, "on_time": 0.75, "cases_on_time": 1.0,
            "extensions": 1, "escalations_repeat": 1, "waits": 1, "waited_ms_mean": 600_000.0,
            "assists": 1, "assists_done": 1,
        }),
    );
    check(
        "follow-up",
        &report["total"],
        &json!({
            "follow_ups": 1, "satisfied": 1, "unsatisfied": 0, "no_answer": 0, "satisfaction": 1.0,
            "score_mean": 5.0,
        }),
    );
}

#[test]
fn each_group_has_its_own() {
    let dir = tempfile::tempdir().expect("a folder");
    write(dir.path());
    let report = report(dir.path(), &["--period", "day"]);
    check(
        "ada",
        &report["by_agent"]["ada"],
        &json!({
            "conversations": 1, "repeat_contacts": 0, "continuity": null, "taken": 1, "received": 1,
            "handovers": 1, "ping_pong": 1, "satisfied": 1, "first_contact_resolution": 1.0,
        }),
    );
    check(
        "bob",
        &report["by_agent"]["bob"],
        &json!({
            "conversations": 2, "repeat_contacts": 2, "owner_hits": 1, "taken": 1, "handovers": 1,
            "ping_pong": 0, "resolved": 2, "first_contact_resolution": 0.0,
        }),
    );
    check(
        "cat",
        &report["by_agent"]["cat"],
        &json!({
            "conversations": 1, "stood_in": 1, "repeat_contacts": 0, "taken": 1,
            "deadlines_overdue": 1, "extensions": 1,
        }),
    );
    check(
        "east",
        &report["by_team"]["east"],
        &json!({"conversations": 3, "taken": 2}),
    );
    check(
        "west",
        &report["by_team"]["west"],
        &json!({"conversations": 1, "taken": 1}),
    );
    check(
        "complaints",
        &report["by_kind"]["complaint"],
        &json!({"opened": 2, "handovers": 0}),
    );
    check(
        "others",
        &report["by_kind"]["–"],
        &json!({"opened": 1, "handovers": 2}),
    );
    assert_eq!(report["by_period"]["1970-01-01"], report["total"]);
    assert_eq!(
        report["stages"],
        json!([
            {"kind": "complaint", "stage": "received", "left": 2, "took_ms_mean": 2_245_000.0,
                "took_ms_p50": 290_000.0, "took_ms_p90": 4_200_000.0, "met": 1, "overdue": 1},
            {"kind": "complaint", "stage": "replied", "left": 1, "took_ms_mean": 600_000.0,
                "took_ms_p50": 600_000.0, "took_ms_p90": 600_000.0, "met": 0, "overdue": 0},
        ])
    );
    assert_eq!(
        report["complaint_classes"],
        json!([
            {"class": "billing", "period": "1970-01-01", "opened": 1},
            {"class": "service", "period": "1970-01-01", "opened": 1},
        ])
    );
}

#[test]
fn a_period_counts_only_its_own_facts() {
    let dir = tempfile::tempdir().expect("a folder");
    write(dir.path());
    let (from, to) = (at(39, 0).to_string(), at(55, 0).to_string());
    let report = report(dir.path(), &["--from", &from, "--to", &to]);
    check(
        "the period",
        &report["total"],
        &json!({
            "conversations": 1, "repeat_contacts": 1, "owner_hits": 0, "taken": 0, "handovers": 1,
            "ping_pong": 0, "resolved": 0,
        }),
    );
}

#[test]
fn every_form_has_the_same_figures() {
    let dir = tempfile::tempdir().expect("a folder");
    write(dir.path());
    let json = report(dir.path(), &[]);
    let output = run(dir.path(), &["--csv"]);
    let mut rows = csv::Reader::from_reader(output.stdout.as_slice());
    let mut of_total = 0;
    for row in rows.records() {
        let row = row.expect("a row");
        if &row[0] == "total" {
            of_total += 1;
            let value: Option<f64> = row[3].parse().ok();
            assert_eq!(value, json["total"][&row[2]].as_f64(), "{}", &row[2]);
        }
    }
    assert_eq!(
        of_total,
        json["total"].as_object().expect("an object").len()
    );
    let output = run(dir.path(), &[]);
    let text = String::from_utf8(output.stdout).expect("text");
    assert!(text.contains("continuity = owner_hits ÷ repeat_contacts"));
    let page = dir.path().join("page.html");
    run(dir.path(), &["--html", page.to_str().expect("text")]);
    let page = std::fs::read_to_string(page).expect("a page");
    assert_eq!(page.matches("<svg ").count(), 5);
    assert!(page.contains("owner_hits ÷ repeat_contacts"));
}
