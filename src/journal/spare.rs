//! The next segment, allocated and zero-filled ahead by a thread of its own.
//!
//! Zero-filling inside a commit would hold every reply for tens of milliseconds; and a full disk
//! must be noticed while there is still a segment left. This file must not write to segments in
//! use.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};

use super::error::JournalError;
use super::segment::SPARE_FILE;
use super::stats::Space;
use super::storage::{Storage, StorageFile};

const FILL_BYTES: usize = 1 << 20;
/// Synced every so many bytes, so that the fill never queues 64 MiB before a commit's sync.
const FILL_SYNC_BYTES: u64 = 4 << 20;

#[derive(Default)]
struct Slot {
    wanted: bool,
    ready: Option<Box<dyn StorageFile>>,
    failure: Option<JournalError>,
    /// The committer waits for the segment: the active one is full.
    awaited: bool,
    /// The journal is being closed: the committer must not wait for space.
    draining: bool,
    /// The committer has ended: the thread must end too.
    stopped: bool,
}

/// Hands the prepared segment from its thread to the committer.
pub(crate) struct Spare {
    slot: Mutex<Slot>,
    changed: Condvar,
    segment_bytes: u64,
    retry: Duration,
}

impl Spare {
    pub(crate) fn new(segment_bytes: u64, retry: Duration) -> Self {
        let slot = Slot {
            wanted: true,
            ..Slot::default()
        };
        Self {
            slot: Mutex::new(slot),
            changed: Condvar::new(),
            segment_bytes,
            retry,
        }
    }

    pub(crate) fn segment_bytes(&self) -> u64 {
        self.segment_bytes
    }

    /// Whether the next segment is there.
    pub(crate) fn space(&self) -> Space {
        let slot = self.slot.lock();
        match (&slot.ready, &slot.failure) {
            (Some(_), _) => Space::Ahead,
            (None, Some(failure)) if slot.awaited => Space::Out {
                reason: failure.to_string(),
            },
            (None, Some(failure)) => Space::Low {
                reason: failure.to_string(),
            },
            (None, None) => Space::Allocating,
        }
    }

    /// Waits for the prepared segment. Only a broken disk, or one that is full while the
    /// journal is being closed, ends the wait with an error.
    pub(crate) fn take(&self) -> Result<Box<dyn StorageFile>, JournalError> {
        let mut slot = self.slot.lock();
        loop {
            if let Some(file) = slot.ready.take() {
                slot.awaited = false;
                return Ok(file);
            }
            if let Some(failure) = &slot.failure
                && (slot.draining || !failure.is_passing())
            {
                return Err(failure.clone());
            }
            slot.awaited = true;
            self.changed.wait(&mut slot);
        }
    }

    /// Asks for the next segment, once the last one has its final name.
    pub(crate) fn request(&self) {
        self.slot.lock().wanted = true;
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

    /// The thread: prepares one segment whenever one is wanted, until the journal is closed.
    pub(crate) fn run(&self, storage: &Arc<dyn Storage>) {
        while self.wait_until_wanted() {
            let prepared = prepare(storage.as_ref(), self.segment_bytes);
            let mut slot = self.slot.lock();
            match prepared {
                Ok(file) => {
                    slot.ready = Some(file);
                    slot.failure = None;
                    slot.wanted = false;
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

    fn wait_until_wanted(&self) -> bool {
        let mut slot = self.slot.lock();
        while !slot.wanted && !slot.stopped {
            self.changed.wait(&mut slot);
        }
        !slot.stopped
    }
}

/// Makes a zero-filled segment that is wholly on stable storage, under the spare's name.
pub(crate) fn prepare(
    storage: &dyn Storage,
    segment_bytes: u64,
) -> Result<Box<dyn StorageFile>, JournalError> {
    let made = fill(storage, segment_bytes);
    if made.is_err() {
        // Gives the space back, so that snapshots and the operator have it meanwhile. The file
        // may not exist, and the first error is the one worth telling.
        drop(storage.remove(SPARE_FILE));
    }
    made.map_err(|error| JournalError::io("allocate", SPARE_FILE, error))
}

fn fill(storage: &dyn Storage, segment_bytes: u64) -> std::io::Result<Box<dyn StorageFile>> {
    let file = storage.create(SPARE_FILE)?;
    let zeros = vec![0; FILL_BYTES];
    let mut offset = 0;
    while offset < segment_bytes {
        let left = usize::try_from(segment_bytes - offset).unwrap_or(FILL_BYTES);
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
