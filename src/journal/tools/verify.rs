//! Checks every byte that the journal relies on, and reports the first that is wrong.
//!
//! It must not write, and it may run beside a daemon.

use std::path::Path;

use super::super::error::JournalError;
use super::super::frame::Sequence;
use super::super::marker::Marker;
use super::super::recovery::{check_snapshot_meets_log, journal_files, no_marker};
use super::super::scan::{SegmentReport, TornTail, scan_as_far_as_possible, segment_numbers};
use super::super::snapshot::{SnapshotFault, SnapshotInfo, check_snapshot, snapshot_sequence};
use super::super::storage::Storage;
use super::while_pruned;

/// What `verify` found.
#[derive(Debug, Clone)]
pub struct Report {
    /// The directory.
    pub place: String,
    /// Segments in order, as far as they could be read.
    pub segments: Vec<SegmentReport>,
    /// Snapshots, oldest first.
    pub snapshots: Vec<SnapshotReport>,
    /// First sequence kept in segments.
    pub first_sequence: Sequence,
    /// Last sequence that could be read; one less than `first_sequence` if there is none.
    pub last_sequence: Sequence,
    /// Whole frames, empty ones included.
    pub frames: u64,
    /// Records in them.
    pub records: u64,
    /// Bytes of whole frames, padding included.
    pub frames_bytes: u64,
    /// A torn, never acknowledged tail, which the next start will cut.
    pub torn: Option<TornTail>,
    /// Why a start would be refused: `Damaged` names segment, offset and sequence.
    pub fault: Option<JournalError>,
}

/// One snapshot file.
#[derive(Debug, Clone)]
pub struct SnapshotReport {
    /// File name.
    pub file: String,
    /// Its metadata, or what is wrong with it.
    pub outcome: Result<SnapshotInfo, String>,
}

impl Report {
    /// True if a start would succeed and every snapshot is whole.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.fault.is_none()
            && self
                .snapshots
                .iter()
                .all(|snapshot| snapshot.outcome.is_ok())
    }
}

/// Verifies the journal in a directory. Fails only if the directory cannot be read at all.
pub fn verify(directory: &Path) -> Result<Report, JournalError> {
    verify_storage(&super::open(directory)?)
}

/// Verifies the journal in any storage.
pub fn verify_storage(storage: &dyn Storage) -> Result<Report, JournalError> {
    let failed = |seen: &Result<Report, JournalError>| {
        seen.as_ref().map_or(true, |report| !report.is_sound())
    };
    while_pruned(storage, failed, || look(storage))
}

fn look(storage: &dyn Storage) -> Result<Report, JournalError> {
    let Some(marker) = Marker::read(storage)? else {
        return Err(no_marker(storage, &journal_files(storage)?));
    };
    if segment_numbers(storage)?.is_empty() {
        return Err(JournalError::SegmentsMissing {
            place: storage.place(),
        });
    }
    let mut snapshots = Vec::new();
    for name in journal_files(storage)?
        .iter()
        .filter(|name| snapshot_sequence(name).is_some())
    {
        let outcome = match check_snapshot(storage, &marker.uuid, name) {
            Ok(info) => Ok(info),
            Err(SnapshotFault::Damaged(reason)) => Err(reason),
            Err(SnapshotFault::Refuse(error)) => Err(error.to_string()),
        };
        snapshots.push(SnapshotReport {
            file: name.clone(),
            outcome,
        });
    }
    let (scan, walked) = scan_as_far_as_possible(storage, &marker.uuid);
    let first_sequence = scan
        .segments
        .first()
        .map_or(1, |segment| segment.base_sequence);
    let start = super::super::segment::FRAMES_START;
    // The walk alone does not check whether log and snapshot fit together.
    let (newest, skipped) = newest_whole(&snapshots);
    let fault = walked
        .and_then(|()| check_snapshot_meets_log(&scan, newest, &skipped))
        .err();
    Ok(Report {
        place: storage.place(),
        first_sequence,
        last_sequence: scan.next_sequence - 1,
        frames: scan.segments.iter().map(|segment| segment.frames).sum(),
        records: scan.segments.iter().map(|segment| segment.records).sum(),
        frames_bytes: scan
            .segments
            .iter()
            .map(|segment| segment.used_bytes - start)
            .sum(),
        torn: scan.torn,
        segments: scan.segments,
        snapshots,
        fault,
    })
}

/// The snapshot that a start would use, and why newer ones are skipped.
fn newest_whole(snapshots: &[SnapshotReport]) -> (Option<&SnapshotInfo>, Vec<String>) {
    let mut skipped = Vec::new();
    for snapshot in snapshots.iter().rev() {
        match &snapshot.outcome {
            Ok(info) => return (Some(info), skipped),
            Err(reason) => skipped.push(reason.clone()),
        }
    }
    (None, skipped)
}
