//! A simulated year of cases: owners and deputies are absent, the daemon is down for days, and at
//! the end no case is forgotten and every deadline has exactly one verdict.
//!
//! `YEAR_CASES` is the number of cases; the default takes a debug build a few seconds. The full
//! measurement is `YEAR_CASES=100000 cargo test --release --test cases`.

#![expect(clippy::wildcard_enum_match_arm, reason = "tests look at one variant")]

mod calendars;
mod explained;
mod presets;
mod watch;
mod year;

use year::Year;

const CASES: usize = 2_000;

fn cases() -> usize {
    let given = std::env::var("YEAR_CASES").ok();
    given.map_or(CASES, |text| text.parse().expect("YEAR_CASES is a number"))
}

#[test]
fn a_year_ends_with_nothing_forgotten() {
    let mut year = Year::new(7);
    year.live(cases());
    year.end();
    let told = &year.watch.told;
    eprintln!("{told:?}");
    for what in [
        "met",
        "overdue",
        "late",
        "soon",
        "urge",
        "assist",
        "follow_up",
        "reopened",
        "not_reached",
        "extended",
        "resumed",
        "restarts",
    ] {
        let n = told.get(what).copied().unwrap_or_default();
        assert!(n > 0, "the year had no {what}: {told:?}");
    }
}

/// The same seed gives the same year.
#[test]
fn a_year_is_its_seed() {
    let digest = |seed| {
        let mut year = Year::new(seed);
        year.live(300);
        year.router.digest()
    };
    assert_eq!(digest(3), digest(3));
    assert_ne!(digest(3), digest(4));
}
