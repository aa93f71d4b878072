//! The attributes that a platform attaches to a contact: a JSON object that the router stores and
//! passes on.
//!
//! They are kept as compact text with their members in order. `serde_json`'s reader for any value
//! gives one member name a special meaning (raw text), so this file has its own reader, which
//! treats all names alike. Routing does not use attributes.

use std::fmt;

use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Number, Value};

/// The longest attributes in bytes of JSON.
pub const ATTRIBUTES_BYTES_MAX: usize = 16_384;

/// A JSON object as compact text of at most [`ATTRIBUTES_BYTES_MAX`] bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attributes(pub Box<str>);

impl Attributes {
    /// Checks an object; the error is its length if it is too long.
    pub fn new(members: Map<String, Value>) -> Result<Self, usize> {
        let text = Value::Object(members).to_string();
        if text.len() > ATTRIBUTES_BYTES_MAX {
            return Err(text.len());
        }
        Ok(Self(text.into_boxed_str()))
    }

    /// The members; an error if the text is not an object.
    fn read(&self) -> Result<Map<String, Value>, serde_json::Error> {
        let mut text = serde_json::Deserializer::from_str(&self.0);
        let members = Members.deserialize(&mut text)?;
        text.end()?;
        Ok(members)
    }

    pub fn members(&self) -> Map<String, Value> {
        self.read().expect("attributes were written as an object")
    }
}

impl Serialize for Attributes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let members = self.read().map_err(S::Error::custom)?;
        members.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Attributes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let members = Members.deserialize(deserializer)?;
        Self::new(members).map_err(|bytes| {
            D::Error::custom(format!(
                "attributes of {bytes} bytes are too long: at most {ATTRIBUTES_BYTES_MAX}"
            ))
        })
    }
}

/// Reads an object.
struct Members;

impl<'de> DeserializeSeed<'de> for Members {
    type Value = Map<String, Value>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Members {
    type Value = Map<String, Value>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            members.insert(name, map.next_value_seed(Anything)?);
        }
        Ok(members)
    }
}

/// Reads any value.
struct Anything;

impl<'de> DeserializeSeed<'de> for Anything {
    type Value = Value;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Anything {
    type Value = Value;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any valid JSON value")
    }
    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }
    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }
    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }
    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }
    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }
    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element_seed(Self)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Value, A::Error> {
        Members.visit_map(map).map(Value::Object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_of_every_name_are_ordinary() {
        let magic = "$serde_json::private::RawValue";
        let number = "$serde_json::private::Number";
        for text in [
            format!(r#"{{"{magic}":"[1"}}"#),
            format!(r#"{{"{number}":"1e999","a":{{"{magic}":"9007199254740993"}}}}"#),
            format!(r#"{{"a":[{{"{magic}":"{{\"k\":1,\"k\":2}}"}},{{"{number}":"x"}}]}}"#),
            r#"{"a":[null,true,-1,18446744073709551615,1.5,"\u0000",{}],"b":{}}"#.to_owned(),
        ] {
            let read: Attributes = serde_json::from_str(&text).expect("an object");
            assert_eq!(serde_json::to_string(&read).expect("memory"), text);
            let again = Attributes::new(read.members()).expect("short");
            assert_eq!(again, read);
        }
        for text in ["[1]", "1", "null", "\"a\""] {
            serde_json::from_str::<Attributes>(text).expect_err("no object");
        }
    }
}
