//! Which segments and snapshots are present, and which of them are no longer needed.
//!
//! Two snapshots are kept, so damage to the newest costs only a longer replay. This file must not
//! delete a segment that the older of the two does not cover.

use std::collections::VecDeque;

use super::error::JournalError;
use super::frame::Sequence;
use super::reader::SegmentStart;
use super::segment::segment_file;
use super::snapshot::snapshot_sequence;
use super::storage::Storage;

/// The segments in order, and the snapshots known to be whole.
#[derive(Debug, Default)]
pub(crate) struct Catalogue {
    pub(crate) segments: VecDeque<SegmentStart>,
    pub(crate) snapshots: Vec<Sequence>,
}

/// What a truncation removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pruned {
    /// Segment files removed.
    pub segments: u64,
    /// Bytes of the removed segments.
    pub segments_bytes: u64,
    /// Snapshot files removed.
    pub snapshots: u64,
}

impl Catalogue {
    /// Adds a snapshot that is on stable storage.
    pub(crate) fn add_snapshot(&mut self, sequence: Sequence) {
        if !self.snapshots.contains(&sequence) {
            self.snapshots.push(sequence);
            self.snapshots.sort_unstable();
        }
    }

    /// Removes what the older of the two newest snapshots covers; nothing while there is only one.
    pub(crate) fn prune(&mut self, storage: &dyn Storage) -> Result<Pruned, JournalError> {
        let mut pruned = Pruned::default();
        let Some(older) = self.snapshots.iter().rev().nth(1).copied() else {
            return Ok(pruned);
        };
        let names = storage
            .list()
            .map_err(|error| JournalError::io("list", &storage.place(), error))?;
        for name in &names {
            if snapshot_sequence(name).is_some_and(|sequence| sequence < older) {
                remove(storage, name)?;
                pruned.snapshots += 1;
            }
        }
        self.snapshots.retain(|sequence| *sequence >= older);
        // Oldest first, so that a crash in between leaves no gap in the sequences.
        while let (Some(first), Some(second)) = (self.segments.front(), self.segments.get(1)) {
            if second.base_sequence > older + 1 {
                break;
            }
            remove(storage, &segment_file(first.number))?;
            storage
                .sync_directory()
                .map_err(|error| JournalError::io("sync", &storage.place(), error))?;
            pruned.segments += 1;
            pruned.segments_bytes += first.bytes;
            self.segments.pop_front();
        }
        storage
            .sync_directory()
            .map_err(|error| JournalError::io("sync", &storage.place(), error))?;
        Ok(pruned)
    }
}

fn remove(storage: &dyn Storage, name: &str) -> Result<(), JournalError> {
    storage
        .remove(name)
        .map_err(|error| JournalError::io("remove", name, error))
}
