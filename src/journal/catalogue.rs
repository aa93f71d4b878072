//! Which segments and snapshots are present, and which of them are no longer needed.
//!
//! Two snapshots are kept, so damage to the newest costs only a longer replay. This file must not
//! delete a segment that the older of the two does not cover. With a horizon more is kept: from the
//! newest snapshot that is older than it all records, and between the two some snapshots, so that
//! what is kept does not grow beyond the horizon.

use std::collections::VecDeque;

use super::error::JournalError;
use super::frame::Sequence;
use super::reader::SegmentStart;
use super::segment::segment_file;
use super::snapshot::{snapshot_file, snapshot_sequence};
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

/// Since when records are kept for those who read them again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Horizon {
    /// In milliseconds since 1970, by the clock of the disk.
    pub since_at: i64,
    /// Snapshots of before the two newest are kept about so far apart.
    pub apart_ms: i64,
}

impl Catalogue {
    /// Adds a snapshot that is on stable storage.
    pub(crate) fn add_snapshot(&mut self, sequence: Sequence) {
        if !self.snapshots.contains(&sequence) {
            self.snapshots.push(sequence);
            self.snapshots.sort_unstable();
        }
    }

    /// Removes what the older of the two newest snapshots covers, as far as no horizon wants it;
    /// nothing while there is only one.
    pub(crate) fn prune(
        &mut self,
        storage: &dyn Storage,
        horizon: Option<Horizon>,
    ) -> Result<Pruned, JournalError> {
        let mut pruned = Pruned::default();
        let Some(older) = self.snapshots.iter().rev().nth(1).copied() else {
            return Ok(pruned);
        };
        let names = storage
            .list()
            .map_err(|error| JournalError::io("list", &storage.place(), error))?;
        let older_ones = names.iter().filter_map(|name| snapshot_sequence(name));
        let older_ones: Vec<Sequence> = older_ones.filter(|at| *at < older).collect();
        let (kept, through) = match horizon {
            Some(horizon) => wanted(storage, &older_ones, horizon)?,
            None => (Vec::new(), older),
        };
        for sequence in older_ones.iter().filter(|at| !kept.contains(at)) {
            remove(storage, &snapshot_file(*sequence))?;
            pruned.snapshots += 1;
        }
        self.snapshots
            .retain(|at| *at >= older || kept.contains(at));
        let older = older.min(through);
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

/// Of snapshots in order those that a horizon wants, and through which record it needs none: the
/// newest that is older than the horizon, and of the later ones some that lie apart.
fn wanted(
    storage: &dyn Storage,
    snapshots: &[Sequence],
    horizon: Horizon,
) -> Result<(Vec<Sequence>, Sequence), JournalError> {
    let mut kept: Vec<(Sequence, i64)> = Vec::new();
    let mut through = 0;
    for sequence in snapshots {
        let name = snapshot_file(*sequence);
        let written = storage.written_at(&name);
        let at = written.map_err(|error| JournalError::io("look at", &name, error))?;
        // Where the disk does not say when, nothing is known to be old.
        let at = at.unwrap_or(i64::MAX);
        if at <= horizon.since_at {
            kept.clear();
            through = *sequence;
        }
        let is_apart = kept
            .last()
            .is_none_or(|(_, last)| at.saturating_sub(*last) >= horizon.apart_ms);
        if is_apart {
            kept.push((*sequence, at));
        }
    }
    Ok((kept.into_iter().map(|(at, _)| at).collect(), through))
}

fn remove(storage: &dyn Storage, name: &str) -> Result<(), JournalError> {
    storage
        .remove(name)
        .map_err(|error| JournalError::io("remove", name, error))
}
