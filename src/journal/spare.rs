//! The next segments, allocated and zero-filled ahead by a thread of its own.
//!
//! Zero-filling inside a commit would delay every reply for tens of milliseconds, and a full disk
//! must be noticed while there is still room. Two are kept: the spare is the next segment; the
//! reserve is used only while the disk has no room for a spare, so that running work can end. Both
//! stay when the journal is closed, so their room is not lost. This file must not write to segments
//! in use.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};

use super::error::JournalError;
use super::room::Ahead;
use super::segment::{RESERVE_FILE, SPARE_FILE};
use super::storage::{Storage, StorageFile};

const FILL_BYTES: usize = 1 << 20;
/// Bytes between two syncs, so that the fill never queues 64 MiB before a commit's sync.
const FILL_SYNC_BYTES: u64 = 4 << 20;

/// The spare or the reserve.
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

/// A segment that is ready for use.
pub(crate) struct Prepared {
    pub(crate) which: Which,
    pub(crate) file: Box<dyn StorageFile>,
    pub(crate) bytes: u64,
}

/// State of the allocation.
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
    /// The spare must be made.
    spare_wanted: bool,
    reserve_wanted: bool,
    spare: Option<Prepared>,
    reserve: Option<Prepared>,
    /// Bytes of the segment that the committer has taken and not yet begun to use.
    moving: Option<u64>,
    failure: Option<JournalError>,
    /// The journal is being closed: the committer must not wait for space.
    draining: bool,
    /// The committer has ended: this thread must end too.
    stopped: bool,
}

/// Passes the prepared segments from their thread to the committer.
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
            // The spare alone suffices: it is a whole segment.
            Some(_) if slot.spare.is_some() => Standing::Whole,
            Some(failure) => Standing::Failed(failure.clone()),
        }
    }

    /// Segments allocated beside the one in use.
    pub(crate) fn ahead(&self) -> Ahead {
        let slot = self.slot.lock();
        let mut ahead = Ahead::default();
        let ready = slot.spare.iter().chain(&slot.reserve);
        for bytes in ready.map(|prepared| prepared.bytes).chain(slot.moving) {
            ahead.add(bytes);
        }
        ahead
    }

    /// Waits for a prepared segment: the spare, or the reserve if the disk has no room for a spare.
    /// Fails only if the disk is broken, or full while the journal is being closed. Call
    /// [`Self::request`] once the segment has its final name.
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

    /// Notes that the segment taken is in use.
    pub(crate) fn in_use(&self) {
        self.slot.lock().moving = None;
    }

    /// Requests another segment, once the one taken has its final name.
    pub(crate) fn request(&self, which: Which) {
        let mut slot = self.slot.lock();
        match which {
            Which::Spare => slot.spare_wanted = true,
            Which::Reserve => slot.reserve_wanted = true,
        }
        drop(slot);
        self.changed.notify_all();
    }

    /// Ends a wait for space because the journal is being closed.
    pub(crate) fn drain(&self) {
        self.slot.lock().draining = true;
        self.changed.notify_all();
    }

    /// Ends the thread, once the committer has ended.
    pub(crate) fn stop(&self) {
        self.slot.lock().stopped = true;
        self.changed.notify_all();
    }

    /// The thread: prepares segments until the journal is closed.
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

    /// The spare comes first: the reserve is needed only when there is none.
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

/// Makes a zero-filled file of `bytes` on stable storage.
pub(crate) fn prepare(
    storage: &dyn Storage,
    name: &str,
    bytes: u64,
) -> Result<Box<dyn StorageFile>, JournalError> {
    let made = fill(storage, name, bytes);
    if made.is_err() {
        // Frees the space for snapshots and the operator. The file may not exist; the first error
        // is the one to report.
        drop(storage.remove(name));
    }
    made.map_err(|error| JournalError::io("allocate", name, error))
}

fn fill(storage: &dyn Storage, name: &str, bytes: u64) -> std::io::Result<Box<dyn StorageFile>> {
    // A file left by an earlier process has its room already: it is filled in place.
    let left = storage
        .open(name)
        .ok()
        .filter(|file| file.len().is_ok_and(|len| len == bytes));
    let file = match left {
        Some(file) => file,
        // Checked first, so that a failing attempt does not take the last room from ledger and
        // snapshots.
        None if storage.free_bytes()?.is_some_and(|free| free < bytes) => {
            // A leftover of another size is useless.
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
