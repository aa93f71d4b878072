//! The periods into which a report is divided.

use jiff::Timestamp as Instant;
use jiff::tz::TimeZone;

use crate::router::time::Timestamp;

/// The length of a period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Period {
    Day,
    Week,
    #[default]
    Month,
    Year,
}

impl Period {
    /// The period in which a time lies. Names sort in the order of time.
    pub fn of(self, at: Timestamp, zone: &TimeZone) -> String {
        let Ok(instant) = Instant::from_millisecond(at) else {
            return at.to_string();
        };
        let date = instant.to_zoned(zone.clone()).date();
        match self {
            Self::Day => date.to_string(),
            Self::Week => {
                let week = date.iso_week_date();
                format!("{:04}-W{:02}", week.year(), week.week())
            }
            Self::Month => format!("{:04}-{:02}", date.year(), date.month()),
            Self::Year => format!("{:04}", date.year()),
        }
    }
}
