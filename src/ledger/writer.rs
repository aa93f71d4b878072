//! Writes a tenant's ledger: appends records, begins new files, syncs them.
//!
//! After a failed write or sync the writer must be dropped, because the content of the file is
//! unknown. The file is cut back to where it was last synced ([`Writer::cut_back`]) and opened
//! again; another sync would report success for bytes that are not on the disk. What to do with a
//! torn end is for the caller, who knows whether the journal still has the missing events.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::chain;
use super::content::{content_of, say, write_member};
use super::error::{Damage, LedgerError};
use super::files;
use super::kind::Kind;
use super::reader::{FORMAT, Position, Reader};
use crate::journal::storage::{FILE_MODE, make_private_folder};
use crate::router::event::Event;
use crate::router::time::Timestamp;

/// Bytes buffered before a write.
const BUFFER_BYTES: usize = 256 << 10;

/// A position in a ledger: file number, and bytes of that file. File 0 is before the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub file: u64,
    pub bytes: u64,
}

/// The last record of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    pub seq: u64,
    pub at: Timestamp,
    /// Its content hash; `None` for a mark.
    pub content: Option<blake3::Hash>,
}

/// The writer of one ledger.
#[derive(Debug)]
pub struct Writer {
    folder: PathBuf,
    tenant: String,
    journal: String,
    file: Option<File>,
    number: u64,
    /// Bytes of the current file, including the buffer.
    bytes: u64,
    bytes_max: u64,
    position: Position,
    buffer: Vec<u8>,
    records: u64,
    is_synced: bool,
    /// Everything before this place is on the disk.
    synced: Place,
    last_told: Option<Told>,
    damage: Option<Damage>,
}

impl Writer {
    /// Opens the ledger in a folder, which may not exist yet, at its last good record. `journal` is
    /// the name of the journal whose events will follow. Writes nothing yet.
    pub fn open(folder: &Path, tenant: &str, journal: &str) -> Result<Self, LedgerError> {
        let mut writer = Self {
            folder: folder.to_owned(),
            tenant: tenant.to_owned(),
            journal: journal.to_owned(),
            file: None,
            number: 0,
            bytes: 0,
            bytes_max: files::FILE_BYTES_MAX,
            position: Position::START,
            buffer: Vec::with_capacity(BUFFER_BYTES),
            records: 0,
            is_synced: true,
            synced: Place { file: 0, bytes: 0 },
            last_told: None,
            damage: None,
        };
        let Some(mut reader) = Reader::open_last(folder)? else {
            return Ok(writer);
        };
        writer.damage = loop {
            match reader.read() {
                Ok(Some(line)) => match line.head.kind {
                    Kind::File => {}
                    Kind::Follows => writer.last_told = None,
                    kind @ (Kind::Mark | Kind::Event(_)) => {
                        let content = blake3::hash(&content_of(&line));
                        writer.last_told = Some(Told {
                            seq: line.head.seq,
                            at: line.head.at,
                            content: (!kind.is_own()).then_some(content),
                        });
                    }
                },
                Ok(None) => break None,
                Err(LedgerError::Damaged(damage)) => break Some(damage),
                Err(error) => return Err(error),
            }
        };
        if reader.tenant().is_some_and(|of| of != tenant) {
            let folder = folder.display();
            return Err(LedgerError::Refused(format!(
                "{folder} is the ledger of another tenant than {tenant}: move it away"
            )));
        }
        writer.position = reader.position().clone();
        (writer.number, writer.bytes) = reader.place();
        writer.synced = writer.place();
        Ok(writer)
    }

    /// Sets the size after which a new file is begun.
    #[must_use]
    pub fn with_file_bytes(mut self, bytes_max: u64) -> Self {
        self.bytes_max = bytes_max;
        self
    }

    /// Damage at the end of the last file. If there is any, [`Self::cut`] must come before the
    /// first append.
    pub fn damage(&self) -> Option<&Damage> {
        self.damage.as_ref()
    }

    /// The position after the last record.
    pub fn position(&self) -> &Position {
        &self.position
    }

    /// Records appended since the last call.
    pub fn take_records(&mut self) -> u64 {
        std::mem::take(&mut self.records)
    }

    /// The last record of an event in the last file.
    pub fn last_told(&self) -> Option<Told> {
        self.last_told
    }

    /// Everything before this place is on the disk.
    pub fn synced(&self) -> Place {
        self.synced
    }

    fn place(&self) -> Place {
        Place {
            file: self.number,
            bytes: self.bytes,
        }
    }

    /// Removes what a writer of this process wrote after its last sync: after a failed sync nobody
    /// knows what is there.
    pub fn cut_back(folder: &Path, place: Place) -> Result<(), LedgerError> {
        let cut = || -> io::Result<()> {
            for number in files::numbers(folder)? {
                let path = folder.join(files::file_name(number));
                if number > place.file {
                    fs::remove_file(path)?;
                } else if number == place.file && fs::metadata(&path)?.len() > place.bytes {
                    let file = OpenOptions::new().write(true).open(path)?;
                    file.set_len(place.bytes)?;
                    file.sync_all()?;
                }
            }
            if folder.is_dir() {
                files::sync_folder(folder)?;
            }
            Ok(())
        };
        cut().map_err(|error| LedgerError::io("cut back", folder, error))
    }

    /// Cuts off what follows the last good record. Anything more than one unfinished line is saved
    /// in a file of its own.
    pub fn cut(&mut self) -> Result<(), LedgerError> {
        let Some(damage) = self.damage.take() else {
            return Ok(());
        };
        let path = self.path();
        self.cut_at(&path, damage.offset)
            .map_err(|error| LedgerError::io("cut", &path, error))
    }

    fn cut_at(&self, path: &Path, offset: u64) -> io::Result<()> {
        let mut file = OpenOptions::new().read(true).write(true).open(path)?;
        file.seek(SeekFrom::Start(offset))?;
        let mut rest = Vec::new();
        file.read_to_end(&mut rest)?;
        if rest.contains(&b'\n') {
            let name = format!("{}.cut-{offset}", files::file_name(self.number));
            let aside = self.folder.join(name);
            let mut options = OpenOptions::new();
            options.write(true).create(true).truncate(true);
            let mut aside = options.mode(FILE_MODE).open(&aside)?;
            aside.write_all(&rest)?;
            aside.sync_all()?;
        }
        file.set_len(offset)?;
        file.sync_all()?;
        files::sync_folder(&self.folder)
    }

    /// Records that the following records belong to the journal after one of its events.
    pub fn follow(&mut self, after: u64) -> Result<(), LedgerError> {
        let journal = self.journal.clone();
        self.begin_file_if_due()?;
        self.position.seq = after;
        self.own(Kind::Follows, |line| {
            write_member(line, "journal", &journal);
        })?;
        self.position.journal = Some(journal);
        Ok(())
    }

    /// Records that everything through the event `seq` is in the ledger.
    pub fn mark(&mut self, seq: u64, at: Timestamp) -> Result<(), LedgerError> {
        self.begin_file_if_due()?;
        self.position.seq = self.position.seq.max(seq);
        self.position.at = self.position.at.max(at);
        self.own(Kind::Mark, |_| {})
    }

    /// Appends an event if its kind is kept.
    pub fn append(&mut self, event: &Event) -> Result<(), LedgerError> {
        if Kind::of(&event.body).is_none() {
            return Ok(());
        }
        self.begin_file_if_due()?;
        let start = self.begin_line();
        let at = self.buffer.len();
        say(&mut self.buffer, event);
        // `{"n":7` and the event's members become one object, still open at its end.
        self.buffer[at] = b',';
        self.buffer.pop();
        debug_assert!(start < at, "the number stands before");
        self.position.seq = event.seq;
        self.position.at = event.at;
        self.end_line(start)
    }

    /// Writes and syncs everything appended.
    pub fn sync(&mut self) -> Result<(), LedgerError> {
        self.flush()?;
        if self.is_synced {
            self.synced = self.place();
            return Ok(());
        }
        if let Some(file) = &self.file {
            file.sync_data()
                .map_err(|error| LedgerError::io("sync", &self.path(), error))?;
        }
        self.is_synced = true;
        self.synced = self.place();
        Ok(())
    }

    fn path(&self) -> PathBuf {
        self.folder.join(files::file_name(self.number))
    }

    /// Appends one of the ledger's own records.
    fn own(&mut self, kind: Kind, members: impl FnOnce(&mut Vec<u8>)) -> Result<(), LedgerError> {
        let start = self.begin_line();
        let line = &mut self.buffer;
        write_member(line, "seq", &self.position.seq);
        write_member(line, "at", &self.position.at);
        write_member(line, "type", kind.as_str());
        members(line);
        self.end_line(start)
    }

    fn begin_line(&mut self) -> usize {
        let start = self.buffer.len();
        let n = self.position.n + 1;
        self.buffer
            .extend_from_slice(format!("{{\"n\":{n}").as_bytes());
        start
    }

    fn end_line(&mut self, start: usize) -> Result<(), LedgerError> {
        self.position.hash = chain::seal(&mut self.buffer, start, self.position.hash);
        self.position.n += 1;
        self.records += 1;
        self.bytes += (self.buffer.len() - start) as u64;
        if self.buffer.len() >= BUFFER_BYTES {
            self.flush()?;
        }
        Ok(())
    }

    fn begin_file_if_due(&mut self) -> Result<(), LedgerError> {
        debug_assert!(self.damage.is_none(), "a torn end is cut before");
        if self.number == 0 || self.bytes >= self.bytes_max {
            self.sync()?;
            self.number += 1;
            self.bytes = 0;
            self.file = None;
        }
        if self.bytes > 0 {
            return Ok(());
        }
        let (tenant, journal, number) = (self.tenant.clone(), self.journal.clone(), self.number);
        self.own(Kind::File, |line| {
            write_member(line, "format", &FORMAT);
            write_member(line, "tenant", &tenant);
            write_member(line, "file", &number);
            write_member(line, "journal", &journal);
        })
    }

    fn flush(&mut self) -> Result<(), LedgerError> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let path = self.path();
        self.write_out(&path)
            .map_err(|error| LedgerError::io("write", &path, error))
    }

    fn write_out(&mut self, path: &Path) -> io::Result<()> {
        if self.file.is_none() {
            make_private_folder(&self.folder)?;
            let mut options = OpenOptions::new();
            options.append(true).create(true).mode(FILE_MODE);
            self.file = Some(options.open(path)?);
            files::sync_folder(&self.folder)?;
            if let Some(parent) = self.folder.parent() {
                files::sync_folder(parent)?;
            }
        }
        let file = self.file.as_mut().expect("it was just opened");
        self.is_synced = false;
        file.write_all(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }
}
