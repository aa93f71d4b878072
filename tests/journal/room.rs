//! A full disk: what is admitted becomes durable, the rest is refused before it is accepted, and
//! nothing waits forever.

use std::time::{Duration, Instant};

use crate::hostile::HostileStorage;
use firsthand::journal::{Journal, Options, Space};

use crate::support::{append, append_and_wait, open, options, reopen};

/// Records of each append: about 2 KiB.
const SOME: u64 = 10;
const SEGMENT_KIB: u64 = 128;

fn small() -> Options {
    Options {
        append_bytes_max: 16 << 10,
        frame_bytes_target: 16 << 10,
        spare_retry_ms: 5,
        ..options(SEGMENT_KIB)
    }
}

fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(20), "in vain: {what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn wait_for_space(journal: &Journal) {
    wait_until("space", || journal.space() == Space::Ahead);
}

/// Appends while admitted, on a disk without room for a segment. Returns the number of records.
fn use_up(journal: &Journal) -> u64 {
    let mut appends = 0;
    loop {
        let asked = journal.ask();
        if asked.admitted.is_none() {
            // Waiting records are counted with more bytes than they take once written.
            let idle = journal.durable_sequence() == journal.appended_sequence();
            if idle && matches!(journal.space(), Space::Out { .. }) {
                return appends;
            }
            std::thread::sleep(Duration::from_millis(1));
            continue;
        }
        append(journal, SOME).expect("it was admitted");
        appends += 1;
    }
}

#[test]
fn all_that_is_admitted_on_a_full_disk_becomes_durable() {
    for (round, waits) in [true, false].into_iter().enumerate() {
        let disk = HostileStorage::new();
        let (journal, _) = open(&disk, small()).expect("begin");
        wait_for_space(&journal);
        disk.set_free_bytes(Some(10_000));
        if waits {
            // One frame each, many of them with a seal after it.
            while journal.ask().shortage.is_none() {
                append_and_wait(&journal, SOME);
            }
            assert!(matches!(journal.space(), Space::Low { .. }));
            let before = journal.stats().written_bytes;
            while journal.ask().admitted.is_some() {
                append_and_wait(&journal, SOME);
            }
            let kept = journal.stats().written_bytes - before;
            assert!(
                kept > (SEGMENT_KIB << 10) / 2,
                "the reserve held {kept} bytes"
            );
        } else {
            use_up(&journal);
        }
        let last = journal.appended_sequence();
        journal.wait_durable(last).expect("it had room");
        assert!(
            matches!(journal.space(), Space::Out { .. }),
            "round {round}"
        );
        journal.sync_through(last).expect("it had room");
        journal.close().expect("all of it is there");
        assert_eq!(reopen(&disk, SEGMENT_KIB).expect("open"), last);
    }
}

#[test]
fn it_continues_without_a_restart_once_there_is_room() {
    let disk = HostileStorage::new();
    let (journal, _) = open(&disk, small()).expect("begin");
    wait_for_space(&journal);
    for _ in 0..3 {
        disk.set_free_bytes(Some(0));
        use_up(&journal);
        disk.set_free_bytes(None);
        wait_for_space(&journal);
        append_and_wait(&journal, SOME);
    }
    let last = journal.appended_sequence();
    journal.close().expect("close");
    assert_eq!(reopen(&disk, SEGMENT_KIB).expect("open"), last);
}

#[test]
fn the_reserve_is_there_after_a_restart_on_a_full_disk() {
    let disk = HostileStorage::new();
    let (journal, _) = open(&disk, small()).expect("begin");
    wait_for_space(&journal);
    append_and_wait(&journal, SOME);
    drop(journal);
    disk.set_free_bytes(Some(0));
    let (journal, _) = open(&disk, small()).expect("open");
    // Both are filled in place, which needs no room.
    wait_for_space(&journal);
    let appends = use_up(&journal);
    let bytes = appends * SOME * 200;
    assert!(bytes > SEGMENT_KIB << 10, "{bytes} bytes");
    let last = journal.appended_sequence();
    let disk = disk.kill();
    drop(journal);
    disk.set_free_bytes(Some(0));
    let (journal, recovery) = open(&disk, small()).expect("open");
    assert!(recovery.last_sequence() <= last);
    drop(journal);
}

/// A seal must neither wait for a segment nor use room that was admitted.
#[test]
fn an_idle_journal_on_a_full_disk_is_still_read_and_closed() {
    let disk = HostileStorage::new();
    let (journal, _) = open(&disk, small()).expect("begin");
    wait_for_space(&journal);
    disk.set_free_bytes(Some(0));
    use_up(&journal);
    let last = journal.appended_sequence();
    journal.wait_durable(last).expect("it had room");
    std::thread::sleep(Duration::from_millis(40));
    let mut read = 0;
    let take = |_: firsthand::journal::Record<'_>| {
        read += 1;
        Ok::<(), firsthand::journal::JournalError>(())
    };
    journal.read(1, take).expect("it can be read");
    assert_eq!(read, last);
    journal.close().expect("all of it is there");
}
