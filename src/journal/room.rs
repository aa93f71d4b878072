//! How many bytes the journal can still make durable without more room on the disk.
//!
//! Callers reserve room before they change anything ([`super::Journal::ask`]), so nothing is
//! accepted that could not be written: what waits, what is being written and what was admitted is
//! counted against the allocated segments. Estimates err on the safe side: each append may become a
//! frame of its own, and each frame may be followed by a seal. This file is pure: it must not lock,
//! read or write.

use super::frame::{HEADER_BYTES, PAGE_BYTES, padded};
use super::segment::FRAMES_START;

/// Most bytes that a frame needs beside its records: header, padding, and a seal after it.
const BESIDE_BYTES: u64 = (HEADER_BYTES + 2 * PAGE_BYTES) as u64;

/// Bytes that record frames can still use in a segment of which `offset` are used: the last page is
/// kept for the frame that closes it.
pub(crate) fn usable(segment_bytes: u64, offset: u64) -> u64 {
    segment_bytes.saturating_sub(offset + PAGE_BYTES as u64)
}

/// Segments that are allocated and not yet in use.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Ahead {
    pub(crate) segments: u64,
    /// Their bytes for record frames.
    pub(crate) bytes: u64,
}

impl Ahead {
    pub(crate) fn add(&mut self, segment_bytes: u64) {
        self.segments += 1;
        self.bytes += usable(segment_bytes, FRAMES_START);
    }
}

/// Records that wait for the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Waiting {
    /// Frames they make as things stand, including the one being written.
    pub(crate) frames: u64,
    pub(crate) bytes: u64,
}

/// Room that is left and room that is promised.
#[derive(Debug)]
pub(crate) struct Room {
    /// Bytes that record frames can still use in the segment in use.
    pub(crate) active: u64,
    /// Bytes admitted and not yet appended.
    admitted: u64,
    /// Bytes of the largest frame: at most this much is lost at the end of a segment.
    frame_bytes_max: u64,
}

impl Room {
    /// `record_bytes_max` is the most that the records of one frame can take.
    pub(crate) fn new(record_bytes_max: usize) -> Self {
        Self {
            active: 0,
            admitted: 0,
            frame_bytes_max: padded(HEADER_BYTES + record_bytes_max) as u64,
        }
    }

    /// Free bytes beside what waits.
    fn free(&self, ahead: Ahead, waiting: Waiting) -> u64 {
        let promised = waiting.bytes + waiting.frames * BESIDE_BYTES;
        let left_over = ahead.segments * self.frame_bytes_max;
        (self.active + ahead.bytes).saturating_sub(promised + left_over)
    }

    /// Whether `bytes` could be appended if nobody else appends.
    pub(crate) fn has(&self, bytes: usize, ahead: Ahead, waiting: Waiting) -> bool {
        self.free(ahead, waiting) >= charge(bytes)
    }

    /// Reserves room for an append of `bytes`; `None` if there is none. The caller must release the
    /// returned bytes.
    pub(crate) fn admit(&mut self, bytes: usize, ahead: Ahead, waiting: Waiting) -> Option<u64> {
        let charge = charge(bytes);
        if self.free(ahead, waiting) < self.admitted + charge {
            return None;
        }
        self.admitted += charge;
        Some(charge)
    }

    pub(crate) fn give_back(&mut self, charge: u64) {
        self.admitted -= charge;
    }

    /// Whether a seal leaves what was admitted untouched.
    pub(crate) fn may_seal(&self, ahead: Ahead, waiting: Waiting) -> bool {
        self.free(ahead, waiting) >= self.admitted + PAGE_BYTES as u64
    }
}

fn charge(bytes: usize) -> u64 {
    bytes as u64 + BESIDE_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING: Waiting = Waiting {
        frames: 0,
        bytes: 0,
    };

    #[test]
    fn nothing_is_admitted_that_does_not_fit() {
        let mut room = Room::new(64 << 10);
        room.active = 100 << 10;
        let one = room.admit(64 << 10, Ahead::default(), NOTHING);
        assert!(one.is_some());
        assert_eq!(room.admit(64 << 10, Ahead::default(), NOTHING), None);
        assert!(room.has(64 << 10, Ahead::default(), NOTHING));
        room.give_back(one.unwrap_or_default());
        let waiting = Waiting {
            frames: 2,
            bytes: 30 << 10,
        };
        assert_eq!(room.admit(64 << 10, Ahead::default(), waiting), None);
        // The rest at the end of the segment in use is not counted.
        let mut ahead = Ahead::default();
        ahead.add(80 << 10);
        assert_eq!(room.admit(64 << 10, ahead, waiting), None);
        let mut ahead = Ahead::default();
        ahead.add(256 << 10);
        assert!(room.admit(64 << 10, ahead, waiting).is_some());
    }
}
