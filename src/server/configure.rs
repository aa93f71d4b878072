//! Applies the configuration to the tenants, as a difference to the one applied last.
//!
//! The configuration applied last is in the journal, so a start and a reload do the same: they
//! change what the file changed and remove what it no longer names; what was made or changed
//! through the API stays. Presence is never touched. What the router refuses, such as removing an
//! agent in conversation, is reported and tried again next time.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::config::{Config, DEFAULT_TENANT, Tenant as Wanted};
use crate::router::command::{AgentCommand, Command};
use crate::router::ids::Name;
use crate::router::reject::Reject;

use super::cell::Cell;
use super::hub::{Hub, Stopped};
use super::metrics::tenant::TenantMeters;
use super::removals;
use super::ring::Ring;
use super::room;
use super::tenant::{Sender, Tenant};

/// Commands applied in one turn, so that a large file does not delay the tenant's calls.
const TURN_COMMANDS_MAX: usize = 128;

/// The actor of what the configuration file changes, whoever asks to reload it.
const ACTOR: &str = "config";

/// Result of applying a configuration.
#[derive(Debug, Default)]
pub struct Applied {
    /// Commands carried out.
    pub changes: usize,
    /// What the router refused, such as the removal of an agent who owns open cases.
    pub refused: Vec<(Name, Reject)>,
}

/// Applies the configuration in force, or leaves it to `disk::watch` if the journal's disk has no
/// room. Settings that belong to no tenant, such as tokens, are in force already.
pub async fn apply_or_wait(hub: &Hub) -> Result<Applied, Stopped> {
    hub.wait_for_room().await;
    if let Some(shortage) = hub.disk_shortage() {
        tracing::error!(%shortage, "what the configuration changes waits for room on the disk");
        hub.configuration_waits.store(true, Ordering::Release);
        return Ok(Applied {
            changes: 0,
            refused: vec![(Name::of(DEFAULT_TENANT), shortage)],
        });
    }
    hub.configuration_waits.store(false, Ordering::Release);
    let applied = apply(hub, &hub.live().config).await?;
    tracing::info!(changes = applied.changes, "applied the configuration");
    Ok(applied)
}

/// Applies a configuration to every tenant that it names.
async fn apply(hub: &Hub, config: &Config) -> Result<Applied, Stopped> {
    let mut applied = Applied::default();
    let default = Name::of(DEFAULT_TENANT);
    apply_tenant(hub, &default, &config.tenant, &mut applied).await?;
    for (name, wanted) in &config.tenants {
        apply_tenant(hub, name, wanted, &mut applied).await?;
    }
    for (tenant, refusal) in &applied.refused {
        tracing::warn!(%tenant, %refusal, "the configuration could not be applied in full");
    }
    Ok(applied)
}

async fn apply_tenant(
    hub: &Hub,
    name: &Name,
    wanted: &Wanted,
    applied: &mut Applied,
) -> Result<(), Stopped> {
    let cell = cell(hub, name);
    let before = cell.look(before);
    let before = before.expect("it was read at the start, or written since");
    if before.as_ref() == Some(wanted) {
        return Ok(());
    }
    let before = before.unwrap_or_default();
    let commands = wanted.difference(&before);
    let mut leaving: BTreeSet<&Name> = BTreeSet::new();
    for command in &commands {
        if let Command::Agent(AgentCommand::Remove(remove)) = command {
            leaving.insert(&remove.agent);
        }
    }
    // A refused change does not count as applied: the next start or reload tries again.
    let mut configured = wanted.clone();
    let sender = Sender {
        actor: Some(&Name::of(ACTOR)),
        ..Sender::default()
    };
    for chunk in commands.chunks(TURN_COMMANDS_MAX) {
        let turn = hub.turn(&cell, |turn| {
            for command in chunk {
                let now = hub.clock.now();
                let done = match turn.has_room() {
                    true => {
                        let command = removals::in_one_hop(turn.tenant, command, &leaving);
                        let admitted = turn.tenant.admit(command);
                        admitted.and_then(|command| turn.tenant.apply(now, sender, command))
                    }
                    false => Err(room::out(turn.shortage())),
                };
                match done {
                    Ok(_) => applied.changes += 1,
                    Err(refusal) => {
                        configured.take_back(command, &before);
                        applied.refused.push((name.clone(), refusal));
                    }
                }
                turn.flush_if_full();
            }
        });
        let ((), sequence) = turn?;
        hub.settle(&cell, sequence).await?;
    }
    // Written last: after a crash before this, the next start repeats the rest.
    let json = serde_json::to_string(&configured).expect("a configuration is writable as JSON");
    let (is_noted, sequence) = hub.turn(&cell, |turn| {
        if turn.has_room() {
            turn.tenant.set_configured(json);
        }
        turn.has_room()
    })?;
    if !is_noted {
        applied.refused.push((name.clone(), room::out(None)));
    }
    hub.settle(&cell, sequence).await
}

/// The configuration applied last, if any. Without it nobody knows what was changed through the API
/// since, so a start that cannot read it is refused.
pub fn before(tenant: &Tenant) -> Result<Option<Wanted>, serde_json::Error> {
    tenant.configured().map(serde_json::from_str).transpose()
}

/// The tenant, created if needed.
fn cell(hub: &Hub, name: &Name) -> Arc<Cell> {
    if let Some(cell) = hub.cells.find(name.as_str()) {
        return cell;
    }
    // No race: only one configuration is applied at a time.
    let mut tenant = Tenant::new(name.clone());
    tenant.measure(TenantMeters::new(&hub.metrics, name));
    hub.cells
        .insert(Cell::new(name.clone(), tenant, Ring::after(0)));
    hub.cells
        .find(name.as_str())
        .expect("a tenant just made is there: none is ever removed")
}
