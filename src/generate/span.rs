//! A duration in a model.

use serde::{Deserialize, Deserializer};

use crate::config::duration;

/// A duration in milliseconds, written as in the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span(pub i64);

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        duration::parse(&text)
            .map(|ms| Self(ms.0))
            .map_err(serde::de::Error::custom)
    }
}
