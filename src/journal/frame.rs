//! The frame: one group commit as checksummed, chained bytes.
//!
//! A frame is self-contained, so the same bytes can be stored in a segment or sent to replicas.
//! This file is pure: it must not touch files, threads or clocks, and it must survive any input.
//!
//! ```text
//! 0   magic "FHF1"          4
//! 4   crc32c of 8..end      4   header rest and payload, padding excluded
//! 8   payload bytes         4
//! 12  record count          4
//! 16  base sequence         8   of the first record; of the next one if there is none
//! 24  crc of previous frame 4   the chain
//! 28  flags                 2
//! 30  reserved, zero        2
//! 32  segment number        8
//! 40  durable sequence      8   known to be on stable storage when this was written
//! 48  journal id            8   keeps frames of other journals out
//! 56  epoch                 8   fencing token of the writer, 0 on a single node
//! 64  records: length u32 | type u16 | flags u16 (zero) | bytes
//! ```
//! All integers are little-endian.

use thiserror::Error;

/// A record's place in the journal. The first is 1, and there are no gaps.
pub type Sequence = u64;

/// Length of a frame's header in bytes.
pub const HEADER_BYTES: usize = 64;
/// Frames are padded to this many bytes on disk, so no page with acknowledged data is rewritten.
pub const PAGE_BYTES: usize = 4096;
/// Length in bytes of the header before each record.
pub const RECORD_HEADER_BYTES: usize = 8;

/// The frame before this one was on stable storage when this one was written.
pub const FLAG_AFTER_SYNC: u16 = 1;
/// An empty frame that closes an idle journal.
pub const FLAG_SEAL: u16 = 1 << 1;
/// An empty frame that closes a segment: the next segment exists.
pub const FLAG_END: u16 = 1 << 2;
const FLAGS_KNOWN: u16 = FLAG_AFTER_SYNC | FLAG_SEAL | FLAG_END;

const MAGIC: [u8; 4] = *b"FHF1";

/// The fields of a frame's header, without checksum and lengths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FrameHeader {
    /// Sequence of the first record, or of the next record if the frame is empty.
    pub base_sequence: Sequence,
    /// Checksum of the frame before.
    pub previous_crc: u32,
    /// `FLAG_*` bits.
    pub flags: u16,
    /// Number of the segment that holds the frame.
    pub segment: u64,
    /// Last sequence that was on stable storage when the frame was written.
    pub durable: Sequence,
    /// Identity of the journal.
    pub journal_id: u64,
    /// Fencing token of the writer, 0 on a single node.
    pub epoch: u64,
}

/// Why bytes are not a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum FrameError {
    /// Fewer bytes than the frame needs.
    #[error("{have} bytes are too few, {need} are needed")]
    Short { have: usize, need: usize },
    /// No frame begins here.
    #[error("no frame begins here")]
    Magic,
    /// The checksum does not match: torn or damaged.
    #[error("checksum {found:08x} does not match the content ({computed:08x})")]
    Checksum { found: u32, computed: u32 },
    /// The checksum matches but the records inside are inconsistent.
    #[error("the checksum is right but record {index} is inconsistent")]
    Records { index: u32 },
    /// The checksum matches but the frame uses a field that this version does not know.
    #[error("the checksum is right but flags {flags:#06x} are unknown")]
    UnknownFlags { flags: u16 },
}

/// One record as the journal sees it: opaque bytes with a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record<'a> {
    /// Its place in the journal.
    pub sequence: Sequence,
    /// The owner's type number; the journal gives it no meaning.
    pub kind: u16,
    /// The content.
    pub bytes: &'a [u8],
}

/// Length on disk of a frame of `bytes`.
#[must_use]
pub const fn padded(bytes: usize) -> usize {
    bytes.next_multiple_of(PAGE_BYTES)
}

/// Builds a frame in one reused buffer.
#[derive(Debug, Clone)]
pub struct FrameBuilder {
    bytes: Vec<u8>,
    /// End of the last record; what follows is padding of an earlier `finish`.
    end: usize,
    records: u32,
}

impl Default for FrameBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl FrameBuilder {
    /// An empty frame.
    #[must_use]
    pub fn new() -> Self {
        Self {
            bytes: vec![0; HEADER_BYTES],
            end: HEADER_BYTES,
            records: 0,
        }
    }

    /// Adds a record. The caller keeps the frame below 4 GiB, which `append_bytes_max` ensures.
    pub fn push(&mut self, kind: u16, bytes: &[u8]) {
        let length = u32::try_from(bytes.len()).expect("append_bytes_max is below 4 GiB");
        self.bytes.truncate(self.end);
        self.bytes.extend_from_slice(&length.to_le_bytes());
        self.bytes.extend_from_slice(&kind.to_le_bytes());
        self.bytes.extend_from_slice(&[0, 0]);
        self.bytes.extend_from_slice(bytes);
        self.end = self.bytes.len();
        self.records += 1;
    }

    /// Records so far.
    #[must_use]
    pub fn records(&self) -> u32 {
        self.records
    }

    /// Payload bytes so far, record headers included.
    #[must_use]
    pub fn payload_bytes(&self) -> usize {
        self.end - HEADER_BYTES
    }

    /// Writes header and checksum and pads to a page. Returns the bytes and the checksum.
    pub fn finish(&mut self, header: &FrameHeader) -> (&[u8], u32) {
        let payload = u32::try_from(self.payload_bytes()).expect("append_bytes_max is below 4 GiB");
        let mut head = [0; HEADER_BYTES];
        {
            let mut fields = Fields(&mut head);
            fields.put(&MAGIC);
            fields.put(&[0; 4]);
            fields.put(&payload.to_le_bytes());
            fields.put(&self.records.to_le_bytes());
            fields.put(&header.base_sequence.to_le_bytes());
            fields.put(&header.previous_crc.to_le_bytes());
            fields.put(&header.flags.to_le_bytes());
            fields.put(&[0; 2]);
            fields.put(&header.segment.to_le_bytes());
            fields.put(&header.durable.to_le_bytes());
            fields.put(&header.journal_id.to_le_bytes());
            fields.put(&header.epoch.to_le_bytes());
        }
        self.bytes.truncate(self.end);
        let (front, payload) = self.bytes.split_at_mut(HEADER_BYTES);
        let crc = crc32c::crc32c_append(crc32c::crc32c(&head[8..]), payload);
        head[4..8].copy_from_slice(&crc.to_le_bytes());
        front.copy_from_slice(&head);
        self.bytes.resize(padded(self.bytes.len()), 0);
        (&self.bytes, crc)
    }

    /// Empties the frame and keeps its buffer.
    pub fn clear(&mut self) {
        self.bytes.truncate(HEADER_BYTES);
        self.end = HEADER_BYTES;
        self.records = 0;
    }
}

/// A frame whose own checks passed. The reader checks its place in the chain.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    /// Its header.
    pub header: FrameHeader,
    /// Its checksum, which the next frame repeats.
    pub crc: u32,
    /// Number of records.
    pub records: u32,
    payload: &'a [u8],
}

/// Length of the frame that begins at `bytes`, from its unchecked header.
pub fn announced_bytes(bytes: &[u8]) -> Result<usize, FrameError> {
    let head = bytes
        .first_chunk::<HEADER_BYTES>()
        .ok_or(FrameError::Short {
            have: bytes.len(),
            need: HEADER_BYTES,
        })?;
    if !head.starts_with(&MAGIC) {
        return Err(FrameError::Magic);
    }
    Ok(HEADER_BYTES.saturating_add(u32_at(head, 8) as usize))
}

impl<'a> Frame<'a> {
    /// Reads the frame that begins at `bytes`; what follows it is ignored.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, FrameError> {
        let need = announced_bytes(bytes)?;
        let frame = bytes.get(..need).ok_or(FrameError::Short {
            have: bytes.len(),
            need,
        })?;
        let (head, payload) =
            frame
                .split_first_chunk::<HEADER_BYTES>()
                .ok_or(FrameError::Short {
                    have: bytes.len(),
                    need,
                })?;
        let found = u32_at(head, 4);
        let computed = crc32c::crc32c_append(crc32c::crc32c(&head[8..]), payload);
        if found != computed {
            return Err(FrameError::Checksum { found, computed });
        }
        let flags = u16_at(head, 28);
        if flags & !FLAGS_KNOWN != 0 || u16_at(head, 30) != 0 {
            return Err(FrameError::UnknownFlags { flags });
        }
        let header = FrameHeader {
            base_sequence: u64_at(head, 16),
            previous_crc: u32_at(head, 24),
            flags,
            segment: u64_at(head, 32),
            durable: u64_at(head, 40),
            journal_id: u64_at(head, 48),
            epoch: u64_at(head, 56),
        };
        let decoded = Self {
            header,
            crc: found,
            records: u32_at(head, 12),
            payload,
        };
        decoded.check_records()?;
        Ok(decoded)
    }

    /// The records in order.
    #[must_use]
    pub fn iter(&self) -> Records<'a> {
        Records {
            rest: self.payload,
            sequence: self.header.base_sequence,
        }
    }

    /// Sequence after the last record.
    #[must_use]
    pub fn next_sequence(&self) -> Sequence {
        self.header.base_sequence + u64::from(self.records)
    }

    /// A matching checksum proves who wrote the bytes, not that the lengths inside are sane, so
    /// every length is checked before use.
    fn check_records(&self) -> Result<(), FrameError> {
        if self
            .header
            .base_sequence
            .checked_add(u64::from(self.records))
            .is_none()
        {
            return Err(FrameError::Records { index: 0 });
        }
        let mut rest = self.payload;
        for index in 0..self.records {
            let (flags, _, _, after) = split_record(rest).ok_or(FrameError::Records { index })?;
            if flags != 0 {
                return Err(FrameError::UnknownFlags { flags });
            }
            rest = after;
        }
        if !rest.is_empty() {
            return Err(FrameError::Records {
                index: self.records,
            });
        }
        Ok(())
    }
}

impl<'a> IntoIterator for &Frame<'a> {
    type Item = Record<'a>;
    type IntoIter = Records<'a>;

    fn into_iter(self) -> Records<'a> {
        self.iter()
    }
}

/// Iterates over the records of a checked frame.
#[derive(Debug, Clone)]
pub struct Records<'a> {
    rest: &'a [u8],
    sequence: Sequence,
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        let (_, kind, bytes, rest) = split_record(self.rest)?;
        let sequence = self.sequence;
        self.rest = rest;
        self.sequence = sequence.checked_add(1)?;
        Some(Record {
            sequence,
            kind,
            bytes,
        })
    }
}

/// Flags, type and content of the first record, and what follows it.
fn split_record(bytes: &[u8]) -> Option<(u16, u16, &[u8], &[u8])> {
    let (head, rest) = bytes.split_first_chunk::<RECORD_HEADER_BYTES>()?;
    let (content, rest) = rest.split_at_checked(u32_at(head, 0) as usize)?;
    Some((u16_at(head, 6), u16_at(head, 4), content, rest))
}

/// Writes fields one after another into a header of fixed size.
pub(crate) struct Fields<'a>(pub(crate) &'a mut [u8]);

impl Fields<'_> {
    /// Writes one field. The headers are sized for their fields.
    pub(crate) fn put(&mut self, field: &[u8]) {
        let rest = std::mem::take(&mut self.0);
        let (place, rest) = rest.split_at_mut(field.len());
        place.copy_from_slice(field);
        self.0 = rest;
    }
}

/// Reads `N` bytes at `offset` of a header; 0 beyond its end, which fixed offsets never reach.
fn array_at<const N: usize>(head: &[u8], offset: usize) -> [u8; N] {
    head.get(offset..)
        .and_then(|rest| rest.first_chunk::<N>())
        .copied()
        .unwrap_or([0; N])
}

pub(crate) fn u16_at(head: &[u8], offset: usize) -> u16 {
    u16::from_le_bytes(array_at(head, offset))
}

pub(crate) fn u32_at(head: &[u8], offset: usize) -> u32 {
    u32::from_le_bytes(array_at(head, offset))
}

pub(crate) fn u64_at(head: &[u8], offset: usize) -> u64 {
    u64::from_le_bytes(array_at(head, offset))
}
