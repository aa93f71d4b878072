//! The fields of a calendar.

use serde_json::json;

use super::Type::{List, Map, Name, Text};
use super::{Field, Fields, Type};
use crate::calendar::{DAYS_MAX, SPANS_MAX, WEEKDAYS, Written};

/// The hours of a day.
pub const SPANS: Type = List(&Text, SPANS_MAX);
const DATES: Type = List(&Text, DAYS_MAX);
const CALENDAR: Field = Field::must("calendar", Name, "the calendar's name");

/// Names a calendar.
pub static CALENDAR_REF: Fields = Fields::new(&[CALENDAR]);

const ZONE: Field = Field::may("zone", Text, "a time zone of the IANA database")
    .or(|| json!("UTC"))
    .note("Where the calendar has a base, that of the base comes first.")
    .example("\"Asia/Shanghai\"");

const HOLIDAYS: Field = Field::may(
    "holidays",
    DATES,
    "days that are not worked: 2026-02-17, or a range 2026-02-15..2026-02-23",
);
const MAKE_UP: Field = Field::may(
    "make_up",
    DATES,
    "days that are worked although the week or the holidays say otherwise",
)
.manual("Days that are worked although the week or the holidays say otherwise (调休).");
const MAKE_UP_HOURS: Field = Field::may(
    "make_up_hours",
    SPANS,
    "the hours of those; as of the first worked day of the week where not given",
)
.example("[\"09:00-17:30\"]");
const SPECIAL: Field = Field::may(
    "special",
    Map(&SPANS, DAYS_MAX),
    "dates with hours of their own, before all else; a date without hours is closed",
)
.example("{ \"2026-12-24\" = [\"09:00-12:00\"], \"2026-12-31\" = [] }");

/// All but the hours by weekday, which have a section of their own in the file.
pub const DAYS: &[Field] = &[ZONE, HOLIDAYS, MAKE_UP, MAKE_UP_HOURS, SPECIAL];

/// `calendar.set`.
pub static CALENDAR_SET: Fields = Fields::named::<Written>(&[
    CALENDAR,
    ZONE,
    Field::may(
        "week",
        Map(&SPANS, WEEKDAYS.len()),
        "weekday (mon … sun) and opening hours such as 09:00-17:30 or, past midnight, 22:00-06:00; a \
         day not named is not worked",
    ),
    HOLIDAYS,
    MAKE_UP,
    MAKE_UP_HOURS,
    SPECIAL,
]);
