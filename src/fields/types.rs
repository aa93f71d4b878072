//! The types of fields.
//!
//! A [`Type`] gives the words of an error ("what would be valid") and the JSON Schema of the
//! OpenRPC document; the configuration reads and writes its values by it. On the wire, values are
//! read by the router's own types; a test checks that both agree.

use serde_json::{Value, json};

use super::{Field, Fields};
use crate::router::command::ATTRIBUTES_BYTES_MAX;
use crate::router::ids::{KEY_BYTES_MAX, NAME_BYTES_MAX, TEXT_BYTES_MAX};
use crate::router::policy::{CAPACITY_MAX, Level, PRIORITY_MAX, SKILLS_MAX};
use crate::router::time::{MILLIS_MAX, TIMESTAMP_MAX};

/// The type of a value.
#[derive(Clone, Copy, Debug)]
pub enum Type {
    /// An id chosen by the client.
    Name,
    /// An idempotency key.
    Key,
    /// Free text.
    Text,
    /// The name of a skill with `{}` as a placeholder.
    SkillPattern,
    /// A time zone of the IANA database, by name.
    Zone,
    /// The id of an offer.
    Offer,
    /// `true` or `false`.
    Bool,
    /// A duration in milliseconds; in the file a text such as `"45s"`.
    Millis {
        min: i64,
        max: i64,
    },
    /// A duration, working days or working hours, as text.
    Term,
    /// A time in milliseconds since 1970; in the file a date with time and offset.
    Timestamp,
    Priority,
    /// A proficiency.
    Level,
    Whole {
        min: i64,
        max: i64,
    },
    /// A size in bytes, a multiple of `step`; in the file also a text such as `"64 KiB"`.
    Bytes {
        min: u64,
        max: u64,
        step: u64,
    },
    /// A share from 0 to 1.
    Share,
    Words(&'static [&'static str]),
    List(&'static Self, usize),
    /// An object whose members are named by the client.
    Map(&'static Self, usize),
    Object(&'static Fields),
    /// The inner type, or `null` for "no limit"; in the file `"off"`.
    Limit(&'static Self),
    /// The text `all`, or a list of at most so many items.
    AllOrList(&'static Self, usize),
    /// `true`, `false`, or a list.
    BoolOrList(&'static Self),
    /// Any JSON object.
    Attributes,
    /// An address with a port.
    Address,
    /// The path of a folder or file; the most bytes.
    Path(usize),
    /// Permission bits.
    Mode,
    /// A SHA-256.
    Hash,
    /// The two letters of a country.
    Country,
}

/// No limit of its own: as many as the line holds.
pub const ANY: usize = usize::MAX;

/// Any duration.
pub const MILLIS: Type = Type::Millis {
    min: 0,
    max: MILLIS_MAX,
};
/// A count.
pub const COUNT: Type = Type::Whole {
    min: 0,
    max: u32::MAX as i64,
};
/// Simultaneous contacts of one channel.
pub const CAPACITY: Type = Type::Whole {
    min: 0,
    max: CAPACITY_MAX as i64,
};
/// Skills with their levels.
pub const SKILLS: Type = Type::Map(&Type::Level, SKILLS_MAX);

/// The word of a field that names all in place of a list.
pub const ALL: &str = "all";

impl Type {
    /// Whether only an object is valid.
    pub const fn is_object(&self) -> bool {
        match self {
            Self::Map(..) | Self::Object(_) | Self::Attributes => true,
            Self::Limit(inner) => inner.is_object(),
            Self::Name
            | Self::Key
            | Self::Text
            | Self::SkillPattern
            | Self::Zone
            | Self::Offer
            | Self::Bool
            | Self::Millis { .. }
            | Self::Term
            | Self::Timestamp
            | Self::Priority
            | Self::Level
            | Self::Whole { .. }
            | Self::Bytes { .. }
            | Self::Share
            | Self::Words(_)
            | Self::List(..)
            | Self::BoolOrList(_)
            | Self::AllOrList(..)
            | Self::Address
            | Self::Path(_)
            | Self::Mode
            | Self::Hash
            | Self::Country => false,
        }
    }

    /// Whether it is an id or a key, which have rules of their own.
    pub const fn is_id(&self) -> bool {
        matches!(self, Self::Name | Self::Key)
    }

    /// The members of an object of this type.
    pub const fn members(&self) -> Option<&'static [Field]> {
        if let Self::Object(members) = self {
            return Some(members.all);
        }
        None
    }

    /// The type of the member with this name.
    pub fn member(&self, name: &str) -> Option<&'static Self> {
        if let Self::Map(value, _) = self {
            return Some(value);
        }
        let mut members = self.members()?.iter();
        members
            .find(|member| member.name == name)
            .map(|member| &member.kind)
    }

    /// The type of an item of a list.
    pub const fn item(&self) -> Option<&'static Self> {
        if let Self::List(item, _) | Self::BoolOrList(item) | Self::AllOrList(item, _) = self {
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

    /// What would be valid, as the end of "give …".
    pub fn describe(&self) -> String {
        let id = |max| format!("a string of 1 to {max} bytes without control characters");
        match self {
            Self::Name => id(NAME_BYTES_MAX),
            Self::Key => id(KEY_BYTES_MAX),
            Self::Text => format!("a string of at most {TEXT_BYTES_MAX} bytes"),
            Self::Zone => "a time zone of the IANA database such as \"Asia/Shanghai\"".to_owned(),
            Self::SkillPattern => {
                format!("the name of a skill with one {{}} in it, at most {NAME_BYTES_MAX} bytes")
            }
            Self::Offer => "an offer such as \"o17\"".to_owned(),
            Self::Bool => "true or false".to_owned(),
            Self::Millis { min, max } => format!("whole milliseconds from {min} to {max}"),
            Self::Term => {
                "a duration such as \"45m\", or \"5 working days\", or \"8 working hours\""
                    .to_owned()
            }
            Self::Timestamp => {
                format!("whole milliseconds since 1970 from -{TIMESTAMP_MAX} to {TIMESTAMP_MAX}")
            }
            Self::Priority => format!("a whole number from -{PRIORITY_MAX} to {PRIORITY_MAX}"),
            Self::Level => {
                format!("a whole number from {} to {}", Level::MIN.0, Level::MAX.0)
            }
            Self::Whole { min, max } => format!("a whole number from {min} to {max}"),
            Self::Bytes { min, max, .. } => format!("a number of bytes from {min} to {max}"),
            Self::Share => "a number from 0 to 1".to_owned(),
            Self::Words(words) => one_of(words),
            Self::List(item, ANY) => format!("a list, each item {}", item.describe()),
            Self::List(item, max) => {
                format!("a list of at most {max} items, each {}", item.describe())
            }
            Self::Map(value, ANY) => format!("an object of name and {}", value.describe()),
            Self::Map(value, max) => {
                let value = value.describe();
                format!("an object of at most {max} names, each with {value}")
            }
            Self::Object(Fields { all: [], .. }) => "an object without members".to_owned(),
            Self::Object(members) => format!("an object of {}", names(members.all).join(", ")),
            Self::Limit(inner @ (Self::Name | Self::Text)) => {
                format!("{}, or null for none", inner.describe())
            }
            Self::Limit(inner) => format!("{}, or null for no limit", inner.describe()),
            Self::BoolOrList(item) => {
                format!("true, false, or a list, each item {}", item.describe())
            }
            Self::AllOrList(item, max) => format!(
                "\"all\", or a list of at most {max} items, each {}",
                item.describe()
            ),
            Self::Attributes => format!("an object of at most {ATTRIBUTES_BYTES_MAX} bytes"),
            Self::Address => "an address with its port".to_owned(),
            Self::Path(_) => "the path of a file or folder".to_owned(),
            Self::Mode => "permission bits".to_owned(),
            Self::Hash => "64 hexadecimal digits".to_owned(),
            Self::Country => "the two letters of a country, such as \"CN\"".to_owned(),
        }
    }

    /// The range alone, for a number of the right type outside the field's range.
    pub fn bounds(&self) -> Option<String> {
        match *self {
            Self::Millis {
                min: 0,
                max: MILLIS_MAX,
            } => None,
            Self::Millis {
                min,
                max: MILLIS_MAX,
            } => Some(format!("at least {min}")),
            Self::Millis { min, max } | Self::Whole { min, max } => Some(format!("{min} to {max}")),
            Self::Share => Some("0 to 1".to_owned()),
            Self::Name
            | Self::Key
            | Self::Text
            | Self::SkillPattern
            | Self::Zone
            | Self::Offer
            | Self::Bool
            | Self::Term
            | Self::Timestamp
            | Self::Priority
            | Self::Level
            | Self::Bytes { .. }
            | Self::Words(_)
            | Self::List(..)
            | Self::Map(..)
            | Self::Object(_)
            | Self::Limit(_)
            | Self::BoolOrList(_)
            | Self::AllOrList(..)
            | Self::Attributes
            | Self::Address
            | Self::Path(_)
            | Self::Mode
            | Self::Hash
            | Self::Country => None,
        }
    }

    /// The JSON Schema.
    pub fn schema(&self) -> Value {
        match self {
            Self::Name => id_schema(NAME_BYTES_MAX),
            Self::Key => id_schema(KEY_BYTES_MAX),
            Self::Text => json!({"type": "string", "maxLength": TEXT_BYTES_MAX}),
            Self::Zone => json!({"type": "string"}),
            Self::SkillPattern => json!({
                "type": "string", "maxLength": NAME_BYTES_MAX, "pattern": "^[^{}]*\\{\\}[^{}]*$",
            }),
            Self::Offer => json!({"type": "string", "pattern": "^o[0-9]+$"}),
            Self::Bool => json!({"type": "boolean"}),
            Self::Millis { min, max } | Self::Whole { min, max } => whole(*min, *max),
            Self::Timestamp => whole(-TIMESTAMP_MAX, TIMESTAMP_MAX),
            Self::Priority => whole(-i64::from(PRIORITY_MAX), i64::from(PRIORITY_MAX)),
            Self::Level => whole(i64::from(Level::MIN.0), i64::from(Level::MAX.0)),
            Self::Bytes { min, max, step } => {
                json!({"type": "integer", "minimum": min, "maximum": max, "multipleOf": step})
            }
            Self::Mode => whole(0, 0o777),
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
            Self::Object(members) => members.schema(),
            Self::Limit(inner) => json!({"oneOf": [inner.schema(), {"type": "null"}]}),
            Self::BoolOrList(item) => json!({"oneOf": [
                {"type": "boolean"},
                {"type": "array", "items": item.schema(), "minItems": 1},
            ]}),
            Self::AllOrList(item, max) => json!({"oneOf": [
                {"type": "string", "enum": [ALL]},
                at_most(
                    json!({"type": "array", "items": item.schema()}),
                    "maxItems",
                    *max,
                ),
            ]}),
            Self::Attributes => json!({"type": "object"}),
            Self::Term | Self::Address | Self::Path(_) | Self::Hash | Self::Country => {
                json!({"type": "string"})
            }
        }
    }

    pub(super) fn valid_value(&self) -> Value {
        match self {
            Self::Name | Self::Key => json!("x"),
            Self::Text | Self::Path(_) => json!(""),
            Self::SkillPattern => json!("{}"),
            Self::Zone => json!("UTC"),
            Self::Offer => json!("o1"),
            Self::Bool => json!(false),
            Self::Millis { min, .. } | Self::Whole { min, .. } => json!(min),
            Self::Term => json!("1d"),
            Self::Timestamp | Self::Priority | Self::Share | Self::Mode => json!(0),
            Self::Level => json!(Level::MIN),
            Self::Bytes { min, .. } => json!(min),
            Self::Words(words) => json!(words[0]),
            Self::List(..) | Self::BoolOrList(_) => json!([]),
            Self::Map(..) | Self::Object(_) | Self::Attributes => json!({}),
            Self::AllOrList(..) => json!(ALL),
            Self::Limit(inner) => inner.valid_value(),
            Self::Address => json!("[::1]:1"),
            Self::Hash => json!("0".repeat(64)),
            Self::Country => json!("CN"),
        }
    }
}

impl Field {
    /// The JSON Schema of the value, with description and default.
    pub fn schema(&self, default: Option<Value>) -> Value {
        let mut schema = self.kind.schema();
        schema["description"] = self.about.into();
        if let Some(default) = default {
            schema["default"] = default;
        }
        schema
    }
}

impl Fields {
    /// Each field with its JSON Schema.
    pub fn schemas(&self) -> impl Iterator<Item = (&'static Field, Value)> {
        let mut defaults = self.defaults();
        self.all.iter().map(move |field| {
            let default = defaults.remove(field.name);
            (
                field,
                field.schema(default.and_then(|value| shown(&field.kind, value))),
            )
        })
    }

    fn schema(&self) -> Value {
        let properties: serde_json::Map<String, Value> = self
            .schemas()
            .map(|(member, schema)| (member.name.to_owned(), schema))
            .collect();
        let required = self.all.iter().filter(|member| member.required);
        let required: Vec<&str> = required.map(|member| member.name).collect();
        let mut schema =
            json!({"type": "object", "properties": properties, "additionalProperties": false});
        if !required.is_empty() {
            schema["required"] = required.into();
        }
        schema
    }
}

/// The default as the document shows it: `null` only for a limit, an object only if its own fields
/// do not show it.
fn shown(kind: &Type, mut default: Value) -> Option<Value> {
    match (kind, &mut default) {
        (Type::Limit(_), _) => Some(default),
        (_, Value::Null) => None,
        (Type::Object(members), Value::Object(given)) => {
            given.retain(|_, value| !value.is_null());
            (members.defaults().is_empty() && !given.is_empty()).then_some(default)
        }
        (_, _) => Some(default),
    }
}

/// The names of the fields, in the order of the protocol.
pub fn names(fields: &[Field]) -> Vec<&'static str> {
    fields.iter().map(|field| field.name).collect()
}

/// Words in quotes.
pub fn quoted(words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("{word:?}")).collect();
    words.join(", ")
}

/// A long list is cut; `data.known` of the error has all of it.
fn one_of(words: &[&str]) -> String {
    const SHOWN_MAX: usize = 12;
    match words.get(..SHOWN_MAX) {
        Some(shown) if words.len() > SHOWN_MAX => {
            format!("one of {} … ({} in all)", shown.join(", "), words.len())
        }
        _ => format!("one of {}", words.join(", ")),
    }
}

fn id_schema(max: usize) -> Value {
    json!({
        "type": "string", "minLength": 1, "maxLength": max,
        "pattern": "^[^\\u0000-\\u001f\\u007f-\\u009f]+$",
    })
}

fn whole(min: i64, max: i64) -> Value {
    json!({"type": "integer", "minimum": min, "maximum": max})
}

fn at_most(mut schema: Value, word: &str, max: usize) -> Value {
    if max != ANY {
        schema[word] = max.into();
    }
    schema
}
