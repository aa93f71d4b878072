//! A file of rows: plain, compressed by gzip, or standard input.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::MultiGzDecoder;

use super::error::ReplayError;

/// The first bytes of what gzip wrote.
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// Opens a path, or standard input as `-`. What it holds is seen by its first bytes, not by the
/// name.
pub fn open(path: &str) -> Result<Box<dyn Read>, ReplayError> {
    let unreadable = |error: io::Error| ReplayError::Read {
        file: path.to_owned(),
        cause: error.to_string(),
    };
    let mut bytes: Box<dyn BufRead> = if path == "-" {
        Box::new(BufReader::new(io::stdin()))
    } else {
        Box::new(BufReader::new(File::open(path).map_err(unreadable)?))
    };
    let head = bytes.fill_buf().map_err(unreadable)?;
    if head.starts_with(&GZIP_MAGIC) {
        return Ok(Box::new(MultiGzDecoder::new(bytes)));
    }
    Ok(Box::new(bytes))
}

/// A CSV file by its header, with columns in any order.
pub(super) struct Rows {
    file: String,
    reader: csv::Reader<Box<dyn Read>>,
    header: Vec<String>,
    record: csv::StringRecord,
}

impl Rows {
    /// Reads the header; `required` columns must be there, and none but `known` may be.
    pub(super) fn new(
        file: &str,
        bytes: Box<dyn Read>,
        required: &[&str],
        known: &[&str],
    ) -> Result<Self, ReplayError> {
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .comment(Some(b'#'))
            .from_reader(bytes);
        let of_file = |message: String| ReplayError::File {
            file: file.to_owned(),
            message,
        };
        let header = reader
            .headers()
            .map_err(|cause| of_file(format!("is no CSV with a header: {cause}")))?;
        // Spreadsheets write a byte order mark before the first name.
        let header: Vec<String> = header
            .iter()
            .map(|name| name.trim_start_matches('\u{feff}').to_owned())
            .collect();
        for name in required {
            if !header.iter().any(|column| column == name) {
                return Err(of_file(format!("has no column \"{name}\"")));
            }
        }
        for (at, name) in header.iter().enumerate() {
            if !known.contains(&name.as_str()) {
                return Err(of_file(format!(
                    "has an unknown column \"{name}\": the columns are {}",
                    known.join(", ")
                )));
            }
            if header.iter().skip(at + 1).any(|other| other == name) {
                return Err(of_file(format!("has the column \"{name}\" twice")));
            }
        }
        Ok(Self {
            file: file.to_owned(),
            reader,
            header,
            record: csv::StringRecord::new(),
        })
    }

    /// Goes on to the next row; `false` after the last.
    pub(super) fn next(&mut self) -> Result<bool, ReplayError> {
        self.reader
            .read_record(&mut self.record)
            .map_err(|cause| ReplayError::Row {
                file: self.file.clone(),
                row: cause.position().map_or(0, csv::Position::line),
                message: "is no row of this table: ".to_owned() + &cause.to_string(),
            })
    }

    /// The number of the row's line in the file.
    pub(super) fn row(&self) -> u64 {
        self.record.position().map_or(0, csv::Position::line)
    }

    /// An error about the row.
    pub(super) fn wrong(&self, message: impl Into<String>) -> ReplayError {
        ReplayError::Row {
            file: self.file.clone(),
            row: self.row(),
            message: message.into(),
        }
    }

    /// What stands in a column; `None` where it is empty or there is no such column.
    pub(super) fn text(&self, column: &str) -> Option<&str> {
        let at = self.header.iter().position(|name| name == column)?;
        self.record.get(at).filter(|text| !text.is_empty())
    }

    pub(super) fn must(&self, column: &str) -> Result<&str, ReplayError> {
        self.text(column)
            .ok_or_else(|| self.wrong(format!("{column} is empty")))
    }

    /// Whole milliseconds from 0 on.
    pub(super) fn ms(&self, column: &str) -> Result<Option<i64>, ReplayError> {
        let Some(text) = self.text(column) else {
            return Ok(None);
        };
        match text.parse() {
            Ok(ms @ 0..) => Ok(Some(ms)),
            _ => Err(self.wrong(format!(
                "{column} is \"{text}\": give whole milliseconds from 0 on"
            ))),
        }
    }

    /// Pairs such as `billing>=5;zh>=1` with levels; a name alone is level 1.
    pub(super) fn pairs(
        &self,
        column: &str,
        between: &str,
        max: u32,
    ) -> Result<Vec<(String, u32)>, ReplayError> {
        let text = self.text(column).unwrap_or_default();
        let parts = text
            .split(';')
            .map(str::trim)
            .filter(|part| !part.is_empty());
        let mut pairs = Vec::new();
        for part in parts {
            let (name, number) = part.split_once(between).unwrap_or((part, "1"));
            match number.trim().parse() {
                Ok(number) if number <= max && !name.is_empty() && !name.contains(['=', '>']) => {
                    pairs.push((name.trim().to_owned(), number));
                }
                _ => {
                    return Err(self.wrong(format!(
                        "{column} has \"{part}\": give name{between}number, at most {max}, \
                         separated by \";\""
                    )));
                }
            }
        }
        Ok(pairs)
    }
}
