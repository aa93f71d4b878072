//! A temporary folder that is removed when the demo ends.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// Attempts to find a free name.
const TRIES: u32 = 100;

/// The folder. Dropping it removes it unless it is to be kept.
pub struct Folder {
    path: PathBuf,
    keep: bool,
}

impl Folder {
    /// Makes a folder that other users cannot read.
    pub fn new(keep: bool) -> io::Result<Self> {
        let mut last = io::Error::other("no name is free");
        for number in 0..TRIES {
            let name = format!("firsthand-demo-{}-{number}", std::process::id());
            let path = std::env::temp_dir().join(name);
            match DirBuilder::new().mode(0o700).create(&path) {
                Ok(()) => return Ok(Self { path, keep }),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Removes the folder and describes the outcome.
    pub fn end(mut self) -> String {
        let path = self.path.display().to_string();
        if self.keep {
            return format!("kept: {path}");
        }
        self.keep = true;
        match fs::remove_dir_all(&self.path) {
            Ok(()) => format!("removed: {path}"),
            Err(error) => format!("could not be removed: {path}: {error}"),
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !self.keep {
            // Dropped without end() only on an error, which is reported elsewhere.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}
