//! Times as text in the forms of people and other systems, to and from milliseconds.

use jiff::Timestamp as Instant;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use crate::router::time::{TIMESTAMP_MAX, Timestamp};

/// How to read numbers, and times without an offset.
#[derive(Clone, Debug)]
pub struct Reading {
    pub unit: Unit,
    /// `strptime` pattern; without one, ISO 8601 and similar forms are read.
    pub format: Option<String>,
    /// The zone of times without an offset.
    pub zone: TimeZone,
}

impl Default for Reading {
    fn default() -> Self {
        Self {
            unit: Unit::Milliseconds,
            format: None,
            zone: TimeZone::UTC,
        }
    }
}

/// Unit of a bare number since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Milliseconds,
    Seconds,
}

/// The accepted forms, for error messages.
pub const EXPECTED: &str = "give milliseconds since 1970, or a time such as \
                            2026-03-01T08:40:25+08:00 or 2026-03-01 08:40:25";

impl Reading {
    /// A time in milliseconds since 1970; `None` if the text is not a time.
    pub fn read(&self, text: &str) -> Option<Timestamp> {
        let at = match &self.format {
            Some(format) => self.by_pattern(format, text),
            None if is_number(text) => self.number(text),
            None => self.iso(text),
        };
        at.filter(|at| at.abs() <= TIMESTAMP_MAX)
    }

    fn number(&self, text: &str) -> Option<Timestamp> {
        match self.unit {
            Unit::Milliseconds => text.parse().ok(),
            Unit::Seconds => {
                let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
                let digits: String = fraction.chars().chain("000".chars()).take(3).collect();
                let (whole, ms): (i64, i64) = (whole.parse().ok()?, digits.parse().ok()?);
                let ms = if text.starts_with('-') { -ms } else { ms };
                whole.checked_mul(1_000)?.checked_add(ms)
            }
        }
    }

    fn iso(&self, text: &str) -> Option<Timestamp> {
        if text.contains('/') {
            return self.iso(&text.replace('/', "-"));
        }
        if let Ok(instant) = text.parse::<Instant>() {
            return Some(instant.as_millisecond());
        }
        // A date alone means its first instant.
        let civil = text.parse::<DateTime>().ok();
        self.local(civil?)
    }

    fn by_pattern(&self, format: &str, text: &str) -> Option<Timestamp> {
        let parsed = jiff::fmt::strtime::parse(format, text).ok()?;
        if let Ok(instant) = parsed.to_timestamp() {
            return Some(instant.as_millisecond());
        }
        let civil = parsed.to_datetime();
        self.local(civil.or_else(|_| parsed.to_date().map(Date::into)).ok()?)
    }

    fn local(&self, civil: DateTime) -> Option<Timestamp> {
        let zoned = civil.to_zoned(self.zone.clone()).ok()?;
        Some(zoned.timestamp().as_millisecond())
    }
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.bytes().any(|byte| byte.is_ascii_digit())
        && digits
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// A time as RFC 3339 in UTC with milliseconds.
pub fn rfc3339(at: Timestamp) -> String {
    match Instant::from_millisecond(at) {
        Ok(instant) => format!("{instant:.3}"),
        Err(_) => at.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_times_as_logs_have_them() {
        let reading = Reading::default();
        let same = 1_263_364_825_000;
        for text in [
            "1263364825000",
            "2010-01-13T08:40:25.000+02:00",
            "2010-01-13T08:40:25+0200",
            "2010-01-13T06:40:25Z",
            "2010-01-13 06:40:25",
            "2010/01/13 06:40:25.000",
            "2010-01-13T06:40:25",
        ] {
            assert_eq!(reading.read(text), Some(same), "{text}");
        }
        assert_eq!(reading.read("2010-01-13"), Some(1_263_340_800_000));
        assert_eq!(reading.read("2010-01-13 06:40"), Some(same - 25_000));
        for text in ["", "yesterday", "2010-13-01", "-", "12.5"] {
            assert_eq!(reading.read(text), None, "{text}");
        }
    }

    #[test]
    fn reads_numbers_and_zones_as_configured() {
        let seconds = Reading {
            unit: Unit::Seconds,
            ..Reading::default()
        };
        assert_eq!(seconds.read("1263364825"), Some(1_263_364_825_000));
        assert_eq!(seconds.read("1263364825.25"), Some(1_263_364_825_250));
        let local = Reading {
            format: Some("%d.%m.%Y %H:%M".to_owned()),
            zone: TimeZone::get("Europe/Rome").expect("a zone"),
            ..Reading::default()
        };
        assert_eq!(local.read("13.01.2010 07:40"), Some(1_263_364_800_000));
        assert_eq!(local.read("2010-01-13"), None);
    }

    #[test]
    fn writes_utc() {
        assert_eq!(rfc3339(1_263_364_825_250), "2010-01-13T06:40:25.250Z");
    }
}
