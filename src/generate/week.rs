//! Days of the week and times of day.

use serde::{Deserialize, Deserializer};

/// Milliseconds of a day.
pub const DAY_MS: i64 = 86_400_000;

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// A set of days of the week, written as `mon-fri`, `sat,sun` or `daily`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Days([bool; 7]);

impl Days {
    pub const ALL: Self = Self([true; 7]);

    /// Whether the set has a day; 0 is Monday.
    pub fn has(self, weekday: usize) -> bool {
        self.0[weekday % 7]
    }

    fn parse(text: &str) -> Result<Self, String> {
        if text == "daily" {
            return Ok(Self::ALL);
        }
        let day = |name: &str| {
            DAYS.iter().position(|d| *d == name.trim()).ok_or_else(|| {
                let all = DAYS.join(", ");
                format!("\"{name}\" is no day: one of {all}, a range such as mon-fri, or daily")
            })
        };
        let mut days = [false; 7];
        for part in text.split(',') {
            let (first, last) = match part.split_once('-') {
                Some((first, last)) => (day(first)?, day(last)?),
                None => (day(part)?, day(part)?),
            };
            let mut n = first;
            loop {
                days[n] = true;
                if n == last {
                    break;
                }
                n = (n + 1) % 7;
            }
        }
        Ok(Self(days))
    }
}

impl<'de> Deserialize<'de> for Days {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// A weekday by its name; 0 is Monday.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weekday(pub usize);

impl<'de> Deserialize<'de> for Weekday {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        DAYS.iter()
            .position(|day| *day == text)
            .map(Self)
            .ok_or_else(|| serde::de::Error::custom(format!("no day: one of {}", DAYS.join(", "))))
    }
}

/// A time of day in milliseconds, written as `08:30` or `24:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimeOfDay(pub i64);

impl<'de> Deserialize<'de> for TimeOfDay {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let wrong = || {
            serde::de::Error::custom(format!(
                "\"{text}\" is no time of day: write 08:30 or 24:00"
            ))
        };
        let (hour, minute) = text.split_once(':').ok_or_else(wrong)?;
        let hour: i64 = hour.parse().map_err(|_| wrong())?;
        let minute: i64 = minute.parse().map_err(|_| wrong())?;
        let ms = (hour * 60 + minute) * 60_000;
        if (0..60).contains(&minute) && (0..=DAY_MS).contains(&ms) {
            Ok(Self(ms))
        } else {
            Err(wrong())
        }
    }
}
