//! Keeps the ledger of each tenant up to date with its events, beside the hot path.
//!
//! ```text
//! journal synced ─▶ ring ─▶ keeper, every second or when much has come: append, sync
//! snapshot: image of each tenant ─▶ keeper: everything through it, a mark, sync ─▶ snapshot
//! ```
//! The ledger is made of events, and events are made of the journal, so nothing is lost with the
//! process: a start goes on after the last record. The journal drops only what a snapshot covers,
//! and a snapshot waits until the ledger is on the disk through it. A ledger that cannot be
//! written therefore keeps the journal whole. It is tried again, from where it was last brought to
//! the disk; only damage stays until somebody has looked at it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

use crate::journal::JournalUuid;
use crate::ledger::{LedgerError, Place, files};
use crate::router::ids::Name;

use super::book::{Book, Opening};
use super::cell::Cell;
use super::clock::Stopwatch;
use super::hub::Hub;
use super::record::TenantImage;
use super::ring::RING_EVENTS_MAX;

/// How often the ledger is brought up to date and to the disk.
const EVERY: Duration = Duration::from_secs(1);
/// How often is looked whether so much has come that it should be taken at once.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// Events that may come before they are taken at once: they must not fall out of the ring.
const MUCH_EVENTS: u64 = RING_EVENTS_MAX as u64 / 8;
/// How long a ledger that could not be written is left alone.
const RETRY_EVERY: Duration = Duration::from_secs(2);

/// The ledgers of all tenants.
pub struct Keeper {
    dir: PathBuf,
    journal: String,
    accepts_break: bool,
    books: Mutex<Books>,
    /// Never held while something is read or written.
    told: Mutex<Told>,
}

#[derive(Default)]
struct Books {
    by_tenant: BTreeMap<Name, Book>,
    /// Of a ledger that could not be written: how far it had been brought to the disk.
    places: BTreeMap<Name, Place>,
}

/// What others are told.
#[derive(Default)]
struct Told {
    /// Why a ledger is not written.
    stopped: Option<LedgerError>,
    /// The last event looked at; where a ledger cannot be written, the last that is on the disk.
    seen: BTreeMap<Name, u64>,
    /// Records written by each ledger's present and former writers.
    records: u64,
}

/// Whether what is written is to be on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Depth {
    Written,
    Synced,
}

impl Keeper {
    /// Ledgers in the folder of the journal that they follow.
    pub fn new(dir: PathBuf, uuid: &JournalUuid, accepts_break: bool) -> Self {
        Self {
            dir,
            journal: files::journal_name(uuid),
            accepts_break,
            books: Mutex::default(),
            told: Mutex::default(),
        }
    }

    /// Brings every ledger up to its tenant's last event, as far as that is on the disk. Blocks.
    fn keep(&self, hub: &Arc<Hub>, depth: Depth) -> Result<(), LedgerError> {
        let work = |books: &mut Books| {
            sync_journal(hub)?;
            let mut done = Ok(());
            for cell in hub.cells.all() {
                let target = cell.ring(|ring| ring.last_seq());
                let kept = self.with_book(books, hub, &cell, |book| {
                    book.catch_up(hub, &cell, target)?;
                    match depth {
                        Depth::Written => Ok(()),
                        Depth::Synced => book.sync(),
                    }
                });
                // One tenant's ledger does not stop those of others.
                done = done.and(kept);
            }
            done
        };
        self.tell(work(&mut self.books.lock()))
    }

    /// Brings every ledger to the disk through the images of a snapshot about to be kept, whose
    /// events must be on the disk. Not further: what comes meanwhile is no reason to wait. Blocks.
    pub fn mark(&self, hub: &Arc<Hub>, images: &[TenantImage<'_>]) -> Result<(), LedgerError> {
        let work = |books: &mut Books| {
            for image in images {
                let Some(cell) = hub.cells.find(image.tenant.as_str()) else {
                    continue;
                };
                self.with_book(books, hub, &cell, |book| {
                    book.catch_up(hub, &cell, image.event_seq)?;
                    if book.seen() < image.event_seq {
                        let (tenant, seen) = (&image.tenant, book.seen());
                        return Err(LedgerError::Past(format!(
                            "the ledger of {tenant} has come to event {seen} and not to {}",
                            image.event_seq
                        )));
                    }
                    book.mark()?;
                    book.sync()
                })?;
            }
            Ok(())
        };
        let done = work(&mut self.books.lock());
        // That all of them can be written is for `keep` to say.
        match done {
            Ok(()) => Ok(()),
            failed => self.tell(failed),
        }
    }

    /// Records written since the start.
    pub fn records(&self) -> u64 {
        self.told.lock().records
    }

    /// Why a ledger is not written, while one is not.
    pub fn stopped(&self) -> Option<LedgerError> {
        self.told.lock().stopped.clone()
    }

    /// Events that no ledger has looked at yet.
    pub fn lag(&self, hub: &Hub) -> u64 {
        hub.cells.all().iter().map(|cell| self.lag_of(cell)).sum()
    }

    fn lag_of(&self, cell: &Cell) -> u64 {
        let seen = self.told.lock().seen.get(&cell.name).copied();
        let last = cell.ring(|ring| ring.last_seq());
        last.saturating_sub(seen.unwrap_or(0))
    }

    /// Does something with a tenant's ledger. After an error it is opened anew the next time.
    fn with_book(
        &self,
        books: &mut Books,
        hub: &Arc<Hub>,
        cell: &Arc<Cell>,
        work: impl FnOnce(&mut Book) -> Result<(), LedgerError>,
    ) -> Result<(), LedgerError> {
        let name = &cell.name;
        let mut book = match books.by_tenant.remove(name) {
            Some(book) => book,
            None => Book::open(
                hub,
                cell,
                Opening {
                    dir: &self.dir,
                    journal: &self.journal,
                    accepts_break: self.accepts_break,
                    place: books.places.get(name).copied(),
                },
            )?,
        };
        let done = work(&mut book);
        let (synced, place) = book.synced();
        let seen = done.as_ref().map_or(synced, |()| book.seen());
        {
            let mut told = self.told.lock();
            told.records += book.take_records();
            told.seen.insert(name.clone(), seen);
        }
        if done.is_ok() {
            books.places.remove(name);
            books.by_tenant.insert(name.clone(), book);
        } else {
            books.places.insert(name.clone(), place);
        }
        done
    }

    /// Notes how it went, and tells it where it is news.
    fn tell(&self, done: Result<(), LedgerError>) -> Result<(), LedgerError> {
        let mut told = self.told.lock();
        match &done {
            Ok(()) => {
                if told.stopped.take().is_some() {
                    tracing::info!("the ledger is written again");
                }
            }
            Err(error) => {
                if told.stopped.is_none() {
                    tracing::error!(
                        %error,
                        is_tried_again = error.may_pass(),
                        "the ledger cannot be written; no snapshot is taken and the journal keeps \
                         everything until then"
                    );
                }
                told.stopped = Some(error.clone());
            }
        }
        done
    }
}

/// Brings to the disk what is durable as configured: nothing is in a ledger before it is there in
/// the journal.
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
            None if keeper.lag(&hub) >= MUCH_EVENTS => Depth::Written,
            None => continue,
        };
        // A failure has been told; it is tried again.
        let _ = work(&hub, depth).await;
        if depth == Depth::Synced {
            since = Stopwatch::start();
        }
    }
}

/// Brings the ledger up to date and to the disk now, where there is one.
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
