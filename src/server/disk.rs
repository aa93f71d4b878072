//! Logs when the journal's disk fills up and when it has room again.
//!
//! `room` decides what a full disk means for requests. Here only the log is written, and a
//! postponed configuration applied once there is room.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::journal::Space;

use super::configure;
use super::hub::{Hub, Stopped};

/// Interval of checks.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Logs every change of the disk's state until the daemon stops.
pub async fn watch(hub: Arc<Hub>) {
    let mut told = Space::Ahead;
    loop {
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = hub.serving.cancelled() => return,
        }
        let space = hub.journal.space();
        // On a full disk the next segment is tried again and again: not worth a line each.
        let is_news = space != told && space != Space::Allocating;
        if is_news {
            tell(&space);
            told = space.clone();
        }
        if space == Space::Ahead
            && hub.configuration_waits.swap(false, Ordering::AcqRel)
            && configure_now(&hub).await.is_err()
        {
            return;
        }
    }
}

/// Applies the configuration changes postponed since the start.
async fn configure_now(hub: &Hub) -> Result<(), Stopped> {
    let _alone = hub.reloading.lock().await;
    configure::apply_or_wait(hub).await?;
    Ok(())
}

fn tell(space: &Space) {
    match space {
        Space::Ahead => tracing::info!("the disk of the journal has room again"),
        Space::Low { reason } => tracing::warn!(
            %reason,
            "the disk has no room for the next segment of the journal: nothing new is taken, what \
             runs goes on in the reserve; free space before that is used up too"
        ),
        Space::Out { reason } => tracing::error!(
            %reason,
            "the disk of the journal is full and its reserve is used up: only questions are \
             answered until there is room"
        ),
        Space::Allocating => {}
    }
}
