//! Reads one segment frame by frame, and the records of several segments in order.
//!
//! Reading must never write, and it must not decide whether a bad frame is damage or a torn
//! tail: `scan` does that.

use std::io;

use super::error::{Damage, JournalError};
use super::frame::{
    FLAG_END, Frame, FrameError, HEADER_BYTES, PAGE_BYTES, Record, Sequence, announced_bytes,
    padded,
};
use super::segment::{
    FORMAT, FRAMES_START, JournalUuid, SegmentHeader, SegmentHeaderError, Witness, journal_id,
    segment_file,
};
use super::storage::{Storage, StorageFile};

/// Bytes read ahead at a time.
const WINDOW_BYTES: usize = 1 << 20;
static ZERO_PAGE: [u8; PAGE_BYTES] = [0; PAGE_BYTES];

/// True if a page, or the rest of one, holds only zeros.
pub(crate) fn is_zero(page: &[u8]) -> bool {
    page.chunks(PAGE_BYTES)
        .all(|chunk| ZERO_PAGE.starts_with(chunk))
}

/// What is at an offset of a segment.
pub(crate) enum FrameAt<'a> {
    /// A whole frame of this segment, and the offset of the next one.
    Whole(Frame<'a>, u64),
    /// No usable frame, and why.
    Bad(BadFrame),
}

/// Why there is no frame at an offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BadFrame {
    /// The bytes are not a frame.
    Decode(FrameError),
    /// The frame is whole but its padding is not zero.
    Padding,
    /// A whole frame of another segment or journal.
    Foreign,
    /// No room for a frame.
    SegmentEnd,
}

/// An open segment whose header was checked.
pub(crate) struct SegmentReader {
    pub(crate) file: Box<dyn StorageFile>,
    pub(crate) name: String,
    pub(crate) header: SegmentHeader,
    pub(crate) bytes: u64,
    window: Vec<u8>,
    window_offset: u64,
}

impl SegmentReader {
    /// Opens segment `number` for reading. `sequence` is the one expected in it, for messages.
    pub(crate) fn open(
        storage: &dyn Storage,
        number: u64,
        uuid: &JournalUuid,
        sequence: Sequence,
    ) -> Result<Self, JournalError> {
        let name = segment_file(number);
        let damage = |offset: u64, reason: String| Damage {
            file: name.clone(),
            segment: number,
            offset,
            sequence,
            reason,
        };
        let file = match storage.open_read(&name) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let reason = "the segment is missing, and the one before it proves it was here";
                return Err(damage(0, reason.to_owned()).into());
            }
            Err(error) => return Err(JournalError::io("open", &name, error)),
        };
        let bytes = file
            .len()
            .map_err(|error| JournalError::io("read", &name, error))?;
        if bytes < FRAMES_START {
            let reason = "the segment is cut short, its size is fixed when it is made".to_owned();
            return Err(damage(bytes, reason).into());
        }
        let header = read_header(file.as_ref(), &name)?.ok_or_else(|| {
            damage(
                0,
                "the segment header does not match its checksum".to_owned(),
            )
        })?;
        if header.number != number || header.uuid != *uuid {
            let reason = format!(
                "the file is segment {} of {} journal: it was renamed or copied here",
                header.number,
                if header.uuid == *uuid {
                    "this"
                } else {
                    "another"
                }
            );
            return Err(damage(0, reason).into());
        }
        if header.segment_bytes != bytes {
            let reason = format!("the file must be {} bytes long", header.segment_bytes);
            return Err(damage(bytes.min(header.segment_bytes), reason).into());
        }
        Ok(Self {
            file,
            name,
            header,
            bytes,
            window: Vec::new(),
            window_offset: 0,
        })
    }

    /// The witness that is further on, if there is one.
    pub(crate) fn witness(&mut self) -> Result<Option<Witness>, JournalError> {
        let mut best: Option<Witness> = None;
        for turn in 0..2 {
            let found = Witness::decode(self.view(Witness::slot_offset(turn), PAGE_BYTES)?);
            best = best
                .into_iter()
                .chain(found.filter(|found| self.owns(found)))
                .max_by_key(|witness| (witness.sequence, witness.end_offset));
        }
        Ok(best)
    }

    fn owns(&self, witness: &Witness) -> bool {
        witness.segment == self.header.number && witness.journal_id == self.id()
    }

    /// The short identity of the journal, as its frames carry it.
    pub(crate) fn id(&self) -> u64 {
        journal_id(&self.header.uuid)
    }

    /// Drops the bytes read ahead, so that the next read goes to the disk.
    pub(crate) fn forget(&mut self) {
        self.window.clear();
    }

    /// Up to `want` bytes at `offset`, fewer only at the end of the file.
    pub(crate) fn view(&mut self, offset: u64, want: usize) -> Result<&[u8], JournalError> {
        let left = usize::try_from(self.bytes.saturating_sub(offset)).unwrap_or(usize::MAX);
        let want = want.min(left);
        let inside = offset
            .checked_sub(self.window_offset)
            .and_then(|skip| usize::try_from(skip).ok())
            .filter(|skip| skip.saturating_add(want) <= self.window.len());
        let skip = match inside {
            Some(skip) => skip,
            None => {
                self.window.resize(want.max(WINDOW_BYTES).min(left), 0);
                self.window_offset = offset;
                let read = self.file.read_exact_at(&mut self.window, offset);
                if let Err(error) = read {
                    self.window.clear();
                    return Err(JournalError::io("read", &self.name, error));
                }
                0
            }
        };
        Ok(self.window.get(skip..skip + want).unwrap_or_default())
    }

    /// Looks for a frame at `offset`.
    pub(crate) fn frame_at(&mut self, offset: u64) -> Result<FrameAt<'_>, JournalError> {
        let (number, id, bytes) = (self.header.number, self.id(), self.bytes);
        if offset + PAGE_BYTES as u64 > bytes {
            return Ok(FrameAt::Bad(BadFrame::SegmentEnd));
        }
        let length = match announced_bytes(self.view(offset, HEADER_BYTES)?) {
            Ok(length) => length,
            Err(error) => return Ok(FrameAt::Bad(BadFrame::Decode(error))),
        };
        let end = offset.saturating_add(padded(length) as u64);
        if end > bytes {
            let have = usize::try_from(bytes - offset).unwrap_or(usize::MAX);
            let short = FrameError::Short { have, need: length };
            return Ok(FrameAt::Bad(BadFrame::Decode(short)));
        }
        let view = self.view(offset, padded(length))?;
        let frame = match Frame::decode(view) {
            Ok(frame) => frame,
            Err(error) => return Ok(FrameAt::Bad(BadFrame::Decode(error))),
        };
        if frame.header.segment != number || frame.header.journal_id != id {
            return Ok(FrameAt::Bad(BadFrame::Foreign));
        }
        if !is_zero(view.get(length..).unwrap_or_default()) {
            return Ok(FrameAt::Bad(BadFrame::Padding));
        }
        Ok(FrameAt::Whole(frame, end))
    }
}

/// Reads a segment's first page; `None` if it is damaged.
fn read_header(file: &dyn StorageFile, name: &str) -> Result<Option<SegmentHeader>, JournalError> {
    let mut page = vec![0; PAGE_BYTES];
    file.read_exact_at(&mut page, 0)
        .map_err(|error| JournalError::io("read", name, error))?;
    match SegmentHeader::decode(&page) {
        Ok(header) => Ok(Some(header)),
        Err(SegmentHeaderError::Damaged) => Ok(None),
        Err(SegmentHeaderError::Newer(found)) => Err(JournalError::NewerFormat {
            file: name.to_owned(),
            found,
            supported: FORMAT,
        }),
    }
}

/// A contiguous run of segments to read records from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SegmentStart {
    pub(crate) number: u64,
    pub(crate) base_sequence: Sequence,
    pub(crate) bytes: u64,
}

/// Hands every record from `from` through `through` to `take`, in order.
pub(crate) fn read_records<E: From<JournalError>>(
    storage: &dyn Storage,
    uuid: &JournalUuid,
    segments: &[SegmentStart],
    from: Sequence,
    through: Sequence,
    mut take: impl FnMut(Record<'_>) -> Result<(), E>,
) -> Result<(), E> {
    if from > through {
        return Ok(());
    }
    let first = segments.partition_point(|segment| segment.base_sequence <= from);
    let oldest = segments
        .first()
        .map_or(through + 1, |segment| segment.base_sequence);
    let Some(first) = first.checked_sub(1) else {
        return Err(JournalError::Gone {
            sequence: from,
            oldest,
        }
        .into());
    };
    let mut next = segments
        .get(first)
        .map_or(from, |segment| segment.base_sequence);
    for segment in segments.iter().skip(first) {
        let mut reader = SegmentReader::open(storage, segment.number, uuid, next)?;
        let mut offset = FRAMES_START;
        while next <= through {
            let name = reader.name.clone();
            let (frame, end) = match reader.frame_at(offset)? {
                FrameAt::Whole(frame, end) if frame.header.base_sequence == next => (frame, end),
                FrameAt::Whole(..) | FrameAt::Bad(_) => {
                    let reason = "a frame that was whole before cannot be read any more".to_owned();
                    let damage = Damage {
                        file: name,
                        segment: segment.number,
                        offset,
                        sequence: next,
                        reason,
                    };
                    return Err(JournalError::from(damage).into());
                }
            };
            for record in &frame {
                if (from..=through).contains(&record.sequence) {
                    take(record)?;
                }
            }
            next = frame.next_sequence();
            offset = end;
            if frame.header.flags & FLAG_END != 0 {
                break;
            }
        }
        if next > through {
            break;
        }
    }
    Ok(())
}
