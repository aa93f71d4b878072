//! The segment: a fixed-size, zero-filled file of frames, its header and its witness.
//!
//! ```text
//! page 0   header, 64 bytes
//! page 1   witness slot A     rewritten at each seal, alternately
//! page 2   witness slot B
//! page 3.. frames, each padded to 4 KiB, zeros after the last
//! ```
//! The witness repeats, outside the frames, how far the journal had come at the last seal. If
//! everything after some point is lost, no later frame is left as evidence; the witness then causes
//! a refusal. This file is pure: it must not read or write.

use super::frame::{Fields, PAGE_BYTES, Sequence, u32_at, u64_at};

/// The journal format that this program writes, and the newest it reads.
pub const FORMAT: u32 = 1;
/// Offset in bytes of the first frame of a segment.
pub const FRAMES_START: u64 = 3 * PAGE_BYTES as u64;
/// The zero-filled segment that is used next.
pub const SPARE_FILE: &str = "spare.tmp";
/// The zero-filled segment that is used while the disk has no room for a spare.
pub const RESERVE_FILE: &str = "reserve.tmp";

const SEGMENT_MAGIC: [u8; 8] = *b"FHJRNSEG";
const WITNESS_MAGIC: [u8; 8] = *b"FHJRNWIT";
const HEADER_BYTES: usize = 64;
const WITNESS_BYTES: usize = 48;

/// Identity of a journal: 128 random bits.
pub type JournalUuid = [u8; 16];

/// The short form of a journal's identity that each frame carries.
#[must_use]
pub fn journal_id(uuid: &JournalUuid) -> u64 {
    u64_at(uuid, 0)
}

/// File name of segment `number`.
#[must_use]
pub fn segment_file(number: u64) -> String {
    format!("{number:010}.jrn")
}

/// Segment number of a file name, if it is one.
#[must_use]
pub fn segment_number(name: &str) -> Option<u64> {
    let digits = name.strip_suffix(".jrn")?;
    if digits.len() < 10 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok()
}

/// The fields of a segment's first page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SegmentHeader {
    /// Number, which must equal the file's name.
    pub number: u64,
    /// First sequence that the segment may hold.
    pub base_sequence: Sequence,
    /// Checksum of the frame that closed the segment before; 0 for the first.
    pub previous_crc: u32,
    /// Identity of the journal.
    pub uuid: JournalUuid,
    /// Exact length of the file.
    pub segment_bytes: u64,
}

/// Why a segment's first page cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SegmentHeaderError {
    /// The page is zero, torn, or not a segment's.
    Damaged,
    /// Written by a newer version.
    Newer(u32),
}

impl SegmentHeader {
    /// Encodes the whole page.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut page = vec![0; PAGE_BYTES];
        let mut fields = Fields(&mut page);
        fields.put(&SEGMENT_MAGIC);
        fields.put(&FORMAT.to_le_bytes());
        fields.put(&self.previous_crc.to_le_bytes());
        fields.put(&self.number.to_le_bytes());
        fields.put(&self.base_sequence.to_le_bytes());
        fields.put(&self.segment_bytes.to_le_bytes());
        fields.put(&self.uuid);
        let crc = crc32c::crc32c(&page[..HEADER_BYTES - 4]);
        page[HEADER_BYTES - 4..HEADER_BYTES].copy_from_slice(&crc.to_le_bytes());
        page
    }

    /// Decodes and checks a first page.
    pub fn decode(page: &[u8]) -> Result<Self, SegmentHeaderError> {
        let head = page
            .first_chunk::<HEADER_BYTES>()
            .ok_or(SegmentHeaderError::Damaged)?;
        let padding_is_zero = page.iter().skip(HEADER_BYTES).all(|byte| *byte == 0);
        if !head.starts_with(&SEGMENT_MAGIC)
            || u32_at(head, HEADER_BYTES - 4) != crc32c::crc32c(&head[..HEADER_BYTES - 4])
        {
            return Err(SegmentHeaderError::Damaged);
        }
        let format = u32_at(head, 8);
        if format > FORMAT {
            return Err(SegmentHeaderError::Newer(format));
        }
        if !padding_is_zero {
            return Err(SegmentHeaderError::Damaged);
        }
        let mut uuid = [0; 16];
        uuid.copy_from_slice(&head[40..56]);
        Ok(Self {
            number: u64_at(head, 16),
            base_sequence: u64_at(head, 24),
            previous_crc: u32_at(head, 12),
            uuid,
            segment_bytes: u64_at(head, 32),
        })
    }
}

/// How far the journal had come at a seal, kept beside the frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Witness {
    /// Identity of the journal.
    pub journal_id: u64,
    /// Segment that holds the witness.
    pub segment: u64,
    /// End in bytes of the last durable frame.
    pub end_offset: u64,
    /// Last durable sequence.
    pub sequence: Sequence,
}

impl Witness {
    /// Offset in bytes of witness slot `turn` modulo 2.
    #[must_use]
    pub fn slot_offset(turn: u64) -> u64 {
        (1 + turn % 2) * PAGE_BYTES as u64
    }

    /// Encodes the whole page.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut page = vec![0; PAGE_BYTES];
        let mut fields = Fields(&mut page);
        fields.put(&WITNESS_MAGIC);
        fields.put(&self.journal_id.to_le_bytes());
        fields.put(&self.segment.to_le_bytes());
        fields.put(&self.end_offset.to_le_bytes());
        fields.put(&self.sequence.to_le_bytes());
        let crc = crc32c::crc32c(&page[..WITNESS_BYTES - 8]);
        page[WITNESS_BYTES - 8..WITNESS_BYTES - 4].copy_from_slice(&crc.to_le_bytes());
        page
    }

    /// Decodes a slot. `None` if it is unused or torn: that is legal, because the slot is rewritten
    /// and the other one still holds.
    #[must_use]
    pub fn decode(page: &[u8]) -> Option<Self> {
        let head = page.first_chunk::<WITNESS_BYTES>()?;
        if !head.starts_with(&WITNESS_MAGIC)
            || u32_at(head, WITNESS_BYTES - 8) != crc32c::crc32c(&head[..WITNESS_BYTES - 8])
        {
            return None;
        }
        Some(Self {
            journal_id: u64_at(head, 8),
            segment: u64_at(head, 16),
            end_offset: u64_at(head, 24),
            sequence: u64_at(head, 32),
        })
    }
}
