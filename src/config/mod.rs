//! The configuration: reads a TOML file into checked structs and reports every fault.
//!
//! In two steps: `read` checks what the user wrote key by key against the table in [`keys`];
//! `build` turns it into the program's structs, and `relations` checks keys against each other.
//! Durations are strings, `"off"` is no limit, and the names are the wire's without `_ms`. Reads
//! only the given file and the calendars it names.

mod build;
pub(crate) mod calendars;
mod check;
pub(crate) mod duration;
mod fault;
pub mod keys;
mod read;
mod relations;
mod server;
mod tenant;
mod value;
mod words;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value};

pub use crate::fields::Role;
use crate::router::command::Command;
use crate::router::ids::Name;

pub use check::check;
pub use fault::{Described, Faults, Warning};
pub use server::{
    DEFAULT_TENANT, Journal, Limits, Log, Metrics, Server, Simulation, Telephones, Token,
};
pub use tenant::{Customer, Tenant};
pub use words::{Durability, LogFormat, LogLevel};

use fault::{Finding, Source};

/// A checked configuration. `Config::default()` is that of an empty file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    pub server: Server,
    pub journal: Journal,
    /// The tenant [`DEFAULT_TENANT`], whose sections are at the top level of the file.
    pub tenant: Tenant,
    /// Further tenants by name.
    pub tenants: BTreeMap<Name, Tenant>,
    pub tokens: Vec<Token>,
    pub metrics: Metrics,
    pub simulation: Simulation,
}

impl Config {
    /// Reads and checks a file.
    pub fn load(path: &Path) -> Result<(Self, Vec<Warning>), Faults> {
        let name = path.display().to_string();
        let unreadable = |message: String| Faults {
            source: Arc::new(Source {
                path: name.clone(),
                text: String::new(),
            }),
            faults: vec![Finding::of_file(message)],
        };
        let bytes = std::fs::read(path)
            .map_err(|error| unreadable(format!("{name} cannot be read: {error}")))?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            let before = &error.as_bytes()[..at];
            let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
            unreadable(format!("{name} is not UTF-8: line {line}, byte {at}"))
        })?;
        Self::parse(&name, text)
    }

    /// Checks a text; `name` identifies it in faults.
    pub fn parse(name: &str, text: String) -> Result<(Self, Vec<Warning>), Faults> {
        let source = Arc::new(Source {
            path: name.to_owned(),
            text,
        });
        let document = read::read(&source.text);
        let mut faults = document.faults;
        let folder = Path::new(name).parent().unwrap_or(Path::new(""));
        let root = document.root.get_ref();
        let mut built = Vec::new();
        let config = build::build(document.fields, root, folder, &faults, &mut built);
        faults.extend(read::genuine(built, &document.broken));
        let related = relations::check(&config, root);
        faults.extend(related.faults);
        // A warning may be caused by a faulty value that was left out, so warnings are only given
        // if there is no fault.
        if faults.is_empty() {
            let mut warnings = related.warnings;
            warnings.sort_by_key(Finding::start);
            let bound = |finding| Warning {
                source: source.clone(),
                finding,
            };
            return Ok((config, warnings.into_iter().map(bound).collect()));
        }
        faults.sort_by_key(Finding::start);
        Err(Faults { source, faults })
    }

    /// The commands that bring a fresh router of the default tenant to this configuration.
    pub fn commands(&self) -> Vec<Command> {
        self.tenant.commands()
    }

    /// The commands that bring the router of the default tenant from `old` to this one.
    pub fn difference(&self, old: &Self) -> Vec<Command> {
        self.tenant.difference(&old.tenant)
    }

    /// A tenant by name, the default one too.
    pub fn tenant_named(&self, name: &str) -> Option<&Tenant> {
        if name == DEFAULT_TENANT {
            Some(&self.tenant)
        } else {
            self.tenants.get(name)
        }
    }

    /// The keys that differ from `old` and need a restart, as written in the file: `server.tcp`,
    /// `journal.durability`.
    pub fn restart_keys(&self, old: &Self) -> Vec<String> {
        let mut changed = Vec::new();
        for (path, new, was) in [
            ("server", fields(&self.server), fields(&old.server)),
            ("journal", fields(&self.journal), fields(&old.journal)),
        ] {
            changed_keys(path, &new, &was, &mut changed);
        }
        changed
    }
}

fn fields<T: serde::Serialize>(section: &T) -> Map<String, Value> {
    match serde_json::to_value(section) {
        Ok(Value::Object(fields)) => fields,
        _ => unreachable!("a section is an object of plain data"),
    }
}

fn changed_keys(
    path: &str,
    new: &Map<String, Value>,
    was: &Map<String, Value>,
    changed: &mut Vec<String>,
) {
    for (field, value) in new {
        let before = was.get(field);
        let key = format!("{path}.{}", field.strip_suffix("_ms").unwrap_or(field));
        match (value, before) {
            (Value::Object(new), Some(Value::Object(was))) => {
                changed_keys(&key, new, was, changed);
            }
            (value, before) if before != Some(value) => changed.push(key),
            _ => {}
        }
    }
}
