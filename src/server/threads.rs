//! Threads for what is pure and has none: the halves of a large image, and records that are read
//! ahead of the fold. Both give what one thread would.

use crossbeam::channel::{Receiver, Sender, bounded, unbounded};

use crate::journal::{Record as Stored, Sequence};
use crate::router::both::Both;

use super::error::ServerError;
use super::program::Program;
use super::record::Record;

/// Records that go from one thread to the other at a time.
const BATCH_RECORDS: usize = 256;
/// Batches that are read before the fold has taken them.
const BATCHES_AHEAD: usize = 16;

/// Two pieces of work in a thread each.
#[derive(Clone, Copy, Debug)]
pub struct TwoThreads;

impl Both for TwoThreads {
    fn both<A: Send, B: Send>(
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

/// What the reading thread puts records into.
pub struct Ahead {
    batch: Batch,
    full: Sender<Batch>,
    /// Batches come back to be emptied where they were filled: that is cheaper for memory, and no
    /// work of the fold.
    done: Receiver<Batch>,
}

impl Ahead {
    /// Understands a record, that of `program` or of another that it names, and passes it on.
    pub fn take(&mut self, program: &mut Program, stored: &Stored<'_>) -> Result<(), ServerError> {
        let record = Record::read(stored)?;
        program.follow(stored.sequence, &record)?;
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
        // Nobody takes it only where the fold has panicked, which ends everything.
        let _ = self.full.send(batch);
    }
}

/// Lets `read` read records in a thread of its own and hands them to `take` in their order, some at
/// a time. What stands before a record that cannot be read has been taken when the error is
/// returned.
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
            // The reader may have come to its end.
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
    fn records_come_in_order_and_whole() {
        for count in [0, 1, BATCH_RECORDS, BATCH_RECORDS * 40 + 3] {
            let (taken, outcome) = read(&vec![CONFIGURED; count]);
            assert!(outcome.is_ok());
            assert!(taken.into_iter().eq(1..=count as Sequence));
        }
    }

    #[test]
    fn what_cannot_be_read_ends_it_after_what_came_before() {
        let (taken, outcome) = read(&[CONFIGURED, CONFIGURED, 77, CONFIGURED]);
        assert_eq!(taken, [1, 2]);
        assert!(outcome.is_err_and(|error| error.to_string().contains("sequence 3")));
    }

    #[test]
    fn both_are_done() {
        assert_eq!(TwoThreads.both(|| 1, || "two"), (1, "two"));
    }
}
