//! Brings the ledger of each tenant up to date with its events, off the hot path.
//!
//! ```text
//! journal synced ─▶ ring ─▶ keeper, every second or when much has come: append, sync
//! snapshot: image of each tenant ─▶ keeper: everything through it, a mark, sync ─▶ snapshot
//! ```
//! The ledger is made of events, and events are made of the journal, so a crash loses nothing: a
//! start continues after the last record. The journal drops only what a snapshot covers, and a
//! snapshot waits until the ledger is on the disk through it. So while a ledger cannot be written,
//! the journal keeps everything. Writing is tried again from where the ledger was last synced; only
//! damage needs an operator.

use std::sync::Arc;
use std::time::Duration;

use crate::ledger::LedgerError;

use super::cell::Cell;
use super::clock::Stopwatch;
use super::hub::Hub;
use super::images::TenantImage;
use super::keeper::{Keeper, Ledgers};
use super::opening::Opening;
use super::ring::RING_EVENTS_MAX;
use super::tenant_ledger::TenantLedger;

/// Interval of bringing the ledger up to date and to the disk.
const EVERY: Duration = Duration::from_secs(1);
/// Interval of checking whether many events are waiting.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// This many waiting events are written at once, so that they do not fall out of the ring first.
const WAITING_EVENTS_MAX: u64 = RING_EVENTS_MAX as u64 / 8;
/// Pause after a failed write.
const RETRY_EVERY: Duration = Duration::from_secs(2);

/// Whether what is written is synced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Depth {
    Written,
    Synced,
}

impl Keeper {
    /// Brings every ledger up to its tenant's last durable event. Blocks.
    fn keep(&self, hub: &Arc<Hub>, depth: Depth) -> Result<(), LedgerError> {
        let work = |ledgers: &mut Ledgers| {
            sync_journal(hub)?;
            let mut done = Ok(());
            for cell in hub.cells.all() {
                let target = cell.ring(|ring| ring.last_seq());
                let kept = self.with_ledger(ledgers, hub, &cell, |ledger| {
                    ledger.catch_up(hub, &cell, target)?;
                    match depth {
                        Depth::Written => Ok(()),
                        Depth::Synced => ledger.sync(),
                    }
                });
                // A tenant's failure must not stop the ledgers of others.
                done = done.and(kept);
            }
            done
        };
        self.tell(work(&mut self.ledgers.lock()))
    }

    /// Brings every ledger to the disk through the images of a snapshot about to be kept, whose
    /// events must be durable, and no further: the snapshot need not wait for later events. Blocks.
    pub fn mark(&self, hub: &Arc<Hub>, images: &[TenantImage<'_>]) -> Result<(), LedgerError> {
        let work = |ledgers: &mut Ledgers| {
            for image in images {
                let Some(cell) = hub.cells.find(image.tenant.as_str()) else {
                    continue;
                };
                self.with_ledger(ledgers, hub, &cell, |ledger| {
                    ledger.catch_up(hub, &cell, image.event_seq)?;
                    if ledger.seen() < image.event_seq {
                        let (tenant, seen) = (&image.tenant, ledger.seen());
                        return Err(LedgerError::Past(format!(
                            "the ledger of {tenant} has come to event {seen} and not to {}",
                            image.event_seq
                        )));
                    }
                    ledger.mark()?;
                    ledger.sync()
                })?;
            }
            Ok(())
        };
        let done = work(&mut self.ledgers.lock());
        // Whether all of them can be written is reported by `keep`.
        match done {
            Ok(()) => Ok(()),
            failed => self.tell(failed),
        }
    }

    /// Events not yet examined for a ledger.
    pub fn lag(&self, hub: &Hub) -> u64 {
        hub.cells.all().iter().map(|cell| self.lag_of(cell)).sum()
    }

    fn lag_of(&self, cell: &Cell) -> u64 {
        let seen = self.status.lock().seen.get(&cell.name).copied();
        let last = cell.ring(|ring| ring.last_seq());
        last.saturating_sub(seen.unwrap_or(0))
    }

    /// Calls `work` with a tenant's ledger. After an error the ledger is opened again next time.
    fn with_ledger(
        &self,
        ledgers: &mut Ledgers,
        hub: &Arc<Hub>,
        cell: &Arc<Cell>,
        work: impl FnOnce(&mut TenantLedger) -> Result<(), LedgerError>,
    ) -> Result<(), LedgerError> {
        let name = &cell.name;
        let mut ledger = match ledgers.by_tenant.remove(name) {
            Some(ledger) => ledger,
            None => TenantLedger::open(
                hub,
                cell,
                Opening {
                    dir: &self.dir,
                    journal: &self.journal,
                    accepts_break: self.accepts_break,
                    place: ledgers.places.get(name).copied(),
                },
            )?,
        };
        let done = work(&mut ledger);
        let (synced, place) = ledger.synced();
        let seen = done.as_ref().map_or(synced, |()| ledger.seen());
        {
            let mut status = self.status.lock();
            status.records += ledger.take_records();
            status.seen.insert(name.clone(), seen);
        }
        if done.is_ok() {
            ledgers.places.remove(name);
            ledgers.by_tenant.insert(name.clone(), ledger);
        } else {
            ledgers.places.insert(name.clone(), place);
        }
        done
    }
}

/// Syncs the journal to the configured durability, because the ledger must not be ahead of the
/// journal.
fn sync_journal(hub: &Hub) -> Result<(), LedgerError> {
    let durable = hub.journal.durable_sequence();
    if durable <= hub.journal.synced_sequence() {
        return Ok(());
    }
    let synced = hub.journal.sync_through(durable);
    synced.map_err(|error| LedgerError::Past(error.to_string()))
}

/// Keeps the ledger up to date until the daemon stops.
pub async fn run(hub: Arc<Hub>) {
    let Some(keeper) = &hub.ledger else {
        return;
    };
    let mut since = Stopwatch::start();
    loop {
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = hub.serving.cancelled() => return,
        }
        let depth = match keeper.stopped() {
            Some(error) if !error.may_pass() => return,
            Some(_) if since.elapsed() < RETRY_EVERY => continue,
            Some(_) => Depth::Synced,
            None if since.elapsed() >= EVERY => Depth::Synced,
            None if keeper.lag(&hub) >= WAITING_EVENTS_MAX => Depth::Written,
            None => continue,
        };
        // The failure has been logged and is tried again.
        let _ = work(&hub, depth).await;
        if depth == Depth::Synced {
            since = Stopwatch::start();
        }
    }
}

/// Brings the ledger up to date and to the disk now, if switched on.
pub async fn keep(hub: &Arc<Hub>) -> Result<(), LedgerError> {
    work(hub, Depth::Synced).await
}

async fn work(hub: &Arc<Hub>, depth: Depth) -> Result<(), LedgerError> {
    let hub = Arc::clone(hub);
    let work = move || match &hub.ledger {
        Some(keeper) => keeper.keep(&hub, depth),
        None => Ok(()),
    };
    tokio::task::spawn_blocking(work)
        .await
        .expect("keeping the ledger does not panic")
}
