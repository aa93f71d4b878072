//! A time zone as a table: from when on local time differs by how much from UTC.
//!
//! The table is made when the calendar is set and never changes, whatever later versions of the
//! time zone database say, so that deadlines can be computed again.

use serde::{Deserialize, Serialize};

use super::DAY_MS;
use super::Instant;
use super::civil::Date;

/// Most entries of one table: 130 years with two changes each, and some to spare.
pub const OFFSETS_MAX: usize = 512;

/// From `from` on local time is UTC plus `ms`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offset {
    pub from: Instant,
    pub ms: i64,
}

/// A zone: its name, and its offsets in order of time. The first also holds before its time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Zone {
    pub name: Box<str>,
    pub offsets: Vec<Offset>,
}

impl Zone {
    /// Coordinated universal time.
    pub fn utc() -> Self {
        Self {
            name: "UTC".into(),
            offsets: vec![Offset { from: 0, ms: 0 }],
        }
    }

    /// Local time of an instant, as milliseconds since 1970-01-01 00:00 local time.
    pub fn local(&self, at: Instant) -> i64 {
        at.saturating_add(self.offset(at))
    }

    /// The local date.
    pub fn date(&self, at: Instant) -> Date {
        Date(self.local(at).div_euclid(DAY_MS) as i32)
    }

    fn offset(&self, at: Instant) -> i64 {
        let after = self.offsets.partition_point(|offset| offset.from <= at);
        self.offsets
            .get(after.saturating_sub(1))
            .map_or(0, |offset| offset.ms)
    }

    /// The instant at which local time is `minutes` after midnight of a date. A time that the
    /// clocks skip is taken with the offset before the change, so it falls after the change; of a
    /// time that comes twice the first is meant.
    pub fn instant(&self, date: Date, minutes: u16) -> Instant {
        let local = i64::from(date.0) * DAY_MS + i64::from(minutes) * 60_000;
        // Offsets are less than a day, so the right one is that of a day before, or of one of the
        // changes since.
        let mut before = self.offset(local - DAY_MS);
        let first = self
            .offsets
            .partition_point(|offset| offset.from <= local - DAY_MS);
        for change in &self.offsets[first..] {
            if local - before < change.from {
                break;
            }
            if local - change.ms < change.from {
                // Skipped: it lies between the two offsets.
                break;
            }
            before = change.ms;
        }
        local - before
    }
}
