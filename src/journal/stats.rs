//! Figures of the journal: a report for each commit, and totals on request.
//!
//! This file must not know any metrics library; the daemon maps these numbers to its metrics.

use std::time::Duration;

/// One commit, as passed to a [`CommitObserver`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommitReport {
    /// Time of the write and the sync together.
    pub write_time: Duration,
    /// Bytes written, padding included.
    pub frame_bytes: u64,
    /// Records in the frame.
    pub records: u32,
    /// Last sequence of the frame.
    pub sequence: u64,
    /// Records appended since, which still wait for the disk.
    pub lag_records: u64,
}

/// Called after each commit, on the committer thread, before waiters are woken.
pub trait CommitObserver: Send + Sync {
    /// Must return quickly: the next commit waits for it.
    fn committed(&self, report: &CommitReport);
}

impl<F: Fn(&CommitReport) + Send + Sync> CommitObserver for F {
    fn committed(&self, report: &CommitReport) {
        self(report);
    }
}

/// Totals since the journal was opened, and its present size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stats {
    /// Bytes written to segments since opening, padding and seals included.
    pub written_bytes: u64,
    /// Frames with records written since opening.
    pub frames: u64,
    /// Empty frames written to seal an idle journal since opening.
    pub seals: u64,
    /// Segments present, the active one included.
    pub segments: u64,
    /// Bytes of all present segment files.
    pub segments_bytes: u64,
    /// Last sequence appended.
    pub appended_sequence: u64,
    /// Last sequence at the configured durability.
    pub durable_sequence: u64,
    /// Last sequence known to be on stable storage.
    pub synced_sequence: u64,
    /// Bytes waiting for the disk.
    pub waiting_bytes: usize,
    /// Whether the next segment is allocated.
    pub space: Space,
}

/// Whether the journal can continue when the allocated segments are full.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Space {
    /// The next segment is ready, and the reserve unless the disk has no room for it.
    Ahead,
    /// One of them is being allocated.
    Allocating,
    /// The disk has no room for the next segment, but there is room in those allocated: append only
    /// what must go on.
    Low {
        /// Why the allocation failed.
        reason: String,
    },
    /// Everything allocated is used: nothing is admitted, and other appends wait and finally fail
    /// with `Full`. Free space; the journal continues without a restart.
    Out {
        /// Why the allocation failed.
        reason: String,
    },
}
