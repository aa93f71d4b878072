//! A calendar in its text form, as on the wire and in a file, and back.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::arithmetic::{Calendar, DAYS_MAX};
use super::civil::Date;
use super::hours::{Hours, SPANS_MAX, Span, WEEKDAYS, Week};
use super::offsets::Zone;
use super::zone;

/// The texts of a calendar. Defaults: UTC, Monday to Friday from 00:00 to 24:00, no holidays;
/// make-up days have the hours of the first worked day of the week.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Written {
    pub zone: Option<Box<str>>,
    /// Weekday → spans; a missing weekday is not worked.
    pub week: Option<BTreeMap<Box<str>, Vec<Box<str>>>>,
    /// Dates `2026-01-01` and ranges `2026-02-15..2026-02-23`.
    pub holidays: Vec<Box<str>>,
    pub make_up: Vec<Box<str>>,
    pub make_up_hours: Option<Vec<Box<str>>>,
}

/// An error in one member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub field: &'static str,
    /// What is wrong, and what is accepted.
    pub message: String,
}

impl Written {
    /// Parses the texts.
    pub fn resolve(&self) -> Result<Calendar, Fault> {
        let week = match &self.week {
            None => workweek(),
            Some(week) => read_week(week).map_err(in_field("week"))?,
        };
        let Some(first) = week.iter().find(|hours| !hours.is_empty()) else {
            let message =
                "no day is worked: give hours to at least one, such as {\"mon\":[\"09:00-17:00\"]}";
            return Err(in_field("week")(message.to_owned()));
        };
        let make_up_hours = match &self.make_up_hours {
            None => first.clone(),
            Some(spans) => read_hours(spans).map_err(in_field("make_up_hours"))?,
        };
        if make_up_hours.is_empty() {
            let message = "a make-up day is worked: give it hours, or leave this out";
            return Err(in_field("make_up_hours")(message.to_owned()));
        }
        let zone = self.zone.as_deref().unwrap_or("UTC");
        Ok(Calendar {
            zone: zone::resolve(zone).map_err(in_field("zone"))?,
            holidays: read_days(&self.holidays).map_err(in_field("holidays"))?,
            make_up: read_days(&self.make_up).map_err(in_field("make_up"))?,
            make_up_hours,
            week,
        })
    }
}

/// The default calendar: UTC, Monday to Friday from 00:00 to 24:00, no holidays.
pub fn plain() -> &'static Calendar {
    static PLAIN: LazyLock<Calendar> = LazyLock::new(|| Calendar {
        zone: Zone::utc(),
        week: workweek(),
        holidays: Vec::new(),
        make_up: Vec::new(),
        make_up_hours: vec![Span::WHOLE_DAY],
    });
    &PLAIN
}

impl From<&Calendar> for Written {
    fn from(calendar: &Calendar) -> Self {
        let spans = |hours: &Hours| hours.iter().map(|span| span.to_string().into()).collect();
        let worked = WEEKDAYS.iter().zip(&calendar.week);
        let worked = worked.filter(|(_, hours)| !hours.is_empty());
        Self {
            zone: Some(calendar.zone.name.clone()),
            week: Some(
                worked
                    .map(|(day, hours)| ((*day).into(), spans(hours)))
                    .collect(),
            ),
            holidays: ranges(&calendar.holidays),
            make_up: ranges(&calendar.make_up),
            make_up_hours: Some(spans(&calendar.make_up_hours)),
        }
    }
}

fn in_field(field: &'static str) -> impl Fn(String) -> Fault {
    move |message| Fault { field, message }
}

fn workweek() -> Week {
    let mut week = Week::default();
    for day in &mut week[..5] {
        day.push(Span::WHOLE_DAY);
    }
    week
}

fn read_week(written: &BTreeMap<Box<str>, Vec<Box<str>>>) -> Result<Week, String> {
    let mut week = Week::default();
    for (day, spans) in written {
        let Some(at) = WEEKDAYS.iter().position(|known| **known == **day) else {
            return Err(format!(
                "{day:?} is not a weekday: give one of {}",
                WEEKDAYS.join(", ")
            ));
        };
        week[at] = read_hours(spans)?;
    }
    Ok(week)
}

fn read_hours(spans: &[Box<str>]) -> Result<Hours, String> {
    let mut hours = Hours::new();
    for text in spans {
        let span = Span::parse(text).ok_or_else(|| {
            format!("{text:?} is not a span of a day: give one such as \"09:00-17:30\"")
        })?;
        hours.push(span);
    }
    hours.sort_unstable();
    if hours.len() > SPANS_MAX {
        return Err(format!("{} spans: give at most {SPANS_MAX}", hours.len()));
    }
    match hours.windows(2).find(|pair| pair[1].from < pair[0].to) {
        Some(pair) => Err(format!(
            "{} and {} overlap: give spans that lie apart",
            pair[0], pair[1]
        )),
        None => Ok(hours),
    }
}

fn read_days(written: &[Box<str>]) -> Result<Vec<Date>, String> {
    let mut days = Vec::new();
    for text in written {
        let wrong = || {
            format!(
                "{text:?} is not a date: give one such as \"2026-02-17\", or a range such as \
                 \"2026-02-15..2026-02-23\""
            )
        };
        let (first, last) = match text.split_once("..") {
            Some((first, last)) => (Date::parse(first), Date::parse(last)),
            None => (Date::parse(text), Date::parse(text)),
        };
        let (first, last) = first.zip(last).ok_or_else(wrong)?;
        if first > last || (last.0 - first.0) as usize >= DAYS_MAX {
            return Err(wrong());
        }
        days.extend((first.0..=last.0).map(Date));
        if days.len() > DAYS_MAX {
            return Err(format!("more than {DAYS_MAX} dates: give at most so many"));
        }
    }
    days.sort_unstable();
    days.dedup();
    Ok(days)
}

/// Dates as text, consecutive days as a range.
fn ranges(days: &[Date]) -> Vec<Box<str>> {
    days.chunk_by(|a, b| a.next() == *b)
        .map(|row| match row {
            [only] => only.to_string().into(),
            row => format!("{}..{}", row[0], row[row.len() - 1]).into(),
        })
        .collect()
}
