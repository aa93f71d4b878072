//! Writes the state of all tenants from time to time, so that a start has little to replay.
//!
//! A small state is copied under the tenant's lock; the image says through which record it goes, so
//! tenants need not be stopped together. A large one would stop the tenant for seconds, so it is
//! built a second time beside the running one, from the newest snapshot and the records since;
//! nobody waits, but it needs the memory of a second state meanwhile. Writing happens in a thread
//! of its own. A failed snapshot (full disk, ledger not writable) changes nothing and is tried
//! again soon.

use std::sync::Arc;
use std::time::Duration;

use crate::journal::{Horizon, Sequence};

use super::cell::Cell;
use super::clock::Stopwatch;
use super::error::ServerError;
use super::hub::Hub;
use super::images::Snapshot;
use super::recovery::{Beginning, Fold};
use super::threads::{Ahead, read_ahead};

/// Interval of checks whether a snapshot is due.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// Pause after a snapshot could not be written.
const RETRY_AFTER: Duration = Duration::from_secs(20);
/// Into about so many parts snapshots divide the time for which events are kept.
const SNAPSHOTS_KEPT: i64 = 8;
/// Contacts, cases, customers and agents of a tenant up to which its image is made under its lock:
/// some 20 ms.
const STANDING_ENTITIES_MAX: usize = 20_000;

/// Takes a snapshot whenever one is due, until the daemon stops.
pub async fn run(hub: Arc<Hub>) {
    let mut last = hub.journal.appended_sequence();
    let mut since = Stopwatch::start();
    let mut failed: Option<Stopwatch> = None;
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
        let rests = failed.as_ref().is_some_and(|at| at.elapsed() < RETRY_AFTER);
        let is_due = by_records || by_time || failed.is_some();
        if records == 0 || !is_due || rests {
            continue;
        }
        match take(&hub, Manner::Beside).await {
            Ok(sequence) => {
                last = sequence;
                failed = None;
            }
            Err(error) => {
                tracing::error!(%error, "no snapshot could be written: it is tried again");
                failed = Some(Stopwatch::start());
            }
        }
        since = Stopwatch::start();
    }
}

/// How a snapshot may be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// The daemon serves meanwhile, so no tenant may stand still for long.
    Beside,
    /// The daemon has stopped serving.
    Alone,
}

/// Takes a snapshot now; returns its sequence.
pub async fn take(hub: &Arc<Hub>, manner: Manner) -> Result<Sequence, ServerError> {
    let mut last = hub.snapshotting.lock().await;
    if *last == Some(hub.journal.appended_sequence()) {
        return Ok(last.unwrap_or_default());
    }
    let hub_of_work = Arc::clone(hub);
    let work = tokio::task::spawn_blocking(move || write(&hub_of_work, manner)).await;
    let sequence = work.expect("writing a snapshot does not panic")?;
    *last = Some(sequence);
    Ok(sequence)
}

fn write(hub: &Arc<Hub>, manner: Manner) -> Result<Sequence, ServerError> {
    let watch = Stopwatch::start();
    // Checked before the work, because without its ledger no snapshot is kept.
    if let Some(stopped) = hub.ledger.as_ref().and_then(|keeper| keeper.stopped()) {
        return Err(stopped.into());
    }
    let sequence = hub.journal.appended_sequence();
    let cells = hub.cells.all();
    let is_large = cells
        .iter()
        .any(|cell| cell.look(|tenant| tenant.router().entities() > STANDING_ENTITIES_MAX));
    let snapshot = if is_large && manner == Manner::Beside {
        folded(hub, sequence)?
    } else {
        standing(hub, &cells)
    };
    // An image may include records younger than the snapshot. They must be on the disk before it
    // is: otherwise, after a crash, other records would get their numbers and be skipped.
    let through = snapshot.tenants.iter().map(|image| image.sequence).max();
    hub.journal
        .sync_through(sequence.max(through.unwrap_or(0)))?;
    if let Some(keeper) = &hub.ledger {
        keeper.mark(hub, &snapshot.tenants)?;
    }
    let state = snapshot.to_bytes();
    let digest = *blake3::hash(&state).as_bytes();
    hub.journal.keep_since(horizon(hub));
    let pruned = hub.journal.snapshot(sequence, &digest, &state)?;
    tracing::info!(
        sequence,
        bytes = state.len(),
        beside = is_large && manner == Manner::Beside,
        seconds = watch.elapsed().as_secs_f64(),
        segments_dropped = pruned.segments,
        "wrote a snapshot"
    );
    Ok(sequence)
}

/// Since when the journal keeps what events are made again from. On a disk that is short of room it
/// keeps nothing for that.
fn horizon(hub: &Hub) -> Option<Horizon> {
    let keep = hub.live().config.journal.keep_events_ms.0;
    let is_wanted = keep > 0 && hub.disk_shortage().is_none();
    is_wanted.then(|| Horizon {
        since_at: hub.clock.now().saturating_sub(keep),
        apart_ms: keep / SNAPSHOTS_KEPT,
    })
}

/// Images of the running tenants, each made under its lock.
fn standing(hub: &Hub, cells: &[Arc<Cell>]) -> Snapshot<'static> {
    let image = |cell: &Arc<Cell>| {
        let (image, pause) = cell.look(|tenant| {
            let pause = Stopwatch::start();
            (tenant.image(), pause.elapsed())
        });
        hub.metrics.snapshot_pause.record(pause.as_secs_f64());
        image
    };
    Snapshot::new(hub.decided_since, cells.iter().map(image).collect())
}

/// The tenants as of record `through`, built from what is on the disk.
fn folded(hub: &Hub, through: Sequence) -> Result<Snapshot<'static>, ServerError> {
    hub.journal.sync_through(through)?;
    let newest = hub.journal.newest_snapshot()?;
    let from = newest.as_ref().map_or(1, |(at, _)| at + 1);
    let (mut fold, Beginning { mut program, .. }) = Fold::start(newest)?;
    let read = |ahead: &mut Ahead| {
        hub.journal.read(from, |stored| {
            if stored.sequence <= through {
                ahead.take(&mut program, &stored)?;
            }
            Ok(())
        })
    };
    read_ahead(read, |records| fold.take_all(records))?;
    Ok(Snapshot::new(
        hub.decided_since,
        fold.into_images().collect(),
    ))
}
