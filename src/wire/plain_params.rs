//! The parameters of a plain call, read where they stand in the line.

use serde::de::{DeserializeOwned, DeserializeSeed};

use super::method::{KEY, Kind, Method};
use super::params::keyed;
use super::plain::{Extracted, Plain, Unusual};
use super::scan::Scan;
use crate::router::ids::{KEY_BYTES_MAX, Key, Name};

/// The parameters of one call.
pub struct PlainParams<'a> {
    method: &'static Method,
    /// The line, positioned before the parameters, or behind them once they have been read.
    line: Plain<'a>,
    key: Extracted<'a>,
    /// The digest of the parameters without the key; 0 where none was needed.
    digest: u64,
}

impl<'a> PlainParams<'a> {
    pub const fn new(method: &'static Method, line: Plain<'a>) -> Self {
        Self {
            method,
            line,
            key: Extracted {
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

    /// Reads all parameters as one type. A key or nested values need a second pass, which refuses
    /// what the type does not see and computes the digest.
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

    /// The idempotency key; read the parameters first.
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
