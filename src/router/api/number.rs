//! Numbers with a range in their type, checked once when they are made.

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use crate::stored::{Error, Reader, Stored, Writer};

macro_rules! bounded {
    ($($(#[$doc:meta])* $name:ident($number:ty);)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name<const MIN: $number, const MAX: $number>($number);

        impl<const MIN: $number, const MAX: $number> $name<MIN, MAX> {
            /// The greatest.
            pub const MAX: Self = Self(MAX);

            pub const fn new(n: $number) -> Option<Self> {
                if MIN <= n && n <= MAX { Some(Self(n)) } else { None }
            }

            /// A constant of the program, known to be in range.
            pub const fn of(n: $number) -> Self {
                Self::new(n).expect("a number within its range")
            }

            pub const fn get(self) -> $number {
                self.0
            }
        }

        impl<const MIN: $number, const MAX: $number> fmt::Display for $name<MIN, MAX> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl<'de, const MIN: $number, const MAX: $number> Deserialize<'de> for $name<MIN, MAX> {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let n = <$number>::deserialize(deserializer)?;
                Self::new(n).ok_or_else(|| {
                    D::Error::custom(format!("{n} is out of range"))
                })
            }
        }

        impl<const MIN: $number, const MAX: $number> Stored for $name<MIN, MAX> {
            fn write(&self, out: &mut Writer<'_>) {
                self.0.write(out);
            }

            fn read(from: &mut Reader<'_>) -> Result<Self, Error> {
                let n = <$number>::read(from)?;
                Self::new(n).ok_or_else(|| Error::Wrong(format!("{n} is not {MIN} to {MAX}")))
            }
        }
    )*};
}

bounded! {
    /// A whole number that fits in a byte.
    Small(u8);

    /// A whole number.
    Whole(u32);

    /// A duration in milliseconds.
    Span(i64);
}

/// A share, from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct Share(f64);

impl Share {
    pub const fn new(share: f64) -> Option<Self> {
        if 0.0 <= share && share <= 1.0 {
            Some(Self(share))
        } else {
            None
        }
    }

    /// A constant of the program, known to be a share.
    pub const fn of(share: f64) -> Self {
        Self::new(share).expect("a share lies from 0 to 1")
    }

    pub const fn get(self) -> f64 {
        self.0
    }
}

impl<'de> Deserialize<'de> for Share {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let share = f64::deserialize(deserializer)?;
        Self::new(share).ok_or_else(|| D::Error::custom(format!("{share} is not a share")))
    }
}

impl Stored for Share {
    fn write(&self, out: &mut Writer<'_>) {
        self.0.write(out);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Error> {
        let share = f64::read(from)?;
        Self::new(share).ok_or_else(|| Error::Wrong(format!("{share} is not a share")))
    }
}

/// The number of items of a list or map.
pub(super) trait Count {
    fn count(&self) -> usize;
}

impl<T> Count for Vec<T> {
    fn count(&self) -> usize {
        self.len()
    }
}

impl<K, V> Count for std::collections::BTreeMap<K, V> {
    fn count(&self) -> usize {
        self.len()
    }
}

impl<T: Count> Count for Option<T> {
    fn count(&self) -> usize {
        self.as_ref().map_or(0, T::count)
    }
}

/// Reads a list or map of at most `MAX` items.
pub(super) fn at_most<'de, const MAX: usize, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: Deserialize<'de> + Count,
    D: Deserializer<'de>,
{
    let many = T::deserialize(deserializer)?;
    match many.count() {
        n if n > MAX => Err(D::Error::custom(format!("{n} are too many"))),
        _ => Ok(many),
    }
}
