//! A disk that does everything a real one may do, for tests of the journal.
//!
//! Each file has two images: what the process sees, and what survives power-off. Only a sync moves
//! sectors from the first to the second; power-off keeps any seeded subset of the rest. Unsynced
//! names and sectors must have no order, as on a real disk.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Arc;

use parking_lot::Mutex;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use firsthand::journal::storage::{LockError, Storage, StorageFile, StorageLock};

const SECTOR_BYTES: usize = 512;
const SPARE_THREAD: &str = "journal-spare";

/// A file's two images.
#[derive(Debug, Clone, Default)]
struct Image {
    seen: Vec<u8>,
    durable: Vec<u8>,
    dirty: BTreeSet<usize>,
}

#[derive(Debug, Clone)]
enum NameChange {
    Create(String, usize),
    Rename(String, String),
    Remove(String),
}

#[derive(Debug, Default)]
struct Disk {
    images: Vec<Image>,
    seen_names: BTreeMap<String, usize>,
    durable_names: BTreeMap<String, usize>,
    unsynced_names: Vec<NameChange>,
    generation: u64,
    held: bool,
    writes_until_error: Option<u64>,
    write_error: i32,
    operations_until_off: Option<u64>,
    syncs_until_error: Option<u64>,
    free_bytes: Option<u64>,
}

/// A directory on a hostile disk. Clones share the disk.
#[derive(Debug, Clone, Default)]
pub struct HostileStorage {
    disk: Arc<Mutex<Disk>>,
    generation: u64,
}

impl HostileStorage {
    /// An empty disk without faults.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes one write fail with `errno` after `writes` more, half done.
    pub fn fail_write_after(&self, writes: u64, errno: i32) {
        let mut disk = self.disk.lock();
        disk.writes_until_error = Some(writes);
        disk.write_error = errno;
    }

    /// Makes the power fail after this many more writes, syncs and changes of names; later ones
    /// fail too. [`HostileStorage::power_off`] shows what is left.
    ///
    /// The thread that allocates ahead is not counted, because its order against the commits is not
    /// fixed and a seed must reproduce.
    pub fn power_off_after(&self, operations: u64) {
        self.disk.lock().operations_until_off = Some(operations);
    }

    /// Makes one sync (or the sync of a durable write) fail with EIO after `syncs` more.
    ///
    /// As on Linux, the pages count as clean afterwards: a later sync succeeds without them.
    pub fn fail_sync_after(&self, syncs: u64) {
        self.disk.lock().syncs_until_error = Some(syncs);
    }

    /// Leaves room for this many bytes of file growth; `None` is endless.
    pub fn set_free_bytes(&self, free_bytes: Option<u64>) {
        self.disk.lock().free_bytes = free_bytes;
    }

    /// The process dies: its handles are dead, but the next one still sees what it wrote.
    #[must_use]
    pub fn kill(&self) -> Self {
        let mut disk = self.disk.lock();
        disk.generation += 1;
        disk.held = false;
        disk.writes_until_error = None;
        disk.syncs_until_error = None;
        disk.operations_until_off = None;
        Self {
            disk: Arc::clone(&self.disk),
            generation: disk.generation,
        }
    }

    /// The power fails: any subset of unsynced sectors and any prefix of unsynced names stays.
    #[must_use]
    pub fn power_off(&self, seed: u64) -> Self {
        let next = self.kill();
        self.disk
            .lock()
            .lose_unsynced(&mut StdRng::seed_from_u64(seed));
        next
    }

    /// The bytes of a file as a process sees them.
    pub fn bytes(&self, name: &str) -> Option<Vec<u8>> {
        let disk = self.disk.lock();
        disk.seen_names
            .get(name)
            .and_then(|id| disk.images.get(*id))
            .map(|image| image.seen.clone())
    }

    /// Replaces a file's bytes in both images.
    pub fn set_bytes(&self, name: &str, bytes: Vec<u8>) {
        let mut disk = self.disk.lock();
        let id = disk.images.len();
        disk.images.push(Image {
            seen: bytes.clone(),
            durable: bytes,
            dirty: BTreeSet::new(),
        });
        disk.seen_names.insert(name.to_owned(), id);
        disk.durable_names.insert(name.to_owned(), id);
    }

    /// A copy of the disk without its faults, for tests that damage it in many ways.
    #[must_use]
    pub fn fork(&self) -> Self {
        let disk = self.disk.lock();
        let copy = Disk {
            images: disk.images.clone(),
            seen_names: disk.seen_names.clone(),
            durable_names: disk.durable_names.clone(),
            unsynced_names: disk.unsynced_names.clone(),
            ..Disk::default()
        };
        Self {
            disk: Arc::new(Mutex::new(copy)),
            generation: 0,
        }
    }

    fn with<T>(&self, work: impl FnOnce(&mut Disk) -> io::Result<T>) -> io::Result<T> {
        let mut disk = self.disk.lock();
        if disk.generation != self.generation {
            return Err(io::Error::other("this process was killed"));
        }
        work(&mut disk)
    }

    /// As `with`, but for changes of the disk.
    fn with_power<T>(&self, work: impl FnOnce(&mut Disk) -> io::Result<T>) -> io::Result<T> {
        self.with(|disk| {
            disk.use_power()?;
            work(disk)
        })
    }

    fn handle(&self, id: usize) -> Box<dyn StorageFile> {
        Box::new(HostileFile {
            storage: self.clone(),
            id,
        })
    }
}

impl Disk {
    fn use_power(&mut self) -> io::Result<()> {
        let allocates = std::thread::current().name() == Some(SPARE_THREAD);
        match &mut self.operations_until_off {
            Some(0) => Err(io::Error::other("the power is off")),
            Some(left) if !allocates => {
                *left -= 1;
                Ok(())
            }
            Some(_) | None => Ok(()),
        }
    }

    fn image(&mut self, id: usize) -> io::Result<&mut Image> {
        self.images
            .get_mut(id)
            .ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// Writes up to the injected fault and reports it.
    fn write(&mut self, id: usize, bytes: &[u8], offset: usize) -> io::Result<()> {
        if count_down(&mut self.writes_until_error) {
            // Half a write may have reached the cache when the error is reported.
            let half = bytes.get(..bytes.len() / 2).unwrap_or_default();
            self.image(id)?.write(half, offset);
            return Err(io::Error::from_raw_os_error(self.write_error));
        }
        let length = self.image(id)?.seen.len();
        let growth = (offset + bytes.len()).saturating_sub(length) as u64;
        let mut room = bytes.len();
        if let Some(free) = &mut self.free_bytes {
            let granted = growth.min(*free);
            *free -= granted;
            room -= usize::try_from(growth - granted).unwrap_or(room);
        }
        self.image(id)?
            .write(bytes.get(..room).unwrap_or_default(), offset);
        if room < bytes.len() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(())
    }

    fn sync(&mut self, id: usize, sectors: std::ops::Range<usize>) -> io::Result<()> {
        if count_down(&mut self.syncs_until_error) {
            self.image(id)?
                .dirty
                .retain(|sector| !sectors.contains(sector));
            return Err(io::Error::from_raw_os_error(5));
        }
        let image = self.image(id)?;
        let synced: Vec<usize> = image.dirty.range(sectors).copied().collect();
        for sector in synced {
            image.keep(sector);
        }
        Ok(())
    }

    fn lose_unsynced(&mut self, rng: &mut StdRng) {
        let kept = rng.random_range(0..=self.unsynced_names.len());
        let mut names = std::mem::take(&mut self.durable_names);
        for change in self.unsynced_names.drain(..).take(kept) {
            match change {
                NameChange::Create(name, id) => {
                    names.insert(name, id);
                }
                NameChange::Rename(from, to) => {
                    if let Some(id) = names.remove(&from) {
                        names.insert(to, id);
                    }
                }
                NameChange::Remove(name) => {
                    names.remove(&name);
                }
            }
        }
        self.durable_names = names;
        self.seen_names = self.durable_names.clone();
        for image in &mut self.images {
            let chance = [0.0, 0.1, 0.5, 0.9, 1.0][rng.random_range(0..5)];
            for sector in std::mem::take(&mut image.dirty) {
                if rng.random_bool(chance) {
                    image.keep(sector);
                }
            }
            image.seen = image.durable.clone();
        }
    }
}

/// True once, when the countdown passes zero.
fn count_down(countdown: &mut Option<u64>) -> bool {
    match countdown {
        None => false,
        Some(0) => {
            *countdown = None;
            true
        }
        Some(left) => {
            *left -= 1;
            false
        }
    }
}

impl Image {
    fn write(&mut self, bytes: &[u8], offset: usize) {
        if bytes.is_empty() {
            return;
        }
        let end = offset + bytes.len();
        if self.seen.len() < end {
            self.seen.resize(end, 0);
        }
        self.seen[offset..end].copy_from_slice(bytes);
        self.dirty
            .extend(offset / SECTOR_BYTES..end.div_ceil(SECTOR_BYTES));
    }

    /// Moves one sector to the image that survives.
    fn keep(&mut self, sector: usize) {
        self.dirty.remove(&sector);
        let start = sector * SECTOR_BYTES;
        let end = (start + SECTOR_BYTES).min(self.seen.len());
        if start >= end {
            return;
        }
        if self.durable.len() < end {
            self.durable.resize(end, 0);
        }
        self.durable[start..end].copy_from_slice(&self.seen[start..end]);
    }
}

impl Storage for HostileStorage {
    fn place(&self) -> String {
        "hostile disk".to_owned()
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn StorageFile>> {
        let id = self.with(|disk| {
            disk.seen_names
                .get(name)
                .copied()
                .ok_or_else(|| io::ErrorKind::NotFound.into())
        })?;
        Ok(self.handle(id))
    }

    fn open_read(&self, name: &str) -> io::Result<Box<dyn StorageFile>> {
        self.open(name)
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn StorageFile>> {
        let id = self.with_power(|disk| {
            let id = disk.images.len();
            disk.images.push(Image::default());
            disk.seen_names.insert(name.to_owned(), id);
            disk.unsynced_names
                .push(NameChange::Create(name.to_owned(), id));
            Ok(id)
        })?;
        Ok(self.handle(id))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.with_power(|disk| {
            let id = disk
                .seen_names
                .remove(from)
                .ok_or(io::ErrorKind::NotFound)?;
            disk.seen_names.insert(to.to_owned(), id);
            disk.unsynced_names
                .push(NameChange::Rename(from.to_owned(), to.to_owned()));
            Ok(())
        })
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.with_power(|disk| {
            disk.seen_names
                .remove(name)
                .ok_or(io::ErrorKind::NotFound)?;
            disk.unsynced_names
                .push(NameChange::Remove(name.to_owned()));
            Ok(())
        })
    }

    fn list(&self) -> io::Result<Vec<String>> {
        self.with(|disk| Ok(disk.seen_names.keys().cloned().collect()))
    }

    /// A millisecond passes with each record, so a snapshot is as old as its sequence.
    fn written_at(&self, name: &str) -> io::Result<Option<i64>> {
        let sequence = name.strip_prefix("snap-");
        Ok(sequence.and_then(|digits| digits.parse().ok()))
    }

    fn sync_directory(&self) -> io::Result<()> {
        self.with_power(|disk| {
            if count_down(&mut disk.syncs_until_error) {
                return Err(io::Error::from_raw_os_error(5));
            }
            disk.durable_names = disk.seen_names.clone();
            disk.unsynced_names.clear();
            Ok(())
        })
    }

    fn lock(&self) -> Result<StorageLock, LockError> {
        let mut disk = self.disk.lock();
        if disk.generation != self.generation {
            return Err(LockError::Io(io::Error::other("this process was killed")));
        }
        if disk.held {
            return Err(LockError::Held {
                pid: std::process::id().to_string(),
            });
        }
        disk.held = true;
        Ok(StorageLock::new(Held(self.clone())))
    }
}

struct Held(HostileStorage);

impl Drop for Held {
    fn drop(&mut self) {
        let mut disk = self.0.disk.lock();
        // A killed process has lost its lock already, and the next one may hold it.
        if disk.generation == self.0.generation {
            disk.held = false;
        }
    }
}

struct HostileFile {
    storage: HostileStorage,
    id: usize,
}

impl StorageFile for HostileFile {
    fn len(&self) -> io::Result<u64> {
        self.storage
            .with(|disk| Ok(disk.image(self.id)?.seen.len() as u64))
    }

    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        self.storage.with(|disk| {
            let start = usize::try_from(offset).map_err(io::Error::other)?;
            let seen = &disk.image(self.id)?.seen;
            let bytes = seen
                .get(start..start + buffer.len())
                .ok_or(io::ErrorKind::UnexpectedEof)?;
            buffer.copy_from_slice(bytes);
            Ok(())
        })
    }

    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let offset = usize::try_from(offset).map_err(io::Error::other)?;
        self.storage
            .with_power(|disk| disk.write(self.id, bytes, offset))
    }

    fn write_all_durable_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let offset = usize::try_from(offset).map_err(io::Error::other)?;
        // Two steps, so that power may fail between the write and its sync.
        self.storage
            .with(|disk| disk.write(self.id, bytes, offset))?;
        let sectors = offset / SECTOR_BYTES..(offset + bytes.len()).div_ceil(SECTOR_BYTES);
        self.storage.with_power(|disk| disk.sync(self.id, sectors))
    }

    fn sync(&self) -> io::Result<()> {
        self.storage
            .with_power(|disk| disk.sync(self.id, 0..usize::MAX))
    }
}
