//! Tells when the journal's disk fills up and when it has room again.
//!
//! It only looks and tells: what a full disk means for requests is decided in the hub.

use std::sync::Arc;
use std::time::Duration;

use crate::journal::Space;

use super::hub::Hub;

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
            told = space;
        }
    }
}

fn tell(space: &Space) {
    match space {
        Space::Ahead => tracing::info!("the disk of the journal has room again"),
        Space::Low { reason } => tracing::warn!(
            %reason,
            "the disk has no room for the next segment of the journal: free space before the \
             present one is full too"
        ),
        Space::Out { reason } => tracing::error!(
            %reason,
            "the disk of the journal is full: nothing is acknowledged until there is room"
        ),
        Space::Allocating => {}
    }
}
