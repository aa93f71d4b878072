//! The journal's directory on a real file system.
//!
//! Files are opened through the directory's descriptor, not its path: a directory that was moved is
//! still written where it is, and one that replaced it is never written. This file must not know
//! what the bytes mean.

use std::fs::{DirBuilder, File, Permissions};
use std::io::{self, IoSlice};
use std::os::unix::fs::{DirBuilderExt, FileExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, Dir, Mode, OFlags};
use rustix::io::{Errno, ReadWriteFlags, retry_on_intr};

use super::{Identity, LockError, Storage, StorageFile, StorageLock, lock};

/// The journal holds personal data, so only its owner may read it.
pub const FILE_MODE: u32 = 0o600;
/// Directories likewise.
pub const FOLDER_MODE: u32 = 0o700;

/// Makes a directory and its parents, accessible to their owner only.
pub fn make_private_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(FOLDER_MODE)
        .create(path)
}

/// The permissions of a directory if anyone but its owner has access.
pub fn open_to_others(path: &Path) -> Option<u32> {
    let mode = std::fs::metadata(path).ok()?.permissions().mode() & 0o777;
    (mode & !FOLDER_MODE != 0).then_some(mode)
}

/// A directory of the file system.
#[derive(Debug)]
pub struct FileStorage {
    path: PathBuf,
    directory: File,
}

impl FileStorage {
    /// Opens a directory; creates it if it does not exist.
    pub fn create_directory(path: &Path) -> io::Result<Self> {
        if !path.is_dir() {
            make_private_folder(path)?;
            // Independent of the process's umask.
            std::fs::set_permissions(path, Permissions::from_mode(FOLDER_MODE))?;
            // If the entry of a new directory is not durable, power loss removes its files too.
            if let Some(parent) = path
                .parent()
                .filter(|parent| !parent.as_os_str().is_empty())
            {
                File::open(parent)?.sync_all()?;
            }
        }
        Self::open_directory(path)
    }

    /// Opens an existing directory and changes nothing.
    pub fn open_directory(path: &Path) -> io::Result<Self> {
        Ok(Self {
            path: path.to_owned(),
            directory: File::open(path)?,
        })
    }

    /// Path of the directory.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Locks a directory that is about to be filled, and leaves no file in it.
    pub fn lock_empty(&self) -> Result<StorageLock, LockError> {
        Ok(StorageLock::new(lock::take_empty(&self.directory)?))
    }

    fn open_at(&self, name: &str, flags: OFlags) -> io::Result<File> {
        let (flags, mode) = (flags | OFlags::CLOEXEC, Mode::from_raw_mode(FILE_MODE));
        let opened = retry_on_intr(|| rustix::fs::openat(&self.directory, name, flags, mode))?;
        Ok(File::from(opened))
    }
}

impl Storage for FileStorage {
    fn place(&self) -> String {
        self.path.display().to_string()
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn StorageFile>> {
        Ok(Box::new(self.open_at(name, OFlags::RDWR)?))
    }

    fn open_read(&self, name: &str) -> io::Result<Box<dyn StorageFile>> {
        Ok(Box::new(self.open_at(name, OFlags::RDONLY)?))
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn StorageFile>> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::TRUNC;
        Ok(Box::new(self.open_at(name, flags)?))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        rustix::fs::renameat(&self.directory, from, &self.directory, to)?;
        Ok(())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        rustix::fs::unlinkat(&self.directory, name, AtFlags::empty())?;
        Ok(())
    }

    fn free_bytes(&self) -> io::Result<Option<u64>> {
        let disk = rustix::fs::fstatvfs(&self.directory)?;
        Ok(Some(disk.f_bavail.saturating_mul(disk.f_frsize)))
    }

    fn list(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in Dir::read_from(&self.directory)? {
            // Names that are not UTF-8 are not the journal's.
            if let Ok(name) = entry?.file_name().to_str()
                && name != "."
                && name != ".."
            {
                names.push(name.to_owned());
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    fn written_at(&self, name: &str) -> io::Result<Option<i64>> {
        let file = File::from(rustix::fs::openat(
            &self.directory,
            name,
            OFlags::RDONLY | OFlags::CLOEXEC,
            Mode::empty(),
        )?);
        let metadata = file.metadata()?;
        let (seconds, nanos) = (metadata.mtime(), metadata.mtime_nsec());
        Ok(Some(seconds.saturating_mul(1_000) + nanos / 1_000_000))
    }

    fn sync_directory(&self) -> io::Result<()> {
        self.directory.sync_all()
    }

    fn lock(&self) -> Result<StorageLock, LockError> {
        let mode = Mode::from_raw_mode(FILE_MODE);
        Ok(StorageLock::new(lock::take(&self.directory, mode)?))
    }

    fn is_in_place(&self, name: &str, identity: Identity) -> bool {
        match std::fs::metadata(self.path.join(name)) {
            Ok(found) => (found.dev(), found.ino()) == identity,
            // Other errors, such as a parent without access, prove nothing.
            Err(error) => !matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ),
        }
    }
}

impl StorageFile for File {
    fn identity(&self) -> io::Result<Option<Identity>> {
        let metadata = self.metadata()?;
        Ok(Some((metadata.dev(), metadata.ino())))
    }

    fn len(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }

    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        FileExt::read_exact_at(self, buffer, offset)
    }

    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        FileExt::write_all_at(self, bytes, offset)
    }

    /// One `pwritev2` with `RWF_DSYNC`, as if the file were open with `O_DSYNC`.
    ///
    /// It saves the second system call of write and `fdatasync`, and a disk error is reported by
    /// the write it belongs to, not by a later sync of the file.
    fn write_all_durable_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let mut rest = bytes;
        let mut offset = offset;
        while !rest.is_empty() {
            let written = match rustix::io::pwritev2(
                self,
                &[IoSlice::new(rest)],
                offset,
                ReadWriteFlags::DSYNC,
            ) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => written,
                Err(Errno::INTR) => continue,
                Err(error) => return Err(error.into()),
            };
            rest = rest.get(written..).unwrap_or_default();
            offset += written as u64;
        }
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        self.sync_data()
    }
}
