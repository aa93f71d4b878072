//! The presets and the shipped calendars check without warnings and match their sources.

use std::path::{Path, PathBuf};

use firsthand::config::{Config, check};

fn file(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

const PRESETS: [&str; 3] = ["95598", "12345", "bank"];

#[test]
fn every_preset_checks_without_a_warning() {
    for preset in PRESETS {
        let path = file(&format!("config/presets/{preset}.toml"));
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let code = check(&path, &mut out, &mut err, false).expect("memory takes it");
        let err = String::from_utf8(err).expect("text");
        assert_eq!((code, err.as_str()), (0, ""), "{preset}");
        let out = String::from_utf8(out).expect("text");
        assert!(out.contains("kinds"), "{preset}: {out}");
    }
}

/// Every number has its source beside it.
#[test]
fn every_number_of_a_preset_has_its_source() {
    for preset in PRESETS {
        let path = file(&format!("config/presets/{preset}.toml"));
        let text = std::fs::read_to_string(path).expect("the preset");
        for (n, line) in text.lines().enumerate() {
            let (value, comment) = line.split_once('#').unwrap_or((line, ""));
            let numbers = value
                .split_once('=')
                .is_some_and(|(_, value)| value.contains(|c: char| c.is_ascii_digit()));
            let weekdays = ["tue", "wed", "thu", "fri"];
            let hours = weekdays
                .iter()
                .any(|day| value.trim_start().starts_with(day));
            let marked = ["[V", "[S", "[R", "own", "as a", "as in", "sum of"]
                .iter()
                .any(|mark| comment.contains(mark));
            assert!(
                !numbers || hours || marked,
                "{preset}: line {}: {line}",
                n + 1
            );
        }
    }
}

#[test]
fn a_calendar_may_stand_in_a_file_of_its_own() {
    let text = "[calendars.work]\nfile = \"calendars/china.toml\"\nholidays = [\"2026-12-24\"]\n";
    let place = file("config/test.toml");
    let (config, _) = Config::parse(&place.to_string_lossy(), text.to_owned())
        .unwrap_or_else(|faults| panic!("{faults}"));
    let calendar = &config.tenant.calendars["work"];
    let day = |text| firsthand::calendar::Date::parse(text).expect("a date");
    assert!(calendar.is_worked(day("2026-02-14")));
    assert!(!calendar.is_worked(day("2026-02-16")));
    assert!(!calendar.is_worked(day("2026-12-24")));

    let (base, _) = Config::parse("x", "[calendars.work]\nbase = \"china\"\n".to_owned())
        .unwrap_or_else(|faults| panic!("{faults}"));
    assert!(base.tenant.calendars["work"].is_worked(day("2026-12-24")));
    let missing = Config::parse("x", "[calendars.work]\nfile = \"gone.toml\"\n".to_owned());
    let faults = missing.expect_err("there is no such file").to_string();
    assert!(faults.contains("gone.toml cannot be read"), "{faults}");
}

#[test]
fn what_is_wrong_with_a_kind_is_shown_where_it_stands() {
    let text = "\
[kinds.complaint]
due = \"5 working days\"
[[kinds.complaint.ladder]]
to = \"nobody\"
after = \"soon\"
[kinds.report]
due = \"5d\"
calendar = \"chna\"
stages = [{ stage = \"a\" }, { stage = \"a\", due = \"0 working days\" }]
follow_up = { after = \"1d\", queue = \"q\" }
";
    let faults = Config::parse("x", text.to_owned())
        .expect_err("it is wrong")
        .to_string();
    for wanted in [
        "there is no agent \"nobody\"",
        "`after`: \"soon\" is not a term",
        "a step has one time",
        "there is no calendar \"chna\"",
        "the stage \"a\" comes twice",
        "\"0 working days\" is out of range",
        "`every` is missing here",
    ] {
        assert!(faults.contains(wanted), "{wanted} is missing in\n{faults}");
    }
}
