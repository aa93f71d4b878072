//! The one table of every key that the configuration knows: name, kind, range, meaning.
//!
//! The reader checks a file against it; the sample file and the manual are written from it. It
//! holds no defaults: they are asked of the structs that have them.

mod case;
mod people;
mod process;
mod queue;
mod tenant;

use serde::Serialize;
use serde_json::Value;

use super::duration;

pub use case::{CALENDAR, KIND};
pub use process::ROOT;
pub use queue::{OWNERSHIP, QUEUE, STEP};
pub use tenant::{AGENT, CHANNEL, CUSTOMER, TENANT};

/// One key of a section.
#[derive(Debug)]
pub struct Key {
    pub name: &'static str,
    pub kind: Kind,
    pub required: bool,
    /// What it does, in sentences.
    pub about: &'static str,
    /// A value, as TOML, where the default alone does not show what is meant.
    pub example: &'static str,
}

const fn key(name: &'static str, kind: Kind, about: &'static str) -> Key {
    Key {
        name,
        kind,
        required: false,
        about,
        example: "",
    }
}

impl Key {
    const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    const fn example(mut self, example: &'static str) -> Self {
        self.example = example;
        self
    }

    /// The name of the field that takes the value: the wire's.
    pub fn field(&self) -> String {
        match self.kind {
            Kind::Duration { .. } => format!("{}_ms", self.name),
            _ => self.name.to_owned(),
        }
    }

    /// The section below this key, if it is one.
    pub fn section(&self) -> Option<&'static Section> {
        match self.kind {
            Kind::Table(section) | Kind::Named(section) | Kind::List { section, .. } => {
                Some(section)
            }
            _ => None,
        }
    }
}

/// The keys that stand together under one header.
#[derive(Debug)]
pub struct Section {
    /// As in the manual: `queues.NAME.ownership`.
    pub path: &'static str,
    /// What is read before the keys.
    pub about: &'static str,
    pub keys: &'static [Key],
    /// A section whose keys stand here as well.
    pub extends: Option<&'static Self>,
    /// The defaults, as an object with the fields' names.
    pub defaults: fn() -> Value,
}

impl Section {
    /// The key of that name.
    pub fn find(&self, name: &str) -> Option<&'static Key> {
        self.all().find(|key| key.name == name)
    }

    /// Every key, those of the extended section too.
    pub fn all(&self) -> impl Iterator<Item = &'static Key> + use<> {
        let extended = self.extends.map_or(&[][..], |section| section.keys);
        self.keys.iter().chain(extended)
    }

    /// The default of a key as it would be written in the file; `None` if there is none.
    pub fn default_of(&self, key: &Key) -> Option<String> {
        let defaults = (self.defaults)();
        let value = defaults.get(key.field())?;
        key.kind.write(value)
    }
}

/// What a key takes.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// One section.
    Table(&'static Section),
    /// A section for each name.
    Named(&'static Section),
    /// Sections in their order.
    List {
        section: &'static Section,
        max: usize,
    },
    /// A duration of at least `min_ms`; where `off`, also `"off"`.
    Duration { min_ms: i64, off: bool },
    /// A duration, working days or working hours.
    Term,
    /// A whole number; where `off`, also `"off"`.
    Whole { min: i64, max: i64, off: bool },
    /// A size in bytes, a multiple of `step`.
    Bytes { min: u64, max: u64, step: u64 },
    /// A number from 0 to 1.
    Share,
    /// `true` or `false`.
    Flag,
    /// One of these words.
    Word(fn() -> Vec<&'static str>),
    /// A list of these words, each at most once.
    Words(fn() -> Vec<&'static str>),
    /// The name of something.
    Name,
    /// A list of names.
    Names,
    /// Free text.
    Text,
    /// The name of a skill with a place for a word.
    SkillPattern,
    /// Skills with a level from 1 to 10.
    Skills,
    /// Channels with a number of contacts.
    Capacity,
    /// Agents with a reason.
    Reasons,
    /// Names with a priority.
    Priorities,
    /// Names with the name of an agent.
    Agents,
    /// Spans of time with a reason.
    Absences,
    /// An address with a port, or `"off"`.
    Address,
    /// The path of a folder or file.
    Folder,
    /// The path of a socket, or `"off"`.
    Socket,
    /// Permission bits.
    Mode,
    /// A SHA-256.
    Hash,
}

/// The longest path that a Unix-domain socket can have on Linux.
pub const SOCKET_PATH_BYTES_MAX: usize = 107;

impl Kind {
    /// The type in a word or two, for the manual.
    pub fn noun(&self) -> &'static str {
        match self {
            Self::Table(_) | Self::Named(_) => "section",
            Self::List { .. } => "sections",
            Self::Duration { .. } => "duration",
            Self::Term => "term",
            Self::Whole { .. } => "whole number",
            Self::Bytes { .. } => "size",
            Self::Share => "number",
            Self::Flag => "true or false",
            Self::Word(_) => "word",
            Self::Words(_) => "list of words",
            Self::Name => "name",
            Self::Names => "list of names",
            Self::Text => "text",
            Self::SkillPattern => "skill with {}",
            Self::Skills => "skill = level",
            Self::Capacity => "channel = number",
            Self::Reasons => "agent = reason",
            Self::Priorities => "name = priority",
            Self::Agents => "name = agent",
            Self::Absences => "list of times",
            Self::Address => "address",
            Self::Folder | Self::Socket => "path",
            Self::Mode => "mode",
            Self::Hash => "SHA-256",
        }
    }

    /// What is accepted, for the manual.
    pub fn range(&self) -> String {
        match *self {
            Self::Table(_) | Self::Named(_) => String::new(),
            Self::List { max, .. } => format!("at most {max}"),
            Self::Duration { min_ms, off } => {
                or_off(format!("{} or more", duration::format(min_ms)), off)
            }
            Self::Term => "a duration, `\"N working days\"` or `\"N working hours\"`".to_owned(),
            Self::Whole { min, max, off } => or_off(whole_range(min, max), off),
            Self::Bytes { min, max, .. } => format!(
                "{} to {}",
                duration::format_bytes(min),
                duration::format_bytes(max)
            ),
            Self::Share => "0 to 1".to_owned(),
            Self::Flag => String::new(),
            Self::Word(words) | Self::Words(words) => quoted(&words()),
            Self::Name => "1 to 128 bytes".to_owned(),
            Self::Names => "1 to 128 bytes each".to_owned(),
            Self::Text => "at most 4,096 bytes".to_owned(),
            Self::SkillPattern => "at most 128 bytes".to_owned(),
            Self::Skills => "levels 1 to 10".to_owned(),
            Self::Capacity => format!("0 to {}", crate::router::policy::CAPACITY_MAX),
            Self::Reasons => "a reason each".to_owned(),
            Self::Priorities => {
                let max = i64::from(crate::router::policy::PRIORITY_MAX);
                whole_range(-max, max)
            }
            Self::Agents => "an agent each".to_owned(),
            Self::Absences => "`from`, `to` and `reason` each".to_owned(),
            Self::Address => "`\"ADDRESS:PORT\"` or `\"off\"`".to_owned(),
            Self::Folder => String::new(),
            Self::Socket => format!("at most {SOCKET_PATH_BYTES_MAX} bytes, or `\"off\"`"),
            Self::Mode => "`\"0000\"` to `\"0777\"`".to_owned(),
            Self::Hash => "64 hexadecimal digits".to_owned(),
        }
    }

    /// A field's value as it would be written in the file.
    fn write(&self, value: &Value) -> Option<String> {
        let toml_text = |text: &str| toml::Value::from(text).to_string();
        match (self, value) {
            (Self::Duration { off: true, .. } | Self::Whole { off: true, .. }, Value::Null)
            | (Self::Address | Self::Socket, Value::Null) => Some(toml_text("off")),
            (_, Value::Null) => None,
            (Self::Duration { .. }, value) => Some(toml_text(&duration::format(value.as_i64()?))),
            (Self::Bytes { .. }, value) => {
                Some(toml_text(&duration::format_bytes(value.as_u64()?)))
            }
            (Self::Mode, value) => Some(toml_text(&format!("{:04o}", value.as_u64()?))),
            (_, Value::String(text)) => Some(toml_text(text)),
            (_, Value::Object(map)) if map.is_empty() => Some("{}".to_owned()),
            (_, value) => Some(value.to_string().replace(',', ", ")),
        }
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

fn or_off(range: String, off: bool) -> String {
    if off {
        format!("{range}, or `\"off\"`")
    } else {
        range
    }
}

/// Words in a row, each in quotes.
pub(super) fn quoted(words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
    words.join(", ")
}

/// Every section but the repetition under `tenants.NAME`, outer ones first.
pub fn sections() -> Vec<&'static Section> {
    fn below(section: &'static Section, found: &mut Vec<&'static Section>) {
        for key in section.keys {
            if let Some(section) = key.section() {
                found.push(section);
                if section.extends.is_none() {
                    below(section, found);
                }
            }
        }
    }
    let mut found = Vec::new();
    below(&ROOT, &mut found);
    found
}

/// Plain data as a JSON object; a default that cannot be written down would be a broken table.
fn object<T: Serialize>(value: T) -> Value {
    serde_json::to_value(value).expect("a default is plain data")
}

macro_rules! words_of {
    ($type:ty) => {
        || <$type>::ALL.iter().map(|word| word.as_str()).collect()
    };
}
use words_of;
