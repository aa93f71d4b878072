//! How long something may take: elapsed time, working days, or opening hours.

use std::fmt;

use jiff::{Span, SpanRelativeTo};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Most working days of one term: about four years.
pub const WORKING_DAYS_MAX: u32 = 1_000;
/// Most opening time of one term in milliseconds: 1,000 hours.
pub const OPEN_MS_MAX: i64 = 1_000 * 3_600_000;
/// The longest elapsed term in milliseconds: ten years of 365 days.
pub const TERM_MS_MAX: i64 = 10 * 365 * super::DAY_MS;

/// A term. As text: `"45m"`, `"5 working days"`, `"8 working hours"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Term {
    /// Elapsed milliseconds.
    Elapsed(i64),
    /// Whole working days, counted from the day after.
    WorkingDays(u32),
    /// Milliseconds in which the calendar is open.
    OpenMs(i64),
}

impl Term {
    /// Whether it can be computed only with a calendar.
    pub const fn needs_calendar(self) -> bool {
        !matches!(self, Self::Elapsed(_))
    }

    /// Parses the text. The error says what is accepted.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "{text:?} is not a term: give a duration such as \"45m\", or \"5 working days\", \
                 or \"8 working hours\""
            )
        };
        let mut words = text.split_ascii_whitespace();
        let parts = (words.next(), words.next(), words.next(), words.next());
        let (Some(number), Some("working"), Some(unit), None) = parts else {
            return match parse_ms(text) {
                Ok(ms) if (1..=TERM_MS_MAX).contains(&ms) => Ok(Self::Elapsed(ms)),
                Ok(_) => Err(format!("{text:?} is out of range: give 1ms to 3650d")),
                Err(_) => Err(wrong()),
            };
        };
        let number: u32 = number.parse().map_err(|_| wrong())?;
        let unit_ms = match unit {
            "day" | "days" if (1..=WORKING_DAYS_MAX).contains(&number) => {
                return Ok(Self::WorkingDays(number));
            }
            "day" | "days" => {
                return Err(format!(
                    "{text:?} is out of range: give 1 to {WORKING_DAYS_MAX} working days"
                ));
            }
            "hour" | "hours" => 3_600_000,
            "minute" | "minutes" => 60_000,
            _ => return Err(wrong()),
        };
        let ms = i64::from(number) * unit_ms;
        if (1..=OPEN_MS_MAX).contains(&ms) {
            return Ok(Self::OpenMs(ms));
        }
        let most = OPEN_MS_MAX / 3_600_000;
        Err(format!(
            "{text:?} is out of range: give 1 working minute to {most} working hours"
        ))
    }
}

/// Parses a duration such as `"1h30m"` as whole milliseconds; a day is 24 hours. The error says
/// what is wrong, but not the right form.
pub fn parse_ms(text: &str) -> Result<i64, String> {
    let span: Span = text
        .trim()
        .parse()
        .map_err(|_| format!("{text:?} is not a duration"))?;
    let duration = span
        .to_duration(SpanRelativeTo::days_are_24_hours())
        .map_err(|_| format!("{text:?} has no fixed length"))?;
    if duration.is_negative() {
        return Err(format!("{text:?} lies in the past"));
    }
    if duration.subsec_nanos() % 1_000_000 != 0 {
        return Err(format!("{text:?} is finer than a millisecond"));
    }
    i64::try_from(duration.as_millis()).map_err(|_| format!("{text:?} is too long"))
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = |n: i64| if n == 1 { "" } else { "s" };
        match *self {
            Self::Elapsed(ms) => f.write_str(&duration_text(ms)),
            Self::WorkingDays(n) => write!(f, "{n} working day{}", plural(i64::from(n))),
            Self::OpenMs(ms) if ms % 3_600_000 == 0 => {
                let n = ms / 3_600_000;
                write!(f, "{n} working hour{}", plural(n))
            }
            Self::OpenMs(ms) => {
                let n = ms / 60_000;
                write!(f, "{n} working minute{}", plural(n))
            }
        }
    }
}

fn duration_text(mut ms: i64) -> String {
    let mut text = String::new();
    for (size, unit) in [
        (super::DAY_MS, "d"),
        (3_600_000, "h"),
        (60_000, "m"),
        (1_000, "s"),
        (1, "ms"),
    ] {
        if ms >= size {
            text.push_str(&format!("{}{unit}", ms / size));
            ms %= size;
        }
    }
    text
}

impl Serialize for Term {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Term {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::parse(&text).map_err(D::Error::custom)
    }
}
