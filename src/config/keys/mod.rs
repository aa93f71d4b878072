//! Every key of the configuration: the fields as written in the file.
//!
//! A duration has no `_ms` and a time no `_at`; where the wire takes a term in two forms, the file
//! takes the text; `null` is `"off"`. Objects, maps and lists of objects are sections. The reader
//! checks a file against these keys; the sample file and the manual are generated from them.

mod file;
mod process;

use serde_json::{Map, Value};

use super::duration;
use crate::fields::{ANY, Field, Fields, Type, quoted};
use crate::router::ids::{NAME_BYTES_MAX, TEXT_BYTES_MAX};
use crate::router::policy::{Level, PRIORITY_MAX};
use crate::router::time::MILLIS_MAX;

/// How often a section may occur in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Once,
    /// Once for each name.
    Named,
    /// As a list of at most this many.
    List(usize),
}

/// The keys under one header.
#[derive(Clone, Debug)]
pub struct Section {
    /// As in the manual: `queues.NAME.ownership`.
    pub path: String,
    pub form: Form,
    pub fields: &'static Fields,
    /// By field.
    pub defaults: Map<String, Value>,
}

/// A key.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    pub field: &'static Field,
}

impl Section {
    /// The top level of the file.
    pub fn root() -> Self {
        Self {
            path: String::new(),
            form: Form::Once,
            fields: &file::ROOT,
            defaults: Map::new(),
        }
    }

    /// A file that holds one calendar.
    pub(super) fn of_calendar_file() -> Self {
        Self {
            path: String::new(),
            form: Form::Once,
            fields: &file::CALENDAR_FILE,
            defaults: Map::new(),
        }
    }

    /// Its keys. A section's own name is not a key.
    pub fn keys(&self) -> impl Iterator<Item = Key> + Clone + use<> {
        let all = self.fields.all;
        let is_name = self.form == Form::Named && all[0].required;
        let written = |field: &&Field| {
            let stem = field.name.strip_suffix("_ms");
            !all.iter()
                .any(|term| is_term(term) && stem == Some(term.name))
        };
        all[usize::from(is_name)..]
            .iter()
            .filter(written)
            .map(|field| Key { field })
    }

    /// The key of that name.
    pub fn find(&self, name: &str) -> Option<Key> {
        self.keys().find(|key| key.name() == name)
    }

    /// The section of a key, if the key is a section.
    pub fn below(&self, key: Key) -> Option<Self> {
        let (form, fields) = key.section()?;
        // The sections of a further tenant are documented under the default tenant.
        let at = match self.path.as_str() {
            OTHER_TENANT if Self::root().find(key.name()).is_some() => "",
            OTHER_TENANT => "tenant",
            path => path,
        };
        let dot = if at.is_empty() { "" } else { "." };
        let name = if form == Form::Named { ".NAME" } else { "" };
        let given = self.defaults.get(key.field.name).and_then(Value::as_object);
        let of_whole = given.filter(|_| form == Form::Once).cloned();
        Some(Self {
            path: format!("{at}{dot}{}{name}", key.name()),
            form,
            fields,
            defaults: of_whole.unwrap_or_else(|| fields.defaults()),
        })
    }

    /// Whether its keys are documented elsewhere.
    pub fn is_repetition(&self) -> bool {
        self.path == OTHER_TENANT
    }

    /// The default of a key as written in the file; `None` if there is none.
    pub fn default_of(&self, key: Key) -> Option<String> {
        write(&key.field.kind, self.defaults.get(key.field.name)?)
    }
}

const OTHER_TENANT: &str = "tenants.NAME";

/// Every section except the repetition under `tenants.NAME`, outer ones first.
pub fn sections() -> Vec<Section> {
    fn below(section: &Section, found: &mut Vec<Section>) {
        for inner in section.keys().filter_map(|key| section.below(key)) {
            found.push(inner.clone());
            if !inner.is_repetition() {
                below(&inner, found);
            }
        }
    }
    let mut found = Vec::new();
    below(&Section::root(), &mut found);
    found
}

const fn is_term(field: &Field) -> bool {
    matches!(field.kind, Type::Term)
}

impl Key {
    pub fn name(&self) -> &'static str {
        let name = self.field.name;
        let kind = limited(&self.field.kind);
        let end = if matches!(kind, Type::Millis { .. }) {
            "_ms"
        } else if matches!(kind, Type::Timestamp) {
            "_at"
        } else {
            ""
        };
        name.strip_suffix(end).unwrap_or(name)
    }

    /// The section, if this key is one.
    #[expect(clippy::wildcard_enum_match_arm, reason = "only objects are sections")]
    pub fn section(&self) -> Option<(Form, &'static Fields)> {
        match self.field.kind {
            Type::Object(fields) => Some((Form::Once, fields)),
            Type::Map(Type::Object(fields), _) => Some((Form::Named, fields)),
            Type::List(Type::Object(fields), max) => Some((Form::List(max), fields)),
            _ => None,
        }
    }

    /// What the key does, in sentences, with values as written in the file.
    pub fn about(&self) -> String {
        let Field { about, note, .. } = *self.field;
        let line = if self.field.is_note_alone { "" } else { about };
        let line = line
            .replace(", in ms since 1970", "")
            .replace(", in ms", "")
            .replace("null =", "\"off\" =");
        let mut letters = line.chars();
        let first = letters.next().map(|c| c.to_uppercase().to_string());
        let stop = if line.is_empty() { "" } else { ". " };
        let text = format!(
            "{}{}{stop}{note}",
            first.unwrap_or_default(),
            letters.as_str()
        );
        text.trim_end().to_owned()
    }

    /// The type in a word or two, for the manual.
    pub fn noun(&self) -> &'static str {
        match limited(&self.field.kind) {
            Type::Object(_) => "section",
            Type::Millis { .. } => "duration",
            Type::Term => "term",
            Type::Timestamp => "date and time",
            Type::Whole { .. } | Type::Priority | Type::Level => "whole number",
            Type::Bytes { .. } => "size",
            Type::Share => "number",
            Type::Bool => "true or false",
            Type::Words(_) => "word",
            Type::Name | Type::Key | Type::Offer => "name",
            Type::Text => "text",
            Type::SkillPattern => "skill with {}",
            Type::Zone => "time zone",
            Type::List(Type::Object(_), _) => "sections",
            Type::List(Type::Words(_), _) => "list of words",
            Type::List(Type::Name, _) => "list of names",
            Type::List(..) | Type::BoolOrList(_) => "list of texts",
            Type::AllOrList(..) => "list of names",
            Type::Map(Type::Object(_), _) => "section",
            Type::Map(Type::Level, _) => "skill = level",
            Type::Map(Type::Whole { .. }, _) => "channel = number",
            Type::Map(Type::Text, _) => "agent = reason",
            Type::Map(Type::List(..), _) => "date = hours",
            Type::Map(Type::Priority, _) => "name = priority",
            Type::Map(..) | Type::Attributes | Type::Limit(_) => "name = agent",
            Type::Address => "address",
            Type::Path(_) => "path",
            Type::Mode => "mode",
            Type::Hash => "SHA-256",
            Type::Country => "country",
        }
    }

    /// What is accepted, for the manual.
    pub fn range(&self) -> String {
        range(&self.field.kind)
    }
}

/// The type inside a `Limit`.
pub(super) const fn limited(kind: &'static Type) -> &'static Type {
    if let Type::Limit(inner) = kind {
        inner
    } else {
        kind
    }
}

fn range(kind: &Type) -> String {
    match *kind {
        Type::Limit(inner) => format!("{}, or `\"off\"`", range(inner)),
        Type::Millis {
            min,
            max: MILLIS_MAX,
        } => format!("{} or more", duration::format(min)),
        Type::Millis { min, max } => {
            format!("{} to {}", duration::format(min), duration::format(max))
        }
        Type::Term => "a duration, `\"N working days\"` or `\"N working hours\"`".to_owned(),
        Type::Timestamp => "with its offset from UTC".to_owned(),
        Type::Whole { min, max } => whole_range(min, max),
        Type::Priority => whole_range(-i64::from(PRIORITY_MAX), i64::from(PRIORITY_MAX)),
        Type::Bytes { min, max, .. } => {
            let (min, max) = (duration::format_bytes(min), duration::format_bytes(max));
            format!("{min} to {max}")
        }
        Type::Share => "0 to 1".to_owned(),
        Type::Words(words) => quoted(words),
        Type::List(item @ Type::Words(_), _) => range(item),
        Type::AllOrList(item, _) => format!("`\"all\"`, or {} each", range(item)),
        Type::Name => format!("1 to {NAME_BYTES_MAX} bytes"),
        Type::List(Type::Name, _) => format!("1 to {NAME_BYTES_MAX} bytes each"),
        Type::Text => format!("at most {TEXT_BYTES_MAX} bytes"),
        Type::SkillPattern => format!("at most {NAME_BYTES_MAX} bytes"),
        Type::Zone => "a name of the IANA database".to_owned(),
        Type::Level => format!("levels {} to {}", Level::MIN.0, Level::MAX.0),
        Type::Map(Type::Text, _) => "a reason each".to_owned(),
        Type::Map(Type::Name, _) => "an agent each".to_owned(),
        Type::Map(value, _) if !matches!(value, Type::Object(_)) => range(value),
        Type::Address => "`\"ADDRESS:PORT\"`".to_owned(),
        Type::Path(max) if max != ANY => format!("at most {max} bytes"),
        Type::Mode => "`\"0000\"` to `\"0777\"`".to_owned(),
        Type::Hash => "64 hexadecimal digits".to_owned(),
        Type::Country => "two letters".to_owned(),
        Type::Object(_)
        | Type::Map(..)
        | Type::List(..)
        | Type::BoolOrList(_)
        | Type::Bool
        | Type::Path(_)
        | Type::Key
        | Type::Offer
        | Type::Attributes => String::new(),
    }
}

/// A range of whole numbers in words.
pub(super) fn whole_range(min: i64, max: i64) -> String {
    if max >= i64::from(u32::MAX) {
        format!("{min} or more")
    } else {
        format!("{min} to {max}")
    }
}

/// A field's value as written in the file.
fn write(kind: &Type, value: &Value) -> Option<String> {
    let toml_text = |text: &str| toml::Value::from(text).to_string();
    match (kind, value) {
        (Type::Limit(_), Value::Null) => Some(toml_text("off")),
        (_, Value::Null) => None,
        (Type::Limit(inner), value) => write(inner, value),
        (Type::Millis { .. }, value) => Some(toml_text(&duration::format(value.as_i64()?))),
        (Type::Bytes { .. }, value) => Some(toml_text(&duration::format_bytes(value.as_u64()?))),
        (Type::Mode, value) => Some(toml_text(&format!("{:04o}", value.as_u64()?))),
        (_, Value::String(text)) => Some(toml_text(text)),
        (_, value) => Some(value.to_string().replace(',', ", ")),
    }
}
