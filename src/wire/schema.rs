//! The types of parameters, as the protocol describes them.
//!
//! From a [`Type`] come the words of an error ("what would be right") and the JSON Schema of the
//! OpenRPC document. The values themselves are read by the router's own types; a test holds the
//! two together.

use serde_json::{Value, json};

use super::limits::INTEGER_MAX;
use crate::router::command::ATTRIBUTES_BYTES_MAX;
use crate::router::ids::{KEY_BYTES_MAX, NAME_BYTES_MAX, TEXT_BYTES_MAX};
use crate::router::policy::PRIORITY_MAX;
use crate::router::time::MILLIS_MAX;

/// One parameter, or one member of an object.
#[derive(Clone, Copy, Debug)]
pub struct Param {
    pub name: &'static str,
    pub kind: Type,
    pub required: bool,
    /// The value that counts where none is given, as JSON.
    pub default: Option<&'static str>,
    pub about: &'static str,
}

impl Param {
    pub const fn must(name: &'static str, kind: Type, about: &'static str) -> Self {
        Self {
            name,
            kind,
            required: true,
            default: None,
            about,
        }
    }

    pub const fn may(name: &'static str, kind: Type, about: &'static str) -> Self {
        Self {
            name,
            kind,
            required: false,
            default: None,
            about,
        }
    }

    /// Names the value that counts where none is given.
    #[must_use]
    pub const fn or(mut self, default: &'static str) -> Self {
        self.default = Some(default);
        self
    }

    /// The JSON Schema of the value, with description and default.
    pub fn schema(&self) -> Value {
        let mut schema = self.kind.schema();
        if let Value::Object(map) = &mut schema {
            map.insert("description".to_owned(), self.about.into());
            let default = self
                .default
                .and_then(|text| serde_json::from_str(text).ok());
            if let Some(default) = default {
                map.insert("default".to_owned(), default);
            }
        }
        schema
    }
}

/// What a value may be.
#[derive(Clone, Copy, Debug)]
pub enum Type {
    /// An id chosen by the client.
    Name,
    /// An idempotency key.
    Key,
    /// Free text.
    Text,
    /// The name of a skill with a place for a word.
    SkillPattern,
    /// The id of an offer.
    Offer,
    Bool,
    /// A duration.
    Millis,
    /// A duration, working days or working hours, as text.
    Term,
    /// A time.
    Timestamp,
    Priority,
    /// A proficiency.
    Level,
    Whole {
        min: i64,
        max: i64,
    },
    /// A share from 0 to 1.
    Share,
    Words(&'static [&'static str]),
    List(&'static Self, usize),
    /// An object whose members are named by the client.
    Map(&'static Self, usize),
    Object(&'static [Param]),
    /// The inner type, or `null` for "no limit".
    Limit(&'static Self),
    /// `true`, `false`, or a list.
    BoolOrList(&'static Self),
    /// Any JSON object.
    Attributes,
}

/// Stands for "as many as the line holds".
pub const ANY: usize = usize::MAX;

impl Type {
    /// Whether only an object will do.
    pub const fn is_object(&self) -> bool {
        match self {
            Self::Map(..) | Self::Object(_) | Self::Attributes => true,
            Self::Limit(inner) => inner.is_object(),
            Self::Name
            | Self::Key
            | Self::Text
            | Self::SkillPattern
            | Self::Offer
            | Self::Bool
            | Self::Millis
            | Self::Term
            | Self::Timestamp
            | Self::Priority
            | Self::Level
            | Self::Whole { .. }
            | Self::Share
            | Self::Words(_)
            | Self::List(..)
            | Self::BoolOrList(_) => false,
        }
    }

    /// Whether it is an id or a key, which have rules of their own.
    pub const fn is_id(&self) -> bool {
        matches!(self, Self::Name | Self::Key)
    }

    /// The members of an object of this type.
    pub const fn members(&self) -> Option<&'static [Param]> {
        if let Self::Object(members) = self {
            return Some(members);
        }
        None
    }

    /// The type of a member of that name.
    pub fn member(&self, name: &str) -> Option<&'static Self> {
        if let Self::Map(value, _) = self {
            return Some(value);
        }
        let members = self.members()?.iter();
        members
            .filter(|member| member.name == name)
            .map(|member| &member.kind)
            .next()
    }

    /// The type of an item of a list.
    pub const fn item(&self) -> Option<&'static Self> {
        if let Self::List(item, _) | Self::BoolOrList(item) = self {
            return Some(item);
        }
        None
    }

    /// The words to choose from.
    pub const fn words(&self) -> Option<&'static [&'static str]> {
        if let Self::Words(words) = self {
            return Some(words);
        }
        None
    }

    /// What would be right, as the end of "give …".
    pub fn describe(&self) -> String {
        match self {
            Self::Name => {
                format!("a string of 1 to {NAME_BYTES_MAX} bytes without control characters")
            }
            Self::Key => {
                format!("a string of 1 to {KEY_BYTES_MAX} bytes without control characters")
            }
            Self::Text => format!("a string of at most {TEXT_BYTES_MAX} bytes"),
            Self::SkillPattern => {
                format!("the name of a skill with one {{}} in it, at most {NAME_BYTES_MAX} bytes")
            }
            Self::Offer => "an offer such as \"o17\"".to_owned(),
            Self::Bool => "true or false".to_owned(),
            Self::Millis => format!("whole milliseconds from 0 to {MILLIS_MAX}"),
            Self::Term => {
                "a duration such as \"45m\", or \"5 working days\", or \"8 working hours\""
                    .to_owned()
            }
            Self::Timestamp => {
                format!("whole milliseconds since 1970 from -{INTEGER_MAX} to {INTEGER_MAX}")
            }
            Self::Priority => format!("a whole number from -{PRIORITY_MAX} to {PRIORITY_MAX}"),
            Self::Level => "a whole number from 1 to 10".to_owned(),
            Self::Whole { min, max } => format!("a whole number from {min} to {max}"),
            Self::Share => "a number from 0 to 1".to_owned(),
            Self::Words(words) => one_of(words),
            Self::List(item, ANY) => format!("a list, each item {}", item.describe()),
            Self::List(item, max) => {
                format!("a list of at most {max} items, each {}", item.describe())
            }
            Self::Map(value, ANY) => format!("an object of name and {}", value.describe()),
            Self::Map(value, max) => {
                format!(
                    "an object of at most {max} names, each with {}",
                    value.describe()
                )
            }
            Self::Object([]) => "an object without members".to_owned(),
            Self::Object(members) => format!("an object of {}", names(members).join(", ")),
            Self::Limit(inner) => format!("{}, or null for no limit", inner.describe()),
            Self::BoolOrList(item) => {
                format!("true, false, or a list, each item {}", item.describe())
            }
            Self::Attributes => format!("an object of at most {ATTRIBUTES_BYTES_MAX} bytes"),
        }
    }

    /// The JSON Schema.
    pub fn schema(&self) -> Value {
        match self {
            Self::Name => json!({
                "type": "string", "minLength": 1, "maxLength": NAME_BYTES_MAX,
                "pattern": "^[^\\u0000-\\u001f\\u007f-\\u009f]+$",
            }),
            Self::Key => json!({
                "type": "string", "minLength": 1, "maxLength": KEY_BYTES_MAX,
                "pattern": "^[^\\u0000-\\u001f\\u007f-\\u009f]+$",
            }),
            Self::Text => json!({"type": "string", "maxLength": TEXT_BYTES_MAX}),
            Self::SkillPattern => json!({
                "type": "string", "maxLength": NAME_BYTES_MAX, "pattern": "^[^{}]*\\{\\}[^{}]*$",
            }),
            Self::Offer => json!({"type": "string", "pattern": "^o[0-9]+$"}),
            Self::Bool => json!({"type": "boolean"}),
            Self::Millis => whole(0, MILLIS_MAX),
            Self::Term => json!({"type": "string"}),
            Self::Timestamp => whole(-INTEGER_MAX, INTEGER_MAX),
            Self::Priority => whole(i64::from(-PRIORITY_MAX), i64::from(PRIORITY_MAX)),
            Self::Level => whole(1, 10),
            Self::Whole { min, max } => whole(*min, *max),
            Self::Share => json!({"type": "number", "minimum": 0, "maximum": 1}),
            Self::Words(words) => json!({"type": "string", "enum": words}),
            Self::List(item, max) => at_most(
                json!({"type": "array", "items": item.schema()}),
                "maxItems",
                *max,
            ),
            Self::Map(value, max) => at_most(
                json!({"type": "object", "additionalProperties": value.schema()}),
                "maxProperties",
                *max,
            ),
            Self::Object(members) => object(members),
            Self::Limit(inner) => json!({"oneOf": [inner.schema(), {"type": "null"}]}),
            Self::BoolOrList(item) => json!({"oneOf": [
                {"type": "boolean"},
                {"type": "array", "items": item.schema(), "minItems": 1},
            ]}),
            Self::Attributes => json!({"type": "object"}),
        }
    }
}

/// The names of some parameters, in the order of the protocol.
pub fn names(params: &'static [Param]) -> Vec<&'static str> {
    params.iter().map(|param| param.name).collect()
}

/// A long list is cut: an error bears the whole of it in `data.known`.
fn one_of(words: &[&str]) -> String {
    const SHOWN_MAX: usize = 12;
    match words.get(..SHOWN_MAX) {
        Some(shown) if words.len() > SHOWN_MAX => {
            format!("one of {} … ({} in all)", shown.join(", "), words.len())
        }
        _ => format!("one of {}", words.join(", ")),
    }
}

fn whole(min: i64, max: i64) -> Value {
    json!({"type": "integer", "minimum": min, "maximum": max})
}

fn at_most(mut schema: Value, word: &str, max: usize) -> Value {
    if let Value::Object(map) = &mut schema
        && max != ANY
    {
        map.insert(word.to_owned(), max.into());
    }
    schema
}

fn object(members: &[Param]) -> Value {
    let properties: serde_json::Map<String, Value> = members
        .iter()
        .map(|member| (member.name.to_owned(), member.schema()))
        .collect();
    let required: Vec<&str> = members
        .iter()
        .filter(|member| member.required)
        .map(|member| member.name)
        .collect();
    let mut schema =
        json!({"type": "object", "properties": properties, "additionalProperties": false});
    if let Value::Object(map) = &mut schema
        && !required.is_empty()
    {
        map.insert("required".to_owned(), required.into());
    }
    schema
}
