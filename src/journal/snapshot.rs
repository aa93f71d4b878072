//! The snapshot: the owner's state at one sequence, with a hash over every byte.
//!
//! ```text
//! 0    magic "FHSNAPSH"     8
//! 8    format               4
//! 12   reserved, zero       4
//! 16   sequence             8
//! 24   state digest        32
//! 56   journal uuid        16
//! 72   reserved, zero      20
//! 92   crc32c of 0..92      4
//! 96   the state
//! end  length of the state  8
//!      BLAKE3 of all before the trailer 32
//!      magic "FHSNAPED"     8
//! ```
//! It becomes visible by a rename after it is on stable storage, so a torn file never has the name
//! of a snapshot; the hash finds later damage. This file must not delete snapshots.

use std::io::{self, Read, Write};
use std::sync::Arc;

use super::error::JournalError;
use super::frame::{Fields, Sequence, u32_at, u64_at};
use super::segment::{FORMAT, JournalUuid};
use super::storage::{Storage, StorageFile};

/// A digest of the owner's state; the journal gives it no meaning.
pub type StateDigest = [u8; 32];

const MAGIC: [u8; 8] = *b"FHSNAPSH";
const TRAILER_MAGIC: [u8; 8] = *b"FHSNAPED";
const HEADER_BYTES: usize = 96;
const TRAILER_BYTES: usize = 48;
const CHUNK_BYTES: usize = 1 << 20;
/// Most unsynced bytes: the journal's own syncs wait behind them.
const UNSYNCED_BYTES: usize = 8 << 20;

/// File name of the snapshot at `sequence`.
#[must_use]
pub fn snapshot_file(sequence: Sequence) -> String {
    format!("snap-{sequence:020}")
}

/// Sequence of a file name, if it is a snapshot's.
#[must_use]
pub fn snapshot_sequence(name: &str) -> Option<Sequence> {
    let digits = name.strip_prefix("snap-")?;
    if digits.len() != 20 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok()
}

/// The sequence of a snapshot, and the owner's state.
pub type KeptState = (Sequence, Vec<u8>);

/// A checked snapshot's metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotInfo {
    /// The state contains every record through this one.
    pub sequence: Sequence,
    /// Digest of the state, as its owner gave it.
    pub digest: StateDigest,
    /// Length of the state in bytes.
    pub state_bytes: u64,
    /// The first `HEAD_BYTES` of the state, in which its owner may record who wrote it.
    pub head: Vec<u8>,
}

/// Bytes at the start of a state that are read without the rest.
const HEAD_BYTES: u64 = 64;

/// Why a snapshot cannot be used.
#[derive(Debug, Clone)]
pub(crate) enum SnapshotFault {
    /// Torn or damaged; an older one can stand in.
    Damaged(String),
    /// Anything that must stop the start: a newer format, or an unreadable disk.
    Refuse(JournalError),
}

/// Hashes a whole snapshot file and compares the result with its trailer.
pub(crate) fn check_snapshot(
    storage: &dyn Storage,
    uuid: &JournalUuid,
    name: &str,
) -> Result<SnapshotInfo, SnapshotFault> {
    let io = |error| SnapshotFault::Refuse(JournalError::io("read", name, error));
    let damaged = |reason: &str| SnapshotFault::Damaged(format!("{name}: {reason}"));
    let file = storage.open_read(name).map_err(io)?;
    let bytes = file.len().map_err(io)?;
    if bytes < (HEADER_BYTES + TRAILER_BYTES) as u64 {
        return Err(damaged("it is too short"));
    }
    let mut head = [0; HEADER_BYTES];
    file.read_exact_at(&mut head, 0).map_err(io)?;
    if !head.starts_with(&MAGIC) || u32_at(&head, 92) != crc32c::crc32c(&head[..92]) {
        return Err(damaged("its header does not match its checksum"));
    }
    let found = u32_at(&head, 8);
    if found > FORMAT {
        let error = JournalError::NewerFormat {
            file: name.to_owned(),
            found,
            supported: FORMAT,
        };
        return Err(SnapshotFault::Refuse(error));
    }
    let sequence = u64_at(&head, 16);
    if snapshot_sequence(name) != Some(sequence) || head[56..72] != uuid[..] {
        return Err(damaged("it was renamed or belongs to another journal"));
    }
    let end = bytes - TRAILER_BYTES as u64;
    let mut hasher = blake3::Hasher::new();
    let mut chunk = vec![0; CHUNK_BYTES];
    let mut offset = 0;
    while offset < end {
        let length = usize::try_from(end - offset)
            .unwrap_or(CHUNK_BYTES)
            .min(CHUNK_BYTES);
        let part = chunk.get_mut(..length).unwrap_or_default();
        file.read_exact_at(part, offset).map_err(io)?;
        hasher.update(part);
        offset += length as u64;
    }
    let mut trailer = [0; TRAILER_BYTES];
    file.read_exact_at(&mut trailer, end).map_err(io)?;
    let state_bytes = end - HEADER_BYTES as u64;
    if !trailer.ends_with(&TRAILER_MAGIC)
        || u64_at(&trailer, 0) != state_bytes
        || trailer[8..40] != hasher.finalize().as_bytes()[..]
    {
        return Err(damaged("its content does not match its hash"));
    }
    let head_bytes = usize::try_from(state_bytes.min(HEAD_BYTES)).unwrap_or_default();
    let mut state_head = vec![0; head_bytes];
    file.read_exact_at(&mut state_head, HEADER_BYTES as u64)
        .map_err(io)?;
    let mut digest = [0; 32];
    digest.copy_from_slice(&head[24..56]);
    Ok(SnapshotInfo {
        sequence,
        digest,
        state_bytes,
        head: state_head,
    })
}

/// Reads the state of a checked snapshot as a stream.
pub struct SnapshotReader {
    file: Box<dyn StorageFile>,
    offset: u64,
    left: u64,
}

impl SnapshotReader {
    pub(crate) fn open(storage: &dyn Storage, info: &SnapshotInfo) -> Result<Self, JournalError> {
        let name = snapshot_file(info.sequence);
        let file = storage
            .open_read(&name)
            .map_err(|error| JournalError::io("open", &name, error))?;
        Ok(Self {
            file,
            offset: HEADER_BYTES as u64,
            left: info.state_bytes,
        })
    }

    /// Bytes of the state not yet read.
    #[must_use]
    pub fn bytes_left(&self) -> usize {
        usize::try_from(self.left).unwrap_or(usize::MAX)
    }
}

impl Read for SnapshotReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = buffer
            .len()
            .min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let part = buffer.get_mut(..length).unwrap_or_default();
        self.file.read_exact_at(part, self.offset)?;
        self.offset += length as u64;
        self.left -= length as u64;
        Ok(length)
    }
}

/// Writes the state as a stream and hashes it. If dropped before
/// [`Journal::finish_snapshot`](super::Journal::finish_snapshot), no snapshot is left.
pub struct SnapshotWriter {
    storage: Arc<dyn Storage>,
    file: Option<Box<dyn StorageFile>>,
    tmp: String,
    sequence: Sequence,
    hasher: blake3::Hasher,
    buffer: Vec<u8>,
    offset: u64,
    /// Bytes written since the last sync.
    unsynced: usize,
    failed: bool,
}

impl SnapshotWriter {
    pub(crate) fn create(
        storage: &Arc<dyn Storage>,
        uuid: &JournalUuid,
        sequence: Sequence,
        digest: &StateDigest,
    ) -> Result<Self, JournalError> {
        let tmp = format!("{}.tmp", snapshot_file(sequence));
        let file = storage
            .create(&tmp)
            .map_err(|error| JournalError::io("create", &tmp, error))?;
        let mut head = [0; HEADER_BYTES];
        let mut fields = Fields(&mut head);
        fields.put(&MAGIC);
        fields.put(&FORMAT.to_le_bytes());
        fields.put(&[0; 4]);
        fields.put(&sequence.to_le_bytes());
        fields.put(digest);
        fields.put(uuid);
        let crc = crc32c::crc32c(&head[..92]);
        head[92..].copy_from_slice(&crc.to_le_bytes());
        Ok(Self {
            storage: Arc::clone(storage),
            file: Some(file),
            tmp,
            sequence,
            hasher: blake3::Hasher::new(),
            buffer: head.to_vec(),
            offset: 0,
            unsynced: 0,
            failed: false,
        })
    }

    /// The sequence of this snapshot.
    #[must_use]
    pub fn sequence(&self) -> Sequence {
        self.sequence
    }

    /// Makes the snapshot durable under its name.
    pub(crate) fn publish(mut self) -> Result<(), JournalError> {
        let tmp = self.tmp.clone();
        self.seal_file()
            .map_err(|error| JournalError::io("write snapshot", &tmp, error))
    }

    fn seal_file(&mut self) -> io::Result<()> {
        if self.failed {
            return Err(io::Error::other("an earlier write of this snapshot failed"));
        }
        self.flush()?;
        let mut trailer = [0; TRAILER_BYTES];
        let mut fields = Fields(&mut trailer);
        fields.put(&(self.offset - HEADER_BYTES as u64).to_le_bytes());
        fields.put(self.hasher.finalize().as_bytes());
        fields.put(&TRAILER_MAGIC);
        if let Some(file) = &self.file {
            file.write_all_at(&trailer, self.offset)?;
            file.sync()?;
            self.storage
                .rename(&self.tmp, &snapshot_file(self.sequence))?;
            // From here on the file must not be removed by `drop`.
            self.file = None;
            self.storage.sync_directory()?;
        }
        Ok(())
    }
}

impl Write for SnapshotWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = CHUNK_BYTES - self.buffer.len();
        let part = &bytes[..bytes.len().min(room)];
        self.buffer.extend_from_slice(part);
        if self.buffer.len() >= CHUNK_BYTES {
            self.flush()?;
        }
        Ok(part.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let Some(file) = &self.file else {
            return Ok(());
        };
        let wrote = file.write_all_at(&self.buffer, self.offset);
        self.unsynced += self.buffer.len();
        let synced = wrote.and_then(|()| match self.unsynced {
            0..UNSYNCED_BYTES => Ok(()),
            _ => {
                self.unsynced = 0;
                file.sync()
            }
        });
        if let Err(error) = synced {
            self.failed = true;
            return Err(error);
        }
        self.hasher.update(&self.buffer);
        self.offset += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }
}

impl Drop for SnapshotWriter {
    fn drop(&mut self) {
        if self.file.take().is_some() {
            // Best effort: the next start removes it otherwise.
            drop(self.storage.remove(&self.tmp));
        }
    }
}
