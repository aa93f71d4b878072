//! The cost of a commit compared with the bare disk, and the speed of frames and recovery.
//!
//! The disk is measured in the same run and the same directory, so that the ratio holds on any
//! machine. `JOURNAL_BENCH_DIRECTORY` selects the disk; the default is the temporary directory. On
//! a file system in memory the figures mean nothing.

use std::fs::File;
use std::hint::black_box;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput};
use firsthand::journal::frame::{Frame, FrameBuilder, FrameHeader};
use firsthand::journal::storage::{FileStorage, Storage};
use firsthand::journal::tools::verify;
use firsthand::journal::{Durability, Journal, JournalError, NewRecord, Options};

const RECORD: [u8; 200] = [7; 200];
const PAGE: [u8; 4096] = [7; 4096];
const ROUNDS: usize = 1_500;
/// Commits and raw syncs alternate in small groups, so that a busy disk slows both alike.
const TURN: usize = 50;
const RECOVERY_RECORDS: u64 = 1_000_000;

fn directory() -> tempfile::TempDir {
    let place =
        std::env::var_os("JOURNAL_BENCH_DIRECTORY").map_or_else(std::env::temp_dir, PathBuf::from);
    tempfile::tempdir_in(place).expect("the bench needs a directory")
}

fn options() -> Options {
    Options {
        create: true,
        ..Options::default()
    }
}

/// A zero-filled file like the journal's segments.
fn raw_file(place: &tempfile::TempDir) -> File {
    let path = place.path().join("raw");
    std::fs::write(&path, vec![0; 64 << 20]).expect("room for 64 MiB");
    let file = File::options()
        .read(true)
        .write(true)
        .open(path)
        .expect("just written");
    file.sync_all().expect("the disk works");
    file
}

fn commit(journal: &Journal, records: &[NewRecord<'_>]) {
    let last = journal.append(records).expect("the journal takes records");
    journal.wait_durable(last).expect("the disk works");
}

/// Prints median and tail of commits beside those of the bare disk.
fn print_ratios() {
    let place = directory();
    let raw = raw_file(&place);
    let storage = FileStorage::open_directory(place.path()).expect("there");
    let durable = storage.open("raw").expect("there");
    let journal_path = place.path().join("journal");
    let (journal, _) = Journal::open_directory(&journal_path, options()).expect("begin");
    println!("batch   commit p50 / p99 us   fdatasync p50 / p99   RWF_DSYNC p50 / p99   ratio");
    for batch in [1, 64, 1024] {
        let records = vec![
            NewRecord {
                kind: 1,
                bytes: &RECORD
            };
            batch
        ];
        let (mut commits, mut syncs, mut dsyncs) = (Vec::new(), Vec::new(), Vec::new());
        let mut offset = 0;
        while commits.len() < ROUNDS {
            time(&mut commits, || commit(&journal, &records));
            time(&mut syncs, || {
                offset = (offset + 4096) % (64 << 20);
                raw.write_all_at(&PAGE, offset).expect("the disk works");
                raw.sync_data().expect("the disk works");
            });
            time(&mut dsyncs, || {
                offset = (offset + 4096) % (64 << 20);
                durable
                    .write_all_durable_at(&PAGE, offset)
                    .expect("the disk works");
            });
        }
        let (commits, syncs, dsyncs) = (sorted(commits), sorted(syncs), sorted(dsyncs));
        println!(
            "{batch:5}   {:>8} / {:<8}   {:>8} / {:<8}   {:>8} / {:<8}   {:.2}",
            at(&commits, 50),
            at(&commits, 99),
            at(&syncs, 50),
            at(&syncs, 99),
            at(&dsyncs, 50),
            at(&dsyncs, 99),
            at(&commits, 50) as f64 / at(&syncs, 50) as f64
        );
    }
}

fn time(times: &mut Vec<Duration>, mut work: impl FnMut()) {
    for _ in 0..TURN {
        let start = Instant::now();
        work();
        times.push(start.elapsed());
    }
}

fn sorted(mut times: Vec<Duration>) -> Vec<Duration> {
    times.sort_unstable();
    times
}

fn at(times: &[Duration], percent: usize) -> u128 {
    times[(times.len() - 1) * percent / 100].as_micros()
}

fn bench_commit(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("commit");
    group.sample_size(20);
    let place = directory();
    let (journal, _) = Journal::open_directory(place.path(), options()).expect("begin");
    for batch in [1, 64, 1024] {
        let records = vec![
            NewRecord {
                kind: 1,
                bytes: &RECORD
            };
            batch
        ];
        group.throughput(Throughput::Elements(batch as u64));
        group.bench_function(batch.to_string(), |bencher| {
            bencher.iter(|| commit(&journal, &records));
        });
    }
    let raw = raw_file(&place);
    let mut offset = 0;
    group.throughput(Throughput::Elements(1));
    group.bench_function("raw fdatasync", |bencher| {
        bencher.iter(|| {
            offset = (offset + 4096) % (64 << 20);
            raw.write_all_at(&PAGE, offset).expect("the disk works");
            raw.sync_data().expect("the disk works");
        });
    });
    group.finish();
}

fn bench_append(criterion: &mut Criterion) {
    let place = directory();
    let options = Options {
        durability: Durability::None,
        waiting_bytes_max: 1 << 30,
        ..options()
    };
    let (journal, _) = Journal::open_directory(place.path(), options).expect("begin");
    let record = [NewRecord {
        kind: 1,
        bytes: &RECORD,
    }];
    criterion.bench_function("append, nobody waits", |bencher| {
        bencher.iter(|| match journal.append(&record) {
            Ok(last) => last,
            // The disk is slower than memory: let it catch up outside of most samples.
            Err(JournalError::Full { .. }) => {
                journal
                    .sync_through(journal.appended_sequence())
                    .expect("the disk works");
                0
            }
            Err(error) => panic!("{error}"),
        });
    });
}

fn bench_frame(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("frame");
    for records in [1_usize, 64, 1024] {
        group.throughput(Throughput::Bytes((records * 208) as u64));
        let mut builder = FrameBuilder::new();
        group.bench_function(format!("encode {records}"), |bencher| {
            bencher.iter(|| {
                builder.clear();
                for _ in 0..records {
                    builder.push(1, black_box(&RECORD));
                }
                builder.finish(&FrameHeader::default()).1
            });
        });
        let bytes = builder.finish(&FrameHeader::default()).0.to_vec();
        group.bench_function(format!("decode {records}"), |bencher| {
            bencher.iter(|| {
                let frame = Frame::decode(black_box(&bytes)).expect("just encoded");
                frame.iter().map(|record| record.bytes.len()).sum::<usize>()
            });
        });
    }
    group.finish();
}

fn bench_recovery(criterion: &mut Criterion) {
    let place = directory();
    {
        let (journal, _) = Journal::open_directory(place.path(), options()).expect("begin");
        let records = vec![
            NewRecord {
                kind: 1,
                bytes: &RECORD
            };
            1000
        ];
        for _ in 0..RECOVERY_RECORDS / 1000 {
            commit(&journal, &records);
        }
        journal.close().expect("close");
    }
    let mut group = criterion.benchmark_group("recovery");
    group.sample_size(10);
    group.throughput(Throughput::Elements(RECOVERY_RECORDS));
    group.bench_function("open and replay 1 M records", |bencher| {
        bencher.iter(|| {
            let (_journal, recovery) =
                Journal::open_directory(place.path(), Options::default()).expect("open");
            let mut bytes = 0;
            recovery
                .replay(|record| {
                    bytes += record.bytes.len();
                    Ok::<(), JournalError>(())
                })
                .expect("replay");
            bytes
        });
    });
    group.bench_function("verify 1 M records", |bencher| {
        bencher.iter(|| verify(place.path()).expect("verify").records);
    });
    group.finish();
}

fn main() {
    print_ratios();
    let mut criterion = Criterion::default().configure_from_args();
    bench_frame(&mut criterion);
    bench_append(&mut criterion);
    bench_commit(&mut criterion);
    bench_recovery(&mut criterion);
    criterion.final_summary();
}
