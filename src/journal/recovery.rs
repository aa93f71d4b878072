//! Opens a directory: begins a journal, or checks one and makes it writable again.
//!
//! Only this file cuts, and it cuts only what was never acknowledged. Everything else it refuses
//! without changing a byte.

use std::io::Read;
use std::sync::Arc;

use super::catalogue::Catalogue;
use super::committer::ActiveSegment;
use super::error::{Damage, JournalError};
use super::frame::{PAGE_BYTES, Record, Sequence};
use super::marker::{MARKER_FILE, Marker};
use super::options::Options;
use super::reader::{SegmentStart, is_zero, read_records};
use super::scan::{Scan, TornTail, scan, segment_numbers};
use super::segment::{
    FORMAT, FRAMES_START, JournalUuid, SPARE_FILE, SegmentHeader, segment_file, segment_number,
};
use super::snapshot::{
    SnapshotFault, SnapshotInfo, SnapshotReader, check_snapshot, snapshot_sequence,
};
use super::spare::prepare;
use super::storage::{LockError, Storage, StorageLock};

/// Bytes rewritten at a time.
const CHUNK_BYTES: u64 = 1 << 20;

/// What opening found: the newest whole snapshot and the records after it.
pub struct Recovery {
    storage: Arc<dyn Storage>,
    uuid: JournalUuid,
    segments: Vec<SegmentStart>,
    last_sequence: Sequence,
    snapshot: Option<SnapshotInfo>,
    skipped_snapshots: Vec<String>,
    cut: Option<TornTail>,
}

impl Recovery {
    /// The newest snapshot whose hash is right, if there is one.
    #[must_use]
    pub fn snapshot(&self) -> Option<&SnapshotInfo> {
        self.snapshot.as_ref()
    }

    /// The state of that snapshot as a stream.
    pub fn snapshot_reader(&self) -> Result<Option<SnapshotReader>, JournalError> {
        self.snapshot
            .as_ref()
            .map(|info| SnapshotReader::open(self.storage.as_ref(), info))
            .transpose()
    }

    /// The state of that snapshot in memory.
    pub fn snapshot_bytes(&self) -> Result<Option<Vec<u8>>, JournalError> {
        let Some(mut reader) = self.snapshot_reader()? else {
            return Ok(None);
        };
        let mut bytes = Vec::with_capacity(reader.bytes_left());
        reader
            .read_to_end(&mut bytes)
            .map_err(|error| JournalError::io("read", "the snapshot", error))?;
        Ok(Some(bytes))
    }

    /// Passes every record after the snapshot to `take`, in order, without holding them all.
    ///
    /// All frames were checked before; they are checked again as they are read.
    pub fn replay<E: From<JournalError>>(
        &self,
        take: impl FnMut(Record<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let from = self
            .snapshot
            .as_ref()
            .map_or(1, |snapshot| snapshot.sequence + 1);
        read_records(
            self.storage.as_ref(),
            &self.uuid,
            &self.segments,
            from,
            self.last_sequence,
            take,
        )
    }

    /// Sequence of the last record; 0 if the journal is empty.
    #[must_use]
    pub fn last_sequence(&self) -> Sequence {
        self.last_sequence
    }

    /// Why newer snapshots were skipped, one line each. Worth a warning.
    #[must_use]
    pub fn skipped_snapshots(&self) -> &[String] {
        &self.skipped_snapshots
    }

    /// The torn, never acknowledged tail that was cut. Worth a warning.
    #[must_use]
    pub fn cut(&self) -> Option<&TornTail> {
        self.cut.as_ref()
    }

    /// Identity of the journal.
    #[must_use]
    pub fn uuid(&self) -> JournalUuid {
        self.uuid
    }
}

/// What the writer needs to continue.
pub(crate) struct Recovered {
    pub(crate) recovery: Recovery,
    pub(crate) catalogue: Catalogue,
    pub(crate) active: ActiveSegment,
    pub(crate) crc: u32,
    pub(crate) unsealed: bool,
    pub(crate) lock: StorageLock,
}

/// A checked directory: the chain of frames and the snapshot before it.
pub(crate) struct Checked {
    pub(crate) marker: Marker,
    pub(crate) scan: Scan,
    pub(crate) snapshot: Option<SnapshotInfo>,
    pub(crate) skipped_snapshots: Vec<String>,
}

/// Locks the directory, checks it, cuts a torn tail and makes the rest durable.
pub(crate) fn recover(
    storage: &Arc<dyn Storage>,
    options: &Options,
) -> Result<Recovered, JournalError> {
    if !options.create && Marker::read(storage.as_ref())?.is_none() {
        // Before the lock, so that a mistyped path does not get a lock file.
        return Err(no_marker(
            storage.as_ref(),
            &journal_files(storage.as_ref())?,
        ));
    }
    let lock = take_lock(storage.as_ref())?;
    if Marker::read(storage.as_ref())?.is_none() {
        begin(storage.as_ref(), options)?;
    }
    let Checked {
        marker,
        scan,
        snapshot,
        skipped_snapshots,
    } = check(storage.as_ref())?;
    let active = repair(storage.as_ref(), &scan)?;
    let catalogue = Catalogue {
        segments: scan.starts().into(),
        snapshots: snapshot.iter().map(|snapshot| snapshot.sequence).collect(),
    };
    let recovery = Recovery {
        storage: Arc::clone(storage),
        uuid: marker.uuid,
        segments: scan.starts(),
        last_sequence: scan.next_sequence - 1,
        snapshot,
        skipped_snapshots,
        cut: scan.torn.clone(),
    };
    let (crc, unsealed) = (scan.crc, !scan.sealed);
    Ok(Recovered {
        recovery,
        catalogue,
        active,
        crc,
        unsealed,
        lock,
    })
}

/// Locks the directory for this process.
pub(crate) fn take_lock(storage: &dyn Storage) -> Result<StorageLock, JournalError> {
    storage.lock().map_err(|error| refused(storage, error))
}

/// Why a directory could not be locked.
pub(crate) fn refused(storage: &dyn Storage, error: LockError) -> JournalError {
    match error {
        LockError::Held { pid } => JournalError::Locked {
            place: storage.place(),
            pid,
        },
        LockError::Io(error) => JournalError::io("lock", &storage.place(), error),
    }
}

/// Checks a whole directory and changes nothing.
pub(crate) fn check(storage: &dyn Storage) -> Result<Checked, JournalError> {
    let Some(marker) = Marker::read(storage)? else {
        return Err(no_marker(storage, &journal_files(storage)?));
    };
    if segment_numbers(storage)?.is_empty() {
        return Err(JournalError::SegmentsMissing {
            place: storage.place(),
        });
    }
    let (snapshot, skipped_snapshots) = newest_snapshot(storage, &marker.uuid)?;
    let scan = scan(storage, &marker.uuid)?;
    check_snapshot_meets_log(&scan, snapshot.as_ref(), &skipped_snapshots)?;
    Ok(Checked {
        marker,
        scan,
        snapshot,
        skipped_snapshots,
    })
}

fn newest_snapshot(
    storage: &dyn Storage,
    uuid: &JournalUuid,
) -> Result<(Option<SnapshotInfo>, Vec<String>), JournalError> {
    let names = storage
        .list()
        .map_err(|error| JournalError::io("list", &storage.place(), error))?;
    let mut skipped = Vec::new();
    // The names have a fixed width, so they sort in the order of the sequences.
    for name in names
        .iter()
        .rev()
        .filter(|name| snapshot_sequence(name).is_some())
    {
        match check_snapshot(storage, uuid, name) {
            Ok(info) => return Ok((Some(info), skipped)),
            Err(SnapshotFault::Damaged(reason)) => skipped.push(reason),
            Err(SnapshotFault::Refuse(error)) => return Err(error),
        }
    }
    Ok((None, skipped))
}

pub(crate) fn check_snapshot_meets_log(
    scan: &Scan,
    snapshot: Option<&SnapshotInfo>,
    skipped: &[String],
) -> Result<(), JournalError> {
    let (number, base, used) = scan.segments.first().map_or((1, 1, 0), |segment| {
        (segment.number, segment.base_sequence, segment.used_bytes)
    });
    let covered = snapshot.map_or(0, |snapshot| snapshot.sequence);
    let damage = |segment: u64, offset: u64, sequence: Sequence, reason: String| {
        Err(Damage {
            file: segment_file(segment),
            segment,
            offset,
            sequence,
            reason,
        }
        .into())
    };
    if base > covered + 1 {
        let mut reason = format!(
            "the records {} to {} are in no segment and in no whole snapshot",
            covered + 1,
            base - 1
        );
        for skipped in skipped {
            reason.push_str("; ");
            reason.push_str(skipped);
        }
        return damage(number, 0, covered + 1, reason);
    }
    if scan.next_sequence <= covered {
        let (number, used) = scan.segments.last().map_or((number, used), |segment| {
            (segment.number, segment.used_bytes)
        });
        let reason = format!(
            "the log ends before its snapshot at sequence {covered}, at sequence {}: one of them \
             is of an older copy, and the segments and snapshots that belong together are to be \
             put back",
            scan.next_sequence - 1
        );
        return damage(number, used, scan.next_sequence, reason);
    }
    Ok(())
}

/// Cuts the torn tail, removes what a crash left half made, and makes the end durable.
fn repair(storage: &dyn Storage, scan: &Scan) -> Result<ActiveSegment, JournalError> {
    let last = scan
        .segments
        .last()
        .copied()
        .expect("a scan without damage has a segment");
    let name = segment_file(last.number);
    if let Some(torn) = &scan.torn {
        zero_from(storage, &segment_file(torn.segment), torn.offset)
            .map_err(|error| JournalError::io("cut", &segment_file(torn.segment), error))?;
    }
    if let Some(number) = scan.unfinished_segment {
        let unfinished = segment_file(number);
        storage
            .remove(&unfinished)
            .map_err(|error| JournalError::io("remove", &unfinished, error))?;
    }
    remove_temporary(storage)?;
    persist_again(storage, scan)?;
    let file = storage
        .open(&name)
        .map_err(|error| JournalError::io("open", &name, error))?;
    Ok(ActiveSegment {
        file,
        name,
        number: last.number,
        bytes: last.bytes,
        offset: last.used_bytes,
    })
}

fn zero_from(storage: &dyn Storage, name: &str, from: u64) -> std::io::Result<()> {
    let file = storage.open(name)?;
    let bytes = file.len()?;
    let mut page = [0; PAGE_BYTES];
    let mut offset = from;
    while offset < bytes {
        file.read_exact_at(&mut page, offset)?;
        if !is_zero(&page) {
            file.write_all_at(&[0; PAGE_BYTES], offset)?;
        }
        offset += PAGE_BYTES as u64;
    }
    file.sync()
}

/// Writes again, with the same bytes, the frames that no later frame vouches for.
///
/// They were read through the page cache. If an earlier sync of them failed, the cache holds them
/// as clean although they are not on the disk, and a sync alone would report success. Writing the
/// same bytes makes the pages dirty, so that the next sync stores them.
fn persist_again(storage: &dyn Storage, scan: &Scan) -> Result<(), JournalError> {
    let (number, offset) = scan.proven;
    for segment in scan
        .segments
        .iter()
        .filter(|segment| segment.number >= number)
    {
        let name = segment_file(segment.number);
        let from = if segment.number == number {
            offset
        } else {
            FRAMES_START
        };
        write_again(storage, &name, from, segment.used_bytes)
            .map_err(|error| JournalError::io("write", &name, error))?;
    }
    storage
        .sync_directory()
        .map_err(|error| JournalError::io("sync", &storage.place(), error))
}

fn write_again(storage: &dyn Storage, name: &str, from: u64, to: u64) -> std::io::Result<()> {
    let file = storage.open(name)?;
    let mut offset = from;
    while offset < to {
        let length = (to - offset).min(CHUNK_BYTES);
        let mut bytes = vec![0; usize::try_from(length).map_err(std::io::Error::other)?];
        file.read_exact_at(&mut bytes, offset)?;
        file.write_all_at(&bytes, offset)?;
        offset += length;
    }
    file.sync()
}

/// Removes files that only a crash leaves behind.
fn remove_temporary(storage: &dyn Storage) -> Result<(), JournalError> {
    let names = storage
        .list()
        .map_err(|error| JournalError::io("list", &storage.place(), error))?;
    for name in names {
        // The spare and the reserve stay: their room must not be lost to other programs.
        let is_ours = name
            .strip_suffix(".tmp")
            .is_some_and(|stem| stem == MARKER_FILE || snapshot_sequence(stem).is_some());
        if is_ours {
            storage
                .remove(&name)
                .map_err(|error| JournalError::io("remove", &name, error))?;
        }
    }
    Ok(())
}

/// Begins an empty journal, if the caller asked for it and the directory holds no other.
fn begin(storage: &dyn Storage, options: &Options) -> Result<(), JournalError> {
    let found = journal_files(storage)?;
    let aborted = is_aborted_beginning(storage, &found)?;
    if !options.create || !(found.is_empty() || aborted) {
        return Err(no_marker(storage, &found));
    }
    let uuid: JournalUuid = rand::random();
    let header = SegmentHeader {
        number: 1,
        base_sequence: 1,
        previous_crc: 0,
        uuid,
        segment_bytes: options.segment_bytes,
    };
    let name = segment_file(1);
    let file = prepare(storage, SPARE_FILE, options.segment_bytes)?;
    // The marker comes last: a directory without it can be begun again after a crash.
    file.write_all_durable_at(&header.encode(), 0)
        .and_then(|()| storage.rename(SPARE_FILE, &name))
        .and_then(|()| storage.sync_directory())
        .map_err(|error| JournalError::io("create", &name, error))?;
    Marker {
        uuid,
        format: FORMAT,
    }
    .write(storage)
}

pub(crate) fn no_marker(storage: &dyn Storage, found: &[String]) -> JournalError {
    match found.first() {
        None => JournalError::NotInitialised {
            place: storage.place(),
        },
        Some(first) => {
            let found = format!("{first} and {} more", found.len() - 1);
            JournalError::MarkerMissing {
                place: storage.place(),
                found,
            }
        }
    }
}

pub(crate) fn journal_files(storage: &dyn Storage) -> Result<Vec<String>, JournalError> {
    let mut names = storage
        .list()
        .map_err(|error| JournalError::io("list", &storage.place(), error))?;
    names.retain(|name| segment_number(name).is_some() || snapshot_sequence(name).is_some());
    Ok(names)
}

/// True if there is only a first segment without a frame: the marker was never written.
fn is_aborted_beginning(storage: &dyn Storage, found: &[String]) -> Result<bool, JournalError> {
    let first = segment_file(1);
    if found != [first.clone()] {
        return Ok(false);
    }
    let io = |error| JournalError::io("read", &first, error);
    let file = storage.open_read(&first).map_err(io)?;
    let bytes = file.len().map_err(io)?;
    let mut page = [0; PAGE_BYTES];
    let mut offset = PAGE_BYTES as u64;
    while offset + PAGE_BYTES as u64 <= bytes {
        file.read_exact_at(&mut page, offset).map_err(io)?;
        if !is_zero(&page) {
            return Ok(false);
        }
        offset += PAGE_BYTES as u64;
    }
    Ok(true)
}
