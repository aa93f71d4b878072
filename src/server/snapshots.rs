//! Writes the state of all tenants from time to time, so that a start has little to read.
//!
//! Each tenant stands still only while its own image is made; the image says through which
//! record it goes, so tenants need not be stopped together. Writing happens in a thread of its
//! own. A snapshot that fails changes nothing and is tried again later.

use std::sync::Arc;
use std::time::Duration;

use crate::journal::{JournalError, Sequence};
use crate::ledger::LedgerError;

use super::clock::Stopwatch;
use super::hub::Hub;
use super::record::Snapshot;

/// How often is looked whether a snapshot is due.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Why no snapshot was taken.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error("the ledger has not come so far: {0}")]
    Ledger(#[from] LedgerError),
}

/// Takes a snapshot whenever one is due, until the daemon stops.
pub async fn run(hub: Arc<Hub>) {
    let mut last = hub.journal.appended_sequence();
    let mut since = Stopwatch::start();
    loop {
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = hub.serving.cancelled() => return,
        }
        let live = hub.live();
        let journal = &live.config.journal;
        let records = hub.journal.appended_sequence().saturating_sub(last);
        let by_records = journal.snapshot_records.is_some_and(|max| records >= max);
        let by_time = journal.snapshot_every_ms.is_some_and(|every| {
            since.elapsed() >= Duration::from_millis(u64::try_from(every.0).unwrap_or(u64::MAX))
        });
        if records == 0 || !(by_records || by_time) {
            continue;
        }
        match take(&hub).await {
            Ok(sequence) => last = sequence,
            Err(error) => tracing::error!(%error, "no snapshot could be written"),
        }
        since = Stopwatch::start();
    }
}

/// Takes a snapshot now; the sequence that it was taken at.
pub async fn take(hub: &Arc<Hub>) -> Result<Sequence, SnapshotError> {
    let mut last = hub.snapshotting.lock().await;
    if *last == Some(hub.journal.appended_sequence()) {
        return Ok(last.unwrap_or_default());
    }
    let hub_of_work = Arc::clone(hub);
    let work = tokio::task::spawn_blocking(move || write(&hub_of_work)).await;
    let sequence = work.expect("writing a snapshot does not panic")?;
    *last = Some(sequence);
    Ok(sequence)
}

fn write(hub: &Arc<Hub>) -> Result<Sequence, SnapshotError> {
    let watch = Stopwatch::start();
    let sequence = hub.journal.appended_sequence();
    let mut through = sequence;
    let mut pause_max = Duration::ZERO;
    let mut snapshot = Snapshot::default();
    for cell in hub.cells.all() {
        let (image, pause) = cell.look(|tenant| {
            let pause = Stopwatch::start();
            (tenant.image(), pause.elapsed())
        });
        through = through.max(image.sequence);
        hub.metrics.snapshot_pause.record(pause.as_secs_f64());
        pause_max = pause_max.max(pause);
        snapshot.tenants.push(image);
    }
    // An image may hold records younger than the snapshot. Their numbers must be taken on disk
    // before it is: other records under the same numbers would be passed over after a crash.
    hub.journal.sync_through(through)?;
    if let Some(keeper) = &hub.ledger {
        keeper.mark(hub, &snapshot.tenants)?;
    }
    let state = snapshot.to_bytes();
    let digest = *blake3::hash(&state).as_bytes();
    let pruned = hub.journal.snapshot(sequence, &digest, &state)?;
    tracing::info!(
        sequence,
        bytes = state.len(),
        pause_ms = pause_max.as_secs_f64() * 1e3,
        seconds = watch.elapsed().as_secs_f64(),
        segments_dropped = pruned.segments,
        "wrote a snapshot"
    );
    Ok(sequence)
}
