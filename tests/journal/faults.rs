//! Storage errors: a failed write or sync poisons without a retry; a full disk makes it wait.

use std::time::{Duration, Instant};

use crate::hostile::HostileStorage;
use firsthand::journal::{Journal, JournalError, Options, Space};

use crate::support::{append, append_and_wait, count, open, options, reopen};

const EIO: i32 = 5;
const ENOSPC: i32 = 28;

fn assert_poisoned(journal: &Journal) {
    let cause = journal.poison_cause().expect("poisoned").to_string();
    for _ in 0..3 {
        let refused = append(journal, 1).expect_err("nothing is taken any more");
        assert!(
            matches!(refused, JournalError::Poisoned { .. }),
            "{refused:?}"
        );
        assert_eq!(refused.to_string(), cause, "the first cause stays");
        let refused = journal
            .wait_durable(1)
            .expect_err("nothing is acknowledged any more");
        assert_eq!(refused.to_string(), cause);
    }
}

fn ten_acked() -> (HostileStorage, Journal) {
    let disk = HostileStorage::new();
    let options = Options {
        seal_after_ms: 1_000,
        ..options(256)
    };
    let (journal, _) = open(&disk, options).expect("begin");
    // The allocation ahead must not hit the fault meant for a commit.
    wait_for_space(&journal);
    append_and_wait(&journal, 10);
    (disk, journal)
}

fn wait_for_space(journal: &Journal) {
    wait_until(|| journal.stats().space == Space::Ahead);
}

fn wait_until(mut done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "it never happened"
        );
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn eio_on_a_sync_poisons_although_the_next_sync_would_succeed() {
    let (disk, journal) = ten_acked();
    disk.fail_sync_after(0);
    let last = append(&journal, 5).expect("append");
    let refused = journal.wait_durable(last).expect_err("the sync failed");
    assert!(matches!(refused, JournalError::Poisoned { .. }));
    assert_poisoned(&journal);
    drop(journal);
    let found = reopen(&disk.power_off(1), 256).expect("open");
    assert_eq!(
        found, 10,
        "what was not acknowledged may be lost, nothing else"
    );
}

/// After the failed sync the page cache shows the frame as clean. A restart reads it there and
/// acknowledges more after it, so it must really be on the disk.
#[test]
fn a_frame_of_a_failed_sync_is_stored_again_before_anything_builds_on_it() {
    let (disk, journal) = ten_acked();
    disk.fail_sync_after(0);
    let last = append(&journal, 5).expect("append");
    journal.wait_durable(last).expect_err("the sync failed");
    let disk = disk.kill();
    drop(journal);
    let (journal, recovery) = open(&disk, options(256)).expect("open");
    assert_eq!(count(&recovery), 15, "the cache still shows the frame");
    append_and_wait(&journal, 5);
    for seed in 0..16 {
        assert_eq!(reopen(&disk.fork().power_off(seed), 256).expect("open"), 20);
    }
}

#[test]
fn eio_and_enospc_in_the_middle_of_a_commit_poison() {
    for errno in [EIO, ENOSPC] {
        let (disk, journal) = ten_acked();
        disk.fail_write_after(0, errno);
        let last = append(&journal, 30).expect("append");
        journal.wait_durable(last).expect_err("the write failed");
        assert_poisoned(&journal);
        assert!(journal.close().is_err(), "closing tells of it again");
        assert_eq!(reopen(&disk.kill(), 256).expect("open"), 10);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_end_is_reported_to_all_who_wait_for_it() {
    let (disk, journal) = ten_acked();
    disk.fail_write_after(0, EIO);
    let last = append(&journal, 5).expect("append");
    let (ended, durable) = tokio::join!(journal.ended(), journal.durable(last));
    assert!(matches!(ended, JournalError::Poisoned { .. }));
    assert!(matches!(durable, Err(JournalError::Poisoned { .. })));
}

#[test]
fn every_write_and_sync_may_fail_once_and_nothing_acknowledged_is_lost() {
    for fault in 0..60 {
        let disk = HostileStorage::new();
        let (journal, _) = open(&disk, options(64)).expect("begin");
        if fault % 2 == 0 {
            disk.fail_write_after(fault / 2, EIO);
        } else {
            disk.fail_sync_after(fault / 2);
        }
        let mut acked = 0;
        for _ in 0..60 {
            let Ok(last) = append(&journal, 9) else { break };
            if journal.wait_durable(last).is_err() {
                break;
            }
            acked = last;
        }
        let disk = disk.power_off(fault);
        drop(journal);
        let found = reopen(&disk, 64).expect("open");
        assert!(found >= acked, "fault {fault}: {found} of {acked}");
    }
}

#[test]
fn a_full_disk_is_reported_ahead_then_refuses_and_recovers_without_a_restart() {
    let disk = HostileStorage::new();
    let options = Options {
        waiting_bytes_max: 64 << 10,
        append_bytes_max: 16 << 10,
        frame_bytes_target: 16 << 10,
        spare_retry_ms: 5,
        ..options(64)
    };
    let (journal, _) = open(&disk, options.clone()).expect("begin");
    wait_for_space(&journal);
    disk.set_free_bytes(Some(10_000));
    let mut appended = 0;
    let refused = loop {
        match append(&journal, 20) {
            Ok(last) => appended = last,
            Err(error) => break error,
        }
        // Let the committer run, so that the segment fills before the queue.
        std::thread::sleep(Duration::from_millis(2));
    };
    assert!(matches!(refused, JournalError::Full { .. }), "{refused:?}");
    assert!(matches!(journal.stats().space, Space::Out { .. }));
    assert!(
        journal.poison_cause().is_none(),
        "a full disk is no broken disk"
    );
    assert!(journal.durable_sequence() < appended);
    disk.set_free_bytes(None);
    journal.wait_durable(appended).expect("space came back");
    append_and_wait(&journal, 20);
    journal.close().expect("close");
    assert_eq!(reopen(&disk, 64).expect("open"), appended + 20);
}

#[test]
fn closing_on_a_full_disk_ends_and_reports_unwritten_records() {
    let disk = HostileStorage::new();
    let options = Options {
        spare_retry_ms: 5,
        ..options(64)
    };
    let (journal, _) = open(&disk, options).expect("begin");
    wait_for_space(&journal);
    disk.set_free_bytes(Some(0));
    let mut appended = 0;
    for _ in 0..80 {
        appended = append(&journal, 20).expect("the queue has room");
    }
    assert!(matches!(journal.close(), Err(JournalError::Closed)));
    let durable = journal.durable_sequence();
    assert!(durable < appended);
    disk.set_free_bytes(None);
    assert_eq!(reopen(&disk, 64).expect("open"), durable);
}

#[test]
fn no_space_for_the_first_segment_is_an_error_and_leaves_nothing_in_the_way() {
    for free in [0, 100, 5_000, 65_000] {
        let disk = HostileStorage::new();
        disk.set_free_bytes(Some(free));
        let refused = open(&disk, options(64)).map(drop);
        assert!(
            matches!(refused, Err(JournalError::Io { .. })),
            "{refused:?}"
        );
        disk.set_free_bytes(None);
        let (journal, _) = open(&disk, options(64)).expect("begin");
        append_and_wait(&journal, 1);
    }
}
