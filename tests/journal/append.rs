//! Appending, waiting and reading back without any fault.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::hostile::HostileStorage;
use firsthand::journal::{
    CommitReport, Durability, Journal, JournalError, NewRecord, Options, Progress,
};

use crate::support::{append, append_and_wait, content, count, open, options, reopen, wait_sealed};

#[test]
fn what_was_appended_is_there_after_reopening() {
    let disk = HostileStorage::new();
    let (journal, recovery) = open(&disk, options(256)).expect("begin");
    assert_eq!(recovery.last_sequence(), 0);
    for batch in 1..=50 {
        append_and_wait(&journal, batch);
    }
    journal.close().expect("close");
    assert_eq!(reopen(&disk, 256).expect("open"), 50 * 51 / 2);
}

#[test]
fn sequences_are_dense_across_segments_and_restarts() {
    let disk = HostileStorage::new();
    let mut expected = 0;
    for _ in 0..5 {
        let (journal, recovery) = open(&disk, options(64)).expect("open");
        assert_eq!(count(&recovery), expected);
        for _ in 0..40 {
            expected += 17;
            assert_eq!(append_and_wait(&journal, 17), expected);
        }
        assert!(journal.stats().segments > 1, "small segments fill up");
    }
}

#[test]
fn many_threads_append_and_each_waits_for_its_own() {
    let disk = HostileStorage::new();
    let (journal, _) = open(&disk, options(1024)).expect("begin");
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..200 {
                    let record = NewRecord {
                        kind: 1,
                        bytes: b"from a thread",
                    };
                    let sequence = journal.append(&[record]).expect("append");
                    journal.wait_durable(sequence).expect("wait");
                    assert!(journal.durable_sequence() >= sequence);
                }
            });
        }
    });
    assert_eq!(journal.durable_sequence(), 1_600);
    let mut next = 1;
    journal
        .read(1, |record| {
            assert_eq!(record.sequence, next);
            next += 1;
            Ok::<(), JournalError>(())
        })
        .expect("a running journal can be read");
    assert_eq!(next, 1_601);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tasks_wait_without_blocking_a_thread() {
    let disk = HostileStorage::new();
    let (journal, _) = open(&disk, options(1024)).expect("begin");
    let journal = Arc::new(journal);
    let mut tasks = Vec::new();
    for _ in 0..100 {
        let journal = Arc::clone(&journal);
        tasks.push(tokio::spawn(async move {
            for _ in 0..10 {
                let record = NewRecord {
                    kind: 1,
                    bytes: b"from a task",
                };
                let sequence = journal.append(&[record]).expect("append");
                journal.durable(sequence).await.expect("durable");
            }
        }));
    }
    for task in tasks {
        task.await.expect("no task panics");
    }
    assert_eq!(
        *journal.progress().borrow(),
        Progress {
            durable: 1_000,
            synced: 1_000
        }
    );
}

#[test]
fn durability_os_and_none_release_before_the_sync() {
    for durability in [Durability::Os, Durability::None] {
        let disk = HostileStorage::new();
        let options = Options {
            durability,
            seal_after_ms: 1_000,
            ..options(256)
        };
        let (journal, _) = open(&disk, options).expect("begin");
        let last = append(&journal, 10).expect("append");
        journal.wait_durable(last).expect("released without a sync");
        assert_eq!(journal.stats().synced_sequence, 0);
        journal.sync_through(last).expect("a sync can be asked for");
        assert_eq!(journal.stats().synced_sequence, last);
        journal.close().expect("close");
        assert_eq!(reopen(&disk, 256).expect("open"), 10);
    }
}

#[test]
fn the_observer_hears_of_every_record() {
    let records = Arc::new(AtomicU64::new(0));
    let heard = Arc::clone(&records);
    let observer = move |report: &CommitReport| {
        heard.fetch_add(u64::from(report.records), Ordering::Relaxed);
        assert!(report.frame_bytes.is_multiple_of(4096));
    };
    let options = Options {
        observer: Some(Arc::new(observer)),
        ..options(256)
    };
    let storage = Arc::new(HostileStorage::new());
    let (journal, _) = Journal::open(storage, options).expect("begin");
    for _ in 0..30 {
        append_and_wait(&journal, 3);
    }
    journal.close().expect("close");
    assert_eq!(records.load(Ordering::Relaxed), 90);
}

#[test]
fn limits_are_typed_refusals() {
    let disk = HostileStorage::new();
    let options = Options {
        append_bytes_max: 8192,
        frame_bytes_target: 4096,
        ..options(64)
    };
    let (journal, _) = open(&disk, options).expect("begin");
    let bytes = vec![1; 8185];
    let refused = journal.append(&[NewRecord {
        kind: 1,
        bytes: &bytes,
    }]);
    assert!(matches!(
        refused,
        Err(JournalError::TooLarge {
            bytes: 8193,
            limit_bytes: 8192
        })
    ));
    let fits = journal
        .append(&[NewRecord {
            kind: 1,
            bytes: &bytes[..8184],
        }])
        .expect("fits");
    journal.wait_durable(fits).expect("wait");
    assert!(matches!(
        journal.wait_durable(2),
        Err(JournalError::Beyond {
            sequence: 2,
            last: 1
        })
    ));
    journal.close().expect("close");
    assert!(matches!(append(&journal, 1), Err(JournalError::Closed)));
    assert_eq!(
        journal.append(&[]).expect_err("closed").to_string(),
        "the journal is closed"
    );
}

#[test]
fn options_out_of_range_are_named() {
    let bad = [
        Options {
            segment_bytes: 1000,
            ..Options::default()
        },
        Options {
            seal_after_ms: 0,
            ..Options::default()
        },
        Options {
            waiting_bytes_max: 1,
            ..Options::default()
        },
        Options {
            frame_bytes_target: 1,
            ..Options::default()
        },
        Options {
            append_bytes_max: usize::MAX,
            ..Options::default()
        },
        Options {
            spare_retry_ms: 0,
            ..Options::default()
        },
    ];
    for options in bad {
        let refused = Journal::open(Arc::new(HostileStorage::new()), options).map(drop);
        assert!(
            matches!(refused, Err(JournalError::Option { .. })),
            "{refused:?}"
        );
    }
    Options::default()
        .validate()
        .expect("the defaults are in range");
}

#[test]
fn an_idle_journal_seals_itself_once() {
    let disk = HostileStorage::new();
    let (journal, _) = open(&disk, options(256)).expect("begin");
    append_and_wait(&journal, 1);
    wait_sealed(&journal);
    std::thread::sleep(std::time::Duration::from_millis(30));
    assert_eq!(journal.stats().seals, 1, "an idle journal writes nothing");
}

#[test]
fn empty_records_and_largest_kinds_survive() {
    let disk = HostileStorage::new();
    let (journal, _) = open(&disk, options(64)).expect("begin");
    let records = [
        NewRecord {
            kind: u16::MAX,
            bytes: b"",
        },
        NewRecord {
            kind: 0,
            bytes: &content(2),
        },
    ];
    let last = journal.append(&records).expect("append");
    journal.wait_durable(last).expect("wait");
    journal.close().expect("close");
    let (_journal, recovery) = open(&disk, options(64)).expect("open");
    let mut found = Vec::new();
    recovery
        .replay(|record| {
            found.push((record.sequence, record.kind, record.bytes.to_vec()));
            Ok::<(), JournalError>(())
        })
        .expect("replay");
    assert_eq!(found, vec![(1, u16::MAX, Vec::new()), (2, 0, content(2))]);
}
