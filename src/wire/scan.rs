//! Checks of JSON text beyond its grammar: depth, unique members, exact numbers.
//!
//! Depth is counted over the bytes before any parser recurses. The scan of the parameters also
//! computes a digest, which tells a repeated request from a reused idempotency key: it depends on
//! the values, not on white space, escapes or the order of members, and is the same in every build.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use smallvec::SmallVec;

use super::limits::INTEGER_MAX;
use super::method::{KEY, Method};
use crate::fields::Type;

/// Whether `text` nests deeper than `max`. Brackets in strings do not count.
pub fn is_too_deep(text: &str, max: usize) -> bool {
    // Most lines have fewer brackets than that.
    memchr::memchr2_iter(b'{', b'[', text.as_bytes())
        .nth(max)
        .is_some()
        && deepest(text) > max
}

fn deepest(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut in_string, mut escaped) = (false, false);
    for byte in text.bytes() {
        if in_string {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_string = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'{' | b'[' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// The name of a member, borrowed from the text where it has no escapes.
pub struct Word<'de>(pub Cow<'de, str>);

impl<'de> serde::Deserialize<'de> for Word<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Name;
        impl<'de> Visitor<'de> for Name {
            type Value = Word<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }
            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Word<'de>, E> {
                Ok(Word(Cow::Borrowed(text)))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Word<'de>, E> {
                Ok(Word(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Name)
    }
}

/// Walks a value of a known type, refuses ambiguous input and gives the digest.
#[derive(Clone, Copy)]
pub struct Scan {
    /// The expected type, where one is known.
    pub expected: Option<&'static Type>,
    /// A member left out of the digest.
    pub without: Option<&'static str>,
}

impl Scan {
    /// For the parameters of a method.
    pub const fn of(method: &'static Method) -> Self {
        Self {
            expected: Some(&method.shape),
            without: Some(KEY.name),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Scan {
    type Value = u64;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<u64, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Scan {
    type Value = u64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<u64, E> {
        Ok(mix(NULL, 0))
    }

    fn visit_bool<E: Error>(self, on: bool) -> Result<u64, E> {
        Ok(mix(BOOL, u64::from(on)))
    }

    fn visit_i64<E: Error>(self, n: i64) -> Result<u64, E> {
        if (-INTEGER_MAX..=INTEGER_MAX).contains(&n) {
            return Ok(mix(INTEGER, n.cast_unsigned()));
        }
        Err(too_big(&n))
    }

    fn visit_u64<E: Error>(self, n: u64) -> Result<u64, E> {
        match i64::try_from(n) {
            Ok(n) => self.visit_i64(n),
            Err(_) => Err(too_big(&n)),
        }
    }

    fn visit_f64<E: Error>(self, n: f64) -> Result<u64, E> {
        // From 2^53 on, a double no longer holds every whole number.
        if n.abs() >= 9_007_199_254_740_992.0 {
            return Err(too_big(&n));
        }
        if n == 0.0 && n.is_sign_negative() {
            return Err(E::custom("-0 is not carried exactly: give 0"));
        }
        Ok(mix(FLOAT, n.to_bits()))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<u64, E> {
        Ok(digest_text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<u64, A::Error> {
        // The types would accept an array as the members of an object in order.
        if self.expected.is_some_and(Type::is_object) {
            return Err(A::Error::custom("an array is not right"));
        }
        let item = Self {
            expected: self.expected.and_then(Type::item),
            without: None,
        };
        let mut digest = LIST;
        while let Some(one) = items.next_element_seed(item)? {
            digest = mix(digest, one);
        }
        Ok(digest)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<u64, A::Error> {
        // The types would accept `{"word": null}` as a word.
        if self.expected.is_some_and(|expected| !expected.is_object()) {
            return Err(A::Error::custom("an object is not right"));
        }
        let mut names: SmallVec<[Cow<'de, str>; 8]> = SmallVec::new();
        // A sum, so that the order of the members does not matter.
        let mut sum = 0_u64;
        while let Some(Word(name)) = members.next_key::<Word<'de>>()? {
            let value = members.next_value_seed(Self {
                expected: self.expected.and_then(|expected| expected.member(&name)),
                without: None,
            })?;
            if self.without != Some(&*name) {
                sum = sum.wrapping_add(mix(digest_text(&name), value));
            }
            names.push(name);
        }
        names.sort_unstable();
        if let Some(pair) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(A::Error::custom(format!("duplicate field `{}`", pair[0])));
        }
        Ok(mix(MAP, sum))
    }
}

fn too_big<E: Error>(n: &dyn fmt::Display) -> E {
    E::custom(format!(
        "{n} is not carried exactly: give a number from -{INTEGER_MAX} to {INTEGER_MAX}, or a string"
    ))
}

const NULL: u64 = 0x9e37_79b9_7f4a_7c15;
const BOOL: u64 = 0xbf58_476d_1ce4_e5b9;
const INTEGER: u64 = 0x94d0_49bb_1331_11eb;
const FLOAT: u64 = 0xd6e8_feb8_6659_fd93;
const TEXT: u64 = 0xa076_1d64_78bd_642f;
const LIST: u64 = 0xe703_7ed1_a0b4_28db;
const MAP: u64 = 0x8ebc_6af0_9c88_c6e3;

/// One step of the digest: multiplies, and folds the halves of the product.
pub fn mix(a: u64, b: u64) -> u64 {
    let product = u128::from(a ^ 0x2d35_8dcc_aa6c_78a5) * u128::from(b ^ 0x8bb8_4b93_962e_acc9);
    let bytes = product.to_le_bytes();
    let half = |at: usize| {
        let mut word = [0; 8];
        word.copy_from_slice(&bytes[at..at + 8]);
        u64::from_le_bytes(word)
    };
    half(0) ^ half(8)
}

/// The digest of a string.
pub fn digest_text(text: &str) -> u64 {
    let length = u64::try_from(text.len()).unwrap_or(u64::MAX);
    let mut digest = mix(TEXT, length);
    for chunk in text.as_bytes().chunks(8) {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        digest = mix(digest, u64::from_le_bytes(word));
    }
    digest
}
