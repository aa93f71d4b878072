//! The segments that come next, allocated and zero-filled ahead by a thread of its own.
//!
//! Zero-filling inside a commit would hold every reply for tens of milliseconds; and a full disk
//! must be noticed while there is still room. Two are kept: the spare is the next segment; the
//! reserve is touched only while the disk has no room for a spare, so that what runs can end. Both
//! stay where they are when the journal is closed: their room is not given to others. This file
//! must not write to segments in use.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};

use super::error::JournalError;
use super::room::Ahead;
use super::segment::{RESERVE_FILE, SPARE_FILE};
use super::storage::{Storage, StorageFile};

const FILL_BYTES: usize = 1 << 20;
/// Synced every so many bytes, so that the fill never queues 64 MiB before a commit's sync.
const FILL_SYNC_BYTES: u64 = 4 << 20;

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Which {
    Spare,
    Reserve,
}

impl Which {
    pub(crate) const fn file(self) -> &'static str {
        match self {
            Self::Spare => SPARE_FILE,
            Self::Reserve => RESERVE_FILE,
        }
    }
}

/// A segment that is ready to be used.
pub(crate) struct Prepared {
    pub(crate) which: Which,
    pub(crate) file: Box<dyn StorageFile>,
    pub(crate) bytes: u64,
}

/// How the allocation stands.
pub(crate) enum Standing {
    /// The spare is there, and the reserve unless the disk has no room for it.
    Whole,
    /// One is being made.
    Allocating,
    /// There is no spare: the disk has no room for it.
    Failed(JournalError),
}

#[derive(Default)]
struct Slot {
    /// The name is free: it is to be made.
    spare_wanted: bool,
    reserve_wanted: bool,
    spare: Option<Prepared>,
    reserve: Option<Prepared>,
    /// Bytes of the one that the committer is about to use: it counts until it is in use.
    moving: Option<u64>,
    failure: Option<JournalError>,
    /// The journal is being closed: the committer must not wait for space.
    draining: bool,
    /// The committer has ended: the thread must end too.
    stopped: bool,
}

/// Hands the prepared segments from their thread to the committer.
pub(crate) struct Spare {
    slot: Mutex<Slot>,
    changed: Condvar,
    segment_bytes: u64,
    reserve_bytes: u64,
    retry: Duration,
}

impl Spare {
    pub(crate) fn new(segment_bytes: u64, reserve_bytes: u64, retry: Duration) -> Self {
        let slot = Slot {
            spare_wanted: true,
            reserve_wanted: true,
            ..Slot::default()
        };
        Self {
            slot: Mutex::new(slot),
            changed: Condvar::new(),
            segment_bytes,
            reserve_bytes,
            retry,
        }
    }

    pub(crate) fn standing(&self) -> Standing {
        let slot = self.slot.lock();
        match &slot.failure {
            None if slot.spare.is_some() && slot.reserve.is_some() => Standing::Whole,
            None => Standing::Allocating,
            // With a spare there is a whole segment for what must go on after this one.
            Some(_) if slot.spare.is_some() => Standing::Whole,
            Some(failure) => Standing::Failed(failure.clone()),
        }
    }

    /// What is allocated beside the segment in use.
    pub(crate) fn ahead(&self) -> Ahead {
        let slot = self.slot.lock();
        let mut ahead = Ahead::default();
        let ready = slot.spare.iter().chain(&slot.reserve);
        for bytes in ready.map(|prepared| prepared.bytes).chain(slot.moving) {
            ahead.add(bytes);
        }
        ahead
    }

    /// Waits for a prepared segment: the spare, or the reserve where the disk has no room for a
    /// spare. Only a broken disk, or a full one while the journal is being closed, ends the wait
    /// with an error. [`Self::request`] is to follow once the segment has its own name.
    pub(crate) fn take(&self) -> Result<Prepared, JournalError> {
        let mut slot = self.slot.lock();
        loop {
            let mut ready = slot.spare.take();
            if ready.is_none()
                && let Some(failure) = &slot.failure
            {
                if !failure.is_passing() {
                    return Err(failure.clone());
                }
                ready = slot.reserve.take();
                if ready.is_none() && slot.draining {
                    return Err(failure_of(&slot));
                }
            }
            if let Some(ready) = ready {
                slot.moving = Some(ready.bytes);
                return Ok(ready);
            }
            self.changed.wait(&mut slot);
        }
    }

    /// The segment that was taken is in use: it counts as such from now on.
    pub(crate) fn in_use(&self) {
        self.slot.lock().moving = None;
    }

    /// Asks for another one, once the one that was taken has its final name.
    pub(crate) fn request(&self, which: Which) {
        let mut slot = self.slot.lock();
        match which {
            Which::Spare => slot.spare_wanted = true,
            Which::Reserve => slot.reserve_wanted = true,
        }
        drop(slot);
        self.changed.notify_all();
    }

    /// Lets a wait for space end, because the journal is being closed.
    pub(crate) fn drain(&self) {
        self.slot.lock().draining = true;
        self.changed.notify_all();
    }

    /// Ends the thread, once the committer has ended.
    pub(crate) fn stop(&self) {
        self.slot.lock().stopped = true;
        self.changed.notify_all();
    }

    /// The thread: prepares whatever is wanted, until the journal is closed.
    pub(crate) fn run(&self, storage: &Arc<dyn Storage>) {
        while let Some(which) = self.wait_until_wanted() {
            let bytes = match which {
                Which::Spare => self.segment_bytes,
                Which::Reserve => self.reserve_bytes,
            };
            let made = prepare(storage.as_ref(), which.file(), bytes);
            let mut slot = self.slot.lock();
            match made {
                Ok(file) => {
                    let prepared = Some(Prepared { which, file, bytes });
                    match which {
                        Which::Spare => (slot.spare, slot.spare_wanted) = (prepared, false),
                        Which::Reserve => (slot.reserve, slot.reserve_wanted) = (prepared, false),
                    }
                    if !slot.spare_wanted && !slot.reserve_wanted {
                        slot.failure = None;
                    }
                    self.changed.notify_all();
                }
                Err(error) => {
                    let final_failure = !error.is_passing();
                    slot.failure = Some(error);
                    self.changed.notify_all();
                    if final_failure {
                        return;
                    }
                    if !slot.stopped {
                        self.changed.wait_for(&mut slot, self.retry);
                    }
                }
            }
        }
    }

    /// The spare comes first: the reserve is for when there is none.
    fn wait_until_wanted(&self) -> Option<Which> {
        let mut slot = self.slot.lock();
        loop {
            if slot.stopped {
                return None;
            }
            if slot.spare_wanted {
                return Some(Which::Spare);
            }
            if slot.reserve_wanted {
                return Some(Which::Reserve);
            }
            self.changed.wait(&mut slot);
        }
    }
}

fn failure_of(slot: &Slot) -> JournalError {
    slot.failure.clone().unwrap_or(JournalError::Closed)
}

/// Makes a zero-filled file of `bytes` that is wholly on stable storage.
pub(crate) fn prepare(
    storage: &dyn Storage,
    name: &str,
    bytes: u64,
) -> Result<Box<dyn StorageFile>, JournalError> {
    let made = fill(storage, name, bytes);
    if made.is_err() {
        // Gives the space back, so that snapshots and the operator have it meanwhile. The file
        // may not exist, and the first error is the one worth telling.
        drop(storage.remove(name));
    }
    made.map_err(|error| JournalError::io("allocate", name, error))
}

fn fill(storage: &dyn Storage, name: &str, bytes: u64) -> std::io::Result<Box<dyn StorageFile>> {
    // One left by the process before has its room already: it is filled where it stands.
    let left = storage
        .open(name)
        .ok()
        .filter(|file| file.len().is_ok_and(|len| len == bytes));
    let file = match left {
        Some(file) => file,
        // Known ahead, so that a vain attempt does not take the last room from ledger and snapshots.
        None if storage.free_bytes()?.is_some_and(|free| free < bytes) => {
            // What another size left under this name is of no use.
            drop(storage.remove(name));
            return Err(std::io::ErrorKind::StorageFull.into());
        }
        None => storage.create(name)?,
    };
    let zeros = vec![0; FILL_BYTES];
    let mut offset = 0;
    while offset < bytes {
        let left = usize::try_from(bytes - offset).unwrap_or(FILL_BYTES);
        let chunk = zeros.get(..left.min(FILL_BYTES)).unwrap_or(&zeros);
        file.write_all_at(chunk, offset)?;
        offset += chunk.len() as u64;
        if offset.is_multiple_of(FILL_SYNC_BYTES) {
            file.sync()?;
        }
    }
    file.sync()?;
    storage.sync_directory()?;
    Ok(file)
}
