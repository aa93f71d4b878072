//! Applies a changed configuration file while the daemon runs.
//!
//! All or nothing: a file with a fault changes nothing. Changes that need a restart are named in
//! the answer.

use std::sync::Arc;

use serde::Serialize;

use crate::config::{Config, Faults};
use crate::router::command::Command;

use super::configure;
use super::hub::{Hub, Stopped};
use super::removals::Removals;

/// Result of a reload.
#[derive(Debug, Default, Serialize)]
pub struct Reloaded {
    /// Commands carried out to follow the file.
    pub changes: usize,
    /// What the router refused, in sentences.
    pub refused: Vec<String>,
    /// Keys that changed and need a restart.
    pub needs_restart: Vec<String>,
    pub warnings: Vec<String>,
}

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ReloadError {
    #[error("no configuration file was given at the start: there is nothing to reload")]
    NoFile,
    #[error("the configuration was not taken over:\n{}", .0.render(false))]
    Faults(Box<Faults>),
    #[error(
        "the file no longer names what is in use, and nothing was changed:\n{0}name them again, or \
         reload with allow_removals"
    )]
    Removals(Removals),
    #[error("give the whole path of the file, beginning with /")]
    NoPath,
    #[error("another reload is under way: try again")]
    Busy,
    #[error("the daemon is ending: nothing is reloaded any more")]
    Ending,
    #[error("the journal has failed")]
    Stopped,
}

impl From<Stopped> for ReloadError {
    fn from(_: Stopped) -> Self {
        Self::Stopped
    }
}

/// Reads the file again and applies it. What is in use is only removed where that is allowed.
pub async fn reload(hub: &Arc<Hub>, allow_removals: bool) -> Result<Reloaded, ReloadError> {
    let Ok(_alone) = hub.reloading.try_lock() else {
        return Err(ReloadError::Busy);
    };
    if hub.serving.is_cancelled() {
        return Err(ReloadError::Ending);
    }
    let Some(path) = hub.config_path.clone() else {
        return Err(ReloadError::NoFile);
    };
    let loaded = tokio::task::spawn_blocking(move || Config::load(&path)).await;
    let loaded = loaded.expect("reading a configuration does not panic");
    let (config, warnings) = loaded.map_err(|faults| ReloadError::Faults(Box::new(faults)))?;
    if !allow_removals {
        let removals = Removals::of(hub, &config);
        if !removals.is_empty() {
            return Err(ReloadError::Removals(removals));
        }
    }
    let needs_restart = config.restart_keys(&hub.live().config);
    // First of all: a peer whose token was removed must receive nothing more.
    hub.replace(config);
    let applied = configure::apply_or_wait(hub).await?;
    tell(hub).await?;
    tracing::info!(changes = applied.changes, ?needs_restart, "reloaded");
    Ok(Reloaded {
        changes: applied.changes,
        refused: applied
            .refused
            .iter()
            .map(|(tenant, refusal)| format!("{tenant}: {refusal}"))
            .collect(),
        needs_restart,
        warnings: warnings
            .iter()
            .map(|warning| warning.describe().message)
            .collect(),
    })
}

/// Tells the subscribers of every tenant.
async fn tell(hub: &Hub) -> Result<(), Stopped> {
    for cell in hub.cells.all() {
        let ((), sequence) = hub.turn(&cell, |turn| {
            let now = hub.clock.now();
            // The router never refuses this command.
            turn.record(now, Command::Reloaded);
        })?;
        hub.settle(&cell, sequence).await?;
    }
    Ok(())
}
