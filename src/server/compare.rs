//! What taking over a configuration file would change, and what it would take away: the answer of
//! `server.compare`. Reads only.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;

use crate::config::{Config, DEFAULT_TENANT, Tenant as Wanted};
use crate::router::DEFAULT_QUEUE;
use crate::router::ids::Name;

use super::configure::before;
use super::hub::Hub;
use super::reload::ReloadError;
use super::removals::Removals;

/// What a reload of the file would do.
#[derive(Debug, Serialize)]
pub struct Compared {
    /// Nothing at all would change.
    pub same: bool,
    /// It would be refused unless removals are allowed.
    pub refused: bool,
    pub changes: Vec<Change>,
    /// Keys that differ and need a restart.
    pub needs_restart: Vec<String>,
}

/// One thing that would change.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde_with::skip_serializing_none]
pub struct Change {
    /// Left out for the default tenant.
    pub tenant: Option<Name>,
    /// `settings`, `calendar`, `queue`, `agent`, `kind` or `customer`.
    pub entity: &'static str,
    pub id: Option<Name>,
    pub change: How,
    /// Of what would be removed: what it holds now, and what would become of that.
    pub holds: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    Added,
    Changed,
    Removed,
}

/// Compares a file with what was applied last, and what it would remove with what is held now.
pub async fn compare(hub: &Arc<Hub>, file: PathBuf) -> Result<Compared, ReloadError> {
    if !file.is_absolute() {
        return Err(ReloadError::NoPath);
    }
    let loaded = tokio::task::spawn_blocking(move || Config::load(&file)).await;
    let loaded = loaded.expect("reading a configuration does not panic");
    let (config, _) = loaded.map_err(|faults| ReloadError::Faults(Box::new(faults)))?;
    let removals = Removals::of(hub, &config);
    let mut changes = Vec::new();
    let default = Name::of(DEFAULT_TENANT);
    for (name, wanted) in std::iter::once((&default, &config.tenant)).chain(&config.tenants) {
        let cell = hub.cells.find(name.as_str());
        let had = cell.and_then(|cell| cell.look(before).ok().flatten());
        let tenant = (name.as_str() != DEFAULT_TENANT).then(|| name.clone());
        note(
            tenant.as_ref(),
            wanted,
            &had.unwrap_or_default(),
            &mut changes,
        );
    }
    for change in &mut changes {
        change.holds = removals.of_one(change.tenant.as_ref(), change.entity, change.id.as_ref());
    }
    let needs_restart = config.restart_keys(&hub.live().config);
    Ok(Compared {
        same: changes.is_empty() && needs_restart.is_empty(),
        refused: !removals.is_empty(),
        changes,
        needs_restart,
    })
}

fn note(tenant: Option<&Name>, wanted: &Wanted, had: &Wanted, changes: &mut Vec<Change>) {
    if wanted.settings != had.settings {
        changes.push(Change {
            tenant: tenant.cloned(),
            entity: "settings",
            id: None,
            change: How::Changed,
            holds: None,
        });
    }
    let mut of = Of { tenant, changes };
    of.section("calendar", &wanted.calendars, &had.calendars);
    of.section("queue", &wanted.queues, &had.queues);
    of.section("agent", &wanted.agents, &had.agents);
    of.section("kind", &wanted.kinds, &had.kinds);
    of.section("customer", &wanted.customers, &had.customers);
}

/// The changes of one tenant.
struct Of<'a> {
    tenant: Option<&'a Name>,
    changes: &'a mut Vec<Change>,
}

impl Of<'_> {
    fn section<T: PartialEq>(
        &mut self,
        entity: &'static str,
        wanted: &BTreeMap<Name, T>,
        had: &BTreeMap<Name, T>,
    ) {
        for (name, value) in wanted {
            match had.get(name) {
                None => self.push(entity, name, How::Added),
                Some(before) if before != value => self.push(entity, name, How::Changed),
                Some(_) => {}
            }
        }
        for name in had.keys().filter(|name| !wanted.contains_key(*name)) {
            // The default queue is always there and gets the default policy.
            let is_default = entity == "queue" && name.as_str() == DEFAULT_QUEUE;
            let how = if is_default {
                How::Changed
            } else {
                How::Removed
            };
            self.push(entity, name, how);
        }
    }

    fn push(&mut self, entity: &'static str, name: &Name, change: How) {
        self.changes.push(Change {
            tenant: self.tenant.cloned(),
            entity,
            id: Some(name.clone()),
            change,
            holds: None,
        });
    }
}
