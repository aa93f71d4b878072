//! The journal's API: append, wait, snapshot, read.
//!
//! `append` copies into memory under a short lock and must never do I/O, because the caller holds
//! its own lock meanwhile; the committer thread does all the writing.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};
use tokio::sync::watch;

use super::catalogue::{Catalogue, Horizon, Pruned};
use super::committer::Committer;
use super::error::JournalError;
use super::frame::{Record, Sequence};
use super::options::{Durability, Options};
use super::progress::{Progress, ProgressBoard};
use super::queue::Queue;
use super::reader::{SegmentStart, read_records};
use super::recovery::{Recovered, Recovery, recover};
use super::room::usable;
use super::segment::JournalUuid;
use super::snapshot::{SnapshotWriter, StateDigest};
use super::spare::Spare;
use super::stats::Stats;
use super::storage::{FileStorage, Identity, Storage, StorageFile, StorageLock};

/// A record to append: opaque bytes with the owner's type number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewRecord<'a> {
    /// The owner's type number; the journal gives it no meaning.
    pub kind: u16,
    /// The content.
    pub bytes: &'a [u8],
}

#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) written_bytes: AtomicU64,
    pub(crate) frames: AtomicU64,
    pub(crate) seals: AtomicU64,
}

/// State shared by the owner's threads and the committer.
pub(crate) struct Shared {
    pub(crate) storage: Arc<dyn Storage>,
    pub(crate) options: Options,
    pub(crate) uuid: JournalUuid,
    pub(crate) queue: Mutex<Queue>,
    pub(crate) work: Condvar,
    pub(crate) progress: ProgressBoard,
    pub(crate) catalogue: Mutex<Catalogue>,
    pub(crate) horizon: Mutex<Option<Horizon>>,
    pub(crate) spare: Spare,
    /// Name and identity of the segment being written.
    pub(crate) active: Mutex<Option<(String, Identity)>>,
    pub(crate) counters: Counters,
}

impl Shared {
    /// Sets the segment being written.
    pub(crate) fn set_active(
        &self,
        name: &str,
        file: &dyn StorageFile,
    ) -> Result<(), JournalError> {
        let identity = file
            .identity()
            .map_err(|error| JournalError::io("look at", name, error))?;
        *self.active.lock() = identity.map(|identity| (name.to_owned(), identity));
        Ok(())
    }

    /// An error if the file at the segment's path is not the one being written.
    pub(crate) fn check_place(&self) -> Result<(), JournalError> {
        let active = self.active.lock();
        match &*active {
            Some((name, identity)) if !self.storage.is_in_place(name, *identity) => {
                Err(JournalError::Displaced {
                    place: self.storage.place(),
                    file: name.clone(),
                })
            }
            Some(_) | None => Ok(()),
        }
    }
}

/// An open journal. All methods may be called from any thread.
///
/// Dropping it closes it; [`Journal::close`] does the same and returns the result.
pub struct Journal {
    shared: Arc<Shared>,
    threads: Mutex<Option<Threads>>,
}

struct Threads {
    committer: JoinHandle<()>,
    spare: JoinHandle<()>,
    /// Released only after both threads have ended.
    lock: StorageLock,
}

impl Journal {
    /// Opens the journal in `storage`: checks all of it, cuts a torn tail, starts its threads.
    ///
    /// Refuses damage, a missing or newer journal, and a second process; then nothing was changed
    /// on disk.
    pub fn open(
        storage: Arc<dyn Storage>,
        options: Options,
    ) -> Result<(Self, Recovery), JournalError> {
        options.validate()?;
        let Recovered {
            recovery,
            catalogue,
            active,
            crc,
            unsealed,
            lock,
        } = recover(&storage, &options)?;
        let retry = Duration::from_millis(options.spare_retry_ms);
        let last = recovery.last_sequence();
        let shared = Arc::new(Shared {
            uuid: recovery.uuid(),
            queue: Mutex::new(Queue::new(last + 1, &options)),
            work: Condvar::new(),
            progress: ProgressBoard::new(last),
            catalogue: Mutex::new(catalogue),
            horizon: Mutex::new(None),
            spare: Spare::new(options.segment_bytes, options.reserve_bytes, retry),
            active: Mutex::new(None),
            counters: Counters::default(),
            storage,
            options,
        });
        shared.set_active(&active.name, active.file.as_ref())?;
        shared.queue.lock().room.active = usable(active.bytes, active.offset);
        let committer = Committer {
            shared: Arc::clone(&shared),
            segment: active,
            crc,
            written: last,
            dirty: false,
            unsealed,
            witness_turn: 0,
            seal_waits: false,
            may_rest: false,
            place_checked: std::time::Instant::now(),
        };
        let spare_shared = Arc::clone(&shared);
        let threads = Threads {
            committer: spawn("journal-commit", move || committer.run())?,
            spare: spawn("journal-spare", move || {
                spare_shared.spare.run(&spare_shared.storage)
            })?,
            lock,
        };
        Ok((
            Self {
                shared,
                threads: Mutex::new(Some(threads)),
            },
            recovery,
        ))
    }

    /// Opens the journal in a directory, which is made if `options.create` is set.
    pub fn open_directory(path: &Path, options: Options) -> Result<(Self, Recovery), JournalError> {
        let opened = if options.create {
            FileStorage::create_directory(path)
        } else {
            FileStorage::open_directory(path)
        };
        let place = path.display().to_string();
        #[expect(clippy::wildcard_enum_match_arm, reason = "a foreign enum")]
        let storage = opened.map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => JournalError::NotInitialised { place },
            _ => JournalError::io("open", &place, error),
        })?;
        Self::open(Arc::new(storage), options)
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    /// Appends `records` in order and returns the sequence of the last one.
    ///
    /// They share one frame, so a crash keeps all of them or none. Nothing is durable yet: wait
    /// with [`Journal::durable`] or [`Journal::wait_durable`] before a reply leaves. An empty
    /// slice returns the last sequence appended so far.
    ///
    /// Errors: `Full` (try again later), `TooLarge`, `Poisoned`, `Closed`.
    pub fn append(&self, records: &[NewRecord<'_>]) -> Result<Sequence, JournalError> {
        let shared = &self.shared;
        let mut queue = shared.queue.lock();
        shared.progress.check_open()?;
        if queue.closing {
            return Err(JournalError::Closed);
        }
        let last = queue.push(records)?;
        if shared.options.durability == Durability::None {
            shared.progress.release_at_once(last);
        }
        let wake = std::mem::take(&mut queue.committer_sleeps);
        drop(queue);
        if wake {
            shared.work.notify_one();
        }
        Ok(last)
    }

    /// Blocks until everything through `sequence` is at the configured durability.
    pub fn wait_durable(&self, sequence: Sequence) -> Result<(), JournalError> {
        self.check_appended(sequence)?;
        self.shared.progress.wait_durable(sequence)
    }

    /// Waits, without blocking a thread, until everything through `sequence` is at the
    /// configured durability.
    pub async fn durable(&self, sequence: Sequence) -> Result<(), JournalError> {
        self.check_appended(sequence)?;
        self.shared.progress.durable_async(sequence).await
    }

    /// Blocks until everything through `sequence` is on stable storage, at any durability.
    pub fn sync_through(&self, sequence: Sequence) -> Result<(), JournalError> {
        self.check_appended(sequence)?;
        {
            let mut queue = self.shared.queue.lock();
            queue.sync_wanted = queue.sync_wanted.max(sequence);
        }
        self.shared.work.notify_one();
        self.shared.progress.wait_synced(sequence)
    }

    /// Last sequence appended.
    #[must_use]
    pub fn appended_sequence(&self) -> Sequence {
        self.shared.queue.lock().last_sequence()
    }

    /// Bytes that wait for the disk.
    #[must_use]
    pub fn waiting_bytes(&self) -> usize {
        self.shared.queue.lock().waiting_bytes()
    }

    /// Bytes that may wait for the disk before `append` fails with `Full`.
    #[must_use]
    pub fn waiting_bytes_max(&self) -> usize {
        self.shared.options.waiting_bytes_max
    }

    /// Last sequence at the configured durability: replies through it may leave.
    #[must_use]
    pub fn durable_sequence(&self) -> Sequence {
        self.shared.progress.durable()
    }

    /// Last sequence on stable storage, at any durability.
    #[must_use]
    pub fn synced_sequence(&self) -> Sequence {
        self.shared.progress.synced()
    }

    /// A receiver of every change of progress, for a task that releases many replies in order.
    ///
    /// At `Durability::None` it gets no progress, because nothing has to be waited for.
    #[must_use]
    pub fn progress(&self) -> watch::Receiver<Progress> {
        self.shared.progress.subscribe()
    }

    /// The first storage error, if the journal is poisoned.
    #[must_use]
    pub fn poison_cause(&self) -> Option<JournalError> {
        self.shared.progress.poison_cause()
    }

    /// Waits until nothing more can be appended: `Poisoned` after a storage error, upon which the
    /// process must stop, or `Closed`.
    pub async fn ended(&self) -> JournalError {
        self.shared.progress.ended().await
    }

    /// An error if the journal's folder, or the segment being written, was moved, deleted or
    /// replaced: later records could not be found, so the process must stop.
    pub fn check_place(&self) -> Result<(), JournalError> {
        self.shared.check_place()
    }

    /// Totals and present size.
    #[must_use]
    pub fn stats(&self) -> Stats {
        let shared = &self.shared;
        let (appended_sequence, waiting_bytes) = {
            let queue = shared.queue.lock();
            (queue.last_sequence(), queue.waiting_bytes())
        };
        let (segments, segments_bytes) = {
            let catalogue = shared.catalogue.lock();
            let bytes = catalogue.segments.iter().map(|segment| segment.bytes).sum();
            (catalogue.segments.len() as u64, bytes)
        };
        Stats {
            written_bytes: shared.counters.written_bytes.load(Ordering::Relaxed),
            frames: shared.counters.frames.load(Ordering::Relaxed),
            seals: shared.counters.seals.load(Ordering::Relaxed),
            segments,
            segments_bytes,
            appended_sequence,
            durable_sequence: shared.progress.durable(),
            synced_sequence: shared.progress.synced(),
            waiting_bytes,
            space: self.space(),
        }
    }

    /// Passes every record from `from` through the last one on stable storage to `take`, while the
    /// journal runs. Returns the first error of `take`, or `Gone` if the records were dropped after
    /// a snapshot.
    pub fn read<E: From<JournalError>>(
        &self,
        from: Sequence,
        take: impl FnMut(Record<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let shared = &self.shared;
        let through = shared.progress.synced();
        let segments: Vec<SegmentStart> =
            shared.catalogue.lock().segments.iter().copied().collect();
        read_records(
            shared.storage.as_ref(),
            &shared.uuid,
            &segments,
            from,
            through,
            take,
        )
    }

    /// Stores `state` as the snapshot at `sequence`, and drops what it makes unnecessary.
    ///
    /// A failure leaves the journal as it was and does not poison it.
    pub fn snapshot(
        &self,
        sequence: Sequence,
        digest: &StateDigest,
        state: &[u8],
    ) -> Result<Pruned, JournalError> {
        let mut writer = self.begin_snapshot(sequence, digest)?;
        std::io::Write::write_all(&mut writer, state)
            .map_err(|error| JournalError::io("write", "a snapshot", error))?;
        self.finish_snapshot(writer)
    }

    /// Begins a snapshot whose state is written as a stream.
    ///
    /// Blocks until `sequence` is on stable storage, so that no snapshot is ahead of its log.
    pub fn begin_snapshot(
        &self,
        sequence: Sequence,
        digest: &StateDigest,
    ) -> Result<SnapshotWriter, JournalError> {
        self.sync_through(sequence)?;
        self.check_place()?;
        SnapshotWriter::create(&self.shared.storage, &self.shared.uuid, sequence, digest)
    }

    /// Publishes a snapshot, keeps the two newest, and deletes segments wholly before the older,
    /// as far as no horizon wants them.
    pub fn finish_snapshot(&self, writer: SnapshotWriter) -> Result<Pruned, JournalError> {
        let sequence = writer.sequence();
        writer.publish()?;
        let mut catalogue = self.shared.catalogue.lock();
        catalogue.add_snapshot(sequence);
        let horizon = *self.shared.horizon.lock();
        catalogue.prune(self.shared.storage.as_ref(), horizon)
    }

    /// Commits what was appended, seals, and unlocks the directory.
    ///
    /// Errors: the first storage error, or `Closed` if appended records could not be written
    /// because the disk was full. A second call does nothing.
    pub fn close(&self) -> Result<(), JournalError> {
        let Some(threads) = self.threads.lock().take() else {
            return Ok(());
        };
        let last = {
            let mut queue = self.shared.queue.lock();
            queue.closing = true;
            queue.last_sequence()
        };
        self.shared.work.notify_one();
        self.shared.spare.drain();
        let committer = threads.committer.join();
        self.shared.spare.stop();
        // A panic of either thread has already poisoned the journal or cost only a spare.
        drop((committer, threads.spare.join()));
        drop(threads.lock);
        self.shared.progress.wait_synced(last)
    }

    fn check_appended(&self, sequence: Sequence) -> Result<(), JournalError> {
        // The lock is needed only if the atomic does not answer.
        if sequence <= self.durable_sequence() {
            return Ok(());
        }
        let last = self.appended_sequence();
        if sequence > last {
            return Err(JournalError::Beyond { sequence, last });
        }
        Ok(())
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        // A caller that needs the result has called `close` before.
        drop(self.close());
    }
}

fn spawn(
    name: &'static str,
    work: impl FnOnce() + Send + 'static,
) -> Result<JoinHandle<()>, JournalError> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(work)
        .map_err(|error| JournalError::io("start thread", name, error))
}
