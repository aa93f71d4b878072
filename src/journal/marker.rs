//! The marker file JOURNAL: the proof that a journal belongs here, and its identity.
//!
//! It is small text, so that an operator can read it. Without it an empty or unmounted directory
//! would look like a fresh start. This file must not create segments.

use std::fmt::Write as _;
use std::io;

use super::error::JournalError;
use super::segment::{FORMAT, JournalUuid};
use super::storage::Storage;

/// Name of the marker.
pub const MARKER_FILE: &str = "JOURNAL";
const MARKER_TMP_FILE: &str = "JOURNAL.tmp";
const TITLE: &str = "firsthand journal";
/// A marker is about 120 bytes; a longer file is something else.
const MARKER_BYTES_MAX: u64 = 4096;

/// The content of the marker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marker {
    /// Identity of the journal.
    pub uuid: JournalUuid,
    /// Journal format of the directory.
    pub format: u32,
}

impl Marker {
    /// Reads the marker; `None` if there is none.
    pub(crate) fn read(storage: &dyn Storage) -> Result<Option<Self>, JournalError> {
        let file = match storage.open_read(MARKER_FILE) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(JournalError::io("open", MARKER_FILE, error)),
        };
        let length = file
            .len()
            .map_err(|error| JournalError::io("read", MARKER_FILE, error))?;
        let damaged = |reason: &str| JournalError::MarkerDamaged {
            place: storage.place(),
            reason: reason.to_owned(),
        };
        if length > MARKER_BYTES_MAX {
            return Err(damaged("it is too long"));
        }
        let length = usize::try_from(length).map_err(|_| damaged("it is too long"))?;
        let mut bytes = vec![0; length];
        file.read_exact_at(&mut bytes, 0)
            .map_err(|error| JournalError::io("read", MARKER_FILE, error))?;
        let text = String::from_utf8(bytes).map_err(|_| damaged("it is not text"))?;
        let marker = Self::parse(&text).map_err(damaged)?;
        if marker.format > FORMAT {
            return Err(JournalError::NewerFormat {
                file: MARKER_FILE.to_owned(),
                found: marker.format,
                supported: FORMAT,
            });
        }
        Ok(Some(marker))
    }

    /// Writes the marker atomically.
    pub(crate) fn write(&self, storage: &dyn Storage) -> Result<(), JournalError> {
        let text = self.text();
        storage
            .create(MARKER_TMP_FILE)
            .and_then(|file| {
                file.write_all_at(text.as_bytes(), 0)?;
                file.sync()
            })
            .and_then(|()| storage.rename(MARKER_TMP_FILE, MARKER_FILE))
            .and_then(|()| storage.sync_directory())
            .map_err(|error| JournalError::io("write", MARKER_FILE, error))
    }

    fn text(&self) -> String {
        let mut text = format!("{TITLE}\nformat = {}\nuuid = ", self.format);
        for byte in self.uuid {
            write!(text, "{byte:02x}").expect("a String takes every write");
        }
        text.push('\n');
        let crc = crc32c::crc32c(text.as_bytes());
        writeln!(text, "crc32c = {crc:08x}").expect("a String takes every write");
        text
    }

    fn parse(text: &str) -> Result<Self, &'static str> {
        let (content, crc) = text.rsplit_once("crc32c = ").ok_or("it has no checksum")?;
        let crc = u32::from_str_radix(crc.trim_end(), 16).map_err(|_| "it has no checksum")?;
        if crc != crc32c::crc32c(content.as_bytes()) {
            return Err("its checksum does not match");
        }
        let mut lines = content.lines();
        if lines.next() != Some(TITLE) {
            return Err("it does not begin with its title");
        }
        let mut format = None;
        let mut uuid = None;
        for line in lines {
            match line.split_once(" = ") {
                Some(("format", value)) => format = value.parse().ok(),
                Some(("uuid", value)) => uuid = parse_uuid(value),
                // Newer formats may have more lines; the format number decides what may be read.
                _ => {}
            }
        }
        Ok(Self {
            uuid: uuid.ok_or("it has no uuid")?,
            format: format.ok_or("it has no format")?,
        })
    }
}

fn parse_uuid(text: &str) -> Option<JournalUuid> {
    let number = u128::from_str_radix(text, 16).ok()?;
    (text.len() == 32).then(|| number.to_be_bytes())
}
