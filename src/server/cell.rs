//! A tenant behind its lock, and all tenants by name.
//!
//! The lock is taken once for a turn and never held while anything is awaited: the only ways in
//! take a closure. Order of locks: tenant, then ring, then the journal's queue.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use dashmap::DashMap;
use parking_lot::Mutex;
use tokio::sync::watch;

use crate::journal::{Asked, Journal, JournalError, Sequence};
use crate::router::answer::Answer;
use crate::router::command::Command;
use crate::router::ids::{Name, OfferId};
use crate::router::query::Query;
use crate::router::reject::Reject;
use crate::router::time::Timestamp;

use super::ring::Ring;
use super::tenant::{Sender, Tenant};

/// No deadline.
const NEVER: Timestamp = Timestamp::MAX;

/// A tenant as the threads share it.
#[derive(Debug)]
pub struct Cell {
    pub name: Name,
    tenant: Mutex<Tenant>,
    ring: Mutex<Ring>,
    /// The tenant's next deadline, to be looked at without the lock.
    deadline: AtomicI64,
    /// The journal sequence through which events may leave.
    released: watch::Sender<Sequence>,
}

impl Cell {
    pub fn new(name: Name, tenant: Tenant, ring: Ring) -> Self {
        let deadline = tenant.router().next_deadline().unwrap_or(NEVER);
        Self {
            name,
            tenant: Mutex::new(tenant),
            ring: Mutex::new(ring),
            deadline: AtomicI64::new(deadline),
            released: watch::Sender::new(0),
        }
    }

    /// One turn: runs `work` under the lock and hands what came of it to the journal and the
    /// ring. The sequence must be durable before anything learned here may leave.
    pub fn turn<R>(
        &self,
        journal: &Journal,
        work: impl FnOnce(&mut Turn<'_>) -> R,
    ) -> Result<(R, Sequence), JournalError> {
        let _bug = EndsTheProcess;
        let mut turn = Turn {
            tenant: &mut self.tenant.lock(),
            cell: self,
            journal,
            asked: journal.ask(),
            failed: None,
        };
        turn.make_up();
        let result = work(&mut turn);
        let flushed = turn.flush();
        let deadline = turn.tenant.router().next_deadline().unwrap_or(NEVER);
        self.deadline.store(deadline, Ordering::Release);
        Ok((result, flushed?))
    }

    /// Looks at the tenant without changing it.
    pub fn look<R>(&self, look: impl FnOnce(&Tenant) -> R) -> R {
        look(&self.tenant.lock())
    }

    /// Looks at the ring.
    pub fn ring<R>(&self, look: impl FnOnce(&Ring) -> R) -> R {
        look(&self.ring.lock())
    }

    pub fn deadline(&self) -> Option<Timestamp> {
        Some(self.deadline.load(Ordering::Acquire)).filter(|at| *at != NEVER)
    }

    /// Lets the events through `durable` leave.
    pub fn release(&self, durable: Sequence) {
        self.released.send_if_modified(|released| {
            let further = durable > *released;
            *released = (*released).max(durable);
            further
        });
    }

    /// Told of each release.
    pub fn releases(&self) -> watch::Receiver<Sequence> {
        self.released.subscribe()
    }
}

/// Ends the process where a turn panics: what it had done stands in no journal, so nobody may see
/// it. The next start knows what the journal knows.
struct EndsTheProcess;

impl Drop for EndsTheProcess {
    fn drop(&mut self) {
        if std::thread::panicking() {
            tracing::error!("a turn panicked: the process ends and the journal holds what counts");
            std::process::abort();
        }
    }
}

/// A turn at a tenant: the lock is held as long as this lives.
pub struct Turn<'a> {
    pub tenant: &'a mut Tenant,
    cell: &'a Cell,
    journal: &'a Journal,
    /// How the disk is, with the room for what is changed next.
    asked: Asked<'a>,
    failed: Option<JournalError>,
}

impl Turn<'_> {
    /// Before whom an offer was put that may have ended, as long as it is remembered.
    pub fn offered_to(&self, offer: OfferId) -> Option<Name> {
        self.cell.ring(|ring| ring.offered_to(offer))
    }

    /// Whether something may be changed: what comes of it can be made durable. Without, the tenant
    /// stands still: not even time passes.
    pub fn has_room(&self) -> bool {
        self.asked.admitted.is_some()
    }

    /// Why the disk has no room for the journal's next segment, while it has none.
    pub fn shortage(&self) -> Option<&str> {
        self.asked.shortage.as_deref()
    }

    /// Bytes that waited for the disk when the turn began.
    pub fn waiting_bytes(&self) -> usize {
        self.asked.waiting_bytes
    }

    /// Lets everything happen that is due by now, where there is room for it.
    pub fn catch_up(&mut self, now: Timestamp) {
        if self.has_room() {
            self.tenant.catch_up(now);
        }
    }

    /// Answers a question: as of `now`, or as of the last command where there is no room for what
    /// happened since.
    pub fn query(&mut self, now: Timestamp, query: &Query) -> Result<Answer, Reject> {
        self.catch_up(now);
        self.tenant.query_standing(now, query)
    }

    /// Carries out what has happened whether there is room or not: now, or before anything else
    /// once there is. Nobody is there to be answered.
    pub fn record(&mut self, now: Timestamp, command: Command) {
        if self.has_room() {
            let _ = self.tenant.apply(now, Sender::default(), command);
        } else {
            self.tenant.put_off(command);
        }
    }

    /// Carries out what was put off while there was no room.
    fn make_up(&mut self) {
        while self.has_room() && self.tenant.make_up_one() {
            self.flush_if_full();
        }
    }

    /// Hands over what has been written if it is much.
    pub fn flush_if_full(&mut self) {
        if !self.tenant.wants_flush() {
            return;
        }
        if let Err(error) = self.flush() {
            self.failed = Some(error);
        }
        // That was what the room was for.
        self.asked.admitted = None;
        self.asked.admitted = self.journal.ask().admitted;
    }

    fn flush(&mut self) -> Result<Sequence, JournalError> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        self.tenant.flush(self.journal, &mut self.cell.ring.lock())
    }
}

/// The tenants by name.
#[derive(Debug, Default)]
pub struct Cells {
    by_name: DashMap<Name, Arc<Cell>, foldhash::fast::RandomState>,
}

impl Cells {
    pub fn insert(&self, cell: Cell) {
        self.by_name.insert(cell.name.clone(), Arc::new(cell));
    }

    pub fn find(&self, name: &str) -> Option<Arc<Cell>> {
        self.by_name.get(name).map(|cell| Arc::clone(&cell))
    }

    /// Every tenant, by name.
    pub fn all(&self) -> Vec<Arc<Cell>> {
        let mut cells: Vec<Arc<Cell>> = self.by_name.iter().map(|cell| Arc::clone(&cell)).collect();
        cells.sort_by(|a, b| a.name.cmp(&b.name));
        cells
    }

    /// The earliest deadline of all.
    pub fn deadline(&self) -> Option<Timestamp> {
        self.by_name.iter().filter_map(|cell| cell.deadline()).min()
    }
}
