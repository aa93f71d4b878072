//! Records that were appended and wait for the committer.
//!
//! Bookkeeping under the writer's short lock: it must not do I/O and must not grow beyond its
//! limit.

use std::collections::VecDeque;

use super::error::JournalError;
use super::frame::{FrameBuilder, RECORD_HEADER_BYTES, Sequence};
use super::options::Options;
use super::room::{Room, Waiting};
use super::writer::NewRecord;

/// Empty buffers kept for reuse; more than two are in use only after a burst.
const SPARE_BUFFERS_MAX: usize = 4;

/// Records that will become one frame.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) frame: FrameBuilder,
    pub(crate) base_sequence: Sequence,
}

/// The batches in order: full ones, then the open one.
#[derive(Debug)]
pub(crate) struct Queue {
    next_sequence: Sequence,
    open: Batch,
    full: VecDeque<Batch>,
    buffers: Vec<FrameBuilder>,
    waiting_bytes: usize,
    frame_bytes_target: usize,
    append_bytes_max: usize,
    waiting_bytes_max: usize,
    /// Bytes that can still be made durable.
    pub(crate) room: Room,
    /// A batch was taken and is being written.
    is_writing: bool,
    /// Someone waits for stable storage through this sequence, whatever the durability.
    pub(crate) sync_wanted: Sequence,
    /// The journal is being closed: commit what is here and stop.
    pub(crate) closing: bool,
    /// The committer sleeps and must be woken.
    pub(crate) committer_sleeps: bool,
}

impl Queue {
    pub(crate) fn new(next_sequence: Sequence, options: &Options) -> Self {
        Self {
            next_sequence,
            open: Batch {
                frame: FrameBuilder::new(),
                base_sequence: next_sequence,
            },
            full: VecDeque::new(),
            buffers: Vec::new(),
            waiting_bytes: 0,
            frame_bytes_target: options.frame_bytes_target,
            append_bytes_max: options.append_bytes_max,
            waiting_bytes_max: options.waiting_bytes_max,
            room: Room::new(options.frame_bytes_target.max(options.admitted_bytes())),
            is_writing: false,
            sync_wanted: 0,
            closing: false,
            committer_sleeps: false,
        }
    }

    /// Sequence of the last record appended.
    pub(crate) fn last_sequence(&self) -> Sequence {
        self.next_sequence - 1
    }

    pub(crate) fn waiting_bytes(&self) -> usize {
        self.waiting_bytes
    }

    /// Copies `records` into one batch and returns the sequence of the last.
    pub(crate) fn push(&mut self, records: &[NewRecord<'_>]) -> Result<Sequence, JournalError> {
        let bytes = records.iter().fold(0_usize, |sum, record| {
            sum.saturating_add(RECORD_HEADER_BYTES)
                .saturating_add(record.bytes.len())
        });
        if bytes > self.append_bytes_max {
            return Err(JournalError::TooLarge {
                bytes,
                limit_bytes: self.append_bytes_max,
            });
        }
        if self.waiting_bytes + bytes > self.waiting_bytes_max {
            return Err(JournalError::Full {
                waiting_bytes: self.waiting_bytes,
                limit_bytes: self.waiting_bytes_max,
            });
        }
        let open_bytes = self.open.frame.payload_bytes();
        if open_bytes > 0 && open_bytes + bytes > self.frame_bytes_target {
            let full = self.replace_open();
            self.full.push_back(full);
        }
        for record in records {
            self.open.frame.push(record.kind, record.bytes);
            self.next_sequence += 1;
        }
        self.waiting_bytes += bytes;
        Ok(self.last_sequence())
    }

    /// What waits, counted in frames.
    pub(crate) fn waiting(&self) -> Waiting {
        let open = usize::from(self.open.frame.records() > 0) + usize::from(self.is_writing);
        Waiting {
            frames: (self.full.len() + open) as u64,
            bytes: self.waiting_bytes as u64,
        }
    }

    /// Whether a whole frame waits.
    pub(crate) fn is_behind(&self) -> bool {
        !self.full.is_empty()
    }

    /// The next batch to write, if any.
    pub(crate) fn take(&mut self) -> Option<Batch> {
        let batch = match self.full.pop_front() {
            Some(batch) => Some(batch),
            None => (self.open.frame.records() > 0).then(|| self.replace_open()),
        };
        self.is_writing = batch.is_some();
        batch
    }

    /// Returns the buffer of a written batch of `bytes` of payload.
    pub(crate) fn give_back(&mut self, mut frame: FrameBuilder, bytes: usize) {
        self.waiting_bytes -= bytes;
        self.is_writing = false;
        frame.clear();
        if self.buffers.len() < SPARE_BUFFERS_MAX {
            self.buffers.push(frame);
        }
    }

    fn replace_open(&mut self) -> Batch {
        let frame = self.buffers.pop().unwrap_or_default();
        let fresh = Batch {
            frame,
            base_sequence: self.next_sequence,
        };
        std::mem::replace(&mut self.open, fresh)
    }
}
