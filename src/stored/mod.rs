//! The stored form of values: structs as numbered fields, words as numbers.
//!
//! A struct is its fields, each a number and a value, then a 0. A field at the absent value of its
//! table is left out. Absence means that value for ever, even if the program's default changes, so
//! a struct may gain fields and old data reads as before. An unknown field is refused: skipping it
//! would change history. The tables are separate from the structs, whose serde names are the
//! wire's; they destructure each struct, so a field without a number does not compile. A number is
//! never reused.
//!
//! Single values are encoded as by postcard, whose format is published and frozen: integers of
//! variable length, strings and lists after their length. CBOR would take 9 bytes for a time where
//! this takes 6, and would repeat types that the tables know.

mod values;

use std::fmt;

use postcard::de_flavors::Slice;
use postcard::ser_flavors::Flavor;
use serde::{Deserialize, Serialize};

/// Ends the fields of a struct.
const END: u8 = 0;

/// A value with a stored form.
pub trait Stored: Sized {
    fn write(&self, out: &mut Writer<'_>);
    fn read(from: &mut Reader<'_>) -> Result<Self, Error>;

    /// The value of an absent field of this type; `None` = the field is required.
    fn absent() -> Option<Self> {
        None
    }

    /// Whether it is the absent value.
    fn is_absent(&self) -> bool {
        false
    }

    /// Writes it as the value of a field, after the field's number.
    fn write_field(&self, out: &mut Writer<'_>) {
        self.write(out);
    }

    fn read_field(from: &mut Reader<'_>) -> Result<Self, Error> {
        Self::read(from)
    }
}

/// Why stored bytes cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error("{0}")]
    Bytes(postcard::Error),
    #[error("{of} has a field {number}, which this version does not know")]
    UnknownField { of: &'static str, number: u8 },
    #[error("{of} has no field {number}")]
    MissingField { of: &'static str, number: u8 },
    #[error("{number} is no {of} that this version knows")]
    UnknownNumber { of: &'static str, number: u8 },
    #[error("{0}")]
    Wrong(String),
}

/// A memory buffer, which accepts every byte.
struct Memory<'a>(&'a mut Vec<u8>);

impl Flavor for Memory<'_> {
    type Output = ();

    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.0.push(byte);
        Ok(())
    }

    fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn finalize(self) -> postcard::Result<()> {
        Ok(())
    }
}

/// Appends stored values to a buffer.
pub struct Writer<'a>(postcard::Serializer<Memory<'a>>);

impl<'a> Writer<'a> {
    pub fn new(out: &'a mut Vec<u8>) -> Self {
        Self(postcard::Serializer {
            output: Memory(out),
        })
    }

    /// One value in postcard's encoding.
    pub fn plain(&mut self, value: &(impl Serialize + ?Sized)) {
        let written = value.serialize(&mut self.0);
        written.expect("memory takes every value");
    }

    /// The number of the field that follows.
    pub fn field(&mut self, number: u8) {
        debug_assert_ne!(number, END, "fields are numbered from 1");
        self.plain(&number);
    }

    /// Ends a struct.
    pub fn end(&mut self) {
        self.plain(&END);
    }
}

impl fmt::Debug for Writer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Writer")
            .field(&self.0.output.0.len())
            .finish()
    }
}

/// Reads stored values.
pub struct Reader<'a>(postcard::Deserializer<'a, Slice<'a>>);

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(postcard::Deserializer::from_bytes(bytes))
    }

    /// One value in postcard's encoding.
    pub fn plain<T: Deserialize<'a>>(&mut self) -> Result<T, Error> {
        T::deserialize(&mut self.0).map_err(Error::Bytes)
    }

    /// The number of the next field; `None` = the end of the struct.
    pub fn field(&mut self) -> Result<Option<u8>, Error> {
        let number = self.plain()?;
        Ok((number != END).then_some(number))
    }

    /// The bytes not yet read.
    pub fn rest(self) -> Result<&'a [u8], Error> {
        self.0.finalize().map_err(Error::Bytes)
    }

    /// Checks that no bytes are left.
    pub fn end(self) -> Result<(), Error> {
        match self.rest()? {
            [] => Ok(()),
            rest => Err(Error::Wrong(format!("{} bytes are left over", rest.len()))),
        }
    }
}

/// Appends one value to a buffer.
pub fn write(out: &mut Vec<u8>, value: &impl Stored) {
    value.write(&mut Writer::new(out));
}

/// Reads one value and leaves the bytes after it.
pub fn read_next<T: Stored>(bytes: &[u8]) -> Result<(T, &[u8]), Error> {
    let mut from = Reader::new(bytes);
    let value = T::read(&mut from)?;
    Ok((value, from.rest()?))
}

/// Reads one value that fills all bytes.
pub fn read<T: Stored>(bytes: &[u8]) -> Result<T, Error> {
    let mut from = Reader::new(bytes);
    let value = T::read(&mut from)?;
    from.end()?;
    Ok(value)
}

/// The table of a struct: number and field, and after `=` the value that is left out. Without one,
/// only options and lists may be absent. Fields that are `made anew` are not stored; they start at
/// their default.
macro_rules! stored {
    (
        $type:ident $(<$life:lifetime>)? {
            $($number:literal $field:ident $(= $absent:expr)?),+ $(,)?
        }
        $(made anew { $($anew:ident),+ $(,)? })?
    ) => {
        impl $(<$life>)? $crate::stored::Stored for $type $(<$life>)? {
            fn write(&self, out: &mut $crate::stored::Writer<'_>) {
                let Self { $($field,)+ $($($anew: _,)+)? } = self;
                $(if !$crate::stored::stored!(@is_absent $field $($absent)?) {
                    out.field($number);
                    $crate::stored::Stored::write_field($field, out);
                })+
                out.end();
            }

            fn read(
                from: &mut $crate::stored::Reader<'_>,
            ) -> Result<Self, $crate::stored::Error> {
                $(let mut $field = None;)+
                while let Some(number) = from.field()? {
                    match number {
                        $($number => $field = Some($crate::stored::Stored::read_field(from)?),)+
                        _ => {
                            let of = stringify!($type);
                            return Err($crate::stored::Error::UnknownField { of, number });
                        }
                    }
                }
                Ok(Self {
                    $($field: match $field {
                        Some(value) => value,
                        None => $crate::stored::stored!(@absent $type $number $($absent)?),
                    },)+
                    $($($anew: Default::default(),)+)?
                })
            }
        }
    };
    (@is_absent $field:ident) => {
        $crate::stored::Stored::is_absent($field)
    };
    (@is_absent $field:ident $absent:expr) => {
        *$field == $absent
    };
    (@absent $type:ident $number:literal) => {{
        let (of, number) = (stringify!($type), $number);
        let missing = $crate::stored::Error::MissingField { of, number };
        $crate::stored::Stored::absent().ok_or(missing)?
    }};
    (@absent $type:ident $number:literal $absent:expr) => {
        $absent
    };
}
pub(crate) use stored;

/// The table of an enum: number and variant, with at most one value.
macro_rules! numbered {
    ($($type:ident { $($number:literal $variant:ident $(($value:ident))?),+ $(,)? })+) => {$(
        impl $crate::stored::Stored for $type {
            fn write(&self, out: &mut $crate::stored::Writer<'_>) {
                match self {
                    $(Self::$variant $(($value))? => {
                        let number: u8 = $number;
                        out.plain(&number);
                        $($crate::stored::Stored::write($value, out);)?
                    })+
                }
            }

            fn read(
                from: &mut $crate::stored::Reader<'_>,
            ) -> Result<Self, $crate::stored::Error> {
                match from.plain::<u8>()? {
                    $($number => {
                        $(let $value = $crate::stored::Stored::read(from)?;)?
                        Ok(Self::$variant $(($value))?)
                    })+
                    number => {
                        let of = stringify!($type);
                        Err($crate::stored::Error::UnknownNumber { of, number })
                    }
                }
            }
        }
    )+};
}
pub(crate) use numbered;

/// Newtypes, stored as their inner value.
macro_rules! as_inner {
    ($($type:ident($inner:ty)),+ $(,)?) => {$(
        impl $crate::stored::Stored for $type {
            fn write(&self, out: &mut $crate::stored::Writer<'_>) {
                $crate::stored::Stored::write(&self.0, out);
            }

            fn read(
                from: &mut $crate::stored::Reader<'_>,
            ) -> Result<Self, $crate::stored::Error> {
                <$inner as $crate::stored::Stored>::read(from).map(Self)
            }
        }
    )+};
}
pub(crate) use as_inner;

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq)]
    struct Before {
        name: Box<str>,
        ring: u32,
    }

    #[derive(Debug, PartialEq)]
    struct After {
        name: Box<str>,
        ring: u32,
        limit: Option<Option<u32>>,
        tries: u32,
    }

    stored! { Before { 1 name, 2 ring = 20 } }
    stored! { After { 1 name, 2 ring = 20, 3 limit, 4 tries = 3 } }

    fn bytes(value: &impl Stored) -> Vec<u8> {
        let mut out = Vec::new();
        write(&mut out, value);
        out
    }

    fn after(limit: Option<Option<u32>>, tries: u32) -> After {
        After {
            name: "a".into(),
            ring: 5,
            limit,
            tries,
        }
    }

    #[test]
    fn an_added_optional_field_does_not_change_what_was_written() {
        let before = Before {
            name: "a".into(),
            ring: 5,
        };
        assert_eq!(bytes(&before), [1, 1, b'a', 2, 5, END]);
        assert_eq!(read(&bytes(&before)), Ok(after(None, 3)));
        assert_eq!(bytes(&after(None, 3)), bytes(&before));
    }

    #[test]
    fn a_field_of_a_later_version_is_refused() {
        let error = read::<Before>(&bytes(&after(None, 4)));
        let of = "Before";
        assert_eq!(error, Err(Error::UnknownField { of, number: 4 }));
    }

    #[test]
    fn absent_null_and_given_are_three_things() {
        for limit in [None, Some(None), Some(Some(0))] {
            assert_eq!(read(&bytes(&after(limit, 3))), Ok(after(limit, 3)));
        }
    }

    #[test]
    fn what_must_be_there_is_missed() {
        let (of, number) = ("Before", 1);
        assert_eq!(
            read::<Before>(&[END]),
            Err(Error::MissingField { of, number })
        );
        assert!(matches!(
            read::<Before>(&[1, 1, b'a']),
            Err(Error::Bytes(_))
        ));
        assert!(matches!(
            read::<Before>(&[1, 1, b'a', END, 7]),
            Err(Error::Wrong(_))
        ));
    }
}
