//! Locks a directory for one process.
//!
//! The lock is on the directory itself, so it stays with a directory that is moved, and nobody can
//! remove it. The file `LOCK` in it is locked too: it names the holder, and older versions lock
//! only the file.

use std::fs::{File, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt;

use rustix::fs::{Mode, OFlags, openat};

use super::LockError;

const LOCK_FILE: &str = "LOCK";
/// The kernel's list of locks, for the holder when the file is gone.
const KERNEL_LOCKS: &str = "/proc/locks";

/// A locked directory; dropping it unlocks.
#[derive(Debug)]
pub(super) struct Lock {
    folder: Option<File>,
    file: Option<File>,
}

impl Drop for Lock {
    /// Closing alone would not unlock: a child process between fork and exec has copies of all
    /// descriptors, and each copy holds the lock.
    fn drop(&mut self) {
        for held in [&self.file, &self.folder].into_iter().flatten() {
            // If unlocking fails, closing has to do.
            let _ = held.unlock();
        }
    }
}

/// Locks a directory, and writes the process id into it.
pub(super) fn take(directory: &File, mode: Mode) -> Result<Lock, LockError> {
    let folder = take_folder(directory)?;
    let flags = OFlags::RDWR | OFlags::CREATE | OFlags::CLOEXEC;
    let mut file = File::from(open(directory, LOCK_FILE, flags, mode).map_err(LockError::Io)?);
    if !try_lock(&file)? {
        return Err(held(directory, &file));
    }
    file.set_len(0)
        .and_then(|()| file.rewind())
        .and_then(|()| writeln!(file, "{}", std::process::id()))
        .map_err(LockError::Io)?;
    Ok(Lock {
        folder,
        file: Some(file),
    })
}

/// Locks a directory that is about to be filled, and leaves no file in it.
pub(super) fn take_empty(directory: &File) -> Result<Lock, LockError> {
    Ok(Lock {
        folder: take_folder(directory)?,
        file: None,
    })
}

/// The lock on the directory itself. Some network file systems cannot lock directories; there the
/// file has to do.
fn take_folder(directory: &File) -> Result<Option<File>, LockError> {
    // A descriptor of its own, because the lock belongs to the descriptor.
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let folder = open(directory, ".", flags, Mode::empty()).map_err(LockError::Io)?;
    let folder = File::from(folder);
    match try_lock(&folder) {
        Ok(true) => Ok(Some(folder)),
        Ok(false) => Err(held(directory, &folder)),
        Err(_) => Ok(None),
    }
}

fn try_lock(file: &File) -> Result<bool, LockError> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(LockError::Io(error)),
    }
}

/// The refusal, with the holder's pid if it is known.
fn held(directory: &File, locked: &File) -> LockError {
    let written = || {
        let flags = OFlags::RDONLY | OFlags::CLOEXEC;
        let file = open(directory, LOCK_FILE, flags, Mode::empty()).ok()?;
        let mut pid = String::new();
        File::from(file).read_to_string(&mut pid).ok()?;
        let pid = pid.trim();
        (!pid.is_empty()).then(|| pid.to_owned())
    };
    let pid = written()
        .or_else(|| holder(locked))
        .unwrap_or_else(|| "unknown".to_owned());
    LockError::Held { pid }
}

/// Process id of the holder of a file's lock, from the kernel's list.
fn holder(locked: &File) -> Option<String> {
    let inode = locked.metadata().ok()?.ino();
    let locks = std::fs::read_to_string(KERNEL_LOCKS).ok()?;
    // `1: FLOCK  ADVISORY  WRITE 4711 fe:00:10018939 0 EOF`
    locks.lines().find_map(|line| {
        let mut words = line.split_whitespace().skip(1);
        let (kind, pid, place) = (words.next()?, words.nth(2)?, words.next()?);
        let is_it = kind == "FLOCK" && place.rsplit(':').next()? == inode.to_string();
        (is_it && pid != "0").then(|| pid.to_owned())
    })
}

fn open(directory: &File, name: &str, flags: OFlags, mode: Mode) -> io::Result<OwnedFd> {
    Ok(rustix::io::retry_on_intr(|| {
        openat(directory, name, flags, mode)
    })?)
}
