//! Opening hours of a day and of a week.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Most spans of one day.
pub const SPANS_MAX: usize = 8;

/// The days of the week as they are written, Monday first.
pub const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Minutes of a day.
pub const MINUTES_OF_DAY: u16 = 24 * 60;

/// From and to in minutes since midnight of the day on which it begins. `to` lies after `from`, and
/// beyond 24:00 where the span passes midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Span {
    pub from: u16,
    pub to: u16,
}

impl Span {
    pub const WHOLE_DAY: Self = Self {
        from: 0,
        to: MINUTES_OF_DAY,
    };

    /// Reads `09:00-17:30`, or `22:00-06:00` past midnight.
    pub fn parse(text: &str) -> Option<Self> {
        let (from, to) = text.split_once('-')?;
        let (from, to) = (minutes(from)?, minutes(to)?);
        let next_day = if to < from { MINUTES_OF_DAY } else { 0 };
        let to = to + next_day;
        (from < to && from < MINUTES_OF_DAY).then_some(Self { from, to })
    }

    /// Whether it ends on the day after.
    pub const fn passes_midnight(self) -> bool {
        self.to > MINUTES_OF_DAY
    }

    /// Whether it ends one minute before midnight, by which mostly midnight is meant.
    pub const fn ends_a_minute_early(self) -> bool {
        self.to == MINUTES_OF_DAY - 1
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, mut to) = (self.from, self.to);
        let (h, m) = (from / 60, from % 60);
        if self.passes_midnight() {
            to -= MINUTES_OF_DAY;
        }
        write!(f, "{h:02}:{m:02}-{:02}:{:02}", to / 60, to % 60)
    }
}

fn minutes(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let plain = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    if !plain(hour) || !plain(minute) {
        return None;
    }
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    let total = hour * 60 + minute;
    (minute < 60 && total <= MINUTES_OF_DAY).then_some(total)
}

/// The spans that begin on a day, sorted, without overlaps; none = not worked.
pub type Hours = Vec<Span>;

/// Hours by weekday, Monday first.
pub type Week = [Hours; 7];
