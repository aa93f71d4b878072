//! Bytes → the cells of one row after another.
//!
//! Nearly every row is plain, cells between commas up to the line end, and is split in place. A row
//! with a quote, or with a carriage return that does not end a line, is read by `csv_core`; for
//! plain rows both give the same cells. What a cell means, and how many there must be, is the
//! caller's.

use std::io::{self, Read};

use csv_core::ReadRecordResult;

/// Bytes of the buffer at first.
pub(super) const BUFFER_BYTES: usize = 256 * 1_024;
/// Bytes of the longest row: an unclosed quote must not take all memory.
pub(super) const ROW_BYTES_MAX: usize = 1_024 * 1_024;
/// Cells of a row allocated at first.
const CELLS: usize = 32;

/// Start and end of a cell in the bytes of its row.
type Span = (usize, usize);

/// Why there is no next row.
#[derive(Debug)]
pub(super) enum Broken {
    Read(io::Error),
    /// A row is longer than [`ROW_BYTES_MAX`].
    TooLong,
}

/// What follows at `from` in the buffer.
enum Found {
    /// A row, with its bytes up to the next one.
    Row(usize),
    /// An empty line, with its bytes up to the next one.
    Blank(usize),
    /// A row that is not plain.
    Special,
    /// An incomplete row.
    Part,
}

/// The rows of a file, with a current row.
pub(super) struct Rows {
    source: Box<dyn Read>,
    buffer: Vec<u8>,
    /// Bytes read and not yet consumed are `buffer[from..to]`.
    from: usize,
    to: usize,
    ended: bool,
    /// The line in which the next row begins.
    next_line: u64,
    line: u64,
    /// The cells of the row, after an empty one that stands for absent columns.
    cells: Vec<Span>,
    /// Start of a plain row in the buffer; the cells of other rows are in `unquoted`.
    plain_at: Option<usize>,
    core: csv_core::Reader,
    unquoted: Vec<u8>,
    ends: Vec<usize>,
}

impl Rows {
    /// The rows of an unread source.
    pub fn new(source: Box<dyn Read>) -> Self {
        Self {
            source,
            buffer: vec![0; BUFFER_BYTES],
            from: 0,
            to: 0,
            ended: false,
            next_line: 1,
            line: 1,
            cells: vec![(0, 0)],
            plain_at: None,
            core: csv_core::Reader::new(),
            unquoted: Vec::new(),
            ends: vec![0; CELLS],
        }
    }

    /// The line in which the current row begins, counted from 1.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// The number of cells of the current row.
    pub fn len(&self) -> usize {
        self.cells.len() - 1
    }

    /// A cell of the current row, counted from 1; 0 is always empty.
    #[inline]
    pub fn cell(&self, place: usize) -> &[u8] {
        let (from, to) = self.cells[place];
        match self.plain_at {
            Some(at) => &self.buffer[at + from..at + to],
            None => &self.unquoted[from..to],
        }
    }

    /// Goes to the next row that is not an empty line; false after the last.
    pub fn next(&mut self) -> Result<bool, Broken> {
        loop {
            match self.find() {
                Found::Row(next) => {
                    self.plain_at = Some(self.from);
                    self.line = self.next_line;
                    self.next_line += 1;
                    self.from += next;
                    return Ok(true);
                }
                Found::Blank(next) => {
                    self.next_line += 1;
                    self.from += next;
                }
                Found::Special => return self.read_special(),
                Found::Part if self.ended => return Ok(false),
                Found::Part => {
                    self.line = self.next_line;
                    self.fill()?;
                }
            }
        }
    }

    /// Splits the next row, if it is plain.
    fn find(&mut self) -> Found {
        self.cells.truncate(1);
        let bytes = &self.buffer[self.from..self.to];
        let (mut begin, mut seen) = (0, 0);
        // One comparison skips letters, digits and most other characters, which sort after the
        // comma.
        while let Some(found) = bytes[seen..].iter().position(|byte| *byte <= b',') {
            let at = seen + found;
            seen = at + 1;
            let next = match bytes[at] {
                b',' => {
                    self.cells.push((begin, at));
                    begin = seen;
                    continue;
                }
                b'\n' => seen,
                b'\r' if bytes.get(seen) == Some(&b'\n') => seen + 1,
                b'\r' if seen == bytes.len() && !self.ended => return Found::Part,
                b'"' | b'\r' => return Found::Special,
                _other => continue,
            };
            if at == 0 {
                return Found::Blank(next);
            }
            self.cells.push((begin, at));
            return Found::Row(next);
        }
        if !self.ended || bytes.is_empty() {
            return Found::Part;
        }
        self.cells.push((begin, bytes.len()));
        Found::Row(bytes.len())
    }

    /// Reads more bytes after those not yet consumed.
    fn fill(&mut self) -> Result<(), Broken> {
        self.buffer.copy_within(self.from..self.to, 0);
        self.to -= self.from;
        self.from = 0;
        if self.to == self.buffer.len() {
            if self.to >= ROW_BYTES_MAX {
                return Err(Broken::TooLong);
            }
            self.buffer.resize(2 * self.to, 0);
        }
        let read = loop {
            match self.source.read(&mut self.buffer[self.to..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read.map_err(Broken::Read)?,
            }
        };
        self.to += read;
        self.ended = read == 0;
        Ok(())
    }

    /// Reads a row by all the rules of CSV.
    fn read_special(&mut self) -> Result<bool, Broken> {
        self.core.reset();
        self.plain_at = None;
        self.line = self.next_line;
        let (mut written, mut cells) = (0, 0);
        loop {
            let input = &self.buffer[self.from..self.to];
            let (result, read, wrote, ended) = self.core.read_record(
                input,
                &mut self.unquoted[written..],
                &mut self.ends[cells..],
            );
            self.next_line += memchr::memchr_iter(b'\n', &input[..read]).count() as u64;
            self.from += read;
            written += wrote;
            cells += ended;
            match result {
                ReadRecordResult::InputEmpty => self.fill()?,
                ReadRecordResult::OutputFull if written >= ROW_BYTES_MAX => {
                    return Err(Broken::TooLong);
                }
                ReadRecordResult::OutputFull => {
                    let room = (2 * self.unquoted.len()).max(BUFFER_BYTES);
                    self.unquoted.resize(room, 0);
                }
                ReadRecordResult::OutputEndsFull => self.ends.resize(2 * self.ends.len(), 0),
                ReadRecordResult::Record => break,
                ReadRecordResult::End => return Ok(false),
            }
        }
        self.cells.truncate(1);
        let mut from = 0;
        for to in &self.ends[..cells] {
            self.cells.push((from, *to));
            from = *to;
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Returns few bytes at a time, so that rows are cut anywhere.
    struct Slow(io::Cursor<Vec<u8>>, usize);

    impl Read for Slow {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let most = buffer.len().min(self.1);
            self.0.read(&mut buffer[..most])
        }
    }

    fn rows(text: &[u8], at_once: usize) -> Vec<(u64, Vec<Vec<u8>>)> {
        let source = Slow(io::Cursor::new(text.to_vec()), at_once);
        let mut rows = Rows::new(Box::new(source));
        let mut found = Vec::new();
        while rows.next().expect("rows") {
            let cells = (1..=rows.len()).map(|place| rows.cell(place).to_vec());
            found.push((rows.line(), cells.collect()));
        }
        found
    }

    fn by_csv(text: &[u8]) -> Vec<(u64, Vec<Vec<u8>>)> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(text);
        let records = reader.byte_records().map(|record| record.expect("a row"));
        records
            .map(|record| {
                let line = record.position().map_or(0, csv::Position::line);
                (line, record.iter().map(<[u8]>::to_vec).collect())
            })
            .collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn rows_are_those_of_csv(
            text in "[ab,\"\r\n #]{0,40}",
            at_once in 1_usize..12,
        ) {
            let (ours, theirs) = (rows(text.as_bytes(), at_once), by_csv(text.as_bytes()));
            let cells = |rows: &[(u64, Vec<Vec<u8>>)]| -> Vec<Vec<Vec<u8>>> {
                rows.iter().map(|(_, cells)| cells.clone()).collect()
            };
            prop_assert_eq!(cells(&ours), cells(&theirs), "{:?}", text);
        }
    }

    #[test]
    fn lines_are_those_of_the_file() {
        let text = b"a,b\n\n1,\"x\ny\"\r\n2,z";
        let lines: Vec<u64> = rows(text, 3).iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [1, 3, 5]);
    }

    #[test]
    fn a_quote_that_nothing_closes_ends_the_reading() {
        let text = [b"a\n\"".as_slice(), &vec![b'x'; 2 * ROW_BYTES_MAX]].concat();
        let mut rows = Rows::new(Box::new(io::Cursor::new(text)));
        assert!(rows.next().is_ok_and(|found| found));
        assert!(matches!(rows.next(), Err(Broken::TooLong)));
    }
}
