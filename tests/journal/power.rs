//! Power-off and kill at any operation, over many seeds and several restarts of one journal.
//!
//! A failing seed is in the panic text. `JOURNAL_SEED=n` replays one, `JOURNAL_SEEDS=n` widens
//! the sweep.

use crate::hostile::HostileStorage;
use firsthand::journal::{Durability, Journal, JournalError, NewRecord, Options, Recovery};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::support::{open, options};

const SEEDS: u64 = 256;
const LIVES: u64 = 6;

/// The records that the journal should hold: every record appended and not cut since.
#[derive(Default)]
struct Model {
    records: Vec<Vec<u8>>,
    /// Records that must survive.
    floor: usize,
    ids: u64,
}

impl Model {
    fn make(&mut self, rng: &mut StdRng) -> Vec<u8> {
        self.ids += 1;
        let mut bytes = self.ids.to_le_bytes().to_vec();
        bytes.resize(rng.random_range(8..900), rng.random());
        bytes
    }

    fn state(&self, records: usize) -> Vec<u8> {
        let mut hasher = blake3::Hasher::new();
        for record in &self.records[..records] {
            hasher.update(record);
        }
        hasher.finalize().as_bytes().to_vec()
    }

    /// Checks what a start found, and drops the records that were rightly lost.
    fn check(&mut self, recovery: &Recovery) {
        let mut index = 0;
        if let Some(snapshot) = recovery.snapshot() {
            index = snapshot.sequence as usize;
            let state = recovery.snapshot_bytes().expect("checked").expect("there");
            assert_eq!(
                state,
                self.state(index),
                "the snapshot holds the state at its sequence"
            );
        }
        recovery
            .replay(|record| {
                assert_eq!(record.sequence, index as u64 + 1);
                assert_eq!(
                    record.bytes, self.records[index],
                    "a record came back changed"
                );
                index += 1;
                Ok::<(), JournalError>(())
            })
            .expect("what was opened can be replayed");
        assert!(index >= self.floor, "{} records lost", self.floor - index);
        self.records.truncate(index);
        self.floor = index;
    }
}

/// Appends until the disk fails or enough is done. Returns how many records must survive.
fn live(journal: &Journal, model: &mut Model, rng: &mut StdRng, power: bool) {
    for _ in 0..rng.random_range(1..25) {
        let contents: Vec<Vec<u8>> = (0..rng.random_range(1..8))
            .map(|_| model.make(rng))
            .collect();
        let records: Vec<NewRecord<'_>> = contents
            .iter()
            .map(|bytes| NewRecord { kind: 1, bytes })
            .collect();
        let appended = journal.append(&records);
        let Ok(last) = appended else { break };
        model.records.extend(contents);
        if rng.random_bool(0.8) && journal.wait_durable(last).is_err() {
            break;
        }
        if rng.random_bool(0.08) {
            let at = journal.durable_sequence();
            let state = model.state(at as usize);
            // If the disk has failed, this fails too; the next start checks what is there.
            drop(journal.snapshot(at, &[7; 32], &state));
        }
    }
    let stats = journal.stats();
    let safe = if power {
        stats.synced_sequence
    } else {
        stats.durable_sequence
    };
    model.floor = model.floor.max(safe as usize);
}

fn sweep(
    name: &str,
    durability: Durability,
    power: bool,
    run: impl Fn(u64) + std::panic::RefUnwindSafe,
) {
    let read = |key: &str| {
        std::env::var(key)
            .ok()
            .and_then(|value| value.parse::<u64>().ok())
    };
    let seeds = match read("JOURNAL_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..read("JOURNAL_SEEDS").unwrap_or(SEEDS),
    };
    for seed in seeds {
        if let Err(panic) = std::panic::catch_unwind(|| run(seed)) {
            eprintln!("{name} ({durability:?}, power {power}) failed: JOURNAL_SEED={seed}");
            std::panic::resume_unwind(panic);
        }
    }
}

fn lives(seed: u64, durability: Durability, power: bool) {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut disk = HostileStorage::new();
    let mut model = Model::default();
    let segment_kib = [64, 128][rng.random_range(0..2)];
    for _ in 0..LIVES {
        let options = Options {
            durability,
            seal_after_ms: [1, 1_000][rng.random_range(0..2)],
            ..options(segment_kib)
        };
        // Also during recovery itself and while the journal is begun.
        let operations = rng.random_range(0..120);
        disk.power_off_after(operations);
        if let Ok((journal, recovery)) = open(&disk, options.clone()) {
            model.check(&recovery);
            live(&journal, &mut model, &mut rng, power);
            // Killed before the drop, so that closing cannot write.
            disk = die(&disk, &mut rng, power);
        } else {
            disk = die(&disk, &mut rng, power);
        }
        // A crash never needs repair by hand.
        let (journal, recovery) = open(&disk, options).expect("a crash never needs repair");
        model.check(&recovery);
        live(&journal, &mut model, &mut rng, power);
        disk = die(&disk, &mut rng, power);
    }
}

fn die(disk: &HostileStorage, rng: &mut StdRng, power: bool) -> HostileStorage {
    if power {
        disk.power_off(rng.random())
    } else {
        disk.kill()
    }
}

#[test]
fn power_off_loses_nothing_acknowledged() {
    sweep("power off", Durability::Fsync, true, |seed| {
        lives(seed, Durability::Fsync, true)
    });
}

#[test]
fn power_off_at_durability_os_loses_only_what_was_not_synced_and_always_opens() {
    sweep("power off", Durability::Os, true, |seed| {
        lives(seed, Durability::Os, true)
    });
}

#[test]
fn kill_loses_nothing_released() {
    sweep("kill", Durability::Fsync, false, |seed| {
        lives(seed, Durability::Fsync, false)
    });
    sweep("kill", Durability::Os, false, |seed| {
        lives(seed, Durability::Os, false)
    });
}

/// Tests the test: the sweep must catch a disk that lies about syncing.
#[test]
fn the_sweep_notices_a_journal_that_does_not_sync() {
    let caught = (0..32).filter(|seed| {
        let mut rng = StdRng::seed_from_u64(*seed);
        let disk = HostileStorage::new();
        let mut model = Model::default();
        let options = Options {
            durability: Durability::Os,
            seal_after_ms: 1_000,
            ..options(64)
        };
        let (journal, _) = open(&disk, options.clone()).expect("begin");
        live(&journal, &mut model, &mut rng, false);
        let released = model.floor;
        let disk = disk.power_off(*seed);
        let (_journal, recovery) = open(&disk, options).expect("a crash never needs repair");
        (recovery.last_sequence() as usize) < released
    });
    assert!(
        caught.count() > 8,
        "power-off really loses unsynced records"
    );
}
