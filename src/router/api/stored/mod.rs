//! The stored form of commands and their parts, as tables of numbered fields.
//!
//! This is the format of the journal's records, and of these types in images. It is independent of
//! the wire: a new optional parameter is one line here, and older records read as before. The value
//! after `=` is not written; it remains the meaning of absence even if the default of the wire or
//! the configuration changes. Never change a number or such a value, and never reuse the number of
//! a removed field.

mod calendar;
mod case;
mod codes;
mod command;
mod contact;
mod kind;
mod people;
mod policy;

use super::booking::Slot;
use super::ids::{
    AgentIdx, CaseIdx, ChannelIdx, ContactIdx, CustomerIdx, Key, Name, OfferId, QueueIdx, SkillIdx,
    SourceIdx, TeamIdx, Text,
};
use super::time::{MaybeAt, Millis};
use crate::stored::{Error, Reader, Stored, Writer, as_inner, stored};

impl Stored for Name {
    fn write(&self, out: &mut Writer<'_>) {
        out.plain(self.as_str());
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Error> {
        Self::stored(from.plain()?).map_err(Error::Wrong)
    }
}

as_inner! { Text(Box<str>), OfferId(u64), Millis(i64) }

/// Stored as the optional timestamp.
impl Stored for MaybeAt {
    fn write(&self, out: &mut Writer<'_>) {
        self.get().write(out);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Error> {
        Option::read(from).map(Self::from)
    }

    fn absent() -> Option<Self> {
        Some(Self::NONE)
    }

    fn is_absent(&self) -> bool {
        self.is_none()
    }

    fn write_field(&self, out: &mut Writer<'_>) {
        self.get().write_field(out);
    }

    fn read_field(from: &mut Reader<'_>) -> Result<Self, Error> {
        Option::read_field(from).map(Self::from)
    }
}

macro_rules! numbers {
    ($($type:ident),+ $(,)?) => {$(
        impl Stored for $type {
            fn write(&self, out: &mut Writer<'_>) {
                out.plain(&self.number());
            }

            fn read(from: &mut Reader<'_>) -> Result<Self, Error> {
                match from.plain() {
                    Ok(u32::MAX) => Err(Error::Wrong("no number of an entity".to_owned())),
                    number => number.map(Self::of),
                }
            }
        }
    )+};
}

numbers! {
    AgentIdx, SkillIdx, QueueIdx, CustomerIdx, ContactIdx, CaseIdx, TeamIdx, ChannelIdx, SourceIdx,
}

stored! { Slot { 1 from_at, 2 to_at } }

stored! { Key { 1 name, 2 digest } }
