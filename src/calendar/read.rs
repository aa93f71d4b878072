//! Reads the texts of a calendar, and says of each that cannot be read what would be right.
//!
//! Every fault is found, not only the first; what is faulty is left out, so that it causes no other.

use std::collections::BTreeMap;
use std::fmt;

use super::arithmetic::{DAYS_MAX, Special};
use super::civil::Date;
use super::hours::{Hours, MINUTES_OF_DAY, Span, WEEKDAYS, Week};
use super::offsets::Zone;
use super::zone;

/// A text that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub field: &'static str,
    /// The weekday or date whose hours they are.
    pub key: Option<Box<str>>,
    /// The text itself, where it is one of a list.
    pub text: Option<Box<str>>,
    /// What is wrong.
    pub message: String,
    /// What is right.
    pub right: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.message, self.right)
    }
}

/// Reads texts and collects what is wrong with them.
#[derive(Default)]
pub(super) struct Texts {
    pub faults: Vec<Fault>,
}

/// Hours by weekday or date, as written.
type Keyed = BTreeMap<Box<str>, Vec<Box<str>>>;

impl Texts {
    pub fn zone(&mut self, name: &str) -> Zone {
        zone::resolve(name).unwrap_or_else(|right| {
            let message = format!("there is no time zone {name:?}");
            self.fault("zone", None, None, message, right);
            Zone::utc()
        })
    }

    pub fn week(&mut self, written: &Keyed) -> Week {
        let mut week = Week::default();
        for (day, spans) in written {
            let Some(at) = WEEKDAYS.iter().position(|known| **known == **day) else {
                let message = format!("{day:?} is not a weekday");
                let right = format!("give one of {}", WEEKDAYS.join(", "));
                self.fault("week", Some(day), None, message, right);
                continue;
            };
            week[at] = self.hours("week", Some(day), spans);
        }
        week
    }

    pub fn special(&mut self, written: &Keyed) -> Vec<Special> {
        let mut special = Vec::new();
        for (text, spans) in written {
            let hours = self.hours("special", Some(text), spans);
            match Date::parse(text) {
                Some(date) => special.push(Special { date, hours }),
                None => {
                    let message = format!("{text:?} is not a date");
                    self.fault("special", Some(text), None, message, right_date(text));
                }
            }
        }
        special.sort_unstable_by_key(|of| of.date);
        special
    }

    pub fn hours(&mut self, field: &'static str, key: Option<&str>, written: &[Box<str>]) -> Hours {
        let mut hours = Hours::new();
        for text in written {
            let Some(span) = Span::parse(text) else {
                let message = format!("{text:?} is not a span of a day");
                self.fault(field, key, Some(text), message, right_span(text));
                continue;
            };
            let overlapping = |other: &&Span| span.from < other.to && other.from < span.to;
            if let Some(other) = hours.iter().find(overlapping) {
                let message = format!("{other} and {span} overlap");
                let right = "give spans that lie apart".to_owned();
                self.fault(field, key, Some(text), message, right);
                continue;
            }
            hours.push(span);
        }
        hours.sort_unstable();
        hours
    }

    pub fn days(&mut self, field: &'static str, written: &[Box<str>]) -> Vec<Date> {
        let mut days = Vec::new();
        for text in written {
            let (first, last) = text.split_once("..").unwrap_or((text, text));
            let read = Date::parse(first).zip(Date::parse(last));
            let Some((first, last)) = read else {
                let message = format!("{text:?} is not a date");
                self.fault(field, None, Some(text), message, right_date(text));
                continue;
            };
            if first > last || (last.0 - first.0) as usize >= DAYS_MAX {
                let message = format!("{text:?} is not a range of dates");
                let right = format!("give the earlier date first, and at most {DAYS_MAX} days");
                self.fault(field, None, Some(text), message, right);
                continue;
            }
            days.extend((first.0..=last.0).map(Date));
        }
        days.sort_unstable();
        days.dedup();
        if days.len() > DAYS_MAX {
            let message = format!("{} dates are too many", days.len());
            self.fault(
                field,
                None,
                None,
                message,
                format!("give at most {DAYS_MAX}"),
            );
        }
        days
    }

    /// What a whole calendar must be: a day is worked, make-up days have hours, and no night runs
    /// into the hours of the day after.
    pub fn whole(&mut self, week: &Week, make_up_hours: &Hours) {
        if week.iter().all(Vec::is_empty) {
            let right = "give hours to at least one, such as mon 09:00-17:00".to_owned();
            self.fault("week", None, None, "no day is worked".to_owned(), right);
        } else if make_up_hours.is_empty() {
            let message = "a make-up day is worked".to_owned();
            let right = "give it hours, or leave this out".to_owned();
            self.fault("make_up_hours", None, None, message, right);
        }
        for (at, hours) in week.iter().enumerate() {
            let after = (at + 1) % WEEKDAYS.len();
            let (Some(night), Some(first)) = (hours.last(), week[after].first()) else {
                continue;
            };
            if night.passes_midnight() && night.to > MINUTES_OF_DAY + first.from {
                let (day, next) = (WEEKDAYS[at], WEEKDAYS[after]);
                let message = format!("{day} {night} and {next} {first} overlap");
                let right = format!("let {next} begin when the night is over");
                let text = first.to_string();
                self.fault("week", Some(next), Some(&text), message, right);
            }
        }
    }

    fn fault(
        &mut self,
        field: &'static str,
        key: Option<&str>,
        text: Option<&str>,
        message: String,
        right: String,
    ) {
        self.faults.push(Fault {
            field,
            key: key.map(Into::into),
            text: text.map(Into::into),
            message,
            right,
        });
    }
}

/// The right form of a span: what was most likely meant, if that can be seen.
fn right_span(text: &str) -> String {
    let parts = text.split_once(['-', '–', '—']);
    let meant = parts.and_then(|(from, to)| {
        let meant = format!("{}-{}", clock(from)?, clock(to)?);
        let is_no_time = meant.get(..5) == meant.get(6..);
        if is_no_time {
            return Some("00:00-24:00\" for the whole day, or with an end of its own".to_owned());
        }
        Span::parse(&meant).map(|_| format!("{meant}\""))
    });
    meant.map_or_else(
        || "give one such as \"09:00-17:30\", or \"22:00-06:00\" past midnight".to_owned(),
        |meant| format!("write \"{meant}"),
    )
}

/// A time of day that was written in another way: `9:00`, `9.30`, `0900`, `9`.
fn clock(text: &str) -> Option<String> {
    let text = text.trim();
    let parts = text.split_once([':', '.', 'h', '：']);
    let (hour, minute) = match parts {
        Some((hour, minute)) => (hour, if minute.is_empty() { "00" } else { minute }),
        None if text.len() == 4 => text.split_at_checked(2)?,
        None => (text, "00"),
    };
    let (hour, minute): (u16, u16) = (hour.trim().parse().ok()?, minute.trim().parse().ok()?);
    (hour <= 24 && minute < 60).then(|| format!("{hour:02}:{minute:02}"))
}

/// The right form of a date: what was most likely meant, if only one can be.
fn right_date(text: &str) -> String {
    let parts: Vec<&str> = text.split(['-', '.', '/', '年', '月', '日']).collect();
    let meant = match parts[..] {
        [year, month, day] | [year, month, day, ""] if year.len() == 4 => Some((year, month, day)),
        // With points the day comes first; with strokes it may be the month.
        [day, month, year] if year.len() == 4 && text.contains('.') => Some((year, month, day)),
        _ => None,
    };
    let meant = meant
        .map(|(year, month, day)| format!("{year}-{month:0>2}-{day:0>2}"))
        .filter(|meant| Date::parse(meant).is_some());
    match meant {
        Some(meant) => format!("write \"{meant}\""),
        None => "give one such as \"2026-02-17\", or a range such as \"2026-02-15..2026-02-23\""
            .to_owned(),
    }
}
