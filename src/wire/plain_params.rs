//! The parameters of a call that stand in the plain form, read where the line has come to them.

use serde::de::{DeserializeOwned, DeserializeSeed};

use super::method::{KEY, Kind, Method};
use super::params::keyed;
use super::plain::{Apart, Plain, Unusual};
use super::scan::Scan;
use crate::router::ids::{KEY_BYTES_MAX, Key, Name};

/// The parameters of one call.
pub struct PlainParams<'a> {
    method: &'static Method,
    /// The line: before the parameters, and behind them once they have been read.
    line: Plain<'a>,
    key: Apart<'a>,
    /// The digest of all but the key, where it was needed.
    digest: u64,
}

impl<'a> PlainParams<'a> {
    pub const fn new(method: &'static Method, line: Plain<'a>) -> Self {
        Self {
            method,
            line,
            key: Apart {
                name: KEY.name,
                value: None,
            },
            digest: 0,
        }
    }

    /// The line behind the parameters.
    pub const fn line(&self) -> Plain<'a> {
        self.line
    }

    /// Reads all of them as one type. A second walk, where one is needed, refuses what the type
    /// does not see and gives the digest.
    pub fn read<T: DeserializeOwned>(&mut self) -> Result<T, Unusual> {
        let mut again = self.line;
        let takes_key = self.method.kind == Kind::Mutation;
        let value = self
            .line
            .object_without(takes_key.then_some(&mut self.key))?;
        let is_flat = self.line.opened() == again.opened() + 1;
        if self.key.value.is_some() || !is_flat {
            self.digest = Scan::of(self.method).deserialize(&mut again)?;
        }
        Ok(value)
    }

    /// The idempotency key, after the parameters have been read.
    pub fn key(&self) -> Result<Option<Key>, Unusual> {
        let Some(text) = self.key.value else {
            return Ok(None);
        };
        if text.len() > KEY_BYTES_MAX {
            return Err(Unusual);
        }
        let name = Name::new(text).map_err(|_| Unusual)?;
        Ok(Some(keyed(self.method, name, self.digest)))
    }
}
