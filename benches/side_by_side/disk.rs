//! The time of one sync of the disk, done as the journal does it: one page into a zero-filled file.

use std::fs::File;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;
use std::time::{Duration, Instant};

/// Size of the file in bytes; it is overwritten, never grown.
const FILE_BYTES: u64 = 64 << 20;
const PAGE: [u8; 4096] = [7; 4096];

/// A zero-filled file, open for writes that return once they are on the disk.
pub struct Probe {
    file: File,
    offset: u64,
}

impl Probe {
    pub fn new(folder: &Path) -> Self {
        let path = folder.join("probe");
        std::fs::write(&path, vec![0; FILE_BYTES as usize]).expect("room for 64 MiB");
        let file = File::options()
            .write(true)
            .custom_flags(rustix::fs::OFlags::DSYNC.bits().cast_signed())
            .open(&path)
            .expect("just written");
        file.sync_all().expect("the disk works");
        Self { file, offset: 0 }
    }

    /// One sync.
    pub fn sync(&mut self) -> Duration {
        let began = Instant::now();
        self.file
            .write_all_at(&PAGE, self.offset)
            .expect("the disk works");
        self.offset = (self.offset + PAGE.len() as u64) % FILE_BYTES;
        began.elapsed()
    }
}
