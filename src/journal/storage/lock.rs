//! Takes a directory for one process.
//!
//! The lock is on the directory itself, so it goes wherever the directory goes and nobody can
//! remove it. The file `LOCK` in it is taken too: it names the holder, and programs of before
//! knew only it.

use std::fs::{File, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt;

use rustix::fs::{Mode, OFlags, openat};

use super::LockError;

const LOCK_FILE: &str = "LOCK";
/// What the kernel knows of locks, for where the file is gone.
const KERNEL_LOCKS: &str = "/proc/locks";

/// Holds a directory; dropping it lets go.
#[derive(Debug)]
pub(super) struct Lock {
    folder: Option<File>,
    file: Option<File>,
}

impl Drop for Lock {
    /// Closing alone would not let go: a process that this one is starting has copies of all
    /// descriptors until it becomes another program, and each copy holds the lock.
    fn drop(&mut self) {
        for held in [&self.file, &self.folder].into_iter().flatten() {
            // Where unlocking fails, closing has to do.
            let _ = held.unlock();
        }
    }
}

/// Takes a directory, and writes into it who has it.
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

/// Takes a directory that is about to be filled, and leaves nothing in it.
pub(super) fn take_empty(directory: &File) -> Result<Lock, LockError> {
    Ok(Lock {
        folder: take_folder(directory)?,
        file: None,
    })
}

/// The lock on the directory itself. Some file systems of the network lock no directories; there
/// the file has to do.
fn take_folder(directory: &File) -> Result<Option<File>, LockError> {
    // A descriptor of its own, because it is the descriptor that holds the lock.
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

/// The refusal, with the holder's pid as far as it is known.
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

/// Who holds the lock on a file, by the word of the kernel.
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
