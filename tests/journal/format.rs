//! The format on hostile bytes: matching checksums over wrong content, and newer versions.

use firsthand::journal::frame::{
    FLAG_SEAL, Frame, FrameBuilder, FrameError, FrameHeader, HEADER_BYTES, padded,
};
use firsthand::journal::{JournalError, MARKER_FILE, segment_file};
use proptest::prelude::*;

use crate::support::{acked, damage, frame_offsets, reopen};

/// Recomputes the checksum of a changed frame.
fn sign(frame: &mut [u8], length: usize) {
    let crc = crc32c::crc32c(&frame[8..length]);
    frame[4..8].copy_from_slice(&crc.to_le_bytes());
}

fn frame_length(frame: &[u8]) -> usize {
    HEADER_BYTES + u32::from_le_bytes(frame[8..12].try_into().expect("four bytes")) as usize
}

#[test]
fn lying_inner_lengths_with_a_right_checksum_are_refused_without_panic() {
    let disk = acked(1024, true);
    let name = segment_file(1);
    let whole = disk.bytes(&name).expect("there");
    for offset in [frame_offsets(&whole)[0], frame_offsets(&whole)[19]] {
        let length = frame_length(&whole[offset..]);
        for (place, value) in [
            (HEADER_BYTES, u32::MAX),
            (HEADER_BYTES, 201),
            (HEADER_BYTES, 199),
            (HEADER_BYTES, 0),
            (HEADER_BYTES + 208, 1 << 31),
            (length - 208, 201),
            (12, 0),
            (12, 63),
            (12, 65),
            (12, u32::MAX),
            (8, 0),
            (8, 1),
            (16, u32::MAX),
            (20, u32::MAX),
            (28, 0xffff),
            (HEADER_BYTES + 6, 0xffff_ffff),
        ] {
            damage(&disk, &name, |bytes| {
                bytes[offset + place..offset + place + 4].copy_from_slice(&value.to_le_bytes());
                let length = frame_length(&bytes[offset..]);
                sign(&mut bytes[offset..], length);
            });
            let found = reopen(&disk, 1024);
            assert!(
                matches!(
                    found,
                    Err(JournalError::Damaged(_) | JournalError::NewerFormat { .. })
                ),
                "{place} = {value}: {found:?}"
            );
            disk.set_bytes(&name, whole.clone());
        }
    }
}

/// A frame that is whole but not the one that was written breaks the chain.
#[test]
fn a_whole_frame_with_other_content_is_refused() {
    let disk = acked(1024, true);
    let name = segment_file(1);
    damage(&disk, &name, |bytes| {
        let offset = frame_offsets(bytes)[9];
        bytes[offset + HEADER_BYTES + 50] ^= 1;
        let length = frame_length(&bytes[offset..]);
        sign(&mut bytes[offset..], length);
    });
    match reopen(&disk, 1024) {
        Err(JournalError::Damaged(damage)) => assert_eq!(damage.sequence, 10 * 64 + 1),
        other => panic!("expected a refusal, got {other:?}"),
    }
}

#[test]
fn newer_formats_are_refused_with_the_version_needed() {
    let disk = acked(1024, true);
    let needs = |disk, version| match reopen(disk, 1024) {
        Err(JournalError::NewerFormat { found, .. }) => assert_eq!(found, version),
        other => panic!("expected a refusal, got {other:?}"),
    };
    let newer_segment = disk.fork();
    damage(&newer_segment, &segment_file(1), |bytes| {
        bytes[8] = 9;
        let crc = crc32c::crc32c(&bytes[..60]);
        bytes[60..64].copy_from_slice(&crc.to_le_bytes());
    });
    needs(&newer_segment, 9);
    let newer_marker = disk.fork();
    damage(&newer_marker, MARKER_FILE, |bytes| {
        let text = String::from_utf8(bytes.clone()).expect("text");
        let text = text.replace("format = 1", "format = 3");
        let (content, _) = text.split_once("crc32c").expect("it has a checksum");
        let crc = crc32c::crc32c(content.as_bytes());
        *bytes = format!("{content}crc32c = {crc:08x}\n").into_bytes();
    });
    needs(&newer_marker, 3);
}

#[test]
fn a_frame_decodes_to_what_was_encoded() {
    let mut builder = FrameBuilder::new();
    builder.push(3, b"first");
    builder.push(4, b"");
    let header = FrameHeader {
        base_sequence: 41,
        previous_crc: 7,
        flags: FLAG_SEAL,
        segment: 5,
        durable: 40,
        journal_id: 99,
        epoch: 12,
    };
    let first = builder.finish(&header).0.to_vec();
    let (bytes, crc) = builder.finish(&header);
    assert_eq!(bytes, first, "finishing twice changes nothing");
    assert_eq!(bytes.len(), 4096);
    let frame = Frame::decode(bytes).expect("whole");
    assert_eq!(
        (frame.header, frame.crc, frame.next_sequence()),
        (header, crc, 43)
    );
    let records: Vec<_> = frame
        .iter()
        .map(|record| (record.sequence, record.kind))
        .collect();
    assert_eq!(records, [(41, 3), (42, 4)]);
    for length in 0..HEADER_BYTES + 21 {
        let short = Frame::decode(&bytes[..length]).map(|frame| frame.crc);
        assert!(matches!(short, Err(FrameError::Short { .. })), "{length}");
    }
}

proptest! {
    /// Decoding any content under a matching checksum neither panics nor yields inconsistent
    /// records.
    #[test]
    fn any_bytes_behind_a_right_checksum_are_safe(
        mut bytes in proptest::collection::vec(any::<u8>(), HEADER_BYTES..600),
        records in 0_u32..20,
    ) {
        let length = bytes.len();
        bytes[..4].copy_from_slice(b"FHF1");
        bytes[8..12].copy_from_slice(&((length - HEADER_BYTES) as u32).to_le_bytes());
        bytes[12..16].copy_from_slice(&records.to_le_bytes());
        bytes[28..32].fill(0);
        sign(&mut bytes, length);
        if let Ok(frame) = Frame::decode(&bytes) {
            prop_assert_eq!(frame.iter().count(), records as usize);
        }
    }

    #[test]
    fn every_frame_survives_the_round_trip(
        contents in proptest::collection::vec(
            (any::<u16>(), proptest::collection::vec(any::<u8>(), 0..300)), 0..40),
        base in 1_u64..u64::MAX / 2,
    ) {
        let mut builder = FrameBuilder::new();
        for (kind, bytes) in &contents {
            builder.push(*kind, bytes);
        }
        let header = FrameHeader { base_sequence: base, ..FrameHeader::default() };
        let (bytes, _) = builder.finish(&header);
        prop_assert_eq!(bytes.len() % 4096, 0);
        prop_assert_eq!(bytes.len(), padded(bytes.len()));
        let frame = Frame::decode(bytes).expect("whole");
        let found: Vec<_> = frame.iter().map(|record| (record.kind, record.bytes.to_vec())).collect();
        prop_assert_eq!(found, contents);
    }
}
