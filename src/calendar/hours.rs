//! Opening hours of a day and of a week.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Most spans of one day.
pub const SPANS_MAX: usize = 8;

/// The days of the week as they are written, Monday first.
pub const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

const MINUTES_OF_DAY: u16 = 24 * 60;

/// From and to in minutes since midnight; `to` may be 24:00 and lies after `from`.
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

    /// Reads `09:00-17:30`.
    pub fn parse(text: &str) -> Option<Self> {
        let (from, to) = text.split_once('-')?;
        let span = Self {
            from: minutes(from)?,
            to: minutes(to)?,
        };
        (span.from < span.to).then_some(span)
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, to) = (self.from, self.to);
        let (h, m) = (from / 60, from % 60);
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

/// The spans of a day, sorted, with gaps between them; none = not worked.
pub type Hours = Vec<Span>;

/// Hours by weekday, Monday first.
pub type Week = [Hours; 7];
