//! A tenant behind its lock, and all tenants by name.
//!
//! The lock is taken once for a turn and never held across an await: it is only reached through
//! closures. Order of locks: tenant, then ring, then the journal's queue.

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

/// A tenant shared between threads.
#[derive(Debug)]
pub struct Cell {
    pub name: Name,
    tenant: Mutex<Tenant>,
    ring: Mutex<Ring>,
    /// The tenant's next deadline, readable without the lock.
    deadline: AtomicI64,
    /// Events up to this journal sequence may be sent.
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

    /// One turn: runs `work` under the lock, then passes records to the journal and events to the
    /// ring. The returned sequence must be durable before anything read here is sent.
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
        turn.carry_out_postponed();
        let result = work(&mut turn);
        let flushed = turn.flush();
        let deadline = turn.tenant.router().next_deadline().unwrap_or(NEVER);
        self.deadline.store(deadline, Ordering::Release);
        Ok((result, flushed?))
    }

    /// Reads the tenant.
    pub fn look<R>(&self, look: impl FnOnce(&Tenant) -> R) -> R {
        look(&self.tenant.lock())
    }

    /// Reads the ring.
    pub fn ring<R>(&self, look: impl FnOnce(&Ring) -> R) -> R {
        look(&self.ring.lock())
    }

    pub fn deadline(&self) -> Option<Timestamp> {
        Some(self.deadline.load(Ordering::Acquire)).filter(|at| *at != NEVER)
    }

    /// Releases the events through `durable`.
    pub fn release(&self, durable: Sequence) {
        self.released.send_if_modified(|released| {
            let further = durable > *released;
            *released = (*released).max(durable);
            further
        });
    }

    /// Notified of each release.
    pub fn releases(&self) -> watch::Receiver<Sequence> {
        self.released.subscribe()
    }
}

/// Ends the process if a turn panics: its changes are in no journal, so nobody may see them. The
/// next start recovers from the journal.
struct EndsTheProcess;

impl Drop for EndsTheProcess {
    fn drop(&mut self) {
        if std::thread::panicking() {
            tracing::error!("a turn panicked: the process ends and the journal holds what counts");
            std::process::abort();
        }
    }
}

/// A turn at a tenant; the lock is held as long as this value lives.
pub struct Turn<'a> {
    pub tenant: &'a mut Tenant,
    cell: &'a Cell,
    journal: &'a Journal,
    /// State of the disk, and the room for the next change.
    asked: Asked<'a>,
    failed: Option<JournalError>,
}

impl Turn<'_> {
    /// The agent an offer was made to, as long as the event is kept.
    pub fn offered_to(&self, offer: OfferId) -> Option<Name> {
        self.cell.ring(|ring| ring.offered_to(offer))
    }

    /// Whether the disk has room to make a change durable. Without room the tenant stands still:
    /// not even time passes.
    pub fn has_room(&self) -> bool {
        self.asked.admitted.is_some()
    }

    /// Why the disk has no room for the journal's next segment.
    pub fn shortage(&self) -> Option<&str> {
        self.asked.shortage.as_deref()
    }

    /// Bytes waiting for the disk when the turn began.
    pub fn waiting_bytes(&self) -> usize {
        self.asked.waiting_bytes
    }

    /// Carries out everything due by now, if there is room.
    pub fn catch_up(&mut self, now: Timestamp) {
        if self.has_room() {
            self.tenant.catch_up(now);
        }
    }

    /// Answers a query as of `now`, or as of the last command if there is no room to carry out what
    /// is due since.
    pub fn query(&mut self, now: Timestamp, query: &Query) -> Result<Answer, Reject> {
        self.catch_up(now);
        self.tenant.query_standing(now, query)
    }

    /// Carries out a command that reports a fact and needs no answer: now, or before anything else
    /// once there is room.
    pub fn record(&mut self, now: Timestamp, command: Command) {
        if self.has_room() {
            let _ = self.tenant.apply(now, Sender::default(), command);
        } else {
            self.tenant.postpone(command);
        }
    }

    /// Records that the process has started.
    pub fn record_restart(&mut self, now: Timestamp) {
        if self.has_room() {
            self.tenant.restart(now);
        } else {
            self.tenant.postpone(Command::Restarted);
        }
    }

    /// Carries out the commands postponed for lack of room.
    fn carry_out_postponed(&mut self) {
        while self.has_room() && self.tenant.carry_out_one_postponed() {
            self.flush_if_full();
        }
    }

    /// Passes records and events on if they are many.
    pub fn flush_if_full(&mut self) {
        if !self.tenant.wants_flush() {
            return;
        }
        if let Err(error) = self.flush() {
            self.failed = Some(error);
        }
        // The room has been used.
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

    /// The earliest deadline of all tenants.
    pub fn deadline(&self) -> Option<Timestamp> {
        self.by_name.iter().filter_map(|cell| cell.deadline()).min()
    }
}
