//! Threads for the pure folders, which start none: for the halves of a large image, and for
//! decoding records ahead of a replay. The result is the same as with one thread.

use crossbeam::channel::{Receiver, Sender, bounded, unbounded};

use crate::journal::{Record as Stored, Sequence};
use crate::router::join::Join;

use super::error::ServerError;
use super::program::Program;
use super::record::Record;

/// Records passed between the threads at a time.
const BATCH_RECORDS: usize = 256;
/// Batches decoded ahead of the replay.
const BATCHES_AHEAD: usize = 16;

/// Runs two pieces of work in a thread each.
#[derive(Clone, Copy, Debug)]
pub struct TwoThreads;

impl Join for TwoThreads {
    fn join<A: Send, B: Send>(
        &self,
        one: impl FnOnce() -> A + Send,
        other: impl FnOnce() -> B + Send,
    ) -> (A, B) {
        std::thread::scope(|scope| {
            let other = scope.spawn(other);
            let one = one();
            (one, other.join().expect("reading does not panic"))
        })
    }
}

type Batch = Vec<(Sequence, Record)>;

/// The decoding thread's output.
pub struct Ahead {
    batch: Batch,
    full: Sender<Batch>,
    /// Batches return to be emptied by the thread that filled them: cheaper for the allocator, and
    /// no work for the replay.
    done: Receiver<Batch>,
}

impl Ahead {
    /// Decodes a record and passes it on.
    pub fn take(&mut self, program: &mut Program, stored: &Stored<'_>) -> Result<(), ServerError> {
        let record = program.follow(stored)?;
        self.batch.push((stored.sequence, record));
        if self.batch.len() == BATCH_RECORDS {
            self.pass_on();
        }
        Ok(())
    }

    fn pass_on(&mut self) {
        let mut next = self.done.try_recv().unwrap_or_default();
        next.clear();
        next.reserve(BATCH_RECORDS);
        let batch = std::mem::replace(&mut self.batch, next);
        // The receiver is only gone if the replay has panicked, which ends everything.
        let _ = self.full.send(batch);
    }
}

/// Runs `read` in a thread of its own and passes its records to `take` in order, some at a time. On
/// an error, all records before the bad one have been taken.
pub fn read_ahead(
    read: impl FnOnce(&mut Ahead) -> Result<(), ServerError> + Send,
    mut take: impl FnMut(&[(Sequence, Record)]),
) -> Result<(), ServerError> {
    let (full, batches) = bounded::<Batch>(BATCHES_AHEAD);
    let (emptied, done) = unbounded();
    std::thread::scope(|scope| {
        let reader = scope.spawn(move || {
            let mut ahead = Ahead {
                batch: Vec::with_capacity(BATCH_RECORDS),
                full,
                done,
            };
            let outcome = read(&mut ahead);
            ahead.pass_on();
            outcome
        });
        for batch in batches {
            take(&batch);
            // The reader may have finished.
            let _ = emptied.send(batch);
        }
        reader.join().expect("reading does not panic")
    })
}

#[cfg(test)]
mod tests {
    use super::super::record::{CONFIGURED, write_configured};
    use super::*;
    use crate::router::ids::Name;

    fn read(kinds: &[u16]) -> (Vec<Sequence>, Result<(), ServerError>) {
        let mut bytes = Vec::new();
        write_configured(&mut bytes, &Name::of("t"), "{}");
        let mut taken = Vec::new();
        let mut program = Program::this();
        let outcome = read_ahead(
            |ahead| {
                kinds.iter().zip(1..).try_for_each(|(kind, sequence)| {
                    let stored = Stored {
                        sequence,
                        kind: *kind,
                        bytes: &bytes,
                    };
                    ahead.take(&mut program, &stored)
                })
            },
            |batch| taken.extend(batch.iter().map(|(sequence, _)| *sequence)),
        );
        (taken, outcome)
    }

    #[test]
    fn records_arrive_complete_and_in_order() {
        for count in [0, 1, BATCH_RECORDS, BATCH_RECORDS * 40 + 3] {
            let (taken, outcome) = read(&vec![CONFIGURED; count]);
            assert!(outcome.is_ok());
            assert!(taken.into_iter().eq(1..=count as Sequence));
        }
    }

    #[test]
    fn a_bad_record_ends_the_reading_after_those_before_it() {
        let (taken, outcome) = read(&[CONFIGURED, CONFIGURED, 77, CONFIGURED]);
        assert_eq!(taken, [1, 2]);
        assert!(outcome.is_err_and(|error| error.to_string().contains("sequence 3")));
    }

    #[test]
    fn both_are_done() {
        assert_eq!(TwoThreads.join(|| 1, || "two"), (1, "two"));
    }
}
