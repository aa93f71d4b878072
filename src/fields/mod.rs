//! The table of fields: every parameter of the wire and key of the configuration, each once.
//!
//! A [`Field`] has a name, a type with its range and unit, and a line of description. The
//! parameters of the methods with their error messages, the OpenRPC document, the keys of the
//! configuration with their checks, the sample file and the manual are all made from it. There is a
//! file for each noun; fields of the wire only or the configuration only are defined there, with
//! the same types.
//!
//! Defaults are read from the structs ([`Fields::of`]), or name the router's constant where it
//! fills the field in later ([`Field::or`]). Ranges are the constants of the types in `router`.

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
pub use types::{ALL, ANY, CAPACITY, COUNT, MILLIS, SKILLS, Type, names, quoted};

use crate::router::query::{PAGE_ITEMS_MAX, PageLimit};

/// One parameter of a method, one member of an object, one key of the file.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// The name on the wire; the file drops `_ms` and `_at`.
    pub name: &'static str,
    pub kind: Type,
    pub required: bool,
    /// Whether the file requires it, though the wire accepts another field instead.
    pub required_in_file: bool,
    /// The default, where the struct that is read has none.
    pub later: Option<fn() -> Value>,
    /// The description, in a line without a full stop.
    pub about: &'static str,
    /// Further sentences for the manual.
    pub note: &'static str,
    /// Whether the manual has only those, because the description needs its context on the wire.
    pub is_note_alone: bool,
    /// An example in TOML, where the default alone does not show the form.
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

    /// Sets the default that is filled in later.
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

    /// The description in the manual, in place of the line.
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

/// A group of fields: the parameters of a method, an object, a section.
#[derive(Debug)]
pub struct Fields {
    pub all: &'static [Field],
    /// The introduction in the manual.
    pub about: &'static str,
    defaults: fn(&[Field]) -> Value,
}

impl Fields {
    /// Fields without defaults: absent means not set, or unchanged.
    pub const fn new(all: &'static [Field]) -> Self {
        Self {
            all,
            about: "",
            defaults: |_| json!({}),
        }
    }

    /// Fields that are read as a `T`, which has the defaults.
    pub const fn of<T: Serialize + DeserializeOwned>(all: &'static [Field]) -> Self {
        Self {
            defaults: all_unset::<T>,
            ..Self::new(all)
        }
    }

    /// Likewise, where the first field is the name of the entity and is read separately.
    pub const fn named<T: Serialize + DeserializeOwned>(all: &'static [Field]) -> Self {
        Self {
            defaults: |all| all_unset::<T>(&all[1..]),
            ..Self::new(all)
        }
    }

    #[must_use]
    pub const fn about(mut self, about: &'static str) -> Self {
        self.about = about;
        self
    }

    /// The defaults by field. `null` stands for "none" or "no limit".
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

/// A `T` with all optional fields unset.
fn all_unset<T: Serialize + DeserializeOwned>(fields: &[Field]) -> Value {
    let required = fields.iter().filter(|field| field.required);
    let given: Map<String, Value> = required
        .clone()
        .map(|field| (field.name.to_owned(), field.kind.valid_value()))
        .collect();
    let read: T = serde_json::from_value(Value::Object(given)).expect("the required fields do");
    let mut all = serde_json::to_value(read).expect("what was read is plain data");
    for field in required {
        all.as_object_mut().map(|all| all.remove(field.name));
    }
    all
}

/// Joins several lists of fields.
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

/// `server.reload`.
pub static SERVER_RELOAD: Fields = Fields::new(&[Field::may(
    "allow_removals",
    Type::Bool,
    "whether agents, queues and customers that hold cases or contacts may be removed",
)
.or(|| serde_json::json!(false))]);

/// `server.compare`.
pub static SERVER_COMPARE: Fields = Fields::new(&[Field::must(
    "file",
    Type::Path(ANY),
    "the file on the daemon's machine, by its whole path",
)]);

/// Paging of a list.
pub static LIST: Fields = Fields::new(&[AFTER, LIMIT]);

/// The selection of figures.
pub static STATS_GET: Fields = Fields::new(&[
    Field::may("queue", Type::Name, "only this queue"),
    Field::may("agent", Type::Name, "only this agent"),
    Field::may("window_ms", MILLIS, "only the last so many ms"),
]);
