//! What an operator does with a journal: verify, dump, back up, restore, compact.
//!
//! Library functions for the command line. `verify` and `dump` must not write at all, and none
//! of these may print.

mod backup;
mod verify;

use std::path::Path;

use super::catalogue::{Catalogue, Pruned};
use super::error::JournalError;
use super::frame::{Record, Sequence};
use super::reader::read_records;
use super::recovery::{check, take_lock};
use super::snapshot::{SnapshotFault, check_snapshot, snapshot_sequence};
use super::storage::{FileStorage, Storage};

pub use backup::{Transfer, backup, restore};
pub use verify::{Report, SnapshotReport, verify, verify_storage};

/// Hands every stored record from `from` on to `take`, in order; 0 begins with the oldest kept.
///
/// Checks the whole journal first and refuses a damaged one. Works beside a running daemon.
pub fn dump<E: From<JournalError>>(
    directory: &Path,
    from: Sequence,
    take: impl FnMut(Record<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let storage = open(directory)?;
    let checked = check(&storage)?;
    let starts = checked.scan.starts();
    let oldest = starts.first().map_or(1, |segment| segment.base_sequence);
    let from = if from == 0 { oldest } else { from };
    let through = checked.scan.next_sequence - 1;
    read_records(&storage, &checked.marker.uuid, &starts, from, through, take)
}

/// Removes the segments and snapshots that the older of the two newest snapshots covers.
///
/// A running daemon does this by itself after each snapshot; here its absence is required, and
/// the journal must be undamaged.
pub fn compact(directory: &Path) -> Result<Pruned, JournalError> {
    let storage = open(directory)?;
    let _lock = take_lock(&storage)?;
    let checked = check(&storage)?;
    let mut catalogue = Catalogue {
        segments: checked.scan.starts().into(),
        snapshots: Vec::new(),
    };
    let names = storage
        .list()
        .map_err(|error| JournalError::io("list", &storage.place(), error))?;
    for name in names
        .iter()
        .filter(|name| snapshot_sequence(name).is_some())
    {
        match check_snapshot(&storage, &checked.marker.uuid, name) {
            Ok(info) => catalogue.add_snapshot(info.sequence),
            // A damaged snapshot covers nothing.
            Err(SnapshotFault::Damaged(_)) => {}
            Err(SnapshotFault::Refuse(error)) => return Err(error),
        }
    }
    catalogue.prune(&storage)
}

fn open(directory: &Path) -> Result<FileStorage, JournalError> {
    FileStorage::open_directory(directory)
        .map_err(|error| JournalError::io("open", &directory.display().to_string(), error))
}
