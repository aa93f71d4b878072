//! Rows of a log in any order → events by case and time.
//!
//! Memory: 24 bytes a row, and each name once. `figures` counts what the rows mean.

use std::io::{BufRead, BufReader, Read};

use csv::ByteRecord;
use flate2::bufread::MultiGzDecoder;
use hashbrown::HashMap;

use crate::ledger::moment::{self, Reading};
use crate::router::time::Timestamp;

const BUFFER_BYTES: usize = 256 << 10;
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
/// The number that stands for an empty cell.
const NONE: u32 = u32::MAX;
/// Bare numbers all in this range are probably seconds: as seconds they are in 1979 to 2100, as
/// milliseconds in January and February 1970.
const LOOKS_LIKE_SECONDS: std::ops::Range<i64> = 300_000_000..4_102_444_800;

/// The names of the columns in the file.
#[derive(Clone, Debug)]
pub struct Columns {
    pub case: String,
    pub time: String,
    pub holder: String,
    /// `None` = "customer" if there is such a column.
    pub customer: Option<String>,
}

impl Default for Columns {
    fn default() -> Self {
        Self {
            case: "case".to_owned(),
            time: "time".to_owned(),
            holder: "holder".to_owned(),
            customer: None,
        }
    }
}

/// Why a log cannot be read. Rows are counted without the header, lines with it.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    #[error("{file}: {message}")]
    File { file: String, message: String },
    #[error("{file}: row {row} (line {line}), column \"{column}\": {message}")]
    Row {
        file: String,
        row: u64,
        line: u64,
        column: String,
        message: String,
    },
}

/// One row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub at: Timestamp,
    pub case: u32,
    /// `NONE` if the cell is empty.
    holder: u32,
    customer: u32,
}

impl Entry {
    pub fn holder(&self) -> Option<u32> {
        Some(self.holder).filter(|holder| *holder != NONE)
    }

    pub fn customer(&self) -> Option<u32> {
        Some(self.customer).filter(|customer| *customer != NONE)
    }
}

/// A log as a whole.
#[derive(Debug)]
pub struct Log {
    /// By case in the order of its first row, then by time, then by row.
    pub(super) entries: Vec<Entry>,
    pub(super) cases: Names,
    pub(super) holders: Names,
    pub(super) customers: Names,
    /// Whether there is a customer column.
    pub(super) has_customers: bool,
    looks_like_seconds: bool,
}

impl Log {
    /// Whether all times are numbers that are probably seconds, not milliseconds.
    pub fn looks_like_seconds(&self) -> bool {
        self.looks_like_seconds
    }
}

/// Names numbered in the order of their first use.
#[derive(Debug, Default)]
pub(super) struct Names {
    numbers: HashMap<Box<str>, u32, foldhash::fast::RandomState>,
    names: Vec<Box<str>>,
}

impl Names {
    fn number(&mut self, name: &str) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = u32::try_from(self.names.len()).expect("fewer than 2^32 names");
        self.numbers.insert(name.into(), number);
        self.names.push(name.into());
        number
    }

    pub fn name(&self, number: u32) -> &str {
        &self.names[number as usize]
    }

    pub fn len(&self) -> usize {
        self.names.len()
    }
}

/// Reads a log, plain or gzip by its first bytes; `file` is its name in errors.
pub fn read(
    file: &str,
    source: impl Read + 'static,
    columns: &Columns,
    reading: &Reading,
) -> Result<Log, LogError> {
    Rows::open(file, source, columns)?.read(reading)
}

/// The places of the columns in a row.
struct Places {
    case: usize,
    time: usize,
    holder: usize,
    customer: Option<usize>,
}

struct Rows<'a> {
    file: &'a str,
    columns: &'a Columns,
    reader: csv::Reader<Box<dyn Read>>,
    places: Places,
}

impl<'a> Rows<'a> {
    fn open(
        file: &'a str,
        source: impl Read + 'static,
        columns: &'a Columns,
    ) -> Result<Self, LogError> {
        let of_file = |message: String| LogError::File {
            file: file.to_owned(),
            message,
        };
        let mut source = BufReader::with_capacity(BUFFER_BYTES, source);
        let begin = source
            .fill_buf()
            .map_err(|error| of_file(format!("cannot be read: {error}")))?;
        let source: Box<dyn Read> = if begin.starts_with(&GZIP_MAGIC) {
            Box::new(MultiGzDecoder::new(source))
        } else {
            Box::new(source)
        };
        let mut reader = csv::ReaderBuilder::new()
            .buffer_capacity(BUFFER_BYTES)
            .from_reader(source);
        let header = reader
            .headers()
            .map_err(|error| of_file(format!("is no CSV with a header: {error}")))?;
        let places = Places::find(header, columns).map_err(of_file)?;
        Ok(Self {
            file,
            columns,
            reader,
            places,
        })
    }

    fn read(mut self, reading: &Reading) -> Result<Log, LogError> {
        let mut log = Log {
            entries: Vec::new(),
            cases: Names::default(),
            holders: Names::default(),
            customers: Names::default(),
            has_customers: self.places.customer.is_some(),
            looks_like_seconds: false,
        };
        let mut record = ByteRecord::new();
        let mut row = 0;
        while self.next(&mut record)? {
            row += 1;
            let entry = self.entry(&record, row, &mut log, reading)?;
            log.entries.push(entry);
        }
        log.looks_like_seconds = row > 0
            && reading.format.is_none()
            && log
                .entries
                .iter()
                .all(|entry| LOOKS_LIKE_SECONDS.contains(&entry.at));
        // Stable: rows of a case at the same time stay in the order of the file.
        log.entries.sort_by_key(|entry| (entry.case, entry.at));
        Ok(log)
    }

    fn next(&mut self, record: &mut ByteRecord) -> Result<bool, LogError> {
        self.reader
            .read_byte_record(record)
            .map_err(|error| LogError::File {
                file: self.file.to_owned(),
                message: format!("cannot be read as CSV: {error}"),
            })
    }

    fn entry(
        &self,
        record: &ByteRecord,
        row: u64,
        log: &mut Log,
        reading: &Reading,
    ) -> Result<Entry, LogError> {
        let wrong = |column: &str, message: String| LogError::Row {
            file: self.file.to_owned(),
            row,
            line: record.position().map_or(0, csv::Position::line),
            column: column.to_owned(),
            message,
        };
        let text = |place: usize, column: &str| {
            let cell = record.get(place).unwrap_or_default().trim_ascii();
            std::str::from_utf8(cell).map_err(|_| wrong(column, "is not UTF-8".to_owned()))
        };
        let case = text(self.places.case, &self.columns.case)?;
        if case.is_empty() {
            let message = "is empty: each row names its case".to_owned();
            return Err(wrong(&self.columns.case, message));
        }
        let time = text(self.places.time, &self.columns.time)?;
        let at = reading.read(time).ok_or_else(|| {
            let expected = match &reading.format {
                Some(format) => format!("it must be as --time-format {format}"),
                None => moment::EXPECTED.to_owned(),
            };
            wrong(
                &self.columns.time,
                format!("\"{time}\" is no time: {expected}"),
            )
        })?;
        let holder = text(self.places.holder, &self.columns.holder)?;
        let customer = match self.places.customer {
            Some(place) => text(place, self.columns.customer_name())?,
            None => "",
        };
        let number = |names: &mut Names, name: &str| {
            if name.is_empty() {
                NONE
            } else {
                names.number(name)
            }
        };
        Ok(Entry {
            at,
            case: log.cases.number(case),
            holder: number(&mut log.holders, holder),
            customer: number(&mut log.customers, customer),
        })
    }
}

impl Columns {
    fn customer_name(&self) -> &str {
        self.customer.as_deref().unwrap_or("customer")
    }
}

impl Places {
    fn find(header: &csv::StringRecord, columns: &Columns) -> Result<Self, String> {
        // Spreadsheets write a byte order mark before the first name.
        let names: Vec<&str> = header
            .iter()
            .map(|name| name.trim_start_matches('\u{feff}').trim())
            .collect();
        let find = |column: &str| {
            let mut places = (0..names.len()).filter(|place| names[*place] == column);
            match (places.next(), places.next()) {
                (Some(_), Some(_)) => Err(format!("has the column \"{column}\" twice")),
                (place, _) => Ok(place),
            }
        };
        let must = |column: &str, option: &str| {
            find(column)?.ok_or_else(|| {
                format!(
                    "has no column \"{column}\": it has {}; say with {option} which it is",
                    names.join(", ")
                )
            })
        };
        Ok(Self {
            case: must(&columns.case, "--case-column")?,
            time: must(&columns.time, "--time-column")?,
            holder: must(&columns.holder, "--holder-column")?,
            customer: match &columns.customer {
                Some(column) => Some(must(column, "--customer-column")?),
                None => find(columns.customer_name())?,
            },
        })
    }
}
