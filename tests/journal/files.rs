//! The journal on a real file system: locking between processes, tools, backup while writing.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};

use firsthand::journal::tools::{backup, compact, dump, restore, verify};
use firsthand::journal::{Journal, JournalError, MARKER_FILE, Options, segment_file};

use crate::support::{append_and_wait, content, count, options};

const LOCK_ENV: &str = "JOURNAL_TEST_LOCK_DIRECTORY";

fn open(path: &Path, create: bool) -> Result<u64, JournalError> {
    let (journal, recovery) = Journal::open_directory(
        path,
        Options {
            create,
            ..options(64)
        },
    )?;
    let found = count(&recovery);
    journal.close()?;
    Ok(found)
}

fn fill(path: &Path, records: u64) {
    let (journal, _) = Journal::open_directory(path, options(64)).expect("open");
    for _ in 0..records {
        append_and_wait(&journal, 1);
    }
    journal.close().expect("close");
}

#[test]
fn a_missing_journal_is_begun_only_when_asked_for() {
    let place = tempfile::tempdir().expect("tempdir");
    for path in [place.path().to_owned(), place.path().join("missing")] {
        let refused = open(&path, false);
        assert!(
            matches!(refused, Err(JournalError::NotInitialised { .. })),
            "{refused:?}"
        );
    }
    let left = std::fs::read_dir(place.path()).expect("list").count();
    assert_eq!(left, 0, "a refusal leaves nothing behind");
    let path = place.path().join("new/journal");
    assert_eq!(open(&path, true).expect("begin"), 0);
    assert_eq!(open(&path, false).expect("open"), 0);
}

#[test]
fn a_copy_of_the_descriptors_does_not_keep_the_lock() {
    // A copied descriptor, as a child process has between fork and exec.
    use rustix::process::{PidfdFlags, PidfdGetfdFlags, getpid, pidfd_getfd, pidfd_open};
    let place = tempfile::tempdir().expect("tempdir");
    let (journal, _) = Journal::open_directory(place.path(), options(64)).expect("open");
    let this = pidfd_open(getpid(), PidfdFlags::empty()).expect("this process");
    let root = place.path().canonicalize().expect("path");
    let mut copies = Vec::new();
    for entry in std::fs::read_dir("/proc/self/fd").expect("list") {
        let entry = entry.expect("entry");
        if std::fs::read_link(entry.path()).is_ok_and(|to| to.starts_with(&root)) {
            let number = entry.file_name().to_string_lossy().parse().expect("number");
            copies.push(pidfd_getfd(&this, number, PidfdGetfdFlags::empty()).expect("copy"));
        }
    }
    assert!(copies.len() >= 2, "the lock has two descriptors");
    journal.close().expect("close");
    assert_eq!(open(place.path(), false).expect("the lock is free"), 0);
    drop(copies);
}

#[test]
fn records_survive_on_a_real_disk() {
    let place = tempfile::tempdir().expect("tempdir");
    fill(place.path(), 100);
    fill(place.path(), 100);
    assert_eq!(open(place.path(), false).expect("open"), 200);
    let report = verify(place.path()).expect("verify");
    assert!(report.is_sound());
    assert_eq!((report.records, report.last_sequence), (200, 200));
    assert!(report.segments.len() > 5, "{report:?}");
}

/// Not a test by itself: the second process of the next one.
#[test]
fn holds_the_lock_for_another_process() {
    let Ok(path) = std::env::var(LOCK_ENV) else {
        return;
    };
    let (_journal, _) = Journal::open_directory(Path::new(&path), options(64)).expect("open");
    println!("\nheld");
    // Ends when the first process closes the pipe.
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).expect("stdin");
}

#[test]
fn a_second_process_is_refused_with_the_pid() {
    let place = tempfile::tempdir().expect("tempdir");
    fill(place.path(), 3);
    let mut child = Command::new(std::env::current_exe().expect("test binary"))
        .args([
            "--exact",
            "files::holds_the_lock_for_another_process",
            "--nocapture",
        ])
        .env(LOCK_ENV, place.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the test binary starts");
    // Kept to the end: a closed pipe would stop the child.
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    assert!(
        lines
            .by_ref()
            .map_while(Result::ok)
            .any(|line| line == "held")
    );
    match open(place.path(), false) {
        Err(JournalError::Locked { pid, .. }) => assert_eq!(pid, child.id().to_string()),
        other => panic!("expected a refusal, got {other:?}"),
    }
    assert!(matches!(
        compact(place.path()),
        Err(JournalError::Locked { .. })
    ));
    assert!(
        verify(place.path())
            .expect("reading needs no lock")
            .is_sound()
    );
    drop(child.stdin.take());
    assert!(child.wait().expect("child").success());
    assert_eq!(
        open(place.path(), false).expect("the lock is free again"),
        3
    );
}

#[test]
fn a_backup_taken_while_writing_restores_to_a_prefix() {
    let place = tempfile::tempdir().expect("tempdir");
    let from = place.path().join("journal");
    let (journal, _) = Journal::open_directory(&from, options(64)).expect("begin");
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let _stop_on_panic = StopGuard(&stop);
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                let at = append_and_wait(&journal, 3);
                if at.is_multiple_of(60) {
                    journal.snapshot(at, &[1; 32], b"state").expect("snapshot");
                }
            }
        });
        let mut last = 0;
        for round in 0..12 {
            let to = place.path().join(format!("backup-{round}"));
            let floor = journal.durable_sequence();
            let transfer = backup(&from, &to).expect("a running journal can be backed up");
            assert!(
                transfer.last_sequence >= floor,
                "all that was durable before it began"
            );
            assert!(transfer.last_sequence >= last);
            last = transfer.last_sequence;
            let restored = place.path().join(format!("restored-{round}"));
            assert_eq!(restore(&to, &restored).expect("restore"), {
                firsthand::journal::tools::Transfer {
                    linked: 0,
                    ..transfer
                }
            });
            let (copy, recovery) = Journal::open_directory(
                &restored,
                Options {
                    create: false,
                    ..options(64)
                },
            )
            .expect("a restored journal opens");
            assert_eq!(count(&recovery), transfer.last_sequence);
            append_and_wait(&copy, 2);
            let refused = backup(&from, &to).map(drop);
            assert!(matches!(refused, Err(JournalError::TargetNotEmpty { .. })));
        }
    });
    assert!(verify(&from).expect("verify").is_sound());
}

/// Stops the writer also when a check fails, so that the failure is reported.
struct StopGuard<'a>(&'a AtomicBool);

impl Drop for StopGuard<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn a_damaged_journal_is_not_backed_up() {
    let place = tempfile::tempdir().expect("tempdir");
    let from = place.path().join("journal");
    fill(&from, 50);
    let file = from.join(segment_file(1));
    let mut bytes = std::fs::read(&file).expect("read");
    bytes[20_000] ^= 1;
    std::fs::write(&file, bytes).expect("write");
    let to = place.path().join("backup");
    assert!(matches!(backup(&from, &to), Err(JournalError::Damaged(_))));
    assert!(
        !to.join(MARKER_FILE).exists(),
        "half a copy does not look like a journal"
    );
    let report = verify(&from)
        .expect("verify")
        .fault
        .expect("damage")
        .to_string();
    assert!(
        report.contains("0000000001.jrn at byte 16384, sequence 2"),
        "{report}"
    );
}

#[test]
fn dump_begins_where_asked() {
    let place = tempfile::tempdir().expect("tempdir");
    fill(place.path(), 60);
    for (from, first) in [(0, 1), (1, 1), (42, 42), (60, 60)] {
        let mut next = first;
        dump(place.path(), from, |record| {
            assert_eq!((record.sequence, record.bytes), (next, &content(next)[..]));
            next += 1;
            Ok::<(), JournalError>(())
        })
        .expect("dump");
        assert_eq!(next, 61);
    }
}

#[test]
fn compact_drops_what_the_older_snapshot_covers() {
    let place = tempfile::tempdir().expect("tempdir");
    fill(place.path(), 60);
    {
        let (journal, _) = Journal::open_directory(place.path(), options(64)).expect("open");
        journal
            .snapshot(60, &[1; 32], b"state")
            .expect("one snapshot drops nothing");
    }
    assert_eq!(compact(place.path()).expect("compact").segments, 0);
    let kept = place.path().join("kept");
    backup(place.path(), &kept).expect("backup");
    fill(place.path(), 60);
    {
        let (journal, _) = Journal::open_directory(place.path(), options(64)).expect("open");
        let pruned = journal.snapshot(120, &[1; 32], b"state").expect("snapshot");
        assert!(pruned.segments > 0);
    }
    assert_eq!(
        compact(place.path()).expect("compact").segments,
        0,
        "nothing is left to drop"
    );
    assert_eq!(verify(place.path()).expect("verify").last_sequence, 120);
    assert_eq!(
        verify(&kept)
            .expect("a link outlives its source")
            .last_sequence,
        60
    );
}
