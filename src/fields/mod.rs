//! The table of fields: what can be said to the program, on the wire or in its file, each once.
//!
//! A [`Field`] has a name, a type with its range and unit, and a line that says what it is. The
//! parameters of the methods with the words of their faults, the OpenRPC document, the keys of the
//! configuration with their checks, the sample file and the manual are all made from it. A file for
//! each noun; what only the wire or only the configuration knows stands there, in the same types.
//!
//! Defaults are not written here: they are asked of the structs that are read ([`Fields::of`]).
//! Only where the router fills something in later, its constant is named ([`Field::or`]). Ranges
//! are those of the types in `router`, by the names of their constants.

pub mod agent;
pub mod calendar;
pub mod case;
pub mod contact;
pub mod customer;
pub mod kind;
pub mod queue;
mod role;
pub mod settings;
mod types;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

pub use role::Role;
pub use types::{ANY, CAPACITY, COUNT, MILLIS, SKILLS, Type, names, quoted};

use crate::router::query::{PAGE_ITEMS_MAX, PageLimit};

/// One parameter of a method, one member of an object, one key of the file.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// As on the wire. The file has it without `_ms` and `_at`.
    pub name: &'static str,
    pub kind: Type,
    pub required: bool,
    /// Whether the file needs it, though the wire takes another field in its place.
    pub required_in_file: bool,
    /// What counts where none is given and the struct that is read does not say.
    pub later: Option<fn() -> Value>,
    /// What it is, in a line without a full stop.
    pub about: &'static str,
    /// What the manual says besides, in sentences.
    pub note: &'static str,
    /// Whether the manual says that alone, because the line leans on another or on the wire.
    pub is_note_alone: bool,
    /// A value as TOML, where the default alone does not show what is meant.
    pub example: &'static str,
}

impl Field {
    pub const fn may(name: &'static str, kind: Type, about: &'static str) -> Self {
        Self {
            name,
            kind,
            required: false,
            required_in_file: false,
            later: None,
            about,
            note: "",
            is_note_alone: false,
            example: "",
        }
    }

    pub const fn must(name: &'static str, kind: Type, about: &'static str) -> Self {
        Self {
            required: true,
            required_in_file: true,
            ..Self::may(name, kind, about)
        }
    }

    #[must_use]
    pub const fn required_in_file(mut self) -> Self {
        self.required_in_file = true;
        self
    }

    /// Names what is filled in later where none is given.
    #[must_use]
    pub const fn or(mut self, later: fn() -> Value) -> Self {
        self.later = Some(later);
        self
    }

    #[must_use]
    pub const fn note(mut self, note: &'static str) -> Self {
        self.note = note;
        self
    }

    /// What the manual says in place of the line.
    #[must_use]
    pub const fn manual(mut self, text: &'static str) -> Self {
        self.note = text;
        self.is_note_alone = true;
        self
    }

    #[must_use]
    pub const fn example(mut self, example: &'static str) -> Self {
        self.example = example;
        self
    }
}

/// The fields that are given together: the parameters of a method, an object, a section.
#[derive(Debug)]
pub struct Fields {
    pub all: &'static [Field],
    /// What the manual says before them.
    pub about: &'static str,
    defaults: fn(&[Field]) -> Value,
}

impl Fields {
    /// Fields without a default: what is absent is not set or stays.
    pub const fn new(all: &'static [Field]) -> Self {
        Self {
            all,
            about: "",
            defaults: |_| json!({}),
        }
    }

    /// Fields that are read as a `T`, which knows the defaults.
    pub const fn of<T: Serialize + DeserializeOwned>(all: &'static [Field]) -> Self {
        Self {
            defaults: least::<T>,
            ..Self::new(all)
        }
    }

    /// The same where the first field is the name of what the others are about, and read apart.
    pub const fn named<T: Serialize + DeserializeOwned>(all: &'static [Field]) -> Self {
        Self {
            defaults: |all| least::<T>(&all[1..]),
            ..Self::new(all)
        }
    }

    #[must_use]
    pub const fn about(mut self, about: &'static str) -> Self {
        self.about = about;
        self
    }

    /// What counts where nothing is given, by field. `null` stands for "none" or "no limit".
    pub fn defaults(&self) -> Map<String, Value> {
        let Value::Object(mut defaults) = (self.defaults)(self.all) else {
            unreachable!("fields are read as an object");
        };
        for field in self.all {
            if let Some(later) = field.later {
                defaults.insert(field.name.to_owned(), later());
            }
        }
        defaults
    }
}

/// What a `T` is of which nothing is said that need not be.
fn least<T: Serialize + DeserializeOwned>(fields: &[Field]) -> Value {
    let required = fields.iter().filter(|field| field.required);
    let given: Map<String, Value> = required
        .clone()
        .map(|field| (field.name.to_owned(), field.kind.some()))
        .collect();
    let read: T = serde_json::from_value(Value::Object(given)).expect("the required fields do");
    let mut all = serde_json::to_value(read).expect("what was read is plain data");
    for field in required {
        all.as_object_mut().map(|all| all.remove(field.name));
    }
    all
}

/// The fields of several lists in one.
pub const fn join<const N: usize>(lists: &[&[Field]]) -> [Field; N] {
    let mut all = [lists[0][0]; N];
    let (mut at, mut list) = (0, 0);
    while list < lists.len() {
        let mut one = 0;
        while one < lists[list].len() {
            all[at] = lists[list][one];
            at += 1;
            one += 1;
        }
        list += 1;
    }
    assert!(at == N, "as many as there are");
    all
}

const AGENT: Field = Field::must("agent", Type::Name, "the agent's id");
const BY: Field = Field::must("by", Type::Name, "who does it");
const AFTER: Field = Field::may(
    "after",
    Type::Name,
    "only what comes after this id (the `next` of the page before)",
);
const PAGE: Type = Type::Whole {
    min: 1,
    max: PAGE_ITEMS_MAX as i64,
};
const LIMIT: Field =
    Field::may("limit", PAGE, "items of the page").or(|| json!(PageLimit::DEFAULT));

/// No parameters.
pub static NONE: Fields = Fields::new(&[]);

/// The page of a list.
pub static LIST: Fields = Fields::new(&[AFTER, LIMIT]);

/// Which figures.
pub static STATS_GET: Fields = Fields::new(&[
    Field::may("queue", Type::Name, "only this queue"),
    Field::may("agent", Type::Name, "only this agent"),
    Field::may("window_ms", MILLIS, "only the last so many ms"),
]);
