//! A reader of plain JSON, the kind that programs send nearly always: strings without escapes,
//! whole numbers, `true`, `false`, `null`, and lists and objects of them, with nothing but blanks
//! between them.
//!
//! It goes over the text once, straight into the types. Whatever is not plain, and whatever a type
//! refuses, is [`Unusual`] without a word of why: the general reader then reads everything again,
//! and it alone says what is wrong. So what is taken here must be taken there, as the same value.

use std::fmt;

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, forward_to_deserialize_any};

use super::clean::{find_quote, is_without_escapes};
use super::limits::INTEGER_MAX;

/// The digits of the longest number that is looked at; [`INTEGER_MAX`] has as many.
const DIGITS_MAX: usize = 16;

/// Not plain, or not right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not plain")]
pub struct Unusual;

impl Error for Unusual {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

/// A text and how far it has been read.
#[derive(Clone, Copy, Debug)]
pub struct Plain<'a> {
    text: &'a str,
    at: usize,
    /// How many more levels of nesting may be open.
    levels_left: usize,
    /// Lists and objects that have been opened so far.
    opened: usize,
}

/// The name of a string member that the type knows nothing of, and its value where it was found.
#[derive(Clone, Copy, Debug)]
pub struct Apart<'a> {
    pub name: &'static str,
    pub value: Option<&'a str>,
}

impl<'a> Plain<'a> {
    /// `None` = the text has an escape, or white space other than the blank.
    pub fn new(text: &'a str, depth_max: usize) -> Option<Self> {
        is_without_escapes(text.as_bytes()).then_some(Self {
            text,
            at: 0,
            levels_left: depth_max,
            opened: 0,
        })
    }

    /// Lists and objects that have been opened so far.
    pub const fn opened(&self) -> usize {
        self.opened
    }

    /// Reads an object; a member under the name of `apart`, if any, goes there.
    pub fn object_without<T: Deserialize<'a>>(
        &mut self,
        apart: Option<&mut Apart<'a>>,
    ) -> Result<T, Unusual> {
        T::deserialize(Outermost { plain: self, apart })
    }

    /// Enters an object or a list.
    pub fn open(&mut self, bracket: u8) -> Result<(), Unusual> {
        self.levels_left = self.levels_left.checked_sub(1).ok_or(Unusual)?;
        self.opened += 1;
        self.exactly(bracket)
    }

    /// Enters an object if it begins so, up to the end of a member.
    pub fn open_with(&mut self, beginning: &str) -> Result<bool, Unusual> {
        let is_so = self.rest().starts_with(beginning.as_bytes());
        if is_so {
            self.open(b'{')?;
            self.at += beginning.len() - 1;
        }
        Ok(is_so)
    }

    /// Comes to the next member or item; `false` = there is none, and the object or list has been
    /// left.
    #[inline]
    fn next(&mut self, is_first: &mut bool, bracket: u8) -> Result<bool, Unusual> {
        self.skip_blanks();
        let byte = self.byte().ok_or(Unusual)?;
        if byte == bracket {
            self.at += 1;
            self.levels_left += 1;
            return Ok(false);
        }
        if std::mem::take(is_first) {
            return Ok(true);
        }
        self.exactly(b',')?;
        self.skip_blanks();
        // Nothing but a member or an item comes after a comma.
        if self.byte() == Some(bracket) {
            return Err(Unusual);
        }
        Ok(true)
    }

    /// The name of the next member, up to its value; `None` = there is none, and the object has
    /// been left.
    pub fn member(&mut self, is_first: &mut bool) -> Result<Option<&'a str>, Unusual> {
        if !self.next(is_first, b'}')? {
            return Ok(None);
        }
        let name = self.string()?;
        self.skip_blanks();
        self.exactly(b':')?;
        self.skip_blanks();
        Ok(Some(name))
    }

    pub fn string(&mut self) -> Result<&'a str, Unusual> {
        let [b'"', rest @ ..] = self.rest() else {
            return Err(Unusual);
        };
        let length = find_quote(rest).ok_or(Unusual)?;
        let start = self.at + 1;
        let end = start + length;
        self.at = end + 1;
        self.text.get(start..end).ok_or(Unusual)
    }

    /// A whole number that is carried exactly. What a longer one, or one with a fraction or an
    /// exponent, has besides is no part of it and stands in the way of whatever comes next.
    pub fn whole(&mut self) -> Result<i64, Unusual> {
        let is_negative = self.byte() == Some(b'-');
        self.at += usize::from(is_negative);
        let (mut n, mut count) = (0_i64, 0);
        for byte in self.rest() {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                break;
            }
            // A 0 begins no longer number.
            if count == DIGITS_MAX || (n == 0 && count > 0) {
                return Err(Unusual);
            }
            n = n * 10 + i64::from(digit);
            count += 1;
        }
        self.at += count;
        match (is_negative, n) {
            _ if count == 0 || n > INTEGER_MAX => Err(Unusual),
            (true, 0) => Err(Unusual),
            (true, n) => Ok(-n),
            (false, n) => Ok(n),
        }
    }

    /// Nothing but blanks are left.
    pub fn end(&mut self) -> Result<(), Unusual> {
        self.skip_blanks();
        match self.byte() {
            None => Ok(()),
            Some(_) => Err(Unusual),
        }
    }

    /// The byte that comes next; of a value that comes next, the first.
    #[inline]
    pub fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    #[inline]
    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    #[inline]
    fn skip_blanks(&mut self) {
        while self.byte() == Some(b' ') {
            self.at += 1;
        }
    }

    #[inline]
    fn exactly(&mut self, byte: u8) -> Result<(), Unusual> {
        if self.byte() != Some(byte) {
            return Err(Unusual);
        }
        self.at += 1;
        Ok(())
    }

    fn word(&mut self, word: &str) -> Result<(), Unusual> {
        if !self.rest().starts_with(word.as_bytes()) {
            return Err(Unusual);
        }
        self.at += word.len();
        Ok(())
    }

    fn members<V: Visitor<'a>>(
        &mut self,
        visitor: V,
        apart: Option<&mut Apart<'a>>,
    ) -> Result<V::Value, Unusual> {
        self.open(b'{')?;
        let mut members = Members {
            plain: self,
            apart,
            is_first: true,
            are_left: true,
        };
        let value = visitor.visit_map(&mut members)?;
        // The type has to ask for all there are.
        if members.are_left {
            return Err(Unusual);
        }
        Ok(value)
    }

    fn items<V: Visitor<'a>>(&mut self, visitor: V) -> Result<V::Value, Unusual> {
        self.open(b'[')?;
        let mut items = Items {
            plain: self,
            is_first: true,
            are_left: true,
        };
        let value = visitor.visit_seq(&mut items)?;
        if items.are_left {
            return Err(Unusual);
        }
        Ok(value)
    }
}

impl<'de> Deserializer<'de> for &mut Plain<'de> {
    type Error = Unusual;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unusual> {
        match self.byte() {
            Some(b'"') => self.deserialize_str(visitor),
            Some(b'{') => self.deserialize_map(visitor),
            Some(b'[') => self.items(visitor),
            Some(b't') => {
                self.word("true")?;
                visitor.visit_bool(true)
            }
            Some(b'f') => {
                self.word("false")?;
                visitor.visit_bool(false)
            }
            Some(b'n') => {
                self.word("null")?;
                visitor.visit_unit()
            }
            _ => {
                let n = self.whole()?;
                match u64::try_from(n) {
                    Ok(n) => visitor.visit_u64(n),
                    Err(_) => visitor.visit_i64(n),
                }
            }
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unusual> {
        visitor.visit_borrowed_str(self.string()?)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unusual> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unusual> {
        if self.byte() == Some(b'n') {
            self.word("null")?;
            return visitor.visit_none();
        }
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unusual> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unusual> {
        self.members(visitor, None)
    }

    // A list in place of a struct is not right, though the type would take it.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unusual> {
        self.members(visitor, None)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unusual> {
        visitor.visit_enum(BorrowedStrDeserializer::new(self.string()?))
    }

    // The types that ask for these refuse any other.
    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct
        seq tuple tuple_struct identifier ignored_any
    }
}

/// The outermost object, which may have a member apart.
struct Outermost<'p, 'a> {
    plain: &'p mut Plain<'a>,
    apart: Option<&'p mut Apart<'a>>,
}

impl<'de> Deserializer<'de> for Outermost<'_, 'de> {
    type Error = Unusual;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unusual> {
        self.plain.members(visitor, self.apart)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier
        ignored_any
    }
}

/// The items of a list.
struct Items<'p, 'a> {
    plain: &'p mut Plain<'a>,
    is_first: bool,
    are_left: bool,
}

impl<'de> SeqAccess<'de> for Items<'_, 'de> {
    type Error = Unusual;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Unusual> {
        self.are_left = self.are_left && self.plain.next(&mut self.is_first, b']')?;
        if !self.are_left {
            return Ok(None);
        }
        seed.deserialize(&mut *self.plain).map(Some)
    }
}

/// The members of an object.
struct Members<'p, 'a> {
    plain: &'p mut Plain<'a>,
    apart: Option<&'p mut Apart<'a>>,
    is_first: bool,
    are_left: bool,
}

impl<'de> MapAccess<'de> for Members<'_, 'de> {
    type Error = Unusual;

    #[inline]
    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Unusual> {
        while self.are_left {
            let Some(name) = self.plain.member(&mut self.is_first)? else {
                self.are_left = false;
                break;
            };
            match &mut self.apart {
                Some(apart) if apart.name == name => {
                    let value = self.plain.string()?;
                    if apart.value.replace(value).is_some() {
                        return Err(Unusual);
                    }
                }
                _ => {
                    return seed
                        .deserialize(BorrowedStrDeserializer::new(name))
                        .map(Some);
                }
            }
        }
        Ok(None)
    }

    #[inline]
    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Unusual> {
        seed.deserialize(&mut *self.plain)
    }
}
