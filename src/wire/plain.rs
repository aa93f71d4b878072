//! A fast reader of plain JSON, which nearly all programs send: strings without escapes, whole
//! numbers, `true`, `false`, `null`, lists and objects of them, and no white space but blanks.
//!
//! It reads the text once, straight into the types. Anything not plain, or refused by a type, is
//! [`Unusual`] without a reason: the general reader then reads the line again and reports the
//! error. So whatever is accepted here must be accepted there, as the same value.

use std::fmt;

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, forward_to_deserialize_any};

use super::clean::{find_quote, is_without_escapes};
use super::limits::INTEGER_MAX;

/// The digits of the longest number that is read; [`INTEGER_MAX`] has as many.
const DIGITS_MAX: usize = 16;

/// Not plain, or invalid.
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
    /// Lists and objects opened so far.
    opened: usize,
}

/// A string member that the type does not have: its name, and its value if the text has it.
#[derive(Clone, Copy, Debug)]
pub struct Extracted<'a> {
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

    /// Lists and objects opened so far.
    pub const fn opened(&self) -> usize {
        self.opened
    }

    /// Reads an object; the value of a member named as in `extracted` is stored there.
    pub fn object_without<T: Deserialize<'a>>(
        &mut self,
        extracted: Option<&mut Extracted<'a>>,
    ) -> Result<T, Unusual> {
        T::deserialize(Outermost {
            plain: self,
            extracted,
        })
    }

    /// Enters an object or a list.
    pub fn open(&mut self, bracket: u8) -> Result<(), Unusual> {
        self.levels_left = self.levels_left.checked_sub(1).ok_or(Unusual)?;
        self.opened += 1;
        self.exactly(bracket)
    }

    /// Enters an object if the text starts with `beginning`, which ends after a member.
    pub fn open_with(&mut self, beginning: &str) -> Result<bool, Unusual> {
        let begins_so = self.rest().starts_with(beginning.as_bytes());
        if begins_so {
            self.open(b'{')?;
            self.at += beginning.len() - 1;
        }
        Ok(begins_so)
    }

    /// Moves to the next member or item; `false` = the object or list ended and was left.
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
        // No trailing comma.
        if self.byte() == Some(bracket) {
            return Err(Unusual);
        }
        Ok(true)
    }

    /// Reads the name of the next member and stops before its value; `None` = the object ended and
    /// was left.
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

    /// A whole number that is carried exactly. A fraction or an exponent is left unread, so
    /// whatever is read next fails.
    pub fn whole(&mut self) -> Result<i64, Unusual> {
        let is_negative = self.byte() == Some(b'-');
        self.at += usize::from(is_negative);
        let (mut n, mut count) = (0_i64, 0);
        for byte in self.rest() {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                break;
            }
            // No leading zeros.
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

    /// Checks that only blanks are left.
    pub fn end(&mut self) -> Result<(), Unusual> {
        self.skip_blanks();
        match self.byte() {
            None => Ok(()),
            Some(_) => Err(Unusual),
        }
    }

    /// The next byte, without skipping blanks.
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
        extracted: Option<&mut Extracted<'a>>,
    ) -> Result<V::Value, Unusual> {
        self.open(b'{')?;
        let mut members = Members {
            plain: self,
            extracted,
            is_first: true,
            are_left: true,
        };
        let value = visitor.visit_map(&mut members)?;
        // The type must have read every member.
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

    // A list in place of a struct is refused, though the type would accept it.
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

    // The types that use these refuse any other value.
    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct
        seq tuple tuple_struct identifier ignored_any
    }
}

/// The outermost object, from which one member may be extracted.
struct Outermost<'p, 'a> {
    plain: &'p mut Plain<'a>,
    extracted: Option<&'p mut Extracted<'a>>,
}

impl<'de> Deserializer<'de> for Outermost<'_, 'de> {
    type Error = Unusual;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unusual> {
        self.plain.members(visitor, self.extracted)
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
    extracted: Option<&'p mut Extracted<'a>>,
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
            match &mut self.extracted {
                Some(extracted) if extracted.name == name => {
                    let value = self.plain.string()?;
                    if extracted.value.replace(value).is_some() {
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
