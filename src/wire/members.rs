//! The members of a value, appended to an object that is open and has a member already.
//!
//! A struct appends its own members, an enum those of its variant without the variant's name, a
//! variant of several parts those of each part in turn. Values without members are refused.

use serde::Serialize;
use serde::ser::{Error as _, Impossible, SerializeStruct, SerializeStructVariant};
use serde::ser::{SerializeTupleVariant, Serializer};
use serde_json::Error;

use super::json::Members;

/// Appends the members of a value that always has some.
pub fn members<T: Serialize>(out: &mut Vec<u8>, value: &T) {
    value
        .serialize(Further(out))
        .expect("memory takes every byte, and the value is made of members");
}

struct Further<'a>(&'a mut Vec<u8>);

type No = Impossible<(), Error>;

fn no<T>() -> Result<T, Error> {
    Err(Error::custom("a value without members"))
}

macro_rules! without_members {
    ($($method:ident($($of:ty),*) -> $done:ty;)*) => {
        $(fn $method(self, $(_: $of),*) -> Result<$done, Error> { no() })*
    };
}

impl<'a> Serializer for Further<'a> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = No;
    type SerializeTuple = No;
    type SerializeTupleStruct = No;
    type SerializeTupleVariant = Parts<'a>;
    type SerializeMap = Members<'a, false>;
    type SerializeStruct = Members<'a, false>;
    type SerializeStructVariant = Members<'a, false>;

    without_members! {
        serialize_bool(bool) -> ();
        serialize_i8(i8) -> ();
        serialize_i16(i16) -> ();
        serialize_i32(i32) -> ();
        serialize_i64(i64) -> ();
        serialize_u8(u8) -> ();
        serialize_u16(u16) -> ();
        serialize_u32(u32) -> ();
        serialize_u64(u64) -> ();
        serialize_f32(f32) -> ();
        serialize_f64(f64) -> ();
        serialize_char(char) -> ();
        serialize_str(&str) -> ();
        serialize_bytes(&[u8]) -> ();
        serialize_none() -> ();
        serialize_unit() -> ();
        serialize_unit_struct(&'static str) -> ();
        serialize_seq(Option<usize>) -> No;
        serialize_tuple(usize) -> No;
        serialize_tuple_struct(&'static str, usize) -> No;
    }

    fn serialize_some<T: Serialize + ?Sized>(self, _: &T) -> Result<(), Error> {
        no()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, _: &'static str) -> Result<(), Error> {
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
        _: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Parts<'a>, Error> {
        Ok(Parts(self.0))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Members<'a, false>, Error> {
        Ok(Members::further(self.0))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Members<'a, false>, Error> {
        Ok(Members::further(self.0))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Members<'a, false>, Error> {
        Ok(Members::further(self.0))
    }
}

/// The parts of a variant.
struct Parts<'a>(&'a mut Vec<u8>);

impl SerializeTupleVariant for Parts<'_> {
    type Ok = ();
    type Error = Error;

    #[inline(always)]
    fn serialize_field<T: Serialize + ?Sized>(&mut self, part: &T) -> Result<(), Error> {
        part.serialize(Further(self.0))
    }

    fn end(self) -> Result<(), Error> {
        Ok(())
    }
}

impl SerializeStructVariant for Members<'_, false> {
    type Ok = ();
    type Error = Error;

    #[inline(always)]
    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        SerializeStruct::serialize_field(self, name, value)
    }

    fn end(self) -> Result<(), Error> {
        Ok(())
    }
}
