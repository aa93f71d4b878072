//! State shared by all tasks of the daemon: journal, clock, tenants, the configuration in force,
//! and whether the daemon still serves. Opens no socket and reads no request.

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, AtomicUsize, Ordering};

use parking_lot::RwLock;
use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::Config;
use crate::journal::{Journal, JournalError, Sequence};
use crate::router::ids::Name;
use crate::router::reject::Reject;
use crate::router::time::Timestamp;

use super::audit::Audit;
use super::cell::{Cell, Cells, Turn};
use super::clock::Clock;
use super::held::Held;
use super::keeper::Keeper;
use super::metrics::Metrics;
use super::metrics::scrapes::Scrapes;
use super::places::{Net, Newcomer, Places};
use super::rates::Rates;
use super::work::Work;

/// Bytes the journal may hold beyond the configured limit, for turns already under way when it is
/// reached.
pub const WAITING_BYTES_SLACK: usize = 64 << 20;

/// The journal has failed: nothing more may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped;

/// The configuration in force, and how often it has been replaced.
#[derive(Debug)]
pub struct Live {
    pub config: Config,
    pub generation: u64,
    /// Cancelled when another configuration is put in force, or the daemon stops.
    pub over: CancellationToken,
}

/// State shared by all tasks.
pub struct Hub {
    pub journal: Journal,
    /// The record after which all commands were decided by this program's rules.
    pub decided_since: Sequence,
    pub clock: Clock,
    pub cells: Cells,
    pub metrics: Arc<Metrics>,
    pub config_path: Option<PathBuf>,
    /// The ledger, if switched on.
    pub ledger: Option<Keeper>,
    live: RwLock<Arc<Live>>,
    /// The generation of `live`, readable without the lock.
    generation: AtomicU64,
    /// Sessions opened since the start.
    sessions: AtomicU64,
    /// Held while a configuration is being applied.
    pub reloading: tokio::sync::Mutex<()>,
    /// Held while a snapshot is being written.
    pub snapshotting: tokio::sync::Mutex<Option<Sequence>>,
    /// Permit to replay the past: each replay costs a processor and the memory of a state.
    pub folding: Arc<Semaphore>,
    /// Tasks waiting to replay the past.
    pub folds_waiting: AtomicUsize,
    /// Places for connections.
    pub places: Arc<Places>,
    /// Bytes waiting for slow readers.
    pub held: Arc<Held>,
    /// Slots to work in.
    pub work: Arc<Work>,
    pub rates: Rates,
    pub scrapes: Scrapes,
    /// Wakes the timer task when an earlier deadline was set.
    pub earlier: Notify,
    /// The deadline the timer task sleeps to.
    pub armed: AtomicI64,
    draining: AtomicBool,
    /// Wakes those who are told that it drains.
    pub drain_begun: CancellationToken,
    /// The configuration was postponed because the disk is full; it is applied when there is room.
    pub configuration_waits: AtomicBool,
    failure: OnceLock<JournalError>,
    /// Stops accepting connections.
    pub accepting: CancellationToken,
    /// Stops the connections and every other task.
    pub serving: CancellationToken,
    pub tasks: TaskTracker,
    pub audit: Audit,
}

impl Hub {
    pub fn new(
        journal: Journal,
        clock: Clock,
        cells: Cells,
        metrics: Arc<Metrics>,
        config: Config,
        config_path: Option<PathBuf>,
        ledger: Option<Keeper>,
    ) -> Self {
        let limits = &config.server.limits;
        let serving = CancellationToken::new();
        let closing = serving.clone();
        let places = Places::new(limits.connections, limits.connections_by_address, closing);
        let held = Held::new(limits.outboxes_bytes);
        let threads = tokio::runtime::Handle::current().metrics().num_workers();
        Self {
            journal,
            decided_since: 0,
            clock,
            cells,
            metrics,
            config_path,
            ledger,
            live: RwLock::new(Arc::new(Live {
                config,
                generation: 0,
                over: serving.child_token(),
            })),
            generation: AtomicU64::new(0),
            sessions: AtomicU64::new(0),
            reloading: tokio::sync::Mutex::new(()),
            snapshotting: tokio::sync::Mutex::new(None),
            folding: Arc::new(Semaphore::new(1)),
            folds_waiting: AtomicUsize::new(0),
            places,
            held,
            work: Work::new(threads - 1),
            rates: Rates::default(),
            scrapes: Scrapes::default(),
            earlier: Notify::new(),
            armed: AtomicI64::new(Timestamp::MAX),
            draining: AtomicBool::new(false),
            drain_begun: CancellationToken::new(),
            configuration_waits: AtomicBool::new(false),
            failure: OnceLock::new(),
            accepting: CancellationToken::new(),
            audit: Audit::default(),
            serving,
            tasks: TaskTracker::new(),
        }
    }

    /// The configuration in force.
    pub fn live(&self) -> Arc<Live> {
        Arc::clone(&self.live.read())
    }

    /// How often the configuration has been replaced.
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// Puts another configuration in force.
    pub fn replace(&self, config: Config) {
        let mut live = self.live.write();
        let generation = live.generation + 1;
        let over = self.serving.child_token();
        let before = std::mem::replace(
            &mut *live,
            Arc::new(Live {
                config,
                generation,
                over,
            }),
        );
        self.generation.store(generation, Ordering::Release);
        drop(live);
        before.over.cancel();
    }

    /// The number of a session that opens; a start counts anew.
    pub fn next_session(&self) -> u64 {
        1 + self.sessions.fetch_add(1, Ordering::Relaxed)
    }

    /// One turn at a tenant. The returned sequence must be durable before anything read is sent.
    pub fn turn<R>(
        &self,
        cell: &Cell,
        work: impl FnOnce(&mut Turn<'_>) -> R,
    ) -> Result<(R, Sequence), Stopped> {
        if self.failure.get().is_some() {
            return Err(Stopped);
        }
        let done = cell
            .turn(&self.journal, work)
            .map_err(|error| self.fail(error))?;
        if let Some(deadline) = cell.deadline()
            && deadline < self.armed.load(Ordering::Acquire)
        {
            self.earlier.notify_one();
        }
        Ok(done)
    }

    /// Waits until everything through `sequence` is durable, then releases the events.
    pub async fn settle(&self, cell: &Cell, sequence: Sequence) -> Result<(), Stopped> {
        self.journal
            .durable(sequence)
            .await
            .map_err(|error| self.fail(error))?;
        cell.release(sequence);
        Ok(())
    }

    /// Refuses while too many bytes wait for the disk. One turn adds less than
    /// [`WAITING_BYTES_SLACK`], so checking at its beginning is enough.
    pub fn check_room(&self, waiting_bytes: usize) -> Result<(), Reject> {
        let limit = self.journal.waiting_bytes_max() - WAITING_BYTES_SLACK;
        if waiting_bytes < limit {
            return Ok(());
        }
        let message = format!(
            "the disk is behind by more than {limit} bytes (journal.waiting_bytes): try again"
        );
        Err(Reject::unavailable("server", message))
    }

    /// Stops everything: what has been applied can no longer be made durable. Only the first cause
    /// is kept and logged.
    pub fn fail(&self, error: JournalError) -> Stopped {
        if self.failure.set(error.clone()).is_ok() {
            tracing::error!(%error, "the journal failed: nothing is acknowledged any more");
            self.accepting.cancel();
            self.serving.cancel();
        }
        Stopped
    }

    pub fn failure(&self) -> Option<&JournalError> {
        self.failure.get()
    }

    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Acquire)
    }

    /// Takes no new contacts from now on.
    pub fn drain(&self) {
        if !self.draining.swap(true, Ordering::AcqRel) {
            tracing::info!("draining: new contacts are refused");
            self.drain_begun.cancel();
        }
    }

    /// The kind of newcomer at this address.
    pub fn newcomer(&self, address: IpAddr) -> Newcomer {
        let net = Net::from(address);
        if self.live().config.tokens.is_empty() {
            Newcomer::Known(net)
        } else {
            Newcomer::Stranger(net)
        }
    }

    /// Connections that are open.
    pub fn connections(&self) -> usize {
        self.places.taken()
    }

    /// Whether a tenant of that name is configured.
    pub fn is_configured(&self, tenant: &Name) -> bool {
        self.live().config.tenant_named(tenant.as_str()).is_some()
    }
}
