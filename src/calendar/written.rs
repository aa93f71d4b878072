//! A calendar in its text form, as on the wire and in a file, and back.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::arithmetic::Calendar;
use super::civil::Date;
use super::hours::{Hours, Span, WEEKDAYS, Week};
use super::offsets::Zone;
use super::read::{Fault, Texts};

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
    /// Date → spans, before everything else; without spans it is closed.
    pub special: BTreeMap<Box<str>, Vec<Box<str>>>,
}

impl Written {
    /// Everything that is wrong with its own texts, whatever they are added to.
    pub fn faults(&self) -> Vec<Fault> {
        let mut texts = Texts::default();
        self.read(&mut texts);
        texts.faults
    }

    /// The calendar, or everything that is wrong with it.
    pub fn resolve(&self) -> Result<Calendar, Vec<Fault>> {
        let mut texts = Texts::default();
        let calendar = self.read(&mut texts);
        // A text that was left out must not be missed as well.
        if texts.faults.is_empty() {
            texts.whole(&calendar.week, &calendar.make_up_hours);
        }
        if texts.faults.is_empty() {
            Ok(calendar)
        } else {
            Err(texts.faults)
        }
    }

    fn read(&self, texts: &mut Texts) -> Calendar {
        let week = match &self.week {
            None => workweek(),
            Some(week) => texts.week(week),
        };
        let first = week.iter().find(|hours| !hours.is_empty());
        let make_up_hours = match &self.make_up_hours {
            None => first.cloned().unwrap_or_default(),
            Some(spans) => texts.hours("make_up_hours", None, spans),
        };
        Calendar {
            zone: texts.zone(self.zone.as_deref().unwrap_or("UTC")),
            holidays: texts.days("holidays", &self.holidays),
            make_up: texts.days("make_up", &self.make_up),
            special: texts.special(&self.special),
            make_up_hours,
            week,
        }
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
        special: Vec::new(),
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
            special: calendar
                .special
                .iter()
                .map(|of| (of.date.to_string().into(), spans(&of.hours)))
                .collect(),
        }
    }
}

fn workweek() -> Week {
    let mut week = Week::default();
    for day in &mut week[..5] {
        day.push(Span::WHOLE_DAY);
    }
    week
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
