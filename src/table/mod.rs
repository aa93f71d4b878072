//! Tables: CSV files read row by row, plain, gzip or from standard input, columns in any order.
//!
//! It knows files, rows and columns, and gives the place of every error. Callers know what the
//! columns mean.

mod error;
mod rows;

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

pub use error::TableError;
use rows::{BUFFER_BYTES, Broken, ROW_BYTES_MAX, Rows};

/// Spreadsheets write it at the start of a file.
const BYTE_ORDER_MARK: [u8; 3] = [0xef, 0xbb, 0xbf];
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// The columns that a kind of file may have; a column is identified by its index in `known`.
#[derive(Clone, Copy, Debug)]
pub struct Columns {
    pub known: &'static [&'static str],
    /// How many, from the first, are required.
    pub required: usize,
}

/// An open file with a current row.
pub struct Table {
    file: String,
    columns: Columns,
    /// For each known column its cell in a row, counted from 1; 0 if the file lacks it.
    places: Vec<usize>,
    width: usize,
    rows: Rows,
    row: u64,
}

impl Table {
    /// Opens a file, `-` for standard input, and reads its header.
    pub fn open(path: &Path, columns: Columns) -> Result<Self, TableError> {
        if path == Path::new("-") {
            return Self::read("standard input", io::stdin(), columns);
        }
        let name = path.display().to_string();
        let file = File::open(path).map_err(|error| TableError::File {
            file: name.clone(),
            message: format!("cannot be opened: {error}"),
        })?;
        Self::read(&name, file, columns)
    }

    /// Reads from any source; `file` is its name in errors.
    pub fn read(
        file: &str,
        source: impl Read + 'static,
        columns: Columns,
    ) -> Result<Self, TableError> {
        let source = unpacked(source).map_err(|error| TableError::Read {
            file: file.to_owned(),
            error,
        })?;
        let mut table = Self {
            file: file.to_owned(),
            columns,
            places: vec![0; columns.known.len()],
            width: 0,
            rows: Rows::new(source),
            row: 0,
        };
        table.read_header()?;
        Ok(table)
    }

    fn read_header(&mut self) -> Result<(), TableError> {
        if !self.advance()? {
            let first = self.listed(self.columns.required);
            let message = format!("is empty: the first line names the columns, at least {first}");
            return Err(self.wrong(message));
        }
        self.width = self.rows.len();
        for place in 1..=self.width {
            let mut name = self.rows.cell(place).trim_ascii();
            if place == 1 {
                name = name.strip_prefix(&BYTE_ORDER_MARK).unwrap_or(name);
            }
            let name = String::from_utf8_lossy(name).into_owned();
            let Some(column) = self.columns.known.iter().position(|known| *known == name) else {
                let all = self.listed(self.columns.known.len());
                return Err(self.wrong(format!("no column \"{name}\": known are {all}")));
            };
            if std::mem::replace(&mut self.places[column], place) != 0 {
                return Err(self.wrong(format!("the column \"{name}\" stands there twice")));
            }
        }
        let lacking = self.places[..self.columns.required]
            .iter()
            .position(|place| *place == 0);
        if let Some(column) = lacking {
            let name = self.columns.known[column];
            return Err(self.wrong(format!("lacks the column \"{name}\" in its first line")));
        }
        Ok(())
    }

    fn listed(&self, first: usize) -> String {
        self.columns.known[..first].join(", ")
    }

    /// An error of the whole file.
    pub fn wrong(&self, message: String) -> TableError {
        TableError::File {
            file: self.file.clone(),
            message,
        }
    }

    /// Goes to the next row; false after the last.
    pub fn next_row(&mut self) -> Result<bool, TableError> {
        self.row += 1;
        if !self.advance()? {
            return Ok(false);
        }
        let (cells, width) = (self.rows.len(), self.width);
        if cells == width {
            return Ok(true);
        }
        let (row, line) = (self.row, self.rows.line());
        Err(self.wrong(format!(
            "row {row} (line {line}) has {cells} fields and the first line {width}"
        )))
    }

    fn advance(&mut self) -> Result<bool, TableError> {
        self.rows.next().map_err(|broken| match broken {
            Broken::Read(error) => TableError::Read {
                file: self.file.clone(),
                error,
            },
            Broken::TooLong => self.wrong(format!(
                "row {} (line {}) is longer than {ROW_BYTES_MAX} bytes: is there a quote that \
                 nothing closes?",
                self.row,
                self.rows.line()
            )),
        })
    }

    /// The number of the current row, counted from 1 without the header.
    pub fn row(&self) -> u64 {
        self.row
    }

    /// The line in which the current row begins, counted from 1 with the header.
    pub fn line(&self) -> u64 {
        self.rows.line()
    }

    /// An error in a column of the current row.
    pub fn fault(&self, column: usize, message: impl Into<String>) -> TableError {
        TableError::Row {
            file: self.file.clone(),
            row: self.row,
            line: self.rows.line(),
            column: self.columns.known[column],
            message: message.into(),
        }
    }

    /// The file's name in errors.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Whether the file has a column.
    pub fn has(&self, column: usize) -> bool {
        self.places[column] != 0
    }

    /// The trimmed bytes of a column; empty if the file lacks it.
    #[inline]
    pub fn bytes(&self, column: usize) -> &[u8] {
        match self.places[column] {
            0 => &[],
            place => self.rows.cell(place).trim_ascii(),
        }
    }

    /// The text of a column; `None` if it is empty.
    #[inline]
    pub fn text(&self, column: usize) -> Result<Option<&str>, TableError> {
        let bytes = self.bytes(column);
        if bytes.is_empty() {
            return Ok(None);
        }
        std::str::from_utf8(bytes)
            .map(Some)
            .map_err(|_| self.fault(column, "is not UTF-8"))
    }

    /// The whole number of a column within limits; `None` if it is empty.
    #[inline]
    pub fn number(&self, column: usize, min: i64, max: i64) -> Result<Option<i64>, TableError> {
        let bytes = self.bytes(column);
        if bytes.is_empty() {
            return Ok(None);
        }
        match digits(bytes) {
            Some(n) if min <= n && n <= max => Ok(Some(n)),
            _ => Err(self.no_number(column, min, max)),
        }
    }

    #[cold]
    fn no_number(&self, column: usize, min: i64, max: i64) -> TableError {
        let text = String::from_utf8_lossy(self.bytes(column));
        let message = format!("\"{text}\" is not a whole number from {min} to {max}");
        self.fault(column, message)
    }
}

/// The content of a file, decompressed if its first bytes are gzip's.
fn unpacked(source: impl Read + 'static) -> io::Result<Box<dyn Read>> {
    let mut source = BufReader::with_capacity(BUFFER_BYTES, source);
    let begin = source.fill_buf()?;
    Ok(if begin.starts_with(&GZIP_MAGIC) {
        Box::new(MultiGzDecoder::new(source))
    } else {
        Box::new(source)
    })
}

/// A decimal number with an optional sign, of at most 18 digits.
#[inline]
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
        // 18 digits do not overflow.
        n = n.wrapping_mul(10).wrapping_add(i64::from(value));
    }
    Some(if negative { -n } else { n })
}
