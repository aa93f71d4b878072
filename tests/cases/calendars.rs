//! Working days, opening hours and time zones, checked against dated examples.

use firsthand::calendar::{Calendar, Date, Pause, Term, Written, zone};

fn china() -> Calendar {
    let text = include_str!("../../config/calendars/china.toml");
    let written: Written = toml::from_str(text).expect("a calendar");
    written.resolve().expect("a calendar")
}

fn offices(zone: &str, hours: &[&str]) -> Calendar {
    let spans: Vec<Box<str>> = hours.iter().map(|span| (*span).into()).collect();
    let week = ["mon", "tue", "wed", "thu", "fri"];
    let written = Written {
        zone: Some(zone.into()),
        week: Some(week.map(|day| (day.into(), spans.clone())).into()),
        ..Written::default()
    };
    written.resolve().expect("a calendar")
}

/// An instant in a zone, computed by `jiff` independently of our arithmetic.
fn at(zone: &str, text: &str) -> i64 {
    let civil: jiff::civil::DateTime = text.parse().expect("a date and time");
    let zone = jiff::tz::TimeZoneDatabase::bundled()
        .get(zone)
        .expect("a zone");
    civil
        .to_zoned(zone)
        .expect("an instant")
        .timestamp()
        .as_millisecond()
}

fn wall(zone: &str, at: i64) -> String {
    let zone = jiff::tz::TimeZoneDatabase::bundled()
        .get(zone)
        .expect("a zone");
    let at = jiff::Timestamp::from_millisecond(at).expect("an instant");
    at.to_zoned(zone).strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

const SHANGHAI: &str = "Asia/Shanghai";
const BERLIN: &str = "Europe/Berlin";

/// Received, term in working days, end of the last day: midnight, since the calendar has no hours.
#[test]
fn working_days_around_the_holidays_of_china() {
    let china = china();
    for (received, days, ends) in [
        // An ordinary week: Monday, day 1 is Tuesday.
        ("2026-03-02T10:00:00", 1, "2026-03-04T00:00:00"),
        ("2026-03-02T10:00:00", 5, "2026-03-10T00:00:00"),
        // One second before midnight: the day still counts from the date received.
        ("2026-03-02T23:59:59", 1, "2026-03-04T00:00:00"),
        ("2026-03-03T00:00:00", 1, "2026-03-05T00:00:00"),
        // A weekend: received on Saturday, day 1 is Monday.
        ("2026-03-07T12:00:00", 1, "2026-03-10T00:00:00"),
        // Spring Festival 2026: 15 to 23 February off, the Saturdays 14 and 28 worked.
        ("2026-02-12T15:00:00", 2, "2026-02-15T00:00:00"),
        ("2026-02-13T15:00:00", 1, "2026-02-15T00:00:00"),
        ("2026-02-13T15:00:00", 2, "2026-02-25T00:00:00"),
        ("2026-02-14T09:00:00", 1, "2026-02-25T00:00:00"),
        ("2026-02-17T09:00:00", 5, "2026-03-01T00:00:00"),
        ("2026-02-27T09:00:00", 1, "2026-03-01T00:00:00"),
        // New Year 2026: 1 to 3 January off, Sunday the 4th worked; the year changes.
        ("2025-12-31T09:00:00", 1, "2026-01-05T00:00:00"),
        ("2025-12-30T09:00:00", 2, "2026-01-05T00:00:00"),
        // National Day and Mid-Autumn 2025: 1 to 8 October off, 28 September and 11 October worked.
        ("2025-09-26T10:00:00", 1, "2025-09-29T00:00:00"),
        ("2025-09-26T10:00:00", 4, "2025-10-10T00:00:00"),
        ("2025-09-30T17:31:00", 3, "2025-10-12T00:00:00"),
        ("2025-10-08T10:00:00", 4, "2025-10-14T00:00:00"),
        // Mid-Autumn and National Day 2026: 25 to 27 September and 1 to 7 October off, Sunday 20
        // September and Saturday 10 October worked.
        ("2026-09-18T10:00:00", 1, "2026-09-21T00:00:00"),
        ("2026-09-24T10:00:00", 1, "2026-09-29T00:00:00"),
        ("2026-09-30T10:00:00", 3, "2026-10-11T00:00:00"),
        ("2026-10-09T10:00:00", 2, "2026-10-13T00:00:00"),
        // Labour Day 2025: 1 to 5 May off, Sunday 27 April worked.
        ("2025-04-25T10:00:00", 4, "2025-05-01T00:00:00"),
        ("2025-04-30T10:00:00", 1, "2025-05-07T00:00:00"),
        // A leap day.
        ("2028-02-28T10:00:00", 1, "2028-03-01T00:00:00"),
    ] {
        let end = china.end(at(SHANGHAI, received), Term::WorkingDays(days));
        assert_eq!(wall(SHANGHAI, end), ends, "{days} from {received}");
    }
}

/// With opening hours the day ends when business ends; the zone is the calendar's.
#[test]
fn the_last_day_ends_when_business_ends() {
    let berlin = offices(BERLIN, &["09:00-12:00", "13:00-17:30"]);
    for (received, days, ends) in [
        ("2026-03-02T08:00:00", 1, "2026-03-03T17:30:00"),
        ("2026-03-02T23:59:59", 1, "2026-03-03T17:30:00"),
        // Across the change to summer time on Sunday, 29 March 2026, and back on 25 October.
        ("2026-03-27T16:00:00", 1, "2026-03-30T17:30:00"),
        ("2026-10-23T16:00:00", 1, "2026-10-26T17:30:00"),
    ] {
        let end = berlin.end(at(BERLIN, received), Term::WorkingDays(days));
        assert_eq!(wall(BERLIN, end), ends, "{days} from {received}");
    }
    let spring = berlin.end(at(BERLIN, "2026-03-27T17:30:00"), Term::WorkingDays(1));
    assert_eq!(spring - at(BERLIN, "2026-03-27T17:30:00"), 71 * 3_600_000);
}

#[test]
fn working_hours_run_while_doors_are_open() {
    let berlin = offices(BERLIN, &["09:00-12:00", "13:00-17:30"]);
    let hours = |n: i64| Term::OpenMs(n * 3_600_000);
    for (from, n, ends) in [
        ("2026-03-02T09:00:00", 3, "2026-03-02T12:00:00"),
        ("2026-03-02T11:00:00", 2, "2026-03-02T14:00:00"),
        ("2026-03-02T12:30:00", 1, "2026-03-02T14:00:00"),
        ("2026-03-02T17:00:00", 1, "2026-03-03T09:30:00"),
        ("2026-03-06T17:30:00", 8, "2026-03-10T09:30:00"),
        ("2026-03-07T11:00:00", 1, "2026-03-09T10:00:00"),
    ] {
        let end = berlin.end(at(BERLIN, from), hours(n));
        assert_eq!(wall(BERLIN, end), ends, "{n} from {from}");
    }
}

/// A pause of length zero leaves the end of the term unchanged.
#[test]
fn a_pause_of_no_time_changes_nothing() {
    let calendars = [
        china(),
        offices(BERLIN, &["09:00-12:00", "13:00-17:30"]),
        offices(BERLIN, &["22:00-06:00"]),
        nights(),
    ];
    for calendar in calendars {
        for hour in (0..24 * 400).step_by(5) {
            let from = 1_767_196_800_000 + hour * 3_600_000;
            for term in [
                Term::WorkingDays(1),
                Term::WorkingDays(6),
                Term::OpenMs(30_600_000),
            ] {
                let due = calendar.end(from, term);
                assert!(due > from);
                for later in [
                    from,
                    from + (due - from) / 3,
                    from + (due - from) / 2,
                    due - 1,
                ] {
                    let left = calendar.left(later, due, term);
                    assert_eq!(
                        calendar.resumed(later, left),
                        due,
                        "{term} from {from} at {later}"
                    );
                }
            }
        }
    }
}

#[test]
fn days_left_are_those_after_the_present_one() {
    let china = china();
    let from = at(SHANGHAI, "2026-03-02T10:00:00");
    let due = china.end(from, Term::WorkingDays(5));
    let friday = at(SHANGHAI, "2026-03-06T10:00:00");
    let left = china.left(friday, due, Term::WorkingDays(5));
    assert_eq!(left, Pause::WorkingDays(1));
    for (again, ends) in [
        ("2026-03-06T12:00:00", "2026-03-10T00:00:00"),
        ("2026-03-09T12:00:00", "2026-03-11T00:00:00"),
        ("2026-03-14T12:00:00", "2026-03-17T00:00:00"),
    ] {
        assert_eq!(
            wall(SHANGHAI, china.resumed(at(SHANGHAI, again), left)),
            ends,
            "{again}"
        );
    }
}

/// Nights from Monday to Friday in Berlin; closed on 24 December 2026, short on the 22nd.
fn nights() -> Calendar {
    let written: Written = toml::from_str(
        r#"
        zone = "Europe/Berlin"
        holidays = ["2026-12-25..2026-12-26"]
        special = { "2026-12-24" = [], "2026-12-22" = ["09:00-12:00"], "2026-12-27" = ["20:00-02:00"] }
        [week]
        mon = ["22:00-06:00"]
        tue = ["22:00-06:00"]
        wed = ["22:00-06:00"]
        thu = ["22:00-06:00"]
        fri = ["22:00-06:00"]
        "#,
    )
    .expect("a calendar");
    written.resolve().expect("a calendar")
}

#[test]
fn a_night_belongs_to_the_day_on_which_it_begins() {
    let nights = nights();
    for (when, open) in [
        ("2026-03-02T21:59:00", false),
        ("2026-03-02T22:00:00", true),
        ("2026-03-03T05:59:00", true),
        ("2026-03-03T06:00:00", false),
        // Friday's night, then the weekend; no night of Sunday runs into Monday.
        ("2026-03-07T05:59:00", true),
        ("2026-03-08T01:00:00", false),
        ("2026-03-09T01:00:00", false),
        // Special hours hold alone: the night before ends at midnight.
        ("2026-12-21T23:30:00", true),
        ("2026-12-22T00:30:00", false),
        ("2026-12-22T10:00:00", true),
        ("2026-12-22T23:00:00", false),
        ("2026-12-23T23:59:59", true),
        ("2026-12-24T00:00:00", false),
        ("2026-12-27T21:00:00", true),
        ("2026-12-28T01:00:00", true),
        ("2026-12-28T02:00:00", false),
        // The night of the change to summer time is an hour shorter, that of the change back longer.
        ("2026-03-28T05:00:00", true),
    ] {
        assert_eq!(nights.is_open(at(BERLIN, when)), open, "{when}");
    }
    for (from, term, ends) in [
        // Monday's night is Monday until it is over: the day after is Tuesday, until its end.
        (
            "2026-03-03T01:00:00",
            Term::WorkingDays(1),
            "2026-03-04T06:00:00",
        ),
        (
            "2026-03-03T07:00:00",
            Term::WorkingDays(1),
            "2026-03-05T06:00:00",
        ),
        (
            "2026-03-06T23:00:00",
            Term::WorkingDays(1),
            "2026-03-10T06:00:00",
        ),
        (
            "2026-12-23T10:00:00",
            Term::WorkingDays(1),
            "2026-12-28T02:00:00",
        ),
        (
            "2026-12-21T10:00:00",
            Term::WorkingDays(1),
            "2026-12-22T12:00:00",
        ),
        (
            "2026-03-02T23:00:00",
            Term::OpenMs(8 * 3_600_000),
            "2026-03-03T23:00:00",
        ),
        (
            "2026-12-21T23:00:00",
            Term::OpenMs(3 * 3_600_000),
            "2026-12-22T11:00:00",
        ),
    ] {
        let end = nights.end(at(BERLIN, from), term);
        assert_eq!(wall(BERLIN, end), ends, "{term} from {from}");
    }
    assert_eq!(
        wall(BERLIN, nights.next_open(at(BERLIN, "2026-12-24T00:00:00"))),
        "2026-12-27T20:00:00"
    );
    assert_eq!(
        wall(BERLIN, nights.opening(at(BERLIN, "2026-03-03T01:00:00"), 1)),
        "2026-03-03T22:00:00"
    );
}

/// The night of the change to summer time is an hour shorter, that of the change back longer.
#[test]
fn a_night_is_as_long_as_it_is() {
    let written: Written =
        toml::from_str("zone = \"Europe/Berlin\"\nweek = { sat = [\"22:00-06:00\"] }")
            .expect("a calendar");
    let calendar = written.resolve().expect("a calendar");
    for (from, hours) in [
        ("2026-03-28T22:00:00", 7),
        ("2026-10-24T22:00:00", 9),
        ("2026-06-06T22:00:00", 8),
    ] {
        let from = at(BERLIN, from);
        let all = Term::OpenMs(hours * 3_600_000);
        let closes = calendar.end(from, all);
        assert!(
            wall(BERLIN, closes).ends_with("T06:00:00"),
            "{}",
            wall(BERLIN, closes)
        );
        assert_eq!(
            calendar.left(from, closes, all),
            Pause::OpenMs(hours * 3_600_000)
        );
    }
}

#[test]
fn every_fault_of_a_calendar_is_found() {
    let written: Written = toml::from_str(
        r#"
        zone = "UTC+8"
        holidays = ["24.12.2026", "2026-02-30", "2026-12-31..2026-12-01"]
        special = { "2026/12/24" = ["9-12"], "2026-12-31" = ["10:00-10:00"] }
        [week]
        mon = ["22:00-06:00"]
        wed = ["9:00-17:00", "16:00-18:00", "17:30-19:00"]
        Thursday = []
        "#,
    )
    .expect("texts");
    let faults = written.faults();
    let shown: Vec<String> = faults.iter().map(ToString::to_string).collect();
    for (n, part) in [
        "Thursday",
        "\"9:00-17:00\" is not a span of a day: write \"09:00-17:00\"",
        "16:00-18:00 and 17:30-19:00 overlap",
        "there is no time zone \"UTC+8\": write \"Etc/GMT-8\"",
        "\"24.12.2026\" is not a date: write \"2026-12-24\"",
        "\"2026-02-30\" is not a date: give one such as",
        "is not a range of dates: give the earlier date first",
        "\"10:00-10:00\" is not a span of a day: write \"00:00-24:00\" for the whole day",
        "\"9-12\" is not a span of a day: write \"09:00-12:00\"",
        "\"2026/12/24\" is not a date: write \"2026-12-24\"",
    ]
    .iter()
    .enumerate()
    {
        assert!(shown[n].contains(part), "{part} in {shown:#?}");
    }
    assert_eq!(shown.len(), 10);
    assert_eq!(written.resolve().expect_err("faults"), faults);
    for week in [
        "mon = [\"22:00-06:00\"]\ntue = [\"05:00-09:00\"]",
        "sun = [\"22:00-00:30\"]\nmon = [\"00:00-24:00\"]",
    ] {
        let written: Written = toml::from_str(&format!("[week]\n{week}")).expect("texts");
        let faults = written.resolve().expect_err("a night runs into a day");
        assert!(faults[0].message.ends_with("overlap"), "{faults:?}");
    }
}

/// What is written comes back as the same calendar.
#[test]
fn nights_and_dates_come_back_as_they_went() {
    let nights = nights();
    assert_eq!(Written::from(&nights).resolve(), Ok(nights));
}

/// Every hour of some years, compared with `jiff`.
#[test]
fn zones_agree_with_their_database() {
    for name in [
        BERLIN,
        SHANGHAI,
        "America/St_Johns",
        "Australia/Lord_Howe",
        "Pacific/Apia",
    ] {
        let table = zone::resolve(name).expect("a zone");
        let known = jiff::tz::TimeZoneDatabase::bundled()
            .get(name)
            .expect("a zone");
        for hour in 0..24 * 365 * 3 {
            // From June 2009, so that it includes 30 December 2011, which Samoa skipped.
            let at = 1_243_814_400_000 + hour * 3_600_000 + 1_799_999;
            let instant = jiff::Timestamp::from_millisecond(at).expect("an instant");
            let offset = i64::from(known.to_offset(instant).seconds()) * 1_000;
            assert_eq!(table.local(at), at + offset, "{name} at {at}");
            let civil = known.to_datetime(instant);
            let date = Date::parse(&civil.date().to_string()).expect("a date");
            assert_eq!(table.date(at), date);
            let minutes = (civil.hour() as u16) * 60 + civil.minute() as u16;
            let wanted = known
                .to_ambiguous_timestamp(civil.date().at(civil.hour(), civil.minute(), 0, 0))
                .compatible()
                .expect("an instant");
            assert_eq!(
                table.instant(date, minutes),
                wanted.as_millisecond(),
                "{name} {civil}"
            );
        }
    }
    // Hours that do not exist: 02:30 on 29 March 2026 in Berlin becomes 03:30.
    let berlin = zone::resolve(BERLIN).expect("a zone");
    let skipped = berlin.instant(Date::of(2026, 3, 29), 150);
    assert_eq!(wall(BERLIN, skipped), "2026-03-29T03:30:00");
    assert!(zone::resolve("Mars/Olympus").is_err());
}

#[test]
fn dates_come_back_as_they_went() {
    for days in -200_000..400_000 {
        let date = Date(days);
        let (year, month, day) = date.parts();
        assert_eq!(Date::of(year, month, day), date);
    }
    assert_eq!(Date::of(1970, 1, 1), Date(0));
    assert_eq!(
        (
            Date::of(2026, 2, 17).weekday(),
            Date::of(2024, 2, 29).weekday()
        ),
        (1, 3)
    );
    for wrong in [
        "2026-2-17",
        "2026-02-29",
        "2026-13-01",
        "26-01-01",
        "2026-01-01-01",
        "x",
    ] {
        assert_eq!(Date::parse(wrong), None, "{wrong}");
    }
}

#[test]
fn terms_read_and_write() {
    for (text, term) in [
        ("45m", Term::Elapsed(2_700_000)),
        ("1h30m", Term::Elapsed(5_400_000)),
        ("2d", Term::Elapsed(172_800_000)),
        ("1 working day", Term::WorkingDays(1)),
        ("5 working days", Term::WorkingDays(5)),
        ("1 working hour", Term::OpenMs(3_600_000)),
        ("90 working minutes", Term::OpenMs(5_400_000)),
    ] {
        assert_eq!(Term::parse(text), Ok(term), "{text}");
        assert_eq!(term.to_string(), text);
    }
    for text in [
        "",
        "5",
        "0s",
        "five working days",
        "0 working days",
        "1001 working days",
        "2000 working hours",
        "5 working weeks",
        "-1d",
        "5 working days or so",
    ] {
        assert!(Term::parse(text).is_err(), "{text:?} is refused");
    }
}
