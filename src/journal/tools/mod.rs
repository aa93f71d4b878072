//! What an operator does with a journal: verify, dump, back up, restore, compact.
//!
//! Library functions for the command line. `verify` and `dump` must not write, and none of these
//! may print.

mod backup;
mod verify;

use std::io::Read;
use std::path::Path;

use super::catalogue::{Catalogue, Pruned};
use super::error::JournalError;
use super::frame::{Record, Sequence};
use super::reader::read_records;
use super::recovery::{check, journal_files, take_lock};
use super::scan::segment_numbers;
use super::segment::JournalUuid;
use super::snapshot::{SnapshotFault, SnapshotReader, check_snapshot, snapshot_sequence};
use super::storage::{FileStorage, Storage};

pub use backup::{Transfer, backup, restore};
pub use verify::{Report, SnapshotReport, verify, verify_storage};

/// Passes every stored record from `from` on to `take`, in order; 0 begins with the oldest kept.
///
/// Checks the whole journal first and refuses a damaged one. Works beside a running daemon.
pub fn dump<E: From<JournalError>>(
    directory: &Path,
    from: Sequence,
    take: impl FnMut(Record<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let storage = open(directory)?;
    let checked = while_pruned(&storage, Result::is_err, || check(&storage))?;
    let starts = checked.scan.starts();
    let oldest = starts.first().map_or(1, |segment| segment.base_sequence);
    let from = if from == 0 { oldest } else { from };
    let through = checked.scan.next_sequence - 1;
    read_records(&storage, &checked.marker.uuid, &starts, from, through, take)
}

/// The identity of a journal, and the states that it keeps.
#[derive(Debug)]
pub struct Kept {
    pub uuid: JournalUuid,
    /// Whole snapshots with their sequences, oldest first.
    pub snapshots: Vec<(Sequence, Vec<u8>)>,
}

/// Reads the snapshots of a journal. Works beside a running daemon.
pub fn kept(directory: &Path) -> Result<Kept, JournalError> {
    let storage = open(directory)?;
    let checked = while_pruned(&storage, Result::is_err, || check(&storage))?;
    let uuid = checked.marker.uuid;
    let mut snapshots = Vec::new();
    for name in journal_files(&storage)? {
        if snapshot_sequence(&name).is_none() {
            continue;
        }
        match check_snapshot(&storage, &uuid, &name) {
            Ok(info) => {
                let mut state = Vec::new();
                SnapshotReader::open(&storage, &info)?
                    .read_to_end(&mut state)
                    .map_err(|error| JournalError::io("read", &name, error))?;
                snapshots.push((info.sequence, state));
            }
            Err(SnapshotFault::Damaged(_)) => {}
            Err(SnapshotFault::Refuse(error)) => return Err(error),
        }
    }
    Ok(Kept { uuid, snapshots })
}

/// Removes the segments and snapshots that the older of the two newest snapshots covers.
///
/// A running daemon does this itself after each snapshot; this function requires that no daemon
/// runs and that the journal is undamaged.
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
    catalogue.prune(&storage, None)
}

/// Tries, because a snapshot of the daemon may delete segments that a tool is reading.
const ATTEMPTS: u32 = 5;

/// Repeats `look` while it fails and the oldest segment changed meanwhile.
fn while_pruned<T>(
    storage: &dyn Storage,
    failed: impl Fn(&Result<T, JournalError>) -> bool,
    mut look: impl FnMut() -> Result<T, JournalError>,
) -> Result<T, JournalError> {
    let mut attempt = 1;
    loop {
        let before = segment_numbers(storage)?;
        let seen = look();
        if attempt == ATTEMPTS
            || !failed(&seen)
            || segment_numbers(storage)?.first() == before.first()
        {
            return seen;
        }
        attempt += 1;
    }
}

fn open(directory: &Path) -> Result<FileStorage, JournalError> {
    FileStorage::open_directory(directory)
        .map_err(|error| JournalError::io("open", &directory.display().to_string(), error))
}
