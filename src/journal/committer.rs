//! The one thread that writes: a frame, its sync, then the acknowledgement.
//!
//! Frame n+1 is never written before frame n is on stable storage (at `Durability::Fsync`), and
//! no page with acknowledged data is ever written again. After an error it must not write, sync
//! or acknowledge anything more.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::error::JournalError;
use super::frame::{
    FLAG_AFTER_SYNC, FLAG_END, FLAG_SEAL, FrameBuilder, FrameHeader, HEADER_BYTES, PAGE_BYTES,
    Sequence, padded,
};
use super::options::Durability;
use super::queue::{Batch, Queue};
use super::reader::SegmentStart;
use super::room;
use super::segment::{SegmentHeader, Witness, journal_id, segment_file};
use super::stats::CommitReport;
use super::storage::StorageFile;
use super::writer::Shared;

/// The segment being written, and where.
pub(crate) struct ActiveSegment {
    pub(crate) file: Box<dyn StorageFile>,
    pub(crate) name: String,
    pub(crate) number: u64,
    pub(crate) bytes: u64,
    pub(crate) offset: u64,
}

/// State of the committer thread.
pub(crate) struct Committer {
    pub(crate) shared: Arc<Shared>,
    pub(crate) segment: ActiveSegment,
    /// Checksum of the last frame written.
    pub(crate) crc: u32,
    /// Last sequence written.
    pub(crate) written: Sequence,
    /// Frames were written since the last sync. Always false at `Durability::Fsync`.
    pub(crate) dirty: bool,
    /// The last frame is not a seal.
    pub(crate) unsealed: bool,
    pub(crate) witness_turn: u64,
    /// There is no room for a seal beside what was admitted: it waits for the next frame.
    pub(crate) seal_waits: bool,
    /// A frame that nobody waited for was just written.
    pub(crate) may_rest: bool,
    /// When the segment's place was last checked.
    pub(crate) place_checked: Instant,
}

/// How long records gather at `Durability::None` before the next frame is written. Nobody waits for
/// it, and one write for each record would cost more than the routing.
const REST: Duration = Duration::from_millis(2);

/// Least time between two checks of the segment's place while frames are written. The first frame
/// after a pause is always preceded by a check.
const PLACE_CHECK_EVERY: Duration = Duration::from_millis(20);

enum Work {
    Frame(Batch),
    Sync,
    Seal,
    Stop,
}

/// Poisons the journal if its thread panics, so that nobody waits forever.
struct PanicGuard(Arc<Shared>);

impl Drop for PanicGuard {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.progress.poison("the committer thread panicked");
        }
    }
}

impl Committer {
    /// Runs until the journal is closed or poisoned.
    pub(crate) fn run(mut self) {
        let guard = PanicGuard(Arc::clone(&self.shared));
        if let Err(error) = self.commit_all() {
            // A full disk prevents an orderly close, but nothing that was written is in doubt.
            if !(error.is_passing() && self.shared.queue.lock().closing) {
                self.shared.progress.poison(&error.to_string());
            }
        }
        self.shared.progress.close();
        drop(guard);
    }

    fn commit_all(&mut self) -> Result<(), JournalError> {
        loop {
            match self.next_work() {
                Work::Frame(batch) => self.commit(batch)?,
                Work::Sync => self.sync()?,
                Work::Seal => self.seal()?,
                Work::Stop => return self.seal(),
            }
        }
    }

    /// Takes whatever is queued at once: the last sync was the delay in which the group gathered.
    fn next_work(&mut self) -> Work {
        let seal_after = Duration::from_millis(self.shared.options.seal_after_ms);
        let mut queue = self.shared.queue.lock();
        let may_rest = std::mem::take(&mut self.may_rest) && !queue.is_behind();
        if may_rest && !queue.closing && !self.is_awaited(&queue) {
            // The condition variable is notified only by a close or a sync, which cut the rest
            // short.
            self.shared.work.wait_for(&mut queue, REST);
        }
        loop {
            if let Some(batch) = queue.take() {
                return Work::Frame(batch);
            }
            if self.dirty && self.is_awaited(&queue) {
                return Work::Sync;
            }
            if queue.closing {
                return Work::Stop;
            }
            queue.committer_sleeps = true;
            let idle = if self.unsealed && !self.seal_waits {
                self.shared
                    .work
                    .wait_for(&mut queue, seal_after)
                    .timed_out()
            } else {
                self.shared.work.wait(&mut queue);
                false
            };
            queue.committer_sleeps = false;
            if idle && queue.last_sequence() == self.written {
                return Work::Seal;
            }
        }
    }

    /// Whether somebody waits for stable storage.
    fn is_awaited(&self, queue: &Queue) -> bool {
        queue.sync_wanted > self.shared.progress.synced()
    }

    fn commit(&mut self, mut batch: Batch) -> Result<(), JournalError> {
        let payload_bytes = batch.frame.payload_bytes();
        let frame_bytes = padded(HEADER_BYTES + payload_bytes) as u64;
        if !self.fits(frame_bytes) {
            self.rotate()?;
        }
        let records = batch.frame.records();
        let last = batch.base_sequence + u64::from(records) - 1;
        let header = self.header(batch.base_sequence, 0);
        let (bytes, crc) = batch.frame.finish(&header);
        let before = now();
        let segment = &self.segment;
        let wrote = match self.shared.options.durability {
            Durability::Fsync => segment.file.write_all_durable_at(bytes, segment.offset),
            Durability::Os | Durability::None => {
                self.dirty = true;
                segment.file.write_all_at(bytes, segment.offset)
            }
        };
        wrote.map_err(|error| JournalError::io("write", &segment.name, error))?;
        let write_time = now().duration_since(before);
        self.check_place_when_due(before)?;
        self.note_written(frame_bytes, crc);
        self.written = last;
        self.unsealed = true;
        self.seal_waits = false;
        self.may_rest = self.shared.options.durability == Durability::None;
        let synced = if self.dirty {
            self.shared.progress.synced()
        } else {
            last
        };
        self.shared.progress.advance(last, synced);
        self.shared.counters.frames.fetch_add(1, Ordering::Relaxed);
        let lag_records = {
            let mut queue = self.shared.queue.lock();
            queue.give_back(batch.frame, payload_bytes);
            queue.room.active = room::usable(self.segment.bytes, self.segment.offset);
            queue.last_sequence() - last
        };
        if let Some(observer) = &self.shared.options.observer {
            observer.committed(&CommitReport {
                write_time,
                frame_bytes,
                records,
                sequence: last,
                lag_records,
            });
        }
        Ok(())
    }

    /// Checks from time to time that the segment is still in its place. A frame written elsewhere
    /// is not acknowledged.
    fn check_place_when_due(&mut self, now: Instant) -> Result<(), JournalError> {
        let since = now.saturating_duration_since(self.place_checked);
        if since < PLACE_CHECK_EVERY {
            return Ok(());
        }
        self.place_checked = now;
        self.shared.check_place()
    }

    /// Brings everything written to stable storage, unless the durability has done so already.
    fn sync(&mut self) -> Result<(), JournalError> {
        if self.dirty {
            let segment = &self.segment;
            segment
                .file
                .sync()
                .map_err(|error| JournalError::io("sync", &segment.name, error))?;
            self.dirty = false;
            self.shared.progress.advance(self.written, self.written);
        }
        Ok(())
    }

    /// Closes an idle journal with an empty frame and a witness.
    ///
    /// Without it, damage of the last acknowledged frame would look like a torn tail.
    fn seal(&mut self) -> Result<(), JournalError> {
        self.sync()?;
        if !self.unsealed {
            return Ok(());
        }
        if !self.may_seal() {
            self.seal_waits = true;
            return Ok(());
        }
        if !self.fits(PAGE_BYTES as u64) {
            return self.rotate();
        }
        let witness = Witness {
            journal_id: journal_id(&self.shared.uuid),
            segment: self.segment.number,
            end_offset: self.segment.offset,
            sequence: self.written,
        };
        let mut frame = FrameBuilder::new();
        let (bytes, crc) = frame.finish(&self.header(self.written + 1, FLAG_SEAL));
        let segment = &self.segment;
        segment
            .file
            .write_all_at(&witness.encode(), Witness::slot_offset(self.witness_turn))
            .and_then(|()| segment.file.write_all_at(bytes, segment.offset))
            .and_then(|()| segment.file.sync())
            .map_err(|error| JournalError::io("seal", &segment.name, error))?;
        self.note_written(bytes.len() as u64, crc);
        self.witness_turn += 1;
        self.unsealed = false;
        drop(self.update_room());
        self.shared.counters.seals.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// Continues in the prepared segment.
    ///
    /// The new segment is durable under its name before the old one is closed, and the old one
    /// is closed before the new one takes a frame. So a closed segment without a next one, and
    /// frames behind an unclosed one, are both damage.
    fn rotate(&mut self) -> Result<(), JournalError> {
        self.sync()?;
        let shared = Arc::clone(&self.shared);
        let super::spare::Prepared { which, file, bytes } = shared.spare.take()?;
        let number = self.segment.number + 1;
        let name = segment_file(number);
        let mut frame = FrameBuilder::new();
        let (end, end_crc) = frame.finish(&self.header(self.written + 1, FLAG_END));
        let header = SegmentHeader {
            number,
            base_sequence: self.written + 1,
            previous_crc: end_crc,
            uuid: shared.uuid,
            segment_bytes: bytes,
        };
        file.write_all_durable_at(&header.encode(), 0)
            .and_then(|()| shared.storage.rename(which.file(), &name))
            .and_then(|()| shared.storage.sync_directory())
            .map_err(|error| JournalError::io("create", &name, error))?;
        let old = &self.segment;
        old.file
            .write_all_durable_at(end, old.offset)
            .map_err(|error| JournalError::io("close", &old.name, error))?;
        self.note_written(end.len() as u64, end_crc);
        shared.catalogue.lock().segments.push_back(SegmentStart {
            number,
            base_sequence: header.base_sequence,
            bytes,
        });
        shared.set_active(&name, file.as_ref())?;
        let offset = super::segment::FRAMES_START;
        self.segment = ActiveSegment {
            file,
            name,
            number,
            bytes,
            offset,
        };
        self.unsealed = false;
        {
            // Both under one lock, so that nobody counts the segment twice or not at all.
            let _queue = self.update_room();
            shared.spare.in_use();
        }
        shared.spare.request(which);
        Ok(())
    }

    /// Updates the room left in the segment in use.
    fn update_room(&self) -> parking_lot::MutexGuard<'_, Queue> {
        let mut queue = self.shared.queue.lock();
        queue.room.active = room::usable(self.segment.bytes, self.segment.offset);
        queue
    }

    /// Whether there is room for a seal. On a full disk a seal must neither use room that was
    /// admitted nor wait for a segment.
    fn may_seal(&self) -> bool {
        let queue = self.shared.queue.lock();
        let ahead = self.shared.spare.ahead();
        let fits = self.fits(PAGE_BYTES as u64) || ahead.segments > 0;
        fits && (queue.closing || queue.room.may_seal(ahead, queue.waiting()))
    }

    /// The last page of a segment is kept for the frame that closes it.
    fn fits(&self, frame_bytes: u64) -> bool {
        self.segment.offset + frame_bytes + PAGE_BYTES as u64 <= self.segment.bytes
    }

    fn header(&self, base_sequence: Sequence, flags: u16) -> FrameHeader {
        let after_sync = if self.dirty { 0 } else { FLAG_AFTER_SYNC };
        FrameHeader {
            base_sequence,
            previous_crc: self.crc,
            flags: flags | after_sync,
            segment: self.segment.number,
            durable: self.shared.progress.synced(),
            journal_id: journal_id(&self.shared.uuid),
            epoch: 0,
        }
    }

    fn note_written(&mut self, bytes: u64, crc: u32) {
        self.segment.offset += bytes;
        self.crc = crc;
        self.shared
            .counters
            .written_bytes
            .fetch_add(bytes, Ordering::Relaxed);
    }
}

/// The only clock of the journal. It measures durations; nothing recorded depends on it.
fn now() -> Instant {
    Instant::now()
}
