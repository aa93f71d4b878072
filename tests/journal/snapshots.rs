//! Snapshots shorten the replay; a damaged one costs only a longer replay.

use std::io::Write;

use crate::hostile::HostileStorage;
use firsthand::journal::storage::Storage;
use firsthand::journal::tools::verify_storage;
use firsthand::journal::{
    Horizon, Journal, JournalError, Recovery, Sequence, segment_file, snapshot_file,
};

use crate::support::{append, append_and_wait, content, count, damage, open, options};

const DIGEST: [u8; 32] = [9; 32];

fn state(sequence: Sequence) -> Vec<u8> {
    format!("state at {sequence}").into_bytes().repeat(100)
}

fn snapshot(journal: &Journal) -> Sequence {
    let at = journal.durable_sequence();
    journal.snapshot(at, &DIGEST, &state(at)).expect("snapshot");
    at
}

fn assert_starts_from(recovery: &Recovery, sequence: Sequence) {
    let info = recovery.snapshot().expect("a snapshot");
    assert_eq!((info.sequence, info.digest), (sequence, DIGEST));
    let bytes = recovery.snapshot_bytes().expect("readable").expect("there");
    assert_eq!(bytes, state(sequence));
}

fn kept(disk: &HostileStorage) -> Vec<Sequence> {
    let names = disk.list().expect("list");
    let snapshots = names.iter().filter_map(|name| name.strip_prefix("snap-"));
    snapshots
        .map(|digits| digits.parse().expect("a number"))
        .collect()
}

/// A horizon keeps the records behind it, from the newest snapshot before it on; of the snapshots
/// between only some stay, however often one is taken.
#[test]
fn a_horizon_keeps_what_lies_behind_it_and_no_more() {
    let disk = HostileStorage::new();
    let (journal, _) = open(&disk, options(64)).expect("begin");
    for now in (100..=1_000).step_by(100) {
        for _ in 0..100 {
            append_and_wait(&journal, 1);
        }
        journal.keep_since(Some(Horizon {
            since_at: now - 400,
            apart_ms: 150,
        }));
        snapshot(&journal);
    }
    assert_eq!(kept(&disk), [500, 700, 900, 1_000]);
    assert!((300..=501).contains(&journal.first_sequence()));
    let state_at = |sequence| journal.state_at(sequence).expect("a healthy disk");
    assert_eq!(state_at(500), Some(state(500)));
    assert_eq!(state_at(600), None);
    let mut read = 0;
    journal
        .read::<JournalError>(501, |_| {
            read += 1;
            Ok(())
        })
        .expect("all are kept");
    assert_eq!(read, 500);
    append_and_wait(&journal, 1);
    journal.keep_since(None);
    snapshot(&journal);
    assert_eq!(kept(&disk), [1_000, 1_001]);
}

/// Three snapshots at 100, 200, 300 records, and 350 records in all.
fn three_snapshots() -> (HostileStorage, [Sequence; 3]) {
    let disk = HostileStorage::new();
    let (journal, _) = open(&disk, options(64)).expect("begin");
    let at = [(); 3].map(|()| {
        for _ in 0..100 {
            append_and_wait(&journal, 1);
        }
        snapshot(&journal)
    });
    for _ in 0..50 {
        append_and_wait(&journal, 1);
    }
    journal.close().expect("close");
    (disk, at)
}

#[test]
fn a_start_takes_the_newest_snapshot_and_the_records_after_it() {
    let (disk, [_, _, newest]) = three_snapshots();
    let (_journal, recovery) = open(&disk, options(64)).expect("open");
    assert_starts_from(&recovery, newest);
    assert_eq!(count(&recovery), 350);
}

#[test]
fn two_snapshots_are_kept_and_segments_below_the_older_are_deleted() {
    let (disk, at) = three_snapshots();
    let names = disk.list().expect("list");
    let snapshots: Vec<&String> = names
        .iter()
        .filter(|name| name.starts_with("snap-"))
        .collect();
    assert_eq!(snapshots, [&snapshot_file(at[1]), &snapshot_file(at[2])]);
    assert!(
        disk.bytes(&segment_file(1)).is_none(),
        "covered by the older snapshot"
    );
    let report = verify_storage(&disk).expect("verify");
    assert!(report.is_sound());
    assert!(report.first_sequence <= at[1] + 1 && report.first_sequence > 1);
    assert_eq!(report.last_sequence, 350);
}

#[test]
fn a_torn_or_damaged_snapshot_gives_way_to_the_one_before_and_a_longer_log() {
    let (disk, [_, older, newest]) = three_snapshots();
    let name = snapshot_file(newest);
    let length = disk.bytes(&name).expect("there").len();
    for place in (0..length).step_by(7).chain([length - 1]) {
        let disk = disk.fork();
        damage(&disk, &name, |bytes| {
            if place % 2 == 0 {
                bytes[place] ^= 4
            } else {
                bytes.truncate(place)
            }
        });
        let (_journal, recovery) = open(&disk, options(64)).expect("the older one is whole");
        assert_starts_from(&recovery, older);
        assert_eq!(recovery.skipped_snapshots().len(), 1, "and it is told");
        assert_eq!(count(&recovery), 350);
    }
}

#[test]
fn without_any_whole_snapshot_a_shortened_log_is_refused() {
    let (disk, [_, older, newest]) = three_snapshots();
    for at in [older, newest] {
        damage(&disk, &snapshot_file(at), |bytes| bytes[200] ^= 1);
    }
    let refused = open(&disk, options(64)).map(drop);
    assert!(
        matches!(refused, Err(JournalError::Damaged(_))),
        "{refused:?}"
    );
    let report = verify_storage(&disk).expect("verify");
    assert!(matches!(report.fault, Some(JournalError::Damaged(_))));
}

#[test]
fn a_snapshot_of_a_newer_format_is_refused_and_not_passed_over() {
    let (disk, [_, _, newest]) = three_snapshots();
    damage(&disk, &snapshot_file(newest), |bytes| {
        bytes[8] = 2;
        let crc = crc32c::crc32c(&bytes[..92]);
        bytes[92..96].copy_from_slice(&crc.to_le_bytes());
    });
    let refused = open(&disk, options(64)).map(drop);
    assert!(
        matches!(refused, Err(JournalError::NewerFormat { found: 2, .. })),
        "{refused:?}"
    );
}

#[test]
fn a_log_that_ends_before_its_snapshot_is_refused() {
    let disk = HostileStorage::new();
    let (journal, _) = open(&disk, options(64)).expect("begin");
    append_and_wait(&journal, 10);
    let before = disk.bytes(&segment_file(1)).expect("there");
    append_and_wait(&journal, 10);
    snapshot(&journal);
    journal.close().expect("close");
    disk.set_bytes(&segment_file(1), before);
    let refused = open(&disk, options(64)).map(drop);
    assert!(
        matches!(refused, Err(JournalError::Damaged(_))),
        "{refused:?}"
    );
}

#[test]
fn a_stream_that_is_dropped_leaves_no_snapshot() {
    let disk = HostileStorage::new();
    let (journal, _) = open(&disk, options(64)).expect("begin");
    let at = append_and_wait(&journal, 10);
    let mut writer = journal.begin_snapshot(at, &DIGEST).expect("begin");
    writer.write_all(&vec![1; 3 << 20]).expect("write");
    drop(writer);
    assert!(
        disk.list()
            .expect("list")
            .iter()
            .all(|name| !name.starts_with("snap-"))
    );
    let beyond = journal.begin_snapshot(11, &DIGEST).map(drop);
    assert!(matches!(
        beyond,
        Err(JournalError::Beyond {
            sequence: 11,
            last: 10
        })
    ));
}

#[test]
fn a_failed_snapshot_does_not_poison() {
    let disk = HostileStorage::new();
    let (journal, _) = open(&disk, options(64)).expect("begin");
    let at = append_and_wait(&journal, 10);
    while journal.stats().space != firsthand::journal::Space::Ahead {
        std::thread::yield_now();
    }
    for room in [0, 100, 900] {
        disk.set_free_bytes(Some(room));
        let failed = journal.snapshot(at, &DIGEST, &state(at));
        assert!(matches!(failed, Err(JournalError::Io { .. })), "{failed:?}");
    }
    disk.set_free_bytes(None);
    append_and_wait(&journal, 10);
    snapshot(&journal);
}

#[test]
fn a_running_journal_is_read_from_any_kept_sequence() {
    let disk = HostileStorage::new();
    let (journal, _) = open(&disk, options(64)).expect("begin");
    for _ in 0..3 {
        for _ in 0..100 {
            append_and_wait(&journal, 1);
        }
        snapshot(&journal);
    }
    let oldest = match journal.read(1, |_| Ok::<(), JournalError>(())) {
        Err(JournalError::Gone {
            sequence: 1,
            oldest,
        }) => oldest,
        other => panic!("the first records were dropped: {other:?}"),
    };
    append(&journal, 5).expect("append");
    for from in [oldest, oldest + 7, 299, 300] {
        let mut next = from;
        journal
            .read(from, |record| {
                assert_eq!((record.sequence, record.bytes), (next, &content(next)[..]));
                next += 1;
                Ok::<(), JournalError>(())
            })
            .expect("read");
        assert!(next > 300, "all durable records from {from}");
    }
}
