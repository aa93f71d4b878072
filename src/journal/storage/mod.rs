//! The one seam between the journal and the disk.
//!
//! A [`Storage`] is one flat directory of files. The journal must not reach the file system by
//! any other way, so that a test can put a hostile disk in its place.
//! Every method either does the whole of its work or returns the error; short transfers and
//! interrupted calls are repeated inside.

mod file;
mod lock;

use std::fmt;
use std::io;

pub use file::{FILE_MODE, FOLDER_MODE, FileStorage, make_private_folder, open_to_others};

/// What tells a file from every other: its device and its number there.
pub type Identity = (u64, u64);

/// An open file of fixed or growing length.
pub trait StorageFile: Send + Sync {
    /// Length in bytes.
    fn len(&self) -> io::Result<u64>;
    /// True if the file holds no byte.
    fn is_empty(&self) -> io::Result<bool> {
        Ok(self.len()? == 0)
    }
    /// What tells the file from every other, where there may be others under its name.
    fn identity(&self) -> io::Result<Option<Identity>> {
        Ok(None)
    }
    /// Fills `buffer` from `offset`; the end of the file before that is `UnexpectedEof`.
    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()>;
    /// Writes all of `bytes`; they may be lost at power-off until `sync` returns.
    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()>;
    /// Writes all of `bytes` and returns when they are on stable storage.
    ///
    /// Says nothing about bytes written earlier.
    fn write_all_durable_at(&self, bytes: &[u8], offset: u64) -> io::Result<()>;
    /// Returns when all bytes written so far are on stable storage.
    fn sync(&self) -> io::Result<()>;
}

/// One flat directory.
pub trait Storage: Send + Sync {
    /// The directory as the operator knows it, for messages.
    fn place(&self) -> String;
    /// Opens an existing file for reading and writing.
    fn open(&self, name: &str) -> io::Result<Box<dyn StorageFile>>;
    /// Opens an existing file for reading only.
    fn open_read(&self, name: &str) -> io::Result<Box<dyn StorageFile>>;
    /// Creates a file, or empties an existing one.
    fn create(&self, name: &str) -> io::Result<Box<dyn StorageFile>>;
    /// Gives a file a new name, replacing what had it. Durable after `sync_directory`.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;
    /// Removes a file. Durable after `sync_directory`.
    fn remove(&self, name: &str) -> io::Result<()>;
    /// Bytes that the disk still has for files, where it says so.
    fn free_bytes(&self) -> io::Result<Option<u64>> {
        Ok(None)
    }
    /// Names of all files, sorted.
    fn list(&self) -> io::Result<Vec<String>>;
    /// Returns when all names created, moved and removed so far are on stable storage.
    fn sync_directory(&self) -> io::Result<()>;
    /// False if whoever looks under `name` in the directory's place finds nothing, or another
    /// file than this one: then it is written where nobody looks.
    fn is_in_place(&self, _name: &str, _identity: Identity) -> bool {
        true
    }
    /// Takes the directory for this process, until the lock is dropped.
    fn lock(&self) -> Result<StorageLock, LockError>;
}

/// Holds a directory for one process; dropping it lets go.
pub struct StorageLock(#[expect(dead_code, reason = "held for its drop")] Box<dyn Send + Sync>);

impl StorageLock {
    /// Wraps whatever lets go when dropped.
    pub fn new(guard: impl Send + Sync + 'static) -> Self {
        Self(Box::new(guard))
    }
}

impl fmt::Debug for StorageLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StorageLock")
    }
}

/// Why a directory could not be taken.
#[derive(Debug)]
pub enum LockError {
    /// Another process has it; its pid as far as known.
    Held {
        /// Process id of the holder, or a word where it is unknown.
        pid: String,
    },
    /// The lock file could not be opened or written.
    Io(io::Error),
}
