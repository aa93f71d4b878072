//! The errors of the journal.
//!
//! Each message says what happened, where, and what to do about it.
//! This file must not log and must not decide whether an error stops the process.

use std::io;
use std::sync::Arc;

use rustix::io::Errno;
use thiserror::Error;

/// Every refusal and failure of the journal.
///
/// The type is cheap to clone, because the first cause of a poisoned journal is handed to every
/// later caller.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum JournalError {
    /// An option lies outside its documented range.
    #[error("journal option {name} = {value} is not allowed: {expected}")]
    Option {
        name: &'static str,
        value: u64,
        expected: &'static str,
    },

    /// There is no journal here, and the caller did not ask for a new one.
    #[error(
        "{place} holds no journal: check the path, restore a backup, or start once without \
         --existing-only to begin an empty one"
    )]
    NotInitialised { place: String },

    /// Journal files exist here, but no marker that identifies them.
    #[error(
        "{place} holds journal files ({found}) but no marker file JOURNAL: restore the marker \
         from a backup, nothing was changed"
    )]
    MarkerMissing { place: String, found: String },

    /// The marker exists but cannot be trusted.
    #[error(
        "{place}: the marker file JOURNAL is damaged ({reason}): restore it from a backup, \
         nothing was changed"
    )]
    MarkerDamaged { place: String, reason: String },

    /// The marker says that a journal was here, but all its segments are gone.
    #[error(
        "{place}: the marker file JOURNAL is present but no segment is: the data was deleted or \
         not mounted; mount it or restore a backup, nothing else begins an empty one here"
    )]
    SegmentsMissing { place: String },

    /// Acknowledged data is damaged or missing.
    #[error("{0}")]
    Damaged(Box<Damage>),

    /// The files were written by a newer version.
    #[error(
        "{file} needs journal format {found}, this program reads up to {supported}: run the \
         version that wrote it, nothing was changed"
    )]
    NewerFormat {
        file: String,
        found: u32,
        supported: u32,
    },

    /// Another process holds the journal.
    #[error(
        "{place} is in use by process {pid}: stop that process first, two writers would destroy \
         the journal"
    )]
    Locked { place: String, pid: String },

    /// The disk refused an operation before any record was at risk.
    #[error("cannot {action} {file}: {cause}")]
    Io {
        action: &'static str,
        file: String,
        cause: Arc<io::Error>,
    },

    /// The journal's folder or segment was moved, deleted or replaced while it was being written.
    #[error(
        "{file} in {place} was moved, deleted or replaced while it was in use, so the journal \
         would be written where nobody looks: put the folder back, or restore a backup, and \
         start again"
    )]
    Displaced { place: String, file: String },

    /// The disk refused a write or a sync; nothing is acknowledged any more.
    ///
    /// A failed sync may have dropped the data it was asked to keep, and a second sync would
    /// report success (`fsyncgate`), so the journal never tries again. Stop the process, look at
    /// the disk, start again: recovery says what is really there.
    #[error(
        "the journal stopped after a storage error and accepts nothing more: {cause}; check the \
         disk and restart"
    )]
    Poisoned { cause: Arc<str> },

    /// More bytes wait for the disk than the limit allows; try again later.
    #[error(
        "{waiting_bytes} bytes wait for the journal's disk, {limit_bytes} are allowed \
         (waiting_bytes_max): try again later"
    )]
    Full {
        waiting_bytes: usize,
        limit_bytes: usize,
    },

    /// One append is larger than a frame may be.
    #[error("an append of {bytes} bytes exceeds append_bytes_max = {limit_bytes}: split it")]
    TooLarge { bytes: usize, limit_bytes: usize },

    /// The journal was closed in order.
    #[error("the journal is closed")]
    Closed,

    /// The caller named a sequence that was never appended.
    #[error("sequence {sequence} is beyond the last appended sequence {last}")]
    Beyond { sequence: u64, last: u64 },

    /// The records asked for are covered by a snapshot and were deleted.
    #[error("sequence {sequence} was dropped after a snapshot, the oldest kept is {oldest}")]
    Gone { sequence: u64, oldest: u64 },

    /// A target directory of backup or restore already holds something.
    #[error("{place} is not empty: name a directory that is empty or does not exist yet")]
    TargetNotEmpty { place: String },
}

/// Where acknowledged data is damaged, and why it is not a torn tail.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "journal damaged: {file} at byte {offset}, sequence {sequence}: {reason}; nothing was \
     changed, restore a backup or run `journal verify` for the whole picture"
)]
pub struct Damage {
    /// The file that holds the first bad byte.
    pub file: String,
    /// Segment number, 0 if the damage is not within a segment.
    pub segment: u64,
    /// Offset in bytes of the first byte that cannot be trusted.
    pub offset: u64,
    /// The first sequence that cannot be read.
    pub sequence: u64,
    /// What is wrong, and what proves that the data was once whole.
    pub reason: String,
}

impl From<Damage> for JournalError {
    fn from(damage: Damage) -> Self {
        Self::Damaged(Box::new(damage))
    }
}

impl JournalError {
    /// Adds the operation and the file to an I/O error.
    pub(crate) fn io(action: &'static str, file: &str, cause: io::Error) -> Self {
        Self::Io {
            action,
            file: file.to_owned(),
            cause: Arc::new(cause),
        }
    }

    /// True if the system lacked a resource that may return: space on the disk or file descriptors.
    pub(crate) fn is_passing(&self) -> bool {
        self.is_out_of_space() || self.is_out_of_files()
    }

    /// True if no file could be opened because the process or the system has too many open.
    pub(crate) fn is_out_of_files(&self) -> bool {
        let Self::Io { cause, .. } = self else {
            return false;
        };
        matches!(
            Errno::from_io_error(cause),
            Some(Errno::MFILE | Errno::NFILE)
        )
    }

    /// True if the disk had no room. That passes without a restart once space is freed.
    pub(crate) fn is_out_of_space(&self) -> bool {
        let Self::Io { cause, .. } = self else {
            return false;
        };
        matches!(
            cause.kind(),
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
        )
    }
}
