//! The interface between the journal and the disk.
//!
//! A [`Storage`] is one flat directory of files. The journal must not reach the file system in any
//! other way, so that a test can use a hostile disk instead. Every method either completes its work
//! or returns the error; short transfers and interrupted calls are repeated inside.
//! interrupted calls are repeated inside.

mod file;
mod lock;

use std::fmt;
use std::io;

pub use file::{FILE_MODE, FOLDER_MODE, FileStorage, make_private_folder, open_to_others};

/// Device and inode, which identify a file.
pub type Identity = (u64, u64);

/// An open file of fixed or growing length.
pub trait StorageFile: Send + Sync {
    /// Length in bytes.
    fn len(&self) -> io::Result<u64>;
    /// True if the file holds no byte.
    fn is_empty(&self) -> io::Result<bool> {
        Ok(self.len()? == 0)
    }
    /// The file's identity, where another file may have taken its name.
    fn identity(&self) -> io::Result<Option<Identity>> {
        Ok(None)
    }
    /// Fills `buffer` from `offset`; `UnexpectedEof` if the file ends before.
    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()>;
    /// Writes all of `bytes`; they may be lost at power-off until `sync` returns.
    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()>;
    /// Writes all of `bytes` and returns when they are on stable storage.
    ///
    /// Bytes written earlier are not covered.
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
    /// Renames a file, replacing one of that name. Durable after `sync_directory`.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;
    /// Removes a file. Durable after `sync_directory`.
    fn remove(&self, name: &str) -> io::Result<()>;
    /// Free bytes of the disk, where it reports them.
    fn free_bytes(&self) -> io::Result<Option<u64>> {
        Ok(None)
    }
    /// Names of all files, sorted.
    fn list(&self) -> io::Result<Vec<String>>;
    /// When a file was last written, in milliseconds since 1970, where the disk knows.
    fn written_at(&self, _name: &str) -> io::Result<Option<i64>> {
        Ok(None)
    }
    /// Returns when all names created, moved and removed so far are on stable storage.
    fn sync_directory(&self) -> io::Result<()>;
    /// False if there is no file `name` at the directory's path, or another one than this: then the
    /// journal is written where nobody will find it.
    fn is_in_place(&self, _name: &str, _identity: Identity) -> bool {
        true
    }
    /// Locks the directory for this process, until the lock is dropped.
    fn lock(&self) -> Result<StorageLock, LockError>;
}

/// A directory locked for one process; dropping it unlocks.
pub struct StorageLock(#[expect(dead_code, reason = "held for its drop")] Box<dyn Send + Sync>);

impl StorageLock {
    /// Wraps a guard that unlocks when dropped.
    pub fn new(guard: impl Send + Sync + 'static) -> Self {
        Self(Box::new(guard))
    }
}

impl fmt::Debug for StorageLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StorageLock")
    }
}

/// Why a directory could not be locked.
#[derive(Debug)]
pub enum LockError {
    /// Another process has locked it.
    Held {
        /// Process id of the holder, or a word where it is unknown.
        pid: String,
    },
    /// The lock file could not be opened or written.
    Io(io::Error),
}
