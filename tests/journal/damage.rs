//! Damage of acknowledged data is refused with its place; a torn tail is cut.

use crate::hostile::HostileStorage;
use firsthand::journal::storage::Storage;
use firsthand::journal::tools::verify_storage;
use firsthand::journal::{FRAMES_START, JournalError, MARKER_FILE, Options, segment_file};

use crate::support::{
    BATCH, BATCHES, acked, append_and_wait, damage, frame_offsets, open, options, reopen,
};

const PAGE: usize = 4096;
const ALL: u64 = BATCH * BATCHES;

fn first() -> String {
    segment_file(1)
}

#[track_caller]
fn refused_at(disk: &HostileStorage, offset: usize, sequence: u64) {
    let before: Vec<_> = (1..4)
        .map(|number| disk.bytes(&segment_file(number)))
        .collect();
    match reopen(disk, 1024) {
        Err(JournalError::Damaged(damage)) => {
            assert_eq!(
                (damage.offset, damage.sequence),
                (offset as u64, sequence),
                "{damage}"
            );
        }
        other => panic!("expected a refusal, got {other:?}"),
    }
    let after: Vec<_> = (1..4)
        .map(|number| disk.bytes(&segment_file(number)))
        .collect();
    assert_eq!(before, after, "a refusal changes nothing");
    let report = verify_storage(disk).expect("verify looks at it");
    assert!(matches!(report.fault, Some(JournalError::Damaged(_))));
    assert_eq!(
        report.last_sequence,
        sequence - 1,
        "verify counts what is whole before it"
    );
}

#[test]
fn undamaged_crash_image_opens_whole() {
    assert_eq!(reopen(&acked(1024, true), 1024).expect("open"), ALL);
    assert_eq!(reopen(&acked(1024, false), 1024).expect("open"), ALL);
}

#[test]
fn bit_flip_in_the_middle_is_refused() {
    // Without a seal there is no witness, so only later frames vouch.
    for sealed in [true, false] {
        let disk = acked(1024, sealed);
        let offsets = frame_offsets(&disk.bytes(&first()).expect("there"));
        damage(&disk, &first(), |bytes| bytes[offsets[9] + 5000] ^= 0x10);
        refused_at(&disk, offsets[9], 9 * BATCH + 1);
    }
}

#[test]
fn bit_flip_in_the_last_acked_record_of_an_idle_log_is_refused() {
    let disk = acked(1024, true);
    let offsets = frame_offsets(&disk.bytes(&first()).expect("there"));
    let last = offsets[offsets.len() - 2];
    damage(&disk, &first(), |bytes| bytes[last + 64 + 100] ^= 1);
    refused_at(&disk, last, (BATCHES - 1) * BATCH + 1);
}

#[test]
fn zeroed_page_in_the_middle_is_refused() {
    let disk = acked(1024, false);
    let offsets = frame_offsets(&disk.bytes(&first()).expect("there"));
    for page in 0..4 {
        let disk = disk.fork();
        let start = offsets[9] + page * PAGE;
        damage(&disk, &first(), |bytes| bytes[start..start + PAGE].fill(0));
        refused_at(&disk, offsets[9], 9 * BATCH + 1);
    }
}

#[test]
fn missing_page_of_the_unsynced_last_batch_is_cut() {
    let disk = acked(1024, false);
    let offsets = frame_offsets(&disk.bytes(&first()).expect("there"));
    let last = *offsets.last().expect("frames");
    for page in 0..4 {
        let disk = disk.fork();
        let start = last + page * PAGE;
        damage(&disk, &first(), |bytes| bytes[start..start + PAGE].fill(0));
        assert_eq!(
            reopen(&disk, 1024).expect("a torn tail is legal"),
            ALL - BATCH
        );
    }
}

#[test]
fn file_cut_in_the_middle_of_the_log_is_refused() {
    let disk = acked(1024, true);
    let offsets = frame_offsets(&disk.bytes(&first()).expect("there"));
    damage(&disk, &first(), |bytes| bytes.truncate(offsets[9]));
    refused_at(&disk, offsets[9], 1);
}

#[test]
fn garbage_after_the_end_opens_and_is_cut() {
    let disk = acked(1024, true);
    let bytes = disk.bytes(&first()).expect("there");
    let end = frame_offsets(&bytes).last().expect("frames") + PAGE;
    damage(&disk, &first(), |bytes| {
        for (index, byte) in bytes[end..end + 3 * PAGE].iter_mut().enumerate() {
            *byte = (index * 31 + 7) as u8;
        }
    });
    assert_eq!(
        reopen(&disk, 1024).expect("garbage was never acknowledged"),
        ALL
    );
    let zeros = disk.bytes(&first()).expect("there")[end + 2 * PAGE..end + 3 * PAGE].to_vec();
    assert_eq!(zeros, vec![0; PAGE], "what was cut is gone");
}

#[test]
fn first_page_zeroed_is_refused() {
    let disk = acked(1024, true);
    damage(&disk, &first(), |bytes| bytes[..PAGE].fill(0));
    refused_at(&disk, 0, 1);
}

#[test]
fn data_file_deleted_is_refused() {
    let disk = acked(1024, true);
    disk.remove(&first()).expect("there");
    for create in [false, true] {
        let refused = open(
            &disk,
            Options {
                create,
                ..options(1024)
            },
        );
        assert!(matches!(
            refused.map(drop),
            Err(JournalError::SegmentsMissing { .. })
        ));
    }
}

#[test]
fn marker_deleted_or_damaged_is_refused() {
    let disk = acked(1024, true);
    let length = disk.bytes(MARKER_FILE).expect("there").len();
    for byte in 0..length {
        for bit in 0..8 {
            let disk = disk.fork();
            damage(&disk, MARKER_FILE, |bytes| bytes[byte] ^= 1 << bit);
            let found = reopen(&disk, 1024);
            let is_refused = matches!(found, Err(JournalError::MarkerDamaged { .. }));
            assert!(
                is_refused || found.as_ref().is_ok_and(|all| *all == ALL),
                "{byte}: {found:?}"
            );
        }
    }
    disk.remove(MARKER_FILE).expect("there");
    let refused = open(&disk, options(1024)).map(drop);
    assert!(
        matches!(refused, Err(JournalError::MarkerMissing { .. })),
        "{refused:?}"
    );
}

#[test]
fn segment_missing_renamed_or_duplicated_is_refused() {
    let disk = acked(64, true);
    for number in 1..=7 {
        let disk = disk.fork();
        disk.remove(&segment_file(number))
            .expect("there are seven segments");
        assert!(
            matches!(reopen(&disk, 64), Err(JournalError::Damaged(_))),
            "segment {number}"
        );
    }
    for number in 1..=6 {
        let disk = disk.fork();
        let copy = disk.bytes(&segment_file(number)).expect("there");
        disk.set_bytes(&segment_file(number + 1), copy);
        assert!(
            matches!(reopen(&disk, 64), Err(JournalError::Damaged(_))),
            "segment {number}"
        );
    }
}

#[test]
fn last_segment_deleted_is_refused() {
    let disk = acked(64, true);
    let last = (1..99).rfind(|number| disk.bytes(&segment_file(*number)).is_some());
    disk.remove(&segment_file(last.expect("segments")))
        .expect("there");
    assert!(matches!(reopen(&disk, 64), Err(JournalError::Damaged(_))));
}

#[test]
fn records_of_an_unacknowledged_batch_never_come_back_as_phantoms() {
    let disk = acked(1024, false);
    let offsets = frame_offsets(&disk.bytes(&first()).expect("there"));
    let last = *offsets.last().expect("frames");
    // The page that begins the frame never reached the disk; the pages after it did.
    damage(&disk, &first(), |bytes| bytes[last..last + PAGE].fill(0));
    let (journal, recovery) = open(&disk, options(1024)).expect("a torn tail is legal");
    assert_eq!(crate::support::count(&recovery), ALL - BATCH);
    assert_eq!(recovery.cut().expect("it is reported").offset, last as u64);
    append_and_wait(&journal, 19);
    journal.close().expect("close");
    assert_eq!(reopen(&disk, 1024).expect("open"), ALL - BATCH + 19);
}

/// Everything from one byte on is lost, as by a truncation that grew back, or a disk that dropped
/// all late writes: only the witness is left as evidence.
#[test]
fn zeros_from_any_byte_on_are_refused_or_lose_nothing() {
    let disk = HostileStorage::new();
    let (journal, _) = open(&disk, options(64)).expect("begin");
    for _ in 0..8 {
        append_and_wait(&journal, 8);
    }
    journal.close().expect("close");
    let whole = disk.bytes(&first()).expect("there");
    let end = frame_offsets(&whole).last().expect("frames") + PAGE;
    for from in (FRAMES_START as usize..end).step_by(7) {
        damage(&disk, &first(), |bytes| bytes[from..].fill(0));
        let report = verify_storage(&disk).expect("verify");
        assert!(
            report.fault.is_some() || report.last_sequence == 64,
            "from byte {from}"
        );
        disk.set_bytes(&first(), whole.clone());
    }
}

#[test]
fn a_segment_cut_at_any_byte_is_refused() {
    let disk = acked(64, true);
    let last = (1..99).rfind(|number| disk.bytes(&segment_file(*number)).is_some());
    for name in [first(), segment_file(last.expect("segments"))] {
        let whole = disk.bytes(&name).expect("there");
        for length in (0..whole.len()).step_by(if name == first() { 1 } else { 97 }) {
            // The test disk keeps the history of its changes: a damaged copy is freed after use.
            let disk = disk.fork();
            damage(&disk, &name, |bytes| bytes.truncate(length));
            let report = verify_storage(&disk).expect("verify");
            assert!(report.fault.is_some(), "{name} cut to {length}");
        }
    }
}

/// One flipped bit in each page, at a place that moves from page to page.
#[test]
fn a_flipped_bit_in_any_page_is_refused_or_loses_nothing() {
    let disk = acked(64, true);
    let mut refused = 0;
    for number in 1..99 {
        let name = segment_file(number);
        let Some(whole) = disk.bytes(&name) else {
            break;
        };
        for page in 0..whole.len() / PAGE {
            for turn in 0..4 {
                let place = page * PAGE + (page * 977 + turn * 257) % PAGE;
                damage(&disk, &name, |bytes| bytes[place] ^= 1 << (turn % 8));
                match reopen(&disk.fork(), 64) {
                    Ok(found) => assert_eq!(found, ALL, "{name} byte {place}"),
                    Err(_) => refused += 1,
                }
                disk.set_bytes(&name, whole.clone());
            }
        }
    }
    assert!(
        refused > 300,
        "most pages hold acknowledged data: {refused}"
    );
}
