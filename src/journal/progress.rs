//! How far the journal has come, who waits for it, and the failure that ends it.
//!
//! This file must not write to storage: the committer reports here, everyone else reads.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use parking_lot::{Condvar, Mutex};
use tokio::sync::watch;

use super::error::JournalError;
use super::frame::Sequence;

/// The last sequence at each level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// At the configured durability: replies through this sequence may leave.
    pub durable: Sequence,
    /// Known to be on stable storage.
    pub synced: Sequence,
}

/// The progress, shared by the committer and those who wait.
#[derive(Debug)]
pub(crate) struct ProgressBoard {
    durable: AtomicU64,
    synced: AtomicU64,
    poison: OnceLock<JournalError>,
    closed: AtomicBool,
    async_waiters: watch::Sender<Progress>,
    blocked: Mutex<()>,
    changed: Condvar,
}

impl ProgressBoard {
    pub(crate) fn new(sequence: Sequence) -> Self {
        let progress = Progress {
            durable: sequence,
            synced: sequence,
        };
        Self {
            durable: AtomicU64::new(sequence),
            synced: AtomicU64::new(sequence),
            poison: OnceLock::new(),
            closed: AtomicBool::new(false),
            async_waiters: watch::Sender::new(progress),
            blocked: Mutex::new(()),
            changed: Condvar::new(),
        }
    }

    pub(crate) fn durable(&self) -> Sequence {
        self.durable.load(Ordering::Acquire)
    }

    pub(crate) fn synced(&self) -> Sequence {
        self.synced.load(Ordering::Acquire)
    }

    pub(crate) fn subscribe(&self) -> watch::Receiver<Progress> {
        self.async_waiters.subscribe()
    }

    /// Moves forward and wakes everyone who waits. Neither number ever decreases.
    pub(crate) fn advance(&self, durable: Sequence, synced: Sequence) {
        self.durable.fetch_max(durable, Ordering::AcqRel);
        self.synced.fetch_max(synced, Ordering::AcqRel);
        self.wake();
    }

    /// Moves `durable` forward at `Durability::None`, where nobody waits.
    pub(crate) fn release_at_once(&self, durable: Sequence) {
        self.durable.fetch_max(durable, Ordering::AcqRel);
    }

    /// Ends the journal with its first error. Later ones are ignored.
    pub(crate) fn poison(&self, cause: &str) {
        // A second error is most often a consequence of the first.
        self.poison.get_or_init(|| JournalError::Poisoned {
            cause: cause.into(),
        });
        self.wake();
    }

    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Release);
        self.wake();
    }

    /// The first storage error, if there was one.
    pub(crate) fn poison_cause(&self) -> Option<JournalError> {
        self.poison.get().cloned()
    }

    /// An error if nothing more can be appended.
    pub(crate) fn check_open(&self) -> Result<(), JournalError> {
        if let Some(error) = self.poison.get() {
            return Err(error.clone());
        }
        if self.closed.load(Ordering::Acquire) {
            return Err(JournalError::Closed);
        }
        Ok(())
    }

    /// Blocks until `sequence` is at the configured durability.
    pub(crate) fn wait_durable(&self, sequence: Sequence) -> Result<(), JournalError> {
        self.wait(&self.durable, sequence)
    }

    /// Blocks until `sequence` is on stable storage.
    pub(crate) fn wait_synced(&self, sequence: Sequence) -> Result<(), JournalError> {
        self.wait(&self.synced, sequence)
    }

    /// Waits without blocking a thread until `sequence` is at the configured durability.
    pub(crate) async fn durable_async(&self, sequence: Sequence) -> Result<(), JournalError> {
        if let Some(answer) = self.answer(&self.durable, sequence) {
            return answer;
        }
        let mut receiver = self.async_waiters.subscribe();
        loop {
            // Read after subscribing, so that no change is missed.
            if let Some(answer) = self.answer(&self.durable, sequence) {
                return answer;
            }
            if receiver.changed().await.is_err() {
                return Err(JournalError::Closed);
            }
        }
    }

    /// Waits for the end of the journal and returns its cause.
    pub(crate) async fn ended(&self) -> JournalError {
        let mut receiver = self.async_waiters.subscribe();
        loop {
            if let Err(error) = self.check_open() {
                return error;
            }
            if receiver.changed().await.is_err() {
                return JournalError::Closed;
            }
        }
    }

    fn wait(&self, level: &AtomicU64, sequence: Sequence) -> Result<(), JournalError> {
        if let Some(answer) = self.answer(level, sequence) {
            return answer;
        }
        let mut blocked = self.blocked.lock();
        loop {
            if let Some(answer) = self.answer(level, sequence) {
                return answer;
            }
            self.changed.wait(&mut blocked);
        }
    }

    /// A poisoned journal acknowledges nothing, not even what was durable before.
    fn answer(&self, level: &AtomicU64, sequence: Sequence) -> Option<Result<(), JournalError>> {
        if let Some(error) = self.poison.get() {
            return Some(Err(error.clone()));
        }
        // Read before the level, because closing comes after the last advance.
        let closed = self.closed.load(Ordering::Acquire);
        if level.load(Ordering::Acquire) >= sequence {
            return Some(Ok(()));
        }
        closed.then_some(Err(JournalError::Closed))
    }

    fn wake(&self) {
        // Taking the lock orders this after a waiter's check and before its sleep.
        drop(self.blocked.lock());
        self.changed.notify_all();
        self.async_waiters.send_replace(Progress {
            durable: self.durable(),
            synced: self.synced(),
        });
    }
}
