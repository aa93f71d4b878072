//! A CSV file read row by row: plain, gzip or standard input, columns in any order.
//!
//! Knows files, rows and columns, and says of every fault where it is. What the columns mean is
//! known by those who read through it.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use csv::{ByteRecord, ErrorKind, Reader, ReaderBuilder};
use flate2::bufread::MultiGzDecoder;

use super::error::SimulateError;

const BUFFER_BYTES: usize = 256 * 1_024;
/// Spreadsheets write it before the first name.
const BYTE_ORDER_MARK: [u8; 3] = [0xef, 0xbb, 0xbf];
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// The columns that a kind of file may have; a column is named by its place in `known`.
#[derive(Clone, Copy, Debug)]
pub struct Columns {
    pub known: &'static [&'static str],
    /// So many of the first are required.
    pub required: usize,
}

/// An open file, standing at a row.
pub struct Table {
    file: String,
    columns: Columns,
    /// Where each known column stands in a row.
    places: Vec<Option<usize>>,
    reader: Reader<Box<dyn Read>>,
    record: ByteRecord,
    row: u64,
}

impl Table {
    /// Opens a file, `-` for standard input, and reads its header.
    pub fn open(path: &Path, columns: Columns) -> Result<Self, SimulateError> {
        if path == Path::new("-") {
            return Self::read("standard input", io::stdin(), columns);
        }
        let name = path.display().to_string();
        let file = File::open(path).map_err(|error| SimulateError::File {
            file: name.clone(),
            message: format!("cannot be opened: {error}"),
        })?;
        Self::read(&name, file, columns)
    }

    /// Reads from anywhere; `file` is what faults call it.
    pub fn read(
        file: &str,
        source: impl Read + 'static,
        columns: Columns,
    ) -> Result<Self, SimulateError> {
        let mut source = BufReader::with_capacity(BUFFER_BYTES, source);
        let begin = source.fill_buf().map_err(|error| SimulateError::Read {
            file: file.to_owned(),
            error,
        })?;
        let source: Box<dyn Read> = if begin.starts_with(&GZIP_MAGIC) {
            Box::new(MultiGzDecoder::new(source))
        } else {
            Box::new(source)
        };
        let reader = ReaderBuilder::new()
            .has_headers(false)
            .buffer_capacity(BUFFER_BYTES)
            .from_reader(source);
        let mut table = Self {
            file: file.to_owned(),
            columns,
            places: vec![None; columns.known.len()],
            reader,
            record: ByteRecord::new(),
            row: 0,
        };
        table.read_header()?;
        Ok(table)
    }

    fn read_header(&mut self) -> Result<(), SimulateError> {
        let wrong = |table: &Self, message: String| SimulateError::File {
            file: table.file.clone(),
            message,
        };
        if !self.read_record()? {
            let first = self.listed(self.columns.required);
            let message = format!("is empty: the first line names the columns, at least {first}");
            return Err(wrong(self, message));
        }
        for place in 0..self.record.len() {
            let mut name = self.record[place].trim_ascii();
            if place == 0 {
                name = name.strip_prefix(&BYTE_ORDER_MARK).unwrap_or(name);
            }
            let name = String::from_utf8_lossy(name).into_owned();
            let Some(column) = self.columns.known.iter().position(|known| *known == name) else {
                let all = self.listed(self.columns.known.len());
                let message = format!("no column \"{name}\": known are {all}");
                return Err(wrong(self, message));
            };
            if self.places[column].replace(place).is_some() {
                return Err(wrong(
                    self,
                    format!("the column \"{name}\" stands there twice"),
                ));
            }
        }
        for column in 0..self.columns.required {
            if self.places[column].is_none() {
                let name = self.columns.known[column];
                let message = format!("lacks the column \"{name}\" in its first line");
                return Err(wrong(self, message));
            }
        }
        Ok(())
    }

    fn listed(&self, first: usize) -> String {
        self.columns.known[..first].join(", ")
    }

    /// Goes to the next row; false after the last.
    pub fn next_row(&mut self) -> Result<bool, SimulateError> {
        self.row += 1;
        self.read_record()
    }

    fn read_record(&mut self) -> Result<bool, SimulateError> {
        self.reader
            .read_byte_record(&mut self.record)
            .map_err(|error| {
                let line = error.position().map_or(0, csv::Position::line);
                match error.into_kind() {
                    ErrorKind::Io(error) => SimulateError::Read {
                        file: self.file.clone(),
                        error,
                    },
                    ErrorKind::UnequalLengths {
                        expected_len, len, ..
                    } => SimulateError::File {
                        file: self.file.clone(),
                        message: format!(
                            "row {} (line {line}) has {len} fields and the first line {expected_len}",
                            self.row
                        ),
                    },
                    other => SimulateError::File {
                        file: self.file.clone(),
                        message: format!("row {} (line {line}) cannot be read: {other:?}", self.row),
                    },
                }
            })
    }

    /// The number of the present row, counted from 1 without the header.
    pub fn row(&self) -> u64 {
        self.row
    }

    /// A fault in a column of the present row.
    pub fn fault(&self, column: usize, message: impl Into<String>) -> SimulateError {
        SimulateError::Row {
            file: self.file.clone(),
            row: self.row,
            line: self.record.position().map_or(0, csv::Position::line),
            column: self.columns.known[column],
            message: message.into(),
        }
    }

    /// What stands in a column, without spaces around it; empty where the column is absent.
    pub fn bytes(&self, column: usize) -> &[u8] {
        self.places[column]
            .and_then(|place| self.record.get(place))
            .unwrap_or_default()
            .trim_ascii()
    }

    /// The text of a column; nothing where it is empty.
    pub fn text(&self, column: usize) -> Result<Option<&str>, SimulateError> {
        let bytes = self.bytes(column);
        if bytes.is_empty() {
            return Ok(None);
        }
        std::str::from_utf8(bytes)
            .map(Some)
            .map_err(|_| self.fault(column, "is not UTF-8"))
    }

    /// The whole number of a column within limits; nothing where it is empty.
    pub fn number(&self, column: usize, min: i64, max: i64) -> Result<Option<i64>, SimulateError> {
        let bytes = self.bytes(column);
        if bytes.is_empty() {
            return Ok(None);
        }
        digits(bytes)
            .filter(|n| (min..=max).contains(n))
            .map(Some)
            .ok_or_else(|| {
                let text = String::from_utf8_lossy(bytes);
                let message = format!("\"{text}\" is not a whole number from {min} to {max}");
                self.fault(column, message)
            })
    }
}

/// A decimal number with an optional sign, of at most 18 digits.
fn digits(bytes: &[u8]) -> Option<i64> {
    let (negative, digits) = match bytes {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, bytes),
    };
    if digits.is_empty() || digits.len() > 18 {
        return None;
    }
    let mut n: i64 = 0;
    for digit in digits {
        let value = digit.wrapping_sub(b'0');
        if value > 9 {
            return None;
        }
        n = n * 10 + i64::from(value);
    }
    Some(if negative { -n } else { n })
}
