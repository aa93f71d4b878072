//! Tells when the journal's disk fills up and when it has room again.
//!
//! What a full disk means for requests is decided in `room`. Here is only told, and what waited
//! for room is done when there is some.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::journal::Space;

use super::configure;
use super::hub::{Hub, Stopped};

/// How often is looked.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Writes a line to the log whenever it changes, until the daemon stops.
pub async fn watch(hub: Arc<Hub>) {
    let mut told = Space::Ahead;
    loop {
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = hub.serving.cancelled() => return,
        }
        let space = hub.journal.space();
        // The next segment is being made again and again on a full disk.
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

/// Applies what the configuration changes, which waited since the start.
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
