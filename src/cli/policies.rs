//! Named ownership policies, each applied to every queue of a configuration, for `compare`.
//!
//! Reads a file of policies and makes configurations from it; knows nothing about what they do.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Deserialize;
use toml::{Table, Value};

use crate::config::Config;

/// The file: policies in the order in which they are compared.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    policy: Vec<Policy>,
}

/// One policy: the content of `[queues.NAME.ownership]`, for every queue.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Policy {
    name: String,
    ownership: Table,
}

/// A configuration with the name of its policy.
pub(super) type Named = (String, Config);

/// Applies each policy of a file to every queue that `base` or the arrivals name. The error is a
/// message.
pub(super) fn read(
    path: &Path,
    base: Option<&Path>,
    queues: &BTreeSet<String>,
) -> Result<Vec<Named>, String> {
    let base: Table = base.map_or_else(|| Ok(Table::new()), table)?;
    let file: File = table(path)?
        .try_into()
        .map_err(|error| format!("{}: {error}", path.display()))?;
    let lay = |policy: &Policy| {
        let laid = laid(&base, &policy.ownership, queues)?;
        let text = toml::to_string(&laid).map_err(|error| error.to_string())?;
        let name = format!("{}, policy {:?}", path.display(), policy.name);
        match Config::parse(&name, text) {
            Ok((config, _warnings)) => Ok((policy.name.clone(), config)),
            Err(faults) => Err(faults.to_string()),
        }
    };
    file.policy.iter().map(lay).collect()
}

fn table(path: &Path) -> Result<Table, String> {
    let wrong = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let text = std::fs::read_to_string(path).map_err(|error| wrong(&error))?;
    text.parse().map_err(|error| wrong(&error))
}

fn laid(base: &Table, ownership: &Table, queues: &BTreeSet<String>) -> Result<Table, String> {
    let mut laid = base.clone();
    let all = part(&mut laid, "queues")?;
    let known: BTreeSet<String> = all.keys().cloned().chain(queues.iter().cloned()).collect();
    for queue in known {
        let queue = part(all, &queue)?;
        queue.insert("ownership".to_owned(), Value::Table(ownership.clone()));
    }
    Ok(laid)
}

/// A table within a table, created if absent.
fn part<'a>(of: &'a mut Table, name: &str) -> Result<&'a mut Table, String> {
    of.entry(name)
        .or_insert_with(|| Value::Table(Table::new()))
        .as_table_mut()
        .ok_or_else(|| format!("{name} is not a table"))
}
