//! A writer of compact JSON into memory, byte for byte what `serde_json` writes.
//!
//! Strings are short and rarely need escapes, so they are checked eight bytes at a time and copied
//! whole. Strings with escapes and numbers with a fraction go to `serde_json`. Raw JSON
//! (`serde_json::value::RawValue`) is not supported.

use std::fmt::{self, Write};

use serde::Serialize;
use serde::ser::{
    Error as _, Impossible, SerializeMap, SerializeSeq, SerializeStruct, SerializeTuple, Serializer,
};
use serde_json::Error;

use super::clean::is_clean;

/// Appends one value.
pub struct Json<'a>(pub &'a mut Vec<u8>);

/// The forms of serde that no answer or event uses.
type No = Impossible<(), Error>;

fn no() -> Error {
    Error::custom("a variant with fields has no form here")
}

impl Json<'_> {
    fn text(self, text: &str) -> Result<(), Error> {
        if !is_clean(text.as_bytes()) {
            return serde_json::to_writer(self.0, text);
        }
        self.clean(text);
        Ok(())
    }

    /// Writes a string that needs no escapes.
    #[inline]
    fn clean(self, text: &str) {
        self.0.reserve(text.len() + 2);
        self.0.push(b'"');
        self.0.extend_from_slice(text.as_bytes());
        self.0.push(b'"');
    }

    fn whole(self, n: impl itoa::Integer) {
        let mut digits = itoa::Buffer::new();
        self.0.extend_from_slice(digits.format(n).as_bytes());
    }
}

impl<'a> Serializer for Json<'a> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Items<'a>;
    type SerializeTuple = Items<'a>;
    type SerializeTupleStruct = No;
    type SerializeTupleVariant = No;
    type SerializeMap = Members<'a>;
    type SerializeStruct = Members<'a>;
    type SerializeStructVariant = No;

    fn serialize_bool(self, on: bool) -> Result<(), Error> {
        let word: &[u8] = if on { b"true" } else { b"false" };
        self.0.extend_from_slice(word);
        Ok(())
    }

    fn serialize_i8(self, n: i8) -> Result<(), Error> {
        self.serialize_i64(n.into())
    }

    fn serialize_i16(self, n: i16) -> Result<(), Error> {
        self.serialize_i64(n.into())
    }

    fn serialize_i32(self, n: i32) -> Result<(), Error> {
        self.serialize_i64(n.into())
    }

    fn serialize_i64(self, n: i64) -> Result<(), Error> {
        self.whole(n);
        Ok(())
    }

    fn serialize_u8(self, n: u8) -> Result<(), Error> {
        self.serialize_u64(n.into())
    }

    fn serialize_u16(self, n: u16) -> Result<(), Error> {
        self.serialize_u64(n.into())
    }

    fn serialize_u32(self, n: u32) -> Result<(), Error> {
        self.serialize_u64(n.into())
    }

    fn serialize_u64(self, n: u64) -> Result<(), Error> {
        self.whole(n);
        Ok(())
    }

    fn serialize_f32(self, n: f32) -> Result<(), Error> {
        serde_json::to_writer(self.0, &n)
    }

    fn serialize_f64(self, n: f64) -> Result<(), Error> {
        serde_json::to_writer(self.0, &n)
    }

    fn serialize_char(self, one: char) -> Result<(), Error> {
        self.serialize_str(one.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, text: &str) -> Result<(), Error> {
        self.text(text)
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Result<(), Error> {
        self.collect_seq(bytes)
    }

    fn serialize_none(self) -> Result<(), Error> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Error> {
        self.0.extend_from_slice(b"null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Error> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        word: &'static str,
    ) -> Result<(), Error> {
        debug_assert!(is_clean(word.as_bytes()), "a word of the protocol: {word}");
        self.clean(word);
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        word: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        let mut members = self.serialize_map(Some(1))?;
        members.serialize_entry(word, value)?;
        SerializeMap::end(members)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Items<'a>, Error> {
        self.0.push(b'[');
        Ok(Items {
            out: self.0,
            is_first: true,
        })
    }

    fn serialize_tuple(self, length: usize) -> Result<Items<'a>, Error> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<No, Error> {
        Err(no())
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<No, Error> {
        Err(no())
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Members<'a>, Error> {
        Ok(Members {
            out: self.0,
            is_first: true,
        })
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Members<'a>, Error> {
        self.serialize_map(None)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<No, Error> {
        Err(no())
    }

    fn collect_str<T: fmt::Display + ?Sized>(self, value: &T) -> Result<(), Error> {
        let start = self.0.len();
        self.0.push(b'"');
        write!(Appended(self.0), "{value}").map_err(Error::custom)?;
        let text = &self.0[start + 1..];
        if is_clean(text) {
            self.0.push(b'"');
            return Ok(());
        }
        let text = String::from_utf8_lossy(text).into_owned();
        self.0.truncate(start);
        self.serialize_str(&text)
    }
}

/// The target of formatted values.
struct Appended<'a>(&'a mut Vec<u8>);

impl Write for Appended<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

/// The items of a list.
pub struct Items<'a> {
    out: &'a mut Vec<u8>,
    is_first: bool,
}

impl Items<'_> {
    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        if !std::mem::take(&mut self.is_first) {
            self.out.push(b',');
        }
        value.serialize(Json(self.out))
    }
}

impl SerializeSeq for Items<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.item(value)
    }

    fn end(self) -> Result<(), Error> {
        self.out.push(b']');
        Ok(())
    }
}

impl SerializeTuple for Items<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.item(value)
    }

    fn end(self) -> Result<(), Error> {
        SerializeSeq::end(self)
    }
}

/// The members of an object; `CLOSES` = whether the object is closed after them.
pub struct Members<'a, const CLOSES: bool = true> {
    out: &'a mut Vec<u8>,
    /// Nothing has been written, not even the bracket.
    is_first: bool,
}

impl<'a> Members<'a, false> {
    /// Appends to an object that has members already.
    pub(super) fn further(out: &'a mut Vec<u8>) -> Self {
        Self {
            out,
            is_first: false,
        }
    }
}

impl<const CLOSES: bool> SerializeMap for Members<'_, CLOSES> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        let is_first = std::mem::take(&mut self.is_first);
        self.out.push(if is_first { b'{' } else { b',' });
        let start = self.out.len();
        key.serialize(Json(self.out))?;
        if self.out.get(start) != Some(&b'"') {
            return Err(Error::custom("key must be a string"));
        }
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.out.push(b':');
        value.serialize(Json(self.out))
    }

    fn end(self) -> Result<(), Error> {
        if CLOSES {
            if self.is_first {
                self.out.push(b'{');
            }
            self.out.push(b'}');
        }
        Ok(())
    }
}

impl<const CLOSES: bool> SerializeStruct for Members<'_, CLOSES> {
    type Ok = ();
    type Error = Error;

    #[inline(always)]
    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        let is_first = std::mem::take(&mut self.is_first);
        let before = if is_first { b"{\"" } else { b",\"" };
        member_name(self.out, before, name);
        value.serialize(Json(self.out))
    }

    fn end(self) -> Result<(), Error> {
        SerializeMap::end(self)
    }
}

/// Writes `{"name":` or `,"name":`; `before` is the bracket or comma with the quote. The name is
/// the program's own, so it needs no escapes. Inlined so that its length is a constant.
#[inline(always)]
pub fn member_name(out: &mut Vec<u8>, before: &[u8; 2], name: &'static str) {
    debug_assert!(is_clean(name.as_bytes()), "a name of the protocol: {name}");
    out.extend_from_slice(before);
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
}
