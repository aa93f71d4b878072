//! The router's times: integers that come with a command.
//!
//! There is no clock here. A [`Timestamp`] is milliseconds since the Unix epoch (or since the start
//! of a virtual run), a [`Millis`] is a duration within `0..=MILLIS_MAX`.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

/// Milliseconds since the epoch of the run. Negative values are legal in virtual time.
pub type Timestamp = i64;

/// The longest duration accepted: ten years of 365 days.
pub const MILLIS_MAX: i64 = 10 * 365 * 24 * 3_600 * 1_000;

/// The largest absolute timestamp accepted: the integers that JSON carries exactly.
pub const TIMESTAMP_MAX: i64 = (1 << 53) - 1;

/// A duration in whole milliseconds, `0..=MILLIS_MAX`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Millis(pub i64);

impl Millis {
    pub const ZERO: Self = Self(0);

    pub const fn seconds(n: i64) -> Self {
        Self(n * 1_000)
    }

    pub const fn minutes(n: i64) -> Self {
        Self(n * 60_000)
    }

    pub const fn hours(n: i64) -> Self {
        Self(n * 3_600_000)
    }
}

impl<'de> Deserialize<'de> for Millis {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let ms = i64::deserialize(deserializer)?;
        if (0..=MILLIS_MAX).contains(&ms) {
            Ok(Self(ms))
        } else {
            Err(D::Error::custom(format!(
                "{ms} is not a duration: give whole milliseconds from 0 to {MILLIS_MAX}"
            )))
        }
    }
}

/// A time or an optional time.
pub(super) trait Moment {
    fn moment(&self) -> Option<Timestamp>;
}

impl Moment for Timestamp {
    fn moment(&self) -> Option<Timestamp> {
        Some(*self)
    }
}

impl Moment for Option<Timestamp> {
    fn moment(&self) -> Option<Timestamp> {
        *self
    }
}

/// Reads an optional time within `±TIMESTAMP_MAX`.
pub(super) fn read<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: Deserialize<'de> + Moment,
    D: Deserializer<'de>,
{
    let time = T::deserialize(deserializer)?;
    match time.moment() {
        Some(at) if !(-TIMESTAMP_MAX..=TIMESTAMP_MAX).contains(&at) => {
            Err(D::Error::custom(format!("{at} is not a time")))
        }
        _ => Ok(time),
    }
}

/// An optional timestamp in eight bytes, for records kept by the million.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct MaybeAt(Timestamp);

impl MaybeAt {
    pub const NONE: Self = Self(Timestamp::MIN);

    /// A timestamp, which is never `i64::MIN`.
    pub const fn at(at: Timestamp) -> Self {
        Self(at)
    }

    pub const fn get(self) -> Option<Timestamp> {
        match self.0 {
            Timestamp::MIN => None,
            at => Some(at),
        }
    }

    pub const fn is_some(self) -> bool {
        self.get().is_some()
    }

    pub const fn is_none(self) -> bool {
        self.get().is_none()
    }
}

impl Default for MaybeAt {
    fn default() -> Self {
        Self::NONE
    }
}

impl From<Option<Timestamp>> for MaybeAt {
    fn from(at: Option<Timestamp>) -> Self {
        at.map_or(Self::NONE, Self::at)
    }
}

impl std::fmt::Debug for MaybeAt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.get().fmt(f)
    }
}
