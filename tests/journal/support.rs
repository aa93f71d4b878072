//! Shared by the journal's tests: small journals, recognisable records, a hostile disk.

use std::sync::Arc;

use crate::hostile::HostileStorage;
use firsthand::journal::storage::Storage;
use firsthand::journal::{
    FRAMES_START, Journal, JournalError, NewRecord, Options, Recovery, Sequence, frame,
};

pub const KIB: u64 = 1024;
pub const BATCHES: u64 = 20;
pub const BATCH: u64 = 64;

pub fn options(segment_kib: u64) -> Options {
    Options {
        create: true,
        ..Options::with_segment_bytes(segment_kib * KIB)
    }
}

/// Content unique to the sequence.
pub fn content(sequence: Sequence) -> Vec<u8> {
    let mut bytes = format!("record {sequence} ").into_bytes();
    bytes.resize(200, (sequence % 251) as u8);
    bytes
}

pub fn open(disk: &HostileStorage, options: Options) -> Result<(Journal, Recovery), JournalError> {
    Journal::open(Arc::new(disk.clone()) as Arc<dyn Storage>, options)
}

/// Appends `count` records after the last one, in one append.
pub fn append(journal: &Journal, count: u64) -> Result<Sequence, JournalError> {
    let first = journal.appended_sequence() + 1;
    let contents: Vec<Vec<u8>> = (first..first + count).map(content).collect();
    let records: Vec<NewRecord<'_>> = contents
        .iter()
        .map(|bytes| NewRecord { kind: 7, bytes })
        .collect();
    journal.append(&records)
}

pub fn append_and_wait(journal: &Journal, count: u64) -> Sequence {
    let last = append(journal, count).expect("the journal takes records");
    journal.wait_durable(last).expect("the disk works");
    last
}

/// Counts the records of a recovery and checks the content of each.
pub fn count(recovery: &Recovery) -> u64 {
    let mut next = recovery
        .snapshot()
        .map_or(1, |snapshot| snapshot.sequence + 1);
    recovery
        .replay(|record| {
            assert_eq!(record.sequence, next, "sequences are dense");
            assert_eq!(record.kind, 7);
            assert_eq!(record.bytes, content(next), "content of sequence {next}");
            next += 1;
            Ok::<(), JournalError>(())
        })
        .expect("what was opened can be replayed");
    assert_eq!(next - 1, recovery.last_sequence());
    next - 1
}

/// Waits until the idle journal has written its seal.
pub fn wait_sealed(journal: &Journal) {
    let before = std::time::Instant::now();
    while journal.stats().seals == 0 {
        assert!(
            before.elapsed().as_secs() < 20,
            "an idle journal seals itself"
        );
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
}

/// A disk with 20 acknowledged batches of 64 records, as a killed process leaves it.
///
/// Only the close may seal: a seal between two batches, written because the machine was slow,
/// would move every frame that the tests count.
pub fn acked(segment_kib: u64, sealed: bool) -> HostileStorage {
    let disk = HostileStorage::new();
    let options = Options {
        seal_after_ms: 1_000,
        ..options(segment_kib)
    };
    let (journal, _) = open(&disk, options).expect("an empty disk can be begun");
    for _ in 0..BATCHES {
        append_and_wait(&journal, BATCH);
    }
    if sealed {
        journal.close().expect("the disk works");
    }
    disk.kill()
}

/// Opens without `create`, which would hide a missing marker.
pub fn reopen(disk: &HostileStorage, segment_kib: u64) -> Result<u64, JournalError> {
    let options = Options {
        create: false,
        ..options(segment_kib)
    };
    let (journal, recovery) = open(disk, options)?;
    let found = count(&recovery);
    drop(journal);
    Ok(found)
}

/// Ends of the frames of a segment, by walking their headers.
pub fn frame_offsets(bytes: &[u8]) -> Vec<usize> {
    let mut offsets = Vec::new();
    let mut offset = usize::try_from(FRAMES_START).expect("small");
    while let Ok(length) = frame::announced_bytes(&bytes[offset..]) {
        offsets.push(offset);
        offset += frame::padded(length);
    }
    offsets
}

/// Changes one file of the disk.
pub fn damage(disk: &HostileStorage, file: &str, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = disk.bytes(file).expect("the file is there");
    change(&mut bytes);
    disk.set_bytes(file, bytes);
}
