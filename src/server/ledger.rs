//! Keeps the ledger of each tenant up to date with its events, beside the hot path.
//!
//! ```text
//! journal durable ─▶ ring ─▶ keeper, every second: append, sync
//! snapshot: image of each tenant ─▶ keeper: everything through it, a mark, sync ─▶ snapshot
//! ```
//! The ledger is made of events, and events are made of the journal, so nothing is lost with the
//! process: a start goes on after the last record. The journal drops only what a snapshot covers,
//! and a snapshot waits until the ledger is on the disk through it. A ledger that cannot be
//! written therefore keeps the journal whole; it is not tried again before the next start.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

use crate::journal::JournalUuid;
use crate::ledger::{LedgerError, Writer, files};
use crate::router::ids::Name;

use super::cell::Cell;
use super::history::{self, Past};
use super::hub::Hub;
use super::record::TenantImage;
use super::ring::Published;

/// How often the ledger is brought up to date.
const EVERY: Duration = Duration::from_secs(1);
/// Events taken from the ring at a time.
const PULL_EVENTS_MAX: usize = 1_024;

/// The ledgers of all tenants.
pub struct Keeper {
    dir: PathBuf,
    journal: String,
    books: Mutex<Books>,
}

#[derive(Default)]
struct Books {
    by_tenant: BTreeMap<Name, Book>,
    /// Why nothing is written any more.
    failed: Option<LedgerError>,
}

/// One tenant's ledger.
struct Book {
    writer: Writer,
    /// The last event that has been looked at, and its time.
    seen: u64,
    seen_at: i64,
}

impl Keeper {
    /// Ledgers in the folder of the journal that they follow.
    pub fn new(dir: PathBuf, uuid: &JournalUuid) -> Self {
        Self {
            dir,
            journal: files::journal_name(uuid),
            books: Mutex::default(),
        }
    }

    /// Brings every ledger up to date and to the disk. Blocks.
    pub fn keep(&self, hub: &Arc<Hub>) -> Result<(), LedgerError> {
        self.work(|keeper, books| {
            for cell in hub.cells.all() {
                keeper.book(books, hub, &cell)?.writer.sync()?;
            }
            Ok(())
        })
    }

    /// Brings every ledger to the disk through the images of a snapshot about to be kept. Their
    /// events must be durable. Blocks.
    pub fn mark(&self, hub: &Arc<Hub>, images: &[TenantImage<'_>]) -> Result<(), LedgerError> {
        self.work(|keeper, books| {
            for image in images {
                let Some(cell) = hub.cells.find(image.tenant.as_str()) else {
                    continue;
                };
                let book = keeper.book(books, hub, &cell)?;
                if book.seen < image.event_seq {
                    let (tenant, seen) = (&image.tenant, book.seen);
                    return Err(LedgerError::Refused(format!(
                        "the ledger of {tenant} has come to event {seen} and not to {}",
                        image.event_seq
                    )));
                }
                if book.writer.position().seq < book.seen {
                    book.writer.mark(book.seen, book.seen_at)?;
                }
                book.writer.sync()?;
            }
            Ok(())
        })
    }

    /// Records written since the start.
    pub fn records(&self) -> u64 {
        let books = self.books.lock();
        books.by_tenant.values().map(|b| b.writer.records()).sum()
    }

    /// Whether nothing is written any more.
    pub fn has_failed(&self) -> bool {
        self.books.lock().failed.is_some()
    }

    fn work(
        &self,
        work: impl FnOnce(&Self, &mut BTreeMap<Name, Book>) -> Result<(), LedgerError>,
    ) -> Result<(), LedgerError> {
        let mut books = self.books.lock();
        if let Some(error) = &books.failed {
            return Err(error.clone());
        }
        let done = work(self, &mut books.by_tenant);
        if let Err(error) = &done {
            books.failed = Some(error.clone());
            tracing::error!(
                %error,
                "the ledger is written no further until the next start; the journal keeps \
                 everything until then"
            );
        }
        done
    }

    /// A tenant's ledger, with everything durable appended.
    fn book<'a>(
        &self,
        books: &'a mut BTreeMap<Name, Book>,
        hub: &Arc<Hub>,
        cell: &Arc<Cell>,
    ) -> Result<&'a mut Book, LedgerError> {
        if !books.contains_key(&cell.name) {
            let book = self.open(hub, cell)?;
            books.insert(cell.name.clone(), book);
        }
        let book = books.get_mut(&cell.name).expect("it was inserted");
        book.catch_up(hub, cell)?;
        Ok(book)
    }

    fn open(&self, hub: &Arc<Hub>, cell: &Arc<Cell>) -> Result<Book, LedgerError> {
        let tenant = cell.name.as_str();
        let folder = files::folder_of(&self.dir, tenant);
        let mut writer = Writer::open(&folder, tenant, &self.journal)?;
        let (first, last) = cell.ring(|ring| (ring.first_seq(), ring.last_seq()));
        let position = writer.position().clone();
        let is_same = position.journal.as_deref() == Some(self.journal.as_str());
        let goes_on = is_same && position.seq <= last;
        let kept_after = if first == 1 || (goes_on && position.seq + 1 >= first) {
            first - 1
        } else {
            kept_after(hub, cell)?
        };
        let is_covered = goes_on && position.seq >= kept_after;
        if let Some(damage) = writer.damage().cloned() {
            let is_told_again = is_covered || (position.n == 0 && kept_after == 0);
            if !is_told_again {
                return Err(damage.into());
            }
            tracing::warn!(%damage, tenant, "cut a torn end of the ledger, which the journal can tell again");
            writer.cut()?;
        }
        let seen = if is_covered {
            position.seq
        } else {
            if position.n > 0 {
                tracing::error!(
                    tenant,
                    ledger = position.seq,
                    journal = last,
                    kept_after,
                    is_same,
                    "the ledger does not go on after its last record"
                );
            }
            let after = if goes_on || !is_same {
                kept_after
            } else {
                last
            };
            writer.follow(after)?;
            after
        };
        Ok(Book {
            writer,
            seen,
            seen_at: position.at,
        })
    }
}

impl Book {
    /// Appends everything that is durable.
    fn catch_up(&mut self, hub: &Arc<Hub>, cell: &Arc<Cell>) -> Result<(), LedgerError> {
        let mut taken: Vec<Arc<Published>> = Vec::new();
        loop {
            let durable = hub.journal.durable_sequence();
            let seen = self.seen;
            let found = cell.ring(|ring| ring.take(seen, durable, PULL_EVENTS_MAX, &mut taken));
            if !found {
                self.read_past(hub, cell)?;
                continue;
            }
            if taken.is_empty() {
                return Ok(());
            }
            for published in taken.drain(..) {
                self.take(&published)?;
            }
        }
    }

    fn take(&mut self, published: &Published) -> Result<(), LedgerError> {
        let event = &published.event;
        if event.seq <= self.seen {
            return Ok(());
        }
        self.writer.append(event)?;
        (self.seen, self.seen_at) = (event.seq, event.at);
        Ok(())
    }

    /// Appends what has fallen out of the ring, told again by the journal.
    fn read_past(&mut self, hub: &Arc<Hub>, cell: &Arc<Cell>) -> Result<(), LedgerError> {
        let before = self.seen;
        let mut past = history::fold(Arc::clone(hub), Arc::clone(cell), self.seen);
        while let Some(told) = past.blocking_recv() {
            match told {
                Past::Events(events) => {
                    for published in events {
                        self.take(&published)?;
                    }
                }
                Past::Failed(cause) => {
                    return Err(LedgerError::Refused(format!(
                        "the past cannot be told: {cause}"
                    )));
                }
            }
        }
        if self.seen == before {
            let cause = "the journal no longer tells what follows the ledger's last record";
            return Err(LedgerError::Refused(cause.to_owned()));
        }
        Ok(())
    }
}

fn kept_after(hub: &Hub, cell: &Cell) -> Result<u64, LedgerError> {
    history::kept_after(hub, &cell.name)
        .map_err(|error| LedgerError::Refused(format!("the journal cannot be read: {error}")))
}

/// Keeps the ledger up to date until the daemon stops.
pub async fn run(hub: Arc<Hub>) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = hub.serving.cancelled() => return,
        }
        if keep(&hub).await.is_err() {
            return;
        }
    }
}

/// Brings the ledger up to date now, where there is one.
pub async fn keep(hub: &Arc<Hub>) -> Result<(), LedgerError> {
    let hub = Arc::clone(hub);
    let work = move || match &hub.ledger {
        Some(keeper) => keeper.keep(&hub),
        None => Ok(()),
    };
    tokio::task::spawn_blocking(work)
        .await
        .expect("keeping the ledger does not panic")
}
