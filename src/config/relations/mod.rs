//! Checks keys against each other: names that must exist, contradictions, and likely mistakes.
//!
//! Works on the built configuration and looks up places in the text. A fault is something the
//! daemon could not do; a warning is something nobody could want.

mod calendars;
mod cases;
mod people;
mod process;
mod queues;

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::fault::Finding;
use super::{Config, DEFAULT_TENANT, Tenant};
use crate::nearest::nearest;
use crate::router::ids::Name;

/// The findings.
#[derive(Default)]
pub(super) struct Related {
    pub faults: Vec<Finding>,
    pub warnings: Vec<Finding>,
}

/// Checks the whole configuration.
pub(super) fn check(config: &Config, root: &DeTable<'_>) -> Related {
    let mut related = Related::default();
    process::check(config, root, &mut related);
    let top = Scope {
        tenant: &config.tenant,
        table: Some(root),
        settings: root
            .get("tenant")
            .and_then(|value| value.get_ref().as_table()),
    };
    top.check(&mut related);
    let tenants = root
        .get("tenants")
        .and_then(|value| value.get_ref().as_table());
    for (name, tenant) in &config.tenants {
        let table = tenants
            .and_then(|tenants| tenants.get(name.as_str()))
            .and_then(|value| value.get_ref().as_table());
        if name.as_str() == DEFAULT_TENANT {
            let place = key_place(tenants, &[DEFAULT_TENANT]);
            related.faults.push(
                Finding::new(
                    place,
                    "the tenant \"default\" stands at the top of the file",
                )
                .label("written here as well")
                .help("write its settings in [tenant], its queues in [queues.NAME]"),
            );
        }
        let scope = Scope {
            tenant,
            table,
            settings: table,
        };
        scope.check(&mut related);
    }
    related
}

/// A tenant with the places of its text.
struct Scope<'a> {
    tenant: &'a Tenant,
    /// The table of its queues, agents and customers.
    table: Option<&'a DeTable<'a>>,
    /// The table of its settings.
    settings: Option<&'a DeTable<'a>>,
}

impl Scope<'_> {
    fn check(&self, related: &mut Related) {
        people::agents(self, related);
        people::customers(self, related);
        people::grids(self, related);
        queues::channels(self, related);
        for (name, policy) in &self.tenant.queues {
            queues::queue(self, name, policy, related);
        }
        queues::circles(self, related);
        cases::kinds(self, related);
        calendars::calendars(self, related);
    }

    /// The place of a value.
    fn place(&self, path: &[&str]) -> Range<usize> {
        place(self.table, path)
    }

    /// The place of a key.
    fn key_place(&self, path: &[&str]) -> Range<usize> {
        key_place(self.table, path)
    }
}

/// Follows names and list positions to the deepest value that exists: the places of its key and of
/// the value.
pub(super) fn find(
    table: Option<&DeTable<'_>>,
    path: &[&str],
) -> Option<(Range<usize>, Range<usize>)> {
    let (first, rest) = path.split_first()?;
    let (key, mut value) = table?.get_key_value(*first)?;
    let mut found = (key.span(), value.span());
    for step in rest {
        #[expect(clippy::wildcard_enum_match_arm, reason = "a foreign enum")]
        let next = match value.get_ref() {
            DeValue::Table(table) => table.get_key_value(*step),
            DeValue::Array(items) => {
                let item = step.parse().ok().and_then(|at: usize| items.get(at));
                let Some(item) = item else { break };
                found = (item.span(), item.span());
                value = item;
                continue;
            }
            _ => None,
        };
        let Some((key, inner)) = next else { break };
        found = (key.span(), inner.span());
        value = inner;
    }
    Some(found)
}

pub(super) fn place(table: Option<&DeTable<'_>>, path: &[&str]) -> Range<usize> {
    find(table, path).map_or(0..0, |(_, value)| value)
}

fn key_place(table: Option<&DeTable<'_>>, path: &[&str]) -> Range<usize> {
    find(table, path).map_or(0..0, |(key, _)| key)
}

/// The places in the text of a list's items. Faulty items were left out of the built list, so it is
/// the written list with gaps, in the same order.
fn positions<T>(
    table: Option<&DeTable<'_>>,
    path: &[&str],
    list: &[T],
    same: impl Fn(&DeValue<'_>, &T) -> bool,
) -> Vec<String> {
    let mut value = path
        .split_first()
        .and_then(|(first, _)| table?.get(*first))
        .map(|value| value.get_ref());
    for step in path.iter().skip(1) {
        value = value
            .and_then(DeValue::as_table)
            .and_then(|table| table.get(*step))
            .map(|value| value.get_ref());
    }
    let mut written = match value {
        Some(DeValue::Array(items)) => items.iter().enumerate().collect(),
        _ => Vec::new(),
    }
    .into_iter();
    list.iter()
        .map(|item| {
            let found = written.find(|(_, written)| same(written.get_ref(), item));
            found.map_or(String::new(), |(at, _)| at.to_string())
        })
        .collect()
}

/// The fault of naming something that does not exist.
fn unknown<'a>(
    place: Range<usize>,
    noun: &str,
    name: &Name,
    known: impl Iterator<Item = &'a Name> + Clone,
) -> Finding {
    let message = format!("there is no {noun} \"{name}\"");
    let fault = Finding::new(place, message);
    let words = known.clone().map(Name::as_str);
    let fault = match nearest(name.as_str(), words) {
        Some(near) => fault.label(format!("did you mean \"{near}\"?")),
        None => fault.label("not known"),
    };
    const SHOWN: usize = 8;
    let mut shown: Vec<String> = known
        .clone()
        .take(SHOWN)
        .map(|name| format!("\"{name}\""))
        .collect();
    if known.count() > SHOWN {
        shown.push("…".to_owned());
    }
    if shown.is_empty() {
        return fault.help(format!("no {noun} is written in this file"));
    }
    fault.help(format!("{noun}s in this file: {}", shown.join(", ")))
}
