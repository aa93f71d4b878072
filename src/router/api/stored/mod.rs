//! The stored form of commands and of what they are made of, by tables of numbered fields.
//!
//! This is the format of the journal's records, and of these types in images. It is independent of
//! the wire: a new optional parameter is one line here, and records without it are read as before.
//! What stands after `=` is not written; it stays the meaning of absence when the default of the
//! wire or the configuration changes. Never change a number or such a value, and never give the
//! number of a field that is gone to another.

mod calendar;
mod case;
mod codes;
mod command;
mod contact;
mod kind;
mod people;
mod policy;

use super::ids::{Key, Name, OfferId, Text};
use super::time::Millis;
use crate::stored::{Error, Reader, Stored, Writer, as_inner, stored};

impl Stored for Name {
    fn write(&self, out: &mut Writer<'_>) {
        out.plain(self.as_str());
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Error> {
        Self::new(from.plain()?).map_err(Error::Wrong)
    }
}

as_inner! { Text(Box<str>), OfferId(u64), Millis(i64) }

stored! { Key { 1 name, 2 digest } }
