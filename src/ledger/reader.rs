//! Reads a tenant's ledger from its first line and checks every line against the chain.
//!
//! It must not write. Only the seal and the members common to all records are read here; `fact`
//! reads the rest.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::chain::{self, Hash};
use super::error::{Damage, LedgerError};
use super::files;
use super::kind::Kind;

const BUFFER_BYTES: usize = 256 << 10;
/// The format of the lines.
pub const FORMAT: u64 = 1;
/// Bytes of the longest line: an event has texts of 4 KiB, each byte of which may become six.
const LINE_BYTES_MAX: u64 = 256 << 10;

/// The members of every record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Head {
    /// 1, 2, 3 … over all files.
    pub n: u64,
    /// The number of the event; for the ledger's own records, of the event that they refer to.
    pub seq: u64,
    pub at: i64,
    #[serde(rename = "type")]
    pub kind: Kind,
}

/// The members of the ledger's own records.
#[derive(Debug, Deserialize)]
struct Own {
    format: Option<u64>,
    file: Option<u64>,
    tenant: Option<String>,
    journal: Option<String>,
}

/// How far a ledger goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// Records so far.
    pub n: u64,
    pub hash: Hash,
    /// Events through this one are in it.
    pub seq: u64,
    /// The time of the last record.
    pub at: i64,
    /// The journal whose events it records.
    pub journal: Option<String>,
}

impl Position {
    pub const START: Self = Self {
        n: 0,
        hash: Hash::ZERO,
        seq: 0,
        at: 0,
        journal: None,
    };
}

/// A verified record.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    pub head: Head,
    /// The whole record, a JSON object.
    pub text: &'a str,
    pub hash: Hash,
}

/// The file being read.
struct Open {
    name: String,
    number: u64,
    bytes: BufReader<File>,
    /// Lines and bytes of it that were read and verified.
    lines: u64,
    offset: u64,
}

/// The reader.
pub struct Reader {
    folder: PathBuf,
    numbers: std::vec::IntoIter<u64>,
    open: Option<Open>,
    text: Vec<u8>,
    position: Position,
    tenant: Option<String>,
    last_file: u64,
}

impl Reader {
    /// Opens the ledger in a folder.
    pub fn open(folder: &Path) -> Result<Self, LedgerError> {
        let numbers =
            files::numbers(folder).map_err(|error| LedgerError::io("list", folder, error))?;
        Ok(Self::over(folder, numbers, Position::START))
    }

    /// Reads only the last file, and trusts the hash at the end of the one before. `None` if there
    /// is no file.
    pub(super) fn open_last(folder: &Path) -> Result<Option<Self>, LedgerError> {
        let numbers =
            files::numbers(folder).map_err(|error| LedgerError::io("list", folder, error))?;
        let Some(last) = numbers.last().copied() else {
            return Ok(None);
        };
        let before = match last {
            1 => Position::START,
            _ => end_of(&folder.join(files::file_name(last - 1)))?,
        };
        let mut reader = Self::over(folder, vec![last], before);
        reader.last_file = last - 1;
        Ok(Some(reader))
    }

    fn over(folder: &Path, numbers: Vec<u64>, position: Position) -> Self {
        Self {
            folder: folder.to_owned(),
            numbers: numbers.into_iter(),
            open: None,
            text: Vec::new(),
            position,
            tenant: None,
            last_file: 0,
        }
    }

    /// How far it was read.
    pub fn position(&self) -> &Position {
        &self.position
    }

    /// The tenant, from the first record.
    pub fn tenant(&self) -> Option<&str> {
        self.tenant.as_deref()
    }

    /// The number of the current file, and how many of its bytes are verified.
    pub(super) fn place(&self) -> (u64, u64) {
        let offset = self.open.as_ref().map_or(0, |open| open.offset);
        (self.last_file, offset)
    }

    /// The next record; `None` after the last.
    pub fn read(&mut self) -> Result<Option<Line<'_>>, LedgerError> {
        loop {
            if self.open.is_none() && !self.open_next()? {
                return Ok(None);
            }
            if self.read_line()? {
                break;
            }
            if self.numbers.len() == 0 {
                return Ok(None);
            }
            self.open = None;
        }
        let (head, hash) = self.check().map_err(|what| self.damage(what))?;
        let length = self.text.len() as u64;
        let position = &mut self.position;
        (position.n, position.seq, position.at) = (head.n, head.seq, head.at);
        position.hash = hash;
        if let Some(open) = &mut self.open {
            open.lines += 1;
            open.offset += length;
        }
        match std::str::from_utf8(self.text.trim_ascii_end()) {
            Ok(text) => Ok(Some(Line { head, text, hash })),
            Err(_) => Err(self.damage("the record is not UTF-8".to_owned())),
        }
    }

    fn open_next(&mut self) -> Result<bool, LedgerError> {
        let Some(number) = self.numbers.next() else {
            return Ok(false);
        };
        let name = files::file_name(number);
        if number != self.last_file + 1 {
            return Err(LedgerError::Damaged(Damage {
                file: files::file_name(self.last_file + 1),
                line: 1,
                offset: 0,
                n: self.position.n + 1,
                what: format!("the file is missing, {name} comes instead"),
            }));
        }
        let path = self.folder.join(&name);
        let file = File::open(&path).map_err(|error| LedgerError::io("open", &path, error))?;
        self.last_file = number;
        self.open = Some(Open {
            name,
            number,
            bytes: BufReader::with_capacity(BUFFER_BYTES, file),
            lines: 0,
            offset: 0,
        });
        Ok(true)
    }

    /// Reads a line; `false` at the end of the file.
    fn read_line(&mut self) -> Result<bool, LedgerError> {
        self.text.clear();
        let Some(open) = &mut self.open else {
            return Ok(false);
        };
        let mut limited = (&mut open.bytes).take(LINE_BYTES_MAX);
        let read = limited.read_until(b'\n', &mut self.text);
        read.map_err(|error| LedgerError::io("read", &self.folder.join(&open.name), error))?;
        Ok(!self.text.is_empty())
    }

    /// Checks the current line.
    fn check(&mut self) -> Result<(Head, Hash), String> {
        let line = self.text.strip_suffix(b"\n");
        let line = line.ok_or("the line has no end: it was cut off")?;
        let (_, hash) =
            chain::unseal(line, self.position.hash).map_err(|broken| broken.to_string())?;
        let unreadable = |error| format!("the record cannot be understood: {error}");
        let head: Head = serde_json::from_slice(line).map_err(unreadable)?;
        if head.n != self.position.n + 1 {
            return Err(format!("the record is numbered {}", head.n));
        }
        let follows = match head.kind {
            Kind::Follows => true,
            Kind::File | Kind::Mark => head.seq >= self.position.seq,
            Kind::Event(_) => head.seq > self.position.seq,
        };
        if !follows {
            let (seq, last) = (head.seq, self.position.seq);
            return Err(format!("event {seq} comes after event {last}"));
        }
        let open = self.open.as_ref().expect("a line is from a file");
        if (open.lines == 0) != (head.kind == Kind::File) {
            return Err("a file begins with its one ledger.file".to_owned());
        }
        if head.kind.is_own() {
            let own = serde_json::from_slice(line).map_err(unreadable)?;
            let number = open.number;
            self.check_own(head.kind, own, number)?;
        }
        Ok((head, hash))
    }

    fn check_own(&mut self, kind: Kind, own: Own, number: u64) -> Result<(), String> {
        if kind == Kind::Follows {
            self.position.journal = own.journal;
            return Ok(());
        }
        if kind != Kind::File {
            return Ok(());
        }
        if own.format != Some(FORMAT) {
            let found = own.format.unwrap_or_default();
            return Err(format!(
                "it is of format {found}, this version reads {FORMAT}"
            ));
        }
        if own.file != Some(number) {
            return Err("the file was given another number".to_owned());
        }
        if self.tenant.is_some() && self.tenant != own.tenant {
            return Err("the file is of another tenant".to_owned());
        }
        self.tenant = own.tenant;
        self.position.journal = own.journal;
        Ok(())
    }

    fn damage(&self, what: String) -> LedgerError {
        let open = self.open.as_ref();
        LedgerError::Damaged(Damage {
            file: open.map_or_else(String::new, |open| open.name.clone()),
            line: open.map_or(0, |open| open.lines + 1),
            offset: open.map_or(0, |open| open.offset),
            n: self.position.n + 1,
            what,
        })
    }
}

/// The position after the last record of a complete file.
fn end_of(path: &Path) -> Result<Position, LedgerError> {
    let unreadable = |error| LedgerError::io("read", path, error);
    let mut file = File::open(path).map_err(unreadable)?;
    let length = file.metadata().map_err(unreadable)?.len();
    let from = length.saturating_sub(LINE_BYTES_MAX);
    file.seek(SeekFrom::Start(from)).map_err(unreadable)?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(unreadable)?;
    let last = bytes
        .strip_suffix(b"\n")
        .and_then(|bytes| bytes.rsplit(|byte| *byte == b'\n').next());
    let read = last.and_then(|line| {
        let head: Head = serde_json::from_slice(line).ok()?;
        Some((head, chain::hash_of(line)?))
    });
    let Some((head, hash)) = read else {
        let cause = "its last line is no record: run ledger verify";
        return Err(LedgerError::io("use", path, std::io::Error::other(cause)));
    };
    Ok(Position {
        n: head.n,
        hash,
        seq: head.seq,
        at: head.at,
        journal: None,
    })
}
