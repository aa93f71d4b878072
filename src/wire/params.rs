//! Reads the parameters of one call straight into the router's types, and describes errors.
//!
//! A failed read is repeated to find the path of the fault. The idempotency key, which every
//! mutation takes beside its own parameters, is extracted on the way, so no type needs it.

use serde::de::value::{BorrowedStrDeserializer, CowStrDeserializer};
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_path_to_error::{Path, Segment};

use super::error::{Data, WireError, echo};
use super::method::{KEY, Kind, Method};
use super::plain::Unusual;
use super::plain_params::PlainParams;
use super::scan::{Scan, Word, digest_text, mix};
use crate::fields::{Type, names};
use crate::router::ids::{KEY_BYTES_MAX, Key, Name};
use crate::router::reject::RejectKind;

/// The most parameters that are extracted before the rest is read.
const TAKEN_MAX: usize = 2;

/// The parameters of one call.
pub enum Params<'p, 'a> {
    /// In the plain form, where errors have no reason.
    Plain(&'p mut PlainParams<'a>),
    /// In any form.
    Any(&'p mut AnyParams<'a>),
}

impl Params<'_, '_> {
    /// Reads all parameters as one type.
    pub fn read<T: DeserializeOwned>(&mut self) -> Result<T, WireError> {
        match self {
            Self::Plain(plain) => Ok(plain.read()?),
            Self::Any(any) => any.read(),
        }
    }

    /// Reads one parameter separately and the others as one type.
    pub fn read_apart<N: DeserializeOwned, T: DeserializeOwned>(
        &mut self,
        name: &'static str,
    ) -> Result<(N, T), WireError> {
        match self {
            Self::Plain(_) => Err(Unusual.into()),
            Self::Any(any) => any.read_apart(name),
        }
    }
}

/// The parameters of one call in any form.
pub struct AnyParams<'a> {
    method: &'static Method,
    /// One JSON object.
    text: &'a str,
    taken: Taken<'a>,
    /// The digest of the parameters without the key; 0 where none was needed.
    digest: u64,
}

/// Parameters that are read separately, by name.
#[derive(Clone, Copy)]
struct Taken<'a> {
    names: [&'static str; TAKEN_MAX],
    values: [Option<&'a RawValue>; TAKEN_MAX],
}

impl<'a> AnyParams<'a> {
    /// `params` as in the request; absent means an empty object.
    pub fn new(method: &'static Method, params: Option<&'a RawValue>) -> Result<Self, WireError> {
        let text = params.map_or("{}", RawValue::get);
        if !text.starts_with('{') {
            let message = if text.starts_with('[') {
                "params must be an object: parameters are given by name only"
            } else {
                "params must be an object, or absent"
            };
            return Err(WireError::params(
                "params",
                message,
                Some(Type::Object(method.params).describe()),
            ));
        }
        let key = if method.kind == Kind::Mutation {
            KEY.name
        } else {
            ""
        };
        Ok(Self {
            method,
            text,
            taken: Taken {
                names: [key, ""],
                values: [None; TAKEN_MAX],
            },
            digest: 0,
        })
    }

    fn read<T: DeserializeOwned>(&mut self) -> Result<T, WireError> {
        let mut json = serde_json::Deserializer::from_str(self.text);
        let without = Without {
            inner: &mut json,
            taken: &mut self.taken,
        };
        let Ok(value) = T::deserialize(without) else {
            return Err(self.fault_of::<T>());
        };
        self.scan()?;
        Ok(value)
    }

    fn read_apart<N: DeserializeOwned, T: DeserializeOwned>(
        &mut self,
        name: &'static str,
    ) -> Result<(N, T), WireError> {
        self.taken.names[1] = name;
        let rest = self.read()?;
        let Some(raw) = self.taken.values[1] else {
            return Err(self.describe(&[], &format!("missing field `{name}`")));
        };
        Ok((self.one(name, raw)?, rest))
    }

    /// The idempotency key; read the parameters first.
    pub fn key(&self) -> Result<Option<Key>, WireError> {
        let Some(raw) = self.taken.values[0].filter(|raw| raw.get() != "null") else {
            return Ok(None);
        };
        let name: Name = self.one(KEY.name, raw)?;
        let length = name.as_str().len();
        if length > KEY_BYTES_MAX {
            let right = KEY.kind.describe();
            let message = format!("key: {length} bytes are too long: give {right}");
            return Err(WireError::params(KEY.name, message, Some(right)));
        }
        Ok(Some(keyed(self.method, name, self.digest)))
    }

    /// Checks what the types do not see: repeated members of a map, arrays in place of objects,
    /// numbers that lose digits. Flat parameters without a key, the usual case, cannot have any of
    /// these and need no digest.
    fn scan(&mut self) -> Result<(), WireError> {
        let nested = memchr::memchr2(b'{', b'[', &self.text.as_bytes()[1..]).is_some();
        if self.taken.values[0].is_none() && !nested {
            return Ok(());
        }
        let scan = Scan::of(self.method);
        let mut json = serde_json::Deserializer::from_str(self.text);
        match scan.deserialize(&mut json) {
            Ok(digest) => {
                self.digest = digest;
                Ok(())
            }
            Err(_) => Err(self.fault_of_scan(scan)),
        }
    }

    /// Reads a parameter that was extracted.
    fn one<T: DeserializeOwned>(&self, name: &str, raw: &RawValue) -> Result<T, WireError> {
        serde_json::from_str(raw.get()).map_err(|error| {
            let at = [Segment::Map {
                key: name.to_owned(),
            }];
            self.describe(&at, &plain(&error))
        })
    }

    /// Reads again to find the path of the fault.
    fn fault_of<T: DeserializeOwned>(&self) -> WireError {
        let mut taken = Taken {
            names: self.taken.names,
            values: [None; TAKEN_MAX],
        };
        let mut json = serde_json::Deserializer::from_str(self.text);
        let mut track = serde_path_to_error::Track::new();
        let without = Without {
            inner: &mut json,
            taken: &mut taken,
        };
        match T::deserialize(serde_path_to_error::Deserializer::new(without, &mut track)) {
            Ok(_) => WireError::internal("the parameters were refused once and taken once"),
            Err(error) => self.describe(&segments(&track.path()), &plain(&error)),
        }
    }

    fn fault_of_scan(&self, scan: Scan) -> WireError {
        let mut json = serde_json::Deserializer::from_str(self.text);
        let mut track = serde_path_to_error::Track::new();
        match scan.deserialize(serde_path_to_error::Deserializer::new(
            &mut json, &mut track,
        )) {
            Ok(_) => WireError::internal("the parameters were refused once and taken once"),
            Err(error) => self.describe(&segments(&track.path()), &plain(&error)),
        }
    }

    /// Turns an error of the reader into one that names the field and what would be valid.
    fn describe(&self, path: &[Segment], found: &str) -> WireError {
        if let Some((Segment::Map { key }, parent)) = path.split_last()
            && found.starts_with(&format!("unknown field `{key}`"))
        {
            return self.unknown(parent, key);
        }
        if let Some(name) = quoted(found, "missing field `") {
            let field = join(path, Some(&name));
            let expected = self.type_at(path).and_then(|kind| kind.member(&name));
            let expected = expected.map(Type::describe);
            let right = expected.as_deref().unwrap_or("a value");
            let message = format!("{field} is missing: give {right}");
            return WireError::params(&field, message, expected);
        }
        if let Some(name) = quoted(found, "duplicate field `") {
            let parent = match path.split_last() {
                Some((Segment::Map { key }, parent)) if *key == name => parent,
                _ => path,
            };
            let field = join(parent, Some(&name));
            let message = format!("{field} is given twice: give it once");
            return WireError::params(&field, message, None);
        }
        let field = join(path, None);
        let kind = self.type_at(path);
        // The fault may be in the name of a member as well as in its value.
        let kind = if found.starts_with("an id ") {
            kind.map(|kind| if kind.is_id() { kind } else { &Type::Name })
        } else {
            kind
        };
        let is_number = found
            .split(' ')
            .next()
            .is_some_and(|word| word.parse::<f64>().is_ok());
        let expected = kind.map(|kind| {
            let bounds = kind.bounds().filter(|_| is_number);
            bounds.unwrap_or_else(|| kind.describe())
        });
        let message = match &expected {
            Some(right) => format!("{field}: {}: give {right}", subject(found)),
            None => format!("{field}: {}", echo_long(found)),
        };
        let mut error = WireError::params(&field, message, expected);
        if let (Some(data), Some(words)) = (&mut error.data, kind.and_then(Type::words)) {
            data.known = words.to_vec();
            if let Some(written) = unknown_word(found) {
                return error.with_nearest(written, words.iter().copied());
            }
        }
        error
    }

    /// An unknown parameter.
    fn unknown(&self, parent: &[Segment], name: &str) -> WireError {
        let field = join(parent, Some(name));
        let members = self.type_at(parent).and_then(Type::members);
        let mut known = members.map(names).unwrap_or_default();
        if parent.is_empty() && self.method.kind == Kind::Mutation {
            known.push(KEY.name);
        }
        let place = if parent.is_empty() {
            self.method.name.to_owned()
        } else {
            join(parent, None)
        };
        let right = if known.is_empty() {
            format!("{place} takes none")
        } else {
            format!("{place} knows {}", known.join(", "))
        };
        let mut error = WireError::params(
            &field,
            format!("unknown parameter \"{field}\": {right}"),
            None,
        );
        error.data = Some(Box::new(Data {
            kind: Some(RejectKind::Invalid),
            field: Some(field),
            known: known.clone(),
            ..Data::default()
        }));
        error.with_nearest(name, known)
    }

    /// The declared type at a path.
    fn type_at(&self, path: &[Segment]) -> Option<&'static Type> {
        let mut kind: &'static Type = &self.method.shape;
        for segment in path {
            while let Type::Limit(inner) = kind {
                kind = inner;
            }
            kind = match segment {
                Segment::Seq { .. } => kind.item()?,
                Segment::Map { key } if *key == KEY.name && path.len() == 1 => {
                    kind.member(key).unwrap_or(&KEY.kind)
                }
                Segment::Map { key } => kind.member(key)?,
                Segment::Enum { .. } | Segment::Unknown => return None,
            };
        }
        Some(kind)
    }
}

/// The key of a call with this digest of its parameters.
pub fn keyed(method: &Method, name: Name, params: u64) -> Key {
    Key {
        name,
        digest: mix(digest_text(method.name), params),
    }
}

/// An error of the scan in a field of known type.
pub fn wrong(field: &str, message: impl std::fmt::Display) -> WireError {
    let message = message.to_string();
    let expected = message
        .rsplit_once("give ")
        .map(|(_, right)| right.to_owned());
    WireError::params(field, format!("{field}: {message}"), expected)
}

/// The text of an error of the reader, without its position.
fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}

/// What was found, without what was expected: the declared type describes that better.
fn subject(found: &str) -> String {
    let end = found.find(", expected ").or_else(|| found.find(": give "));
    let found = end.map_or(found, |end| &found[..end]);
    if found == "expected value" {
        return "null is not right".to_owned();
    }
    let what = found
        .strip_prefix("invalid type: ")
        .or_else(|| found.strip_prefix("invalid value: "));
    let found = match what {
        Some("map") => "an object is not right".to_owned(),
        Some("sequence") => "an array is not right".to_owned(),
        Some(what) => format!("{what} is not right"),
        // An array in place of an object.
        None if found.starts_with("invalid length ") => "an array is not right".to_owned(),
        None => found.replace("unknown variant `", "unknown word `"),
    };
    echo_long(&found)
}

/// The word that was given where others were known.
fn unknown_word(found: &str) -> Option<&str> {
    let word = found.strip_prefix("unknown variant `");
    let end = |rest: &str| rest.find("`, expected ");
    let word = word.and_then(|rest| Some(&rest[..end(rest)?]));
    let kind = || found.strip_prefix("unknown type \"")?.strip_suffix('"');
    word.or_else(kind)
}

/// Errors may quote the input: twice the usual length leaves room for the words around it.
fn echo_long(text: &str) -> String {
    let short = echo(text);
    if text.len() <= 2 * super::limits::ECHO_BYTES_MAX {
        text.to_owned()
    } else {
        short
    }
}

/// The name between the backquotes after `start`.
fn quoted(found: &str, start: &str) -> Option<String> {
    let rest = found.strip_prefix(start)?;
    let end = rest.find("`, expected ").or_else(|| rest.rfind('`'))?;
    let end = if rest[..end].ends_with('`') {
        end - 1
    } else {
        end
    };
    Some(rest[..end].to_owned())
}

/// The path without the segments that serde adds for enum variants.
fn segments(path: &Path) -> Vec<Segment> {
    path.iter()
        .filter(|segment| !matches!(segment, Segment::Enum { .. } | Segment::Unknown))
        .cloned()
        .collect()
}

/// The path as text, such as `steps[2].requires.zh`.
fn join(path: &[Segment], last: Option<&str>) -> String {
    let mut text = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => text.push_str(&format!("[{index}]")),
            Segment::Map { key } => push(&mut text, key),
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    if let Some(last) = last {
        push(&mut text, last);
    }
    if path.is_empty() && last.is_none() {
        text.push_str("params");
    }
    text
}

fn push(text: &mut String, name: &str) {
    if !text.is_empty() {
        text.push('.');
    }
    text.push_str(&echo(name));
}

/// A reader of an object that extracts some members.
struct Without<'s, 'de, D> {
    inner: D,
    taken: &'s mut Taken<'de>,
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Without<'_, 'de, D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_map(WithoutVisitor {
            inner: visitor,
            taken: self.taken,
        })
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier
        ignored_any
    }
}

struct WithoutVisitor<'s, 'de, V> {
    inner: V,
    taken: &'s mut Taken<'de>,
}

impl<'de, V: Visitor<'de>> Visitor<'de> for WithoutVisitor<'_, 'de, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.inner.expecting(f)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        self.inner.visit_map(WithoutMap {
            inner: map,
            taken: self.taken,
        })
    }
}

struct WithoutMap<'s, 'de, A> {
    inner: A,
    taken: &'s mut Taken<'de>,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for WithoutMap<'_, 'de, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        while let Some(Word(name)) = self.inner.next_key()? {
            let slot = self
                .taken
                .names
                .iter()
                .position(|taken| name == *taken && !name.is_empty());
            let Some(slot) = slot else {
                return match name {
                    std::borrow::Cow::Borrowed(name) => {
                        seed.deserialize(BorrowedStrDeserializer::new(name))
                    }
                    owned @ std::borrow::Cow::Owned(_) => {
                        seed.deserialize(CowStrDeserializer::new(owned))
                    }
                }
                .map(Some);
            };
            let value = self.inner.next_value()?;
            if self.taken.values[slot].replace(value).is_some() {
                return Err(A::Error::custom(format!("duplicate field `{name}`")));
            }
        }
        Ok(None)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.inner.next_value_seed(seed)
    }
}
