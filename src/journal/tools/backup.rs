//! Copies a journal while its daemon runs, and restores a copy.
//!
//! Closed segments and snapshots never change, so a backup may link them. The active segment is
//! copied frame by frame up to the last whole one: a consistent prefix. The source must not be
//! changed.

use std::fs;
use std::io;
use std::path::Path;

use super::super::error::JournalError;
use super::super::frame::Sequence;
use super::super::marker::MARKER_FILE;
use super::super::recovery::{check, journal_files, refused};
use super::super::scan::SegmentReport;
use super::super::segment::{FRAMES_START, segment_file};
use super::super::snapshot::snapshot_sequence;
use super::super::storage::{FileStorage, Storage};
use super::while_pruned;

const CHUNK_BYTES: u64 = 1 << 20;

/// What was copied by a backup or a restore.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transfer {
    /// Last sequence that the copy holds.
    pub last_sequence: Sequence,
    /// Segments in the copy.
    pub segments: u64,
    /// Snapshots in the copy.
    pub snapshots: u64,
    /// Files that are hard links to the source and take no space of their own.
    pub linked: u64,
}

/// Copies the journal in `from`, which may be in use, into the new or empty directory `to`.
///
/// Closed segments and snapshots become hard links where `to` is on the same file system. A
/// damaged journal is refused, so that a bad copy cannot replace a good one.
pub fn backup(from: &Path, to: &Path) -> Result<Transfer, JournalError> {
    transfer(from, to, true)
}

/// Copies the backup in `from` into the new or empty directory `to`, sharing nothing with it.
pub fn restore(from: &Path, to: &Path) -> Result<Transfer, JournalError> {
    transfer(from, to, false)
}

fn transfer(from: &Path, to: &Path, may_link: bool) -> Result<Transfer, JournalError> {
    let place = to.display().to_string();
    let source = super::open(from)?;
    let target = FileStorage::create_directory(to)
        .map_err(|error| JournalError::io("create", &place, error))?;
    // It may have been emptied under a daemon that still uses it.
    let _lock = target
        .lock_empty()
        .map_err(|error| refused(&target, error))?;
    let present = target
        .list()
        .map_err(|error| JournalError::io("list", &place, error))?;
    if !present.is_empty() {
        return Err(JournalError::TargetNotEmpty { place });
    }
    while_pruned(&source, Result::is_err, || {
        copy(&source, &target, may_link).or_else(|error| clear(&target).and(Err(error)))
    })
}

fn copy(
    source: &FileStorage,
    target: &FileStorage,
    may_link: bool,
) -> Result<Transfer, JournalError> {
    // Listed before the walk: no snapshot is ahead of the log that is read after it.
    let mut snapshots = journal_files(source)?;
    snapshots.retain(|name| snapshot_sequence(name).is_some());
    let checked = check(source)?;
    let mut transfer = Transfer {
        last_sequence: checked.scan.next_sequence - 1,
        segments: checked.scan.segments.len() as u64,
        snapshots: snapshots.len() as u64,
        linked: 0,
    };
    let (active, closed) = checked
        .scan
        .segments
        .split_last()
        .expect("a scan without damage has a segment");
    let names = closed
        .iter()
        .map(|segment| segment_file(segment.number))
        .chain(snapshots);
    for name in names {
        if may_link && link(source, target, &name)? {
            transfer.linked += 1;
            continue;
        }
        let bytes = source
            .open_read(&name)
            .and_then(|file| file.len())
            .map_err(|error| JournalError::io("read", &name, error))?;
        copy_file(source, target, &name, &[(0, bytes)], bytes)?;
    }
    copy_active(source, target, active)?;
    target
        .sync_directory()
        .map_err(|error| JournalError::io("sync", &target.place(), error))?;
    // Last, because its presence means that the copy is complete.
    checked.marker.write(target)?;
    Ok(transfer)
}

/// Copies the header and the whole frames, but no witness: it may vouch for later frames.
fn copy_active(
    source: &FileStorage,
    target: &FileStorage,
    segment: &SegmentReport,
) -> Result<(), JournalError> {
    let ranges = [
        (0, super::super::frame::PAGE_BYTES as u64),
        (FRAMES_START, segment.used_bytes),
    ];
    copy_file(
        source,
        target,
        &segment_file(segment.number),
        &ranges,
        segment.bytes,
    )
}

/// Copies byte ranges of a file and fills the rest with zeros.
fn copy_file(
    source: &FileStorage,
    target: &FileStorage,
    name: &str,
    ranges: &[(u64, u64)],
    bytes: u64,
) -> Result<(), JournalError> {
    let copied = || -> io::Result<()> {
        let from = source.open_read(name)?;
        let to = target.create(name)?;
        let mut offset = 0;
        for (start, end) in ranges.iter().copied().chain([(bytes, bytes)]) {
            while offset < start {
                let chunk = vec![0; chunk_bytes(start - offset)];
                to.write_all_at(&chunk, offset)?;
                offset += chunk.len() as u64;
            }
            while offset < end {
                let mut chunk = vec![0; chunk_bytes(end - offset)];
                from.read_exact_at(&mut chunk, offset)?;
                to.write_all_at(&chunk, offset)?;
                offset += chunk.len() as u64;
            }
        }
        to.sync()
    };
    copied().map_err(|error| JournalError::io("copy", name, error))
}

fn chunk_bytes(left: u64) -> usize {
    usize::try_from(left.min(CHUNK_BYTES)).expect("a chunk is 1 MiB at most")
}

/// True if the file was linked, false if the file systems do not allow it.
fn link(source: &FileStorage, target: &FileStorage, name: &str) -> Result<bool, JournalError> {
    match fs::hard_link(source.path().join(name), target.path().join(name)) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(JournalError::io("link", name, error))
        }
        // Another file system, or one without links: copying is always possible.
        Err(_) => Ok(false),
    }
}

/// Empties a target that this transfer began to fill.
fn clear(target: &FileStorage) -> Result<(), JournalError> {
    let names = journal_files(target)?;
    for name in names.iter().map(String::as_str).chain([MARKER_FILE]) {
        match target.remove(name) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(JournalError::io("remove", name, error)),
        }
    }
    Ok(())
}
