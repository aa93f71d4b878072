//! Walks the whole chain of frames and tells damage from a torn tail.
//!
//! Frame n+1 is written only after frame n is on stable storage, and says so. A bad frame that any
//! later frame (or a witness) vouches for was acknowledged: that is damage, and the journal is
//! refused. A bad frame that nothing vouches for was never acknowledged: that is a torn tail. This
//! file must not write; only `recovery` cuts.

use std::io;

use super::error::{Damage, JournalError};
use super::frame::{
    FLAG_AFTER_SYNC, FLAG_END, FLAG_SEAL, FrameError, FrameHeader, PAGE_BYTES, Sequence,
};
use super::reader::{BadFrame, FrameAt, SegmentReader, SegmentStart, is_zero};
use super::segment::{FORMAT, FRAMES_START, JournalUuid, segment_file, segment_number};
use super::storage::Storage;

/// The extent of one segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SegmentReport {
    /// Segment number.
    pub number: u64,
    /// First sequence that the segment may hold.
    pub base_sequence: Sequence,
    /// Length of the file in bytes.
    pub bytes: u64,
    /// Bytes up to the end of the last whole frame.
    pub used_bytes: u64,
    /// Whole frames, empty ones included.
    pub frames: u64,
    /// Records in them.
    pub records: u64,
}

/// The end of the log was torn by a crash; it was never acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TornTail {
    /// Segment that holds it.
    pub segment: u64,
    /// Offset in bytes where it begins.
    pub offset: u64,
    /// The sequence that will be used again.
    pub sequence: Sequence,
    /// Bytes of its pages that are not zero.
    pub bytes: u64,
    /// Why its first frame is not a frame.
    pub reason: String,
}

/// The result of a walk that found no damage.
#[derive(Debug, Clone)]
pub(crate) struct Scan {
    pub(crate) segments: Vec<SegmentReport>,
    pub(crate) next_sequence: Sequence,
    /// Checksum of the last whole frame.
    pub(crate) crc: u32,
    /// Segment and offset through which a later frame vouches for everything.
    pub(crate) proven: (u64, u64),
    pub(crate) sealed: bool,
    pub(crate) torn: Option<TornTail>,
    /// The next segment was made, but the crash came before the active one was closed.
    pub(crate) unfinished_segment: Option<u64>,
}

impl Default for Scan {
    fn default() -> Self {
        Self {
            segments: Vec::new(),
            next_sequence: 1,
            crc: 0,
            proven: (1, FRAMES_START),
            sealed: true,
            torn: None,
            unfinished_segment: None,
        }
    }
}

impl Scan {
    pub(crate) fn starts(&self) -> Vec<SegmentStart> {
        self.segments
            .iter()
            .map(|segment| SegmentStart {
                number: segment.number,
                base_sequence: segment.base_sequence,
                bytes: segment.bytes,
            })
            .collect()
    }
}

/// Where the frames of a segment end.
enum Stop {
    /// At the frame that closes the segment.
    End,
    /// At an offset without a frame that anything vouches for.
    Open { offset: u64, bad: BadFrame },
}

/// The numbers of the segments present, sorted.
pub(crate) fn segment_numbers(storage: &dyn Storage) -> Result<Vec<u64>, JournalError> {
    let names = storage
        .list()
        .map_err(|error| JournalError::io("list", &storage.place(), error))?;
    let mut numbers: Vec<u64> = names
        .iter()
        .filter_map(|name| segment_number(name))
        .collect();
    numbers.sort_unstable();
    Ok(numbers)
}

/// Walks every segment. The caller has checked that there is at least one.
pub(crate) fn scan(storage: &dyn Storage, uuid: &JournalUuid) -> Result<Scan, JournalError> {
    let (scan, walked) = scan_as_far_as_possible(storage, uuid);
    walked.map(|()| scan)
}

/// As [`scan`], but also returns what was found before the damage.
pub(crate) fn scan_as_far_as_possible(
    storage: &dyn Storage,
    uuid: &JournalUuid,
) -> (Scan, Result<(), JournalError>) {
    let mut walk = Walk {
        storage,
        uuid,
        result: Scan::default(),
    };
    let walked = walk.all();
    (walk.result, walked)
}

struct Walk<'a> {
    storage: &'a dyn Storage,
    uuid: &'a JournalUuid,
    result: Scan,
}

impl Walk<'_> {
    fn all(&mut self) -> Result<(), JournalError> {
        let numbers = segment_numbers(self.storage)?;
        let first = numbers.first().copied().unwrap_or(1);
        self.result.proven = (first, FRAMES_START);
        let mut number = first;
        let mut highest_witness = None;
        loop {
            let mut reader = self.open_segment(number, number == first)?;
            // Read before the frames: on a running journal only the frames may grow after this.
            let witness = reader.witness()?.map(|witness| witness.sequence);
            highest_witness = highest_witness.max(witness);
            match self.walk_segment(&mut reader)? {
                Stop::End => number += 1,
                Stop::Open { .. } => {
                    return self.check_extent(number, &numbers, highest_witness);
                }
            }
        }
    }

    /// Follows one segment and, if it is the last, judges what comes after its frames.
    fn walk_segment(&mut self, reader: &mut SegmentReader) -> Result<Stop, JournalError> {
        let mut offset = FRAMES_START;
        let mut looked_again = false;
        loop {
            let (end, bad) = match self.frames(reader, offset)? {
                Stop::End => return Ok(Stop::End),
                Stop::Open { offset, bad } => (offset, bad),
            };
            match self.tail(reader, end, bad) {
                Ok(()) => return Ok(Stop::Open { offset: end, bad }),
                // A running journal may have closed this segment after it was read. A second look
                // must then find the closing frame.
                Err(JournalError::Damaged(_)) if !looked_again => {
                    looked_again = true;
                    offset = end;
                    reader.forget();
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Opens a segment and checks that it continues the chain.
    fn open_segment(&mut self, number: u64, is_first: bool) -> Result<SegmentReader, JournalError> {
        let result = &mut self.result;
        let reader = SegmentReader::open(self.storage, number, self.uuid, result.next_sequence)?;
        let header = &reader.header;
        let expected = match (is_first, number) {
            (true, 1) => Some((1, 0)),
            (true, _) => None,
            (false, _) => Some((result.next_sequence, result.crc)),
        };
        if expected.is_some_and(|chain| chain != (header.base_sequence, header.previous_crc)) {
            let reason = format!(
                "the segment begins at sequence {} and does not continue the one before it",
                header.base_sequence
            );
            return Err(self.damage(&reader.name, number, 0, reason));
        }
        result.next_sequence = header.base_sequence;
        result.crc = header.previous_crc;
        result.segments.push(SegmentReport {
            number,
            base_sequence: header.base_sequence,
            bytes: reader.bytes,
            used_bytes: FRAMES_START,
            frames: 0,
            records: 0,
        });
        Ok(reader)
    }

    /// Follows the frames of a segment from an offset to the last whole one.
    fn frames(&mut self, reader: &mut SegmentReader, from: u64) -> Result<Stop, JournalError> {
        let (number, name) = (reader.header.number, reader.name.clone());
        let mut offset = from;
        let mut read_again = false;
        loop {
            let bad = match reader.frame_at(offset)? {
                FrameAt::Whole(frame, end) => {
                    let header = frame.header;
                    if header.previous_crc != self.result.crc
                        || header.base_sequence != self.result.next_sequence
                    {
                        let reason = format!(
                            "a whole frame with sequence {} stands where another belongs",
                            header.base_sequence
                        );
                        return Err(self.damage(&name, number, offset, reason));
                    }
                    let (crc, records, next) = (frame.crc, frame.records, frame.next_sequence());
                    self.accept(&header, offset, end, crc, records, next);
                    if header.flags & FLAG_END != 0 {
                        return Ok(Stop::End);
                    }
                    offset = end;
                    read_again = false;
                    continue;
                }
                FrameAt::Bad(bad) => bad,
            };
            self.refuse_whole_but_wrong(&name, number, offset, bad)?;
            let Some(voucher) = find_voucher(reader, offset, self.result.next_sequence)? else {
                return Ok(Stop::Open { offset, bad });
            };
            if read_again {
                let reason = format!(
                    "{}, and the frame at byte {voucher} proves that it had been whole",
                    describe(bad)
                );
                return Err(self.damage(&name, number, offset, reason));
            }
            // A running journal may have written both between the two reads.
            read_again = true;
            reader.forget();
        }
    }

    fn accept(
        &mut self,
        header: &FrameHeader,
        offset: u64,
        end: u64,
        crc: u32,
        records: u32,
        next: Sequence,
    ) {
        if header.flags & FLAG_AFTER_SYNC != 0 {
            self.result.proven = (header.segment, offset);
        }
        self.result.sealed = header.flags & FLAG_SEAL != 0;
        self.result.crc = crc;
        self.result.next_sequence = next;
        if let Some(segment) = self.result.segments.last_mut() {
            segment.used_bytes = end;
            segment.frames += 1;
            segment.records += u64::from(records);
        }
    }

    /// A matching checksum over wrong content was written that way: it cannot be a torn write.
    fn refuse_whole_but_wrong(
        &self,
        name: &str,
        number: u64,
        offset: u64,
        bad: BadFrame,
    ) -> Result<(), JournalError> {
        match bad {
            BadFrame::Decode(FrameError::UnknownFlags { .. }) => Err(JournalError::NewerFormat {
                file: name.to_owned(),
                found: FORMAT + 1,
                supported: FORMAT,
            }),
            BadFrame::Decode(FrameError::Records { .. }) | BadFrame::Padding => {
                Err(self.damage(name, number, offset, describe(bad)))
            }
            BadFrame::Decode(
                FrameError::Short { .. } | FrameError::Magic | FrameError::Checksum { .. },
            )
            | BadFrame::Foreign
            | BadFrame::SegmentEnd => Ok(()),
        }
    }

    /// Decides what the end of the last segment with frames means.
    fn tail(
        &mut self,
        reader: &mut SegmentReader,
        offset: u64,
        bad: BadFrame,
    ) -> Result<(), JournalError> {
        let number = reader.header.number;
        let next = segment_file(number + 1);
        match self.storage.open_read(&next) {
            Ok(_) => {
                self.check_unfinished(number + 1, &reader.name, offset, bad)?;
                self.result.unfinished_segment = Some(number + 1);
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(JournalError::io("open", &next, error)),
        }
        let bytes = count_nonzero(reader, offset)?;
        if bytes > 0 {
            self.result.torn = Some(TornTail {
                segment: number,
                offset,
                sequence: self.result.next_sequence,
                bytes,
                reason: describe(bad),
            });
        }
        Ok(())
    }

    /// A next segment without a closing frame in this one is legal only while it is blank: its
    /// first frame is written after the closing frame is on stable storage.
    fn check_unfinished(
        &self,
        next: u64,
        name: &str,
        offset: u64,
        bad: BadFrame,
    ) -> Result<(), JournalError> {
        let sequence = self.result.next_sequence;
        let mut reader = SegmentReader::open(self.storage, next, self.uuid, sequence)?;
        let blank = count_nonzero(&mut reader, PAGE_BYTES as u64)? == 0;
        if blank && reader.header.base_sequence == sequence {
            return Ok(());
        }
        let reason = format!(
            "{}, and segment {next} proves that it had been whole",
            describe(bad)
        );
        Err(self.damage(name, next - 1, offset, reason))
    }

    /// Checks, over all segments, that nothing after the end is missing.
    fn check_extent(
        &self,
        last: u64,
        numbers: &[u64],
        witness: Option<Sequence>,
    ) -> Result<(), JournalError> {
        let next = self.result.next_sequence;
        let end = self
            .result
            .segments
            .last()
            .map_or(FRAMES_START, |segment| segment.used_bytes);
        let allowed = self.result.unfinished_segment.unwrap_or(last);
        if let Some(extra) = numbers.iter().find(|number| **number > allowed) {
            let reason = format!("segment {extra} is here, so this one had been longer");
            return Err(self.damage(&segment_file(last), last, end, reason));
        }
        if let Some(sequence) = witness.filter(|sequence| *sequence >= next) {
            let reason = format!("the records through sequence {sequence} were sealed here");
            return Err(self.damage(&segment_file(last), last, end, reason));
        }
        Ok(())
    }

    fn damage(&self, file: &str, segment: u64, offset: u64, reason: String) -> JournalError {
        let sequence = self.result.next_sequence;
        Damage {
            file: file.to_owned(),
            segment,
            offset,
            sequence,
            reason,
        }
        .into()
    }
}

/// Looks behind a bad frame for one that proves it had been on stable storage.
fn find_voucher(
    reader: &mut SegmentReader,
    bad_offset: u64,
    sequence: Sequence,
) -> Result<Option<u64>, JournalError> {
    let mut offset = bad_offset + PAGE_BYTES as u64;
    while offset + PAGE_BYTES as u64 <= reader.bytes {
        if let FrameAt::Whole(frame, _) = reader.frame_at(offset)? {
            let header = frame.header;
            let speaks_of_it = header.flags & FLAG_AFTER_SYNC != 0 || header.durable >= sequence;
            if header.base_sequence >= sequence && speaks_of_it {
                return Ok(Some(offset));
            }
        }
        offset += PAGE_BYTES as u64;
    }
    Ok(None)
}

/// Bytes of the pages from `offset` to the end that are not zero.
fn count_nonzero(reader: &mut SegmentReader, offset: u64) -> Result<u64, JournalError> {
    let mut bytes = 0;
    let mut offset = offset;
    while offset < reader.bytes {
        let page = reader.view(offset, PAGE_BYTES)?;
        if !is_zero(page) {
            bytes += page.len() as u64;
        }
        offset += PAGE_BYTES as u64;
    }
    Ok(bytes)
}

fn describe(bad: BadFrame) -> String {
    match bad {
        BadFrame::Decode(error) => error.to_string(),
        BadFrame::Padding => "the frame is whole but its padding is not zero".to_owned(),
        BadFrame::Foreign => "a frame of another segment or journal stands here".to_owned(),
        BadFrame::SegmentEnd => "the segment ends without its closing frame".to_owned(),
    }
}
