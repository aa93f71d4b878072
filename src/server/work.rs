//! Decides which connection may work next. All runtime threads but one may carry out requests at a
//! time; the one left over accepts connections and sends replies, however long the others take.
//! Among waiting connections, the one that has worked least in the last seconds goes first.
//!
//! So a busy connection delays itself and not others: a quiet one waits at most for the work under
//! way. Work is reading and carrying out requests. No slot is held while waiting for the disk or
//! the network.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::oneshot;
use tokio::time::Instant as Moment;

/// After this time, work done counts half.
const HALF_LIFE: Duration = Duration::from_secs(1);
/// Work charged to a new connection, so that reconnecting gains nothing.
const NEWCOMER: Duration = Duration::from_millis(50);

/// The slots.
#[derive(Debug)]
pub struct Work {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    free: usize,
    waiting: BinaryHeap<Waiter>,
    /// The number of the next to wait.
    next: u64,
}

impl Work {
    pub fn new(slots: usize) -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::new(State {
                free: slots.max(1),
                waiting: BinaryHeap::new(),
                next: 0,
            }),
        })
    }

    /// Waits for a slot.
    pub async fn enter(self: &Arc<Self>, done: &Done) -> Slot {
        let granted = {
            let mut state = self.state.lock();
            if state.free > 0 {
                state.free -= 1;
                None
            } else {
                let (wake, granted) = oneshot::channel();
                let number = state.next;
                state.next += 1;
                state.waiting.push(Waiter {
                    done: done.of_late(Moment::now()),
                    number,
                    wake,
                });
                Some(granted)
            }
        };
        match granted {
            None => Slot(Arc::clone(self)),
            Some(granted) => granted.await.expect("whoever waits is given a slot"),
        }
    }

    fn release(self: &Arc<Self>) {
        loop {
            let next = {
                let mut state = self.state.lock();
                let next = state.waiting.pop();
                if next.is_none() {
                    state.free += 1;
                }
                next
            };
            let Some(next) = next else {
                return;
            };
            // A waiter that has gone is skipped. If it goes at this very moment, dropping its slot
            // returns it.
            if !next.wake.is_closed() {
                let _ = next.wake.send(Slot(Arc::clone(self)));
                return;
            }
        }
    }
}

/// A slot. Dropping it lets the next one work.
#[derive(Debug)]
pub struct Slot(Arc<Work>);

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.release();
    }
}

#[derive(Debug)]
struct Waiter {
    done: Duration,
    number: u64,
    wake: oneshot::Sender<Slot>,
}

impl Ord for Waiter {
    /// The greatest comes first: who has worked least, and among equals who has waited longest.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.done, other.number).cmp(&(self.done, self.number))
    }
}

impl PartialOrd for Waiter {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Waiter {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl Eq for Waiter {}

/// How much one connection has worked recently.
#[derive(Clone, Copy, Debug)]
pub struct Done {
    worked: Duration,
    at: Moment,
}

impl Default for Done {
    fn default() -> Self {
        Self {
            worked: NEWCOMER,
            at: Moment::now(),
        }
    }
}

impl Done {
    /// Adds work from `from` to `until`.
    pub fn add(&mut self, from: Moment, until: Moment) {
        self.worked = self.of_late(until) + until.saturating_duration_since(from);
        self.at = until;
    }

    fn of_late(&self, now: Moment) -> Duration {
        let passed = now.saturating_duration_since(self.at).as_secs_f32();
        self.worked
            .mul_f32((-passed / HALF_LIFE.as_secs_f32()).exp2())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_connection_that_worked_least_is_next() {
        let work = Work::new(1);
        let slot = work.enter(&Done::default()).await;
        let (told, mut order) = tokio::sync::mpsc::unbounded_channel();
        for (name, worked) in [("most", 90), ("least", 1), ("gone", 0), ("some", 30)] {
            let (work, told) = (Arc::clone(&work), told.clone());
            let waiting = tokio::spawn(async move {
                let done = Done {
                    worked: Duration::from_millis(worked),
                    at: Moment::now(),
                };
                let _slot = work.enter(&done).await;
                told.send(name).expect("somebody listens");
            });
            tokio::task::yield_now().await;
            if name == "gone" {
                waiting.abort();
                tokio::task::yield_now().await;
            }
        }
        drop(slot);
        for expected in ["least", "some", "most"] {
            assert_eq!(order.recv().await, Some(expected));
        }
        tokio::task::yield_now().await;
        assert_eq!(work.state.lock().free, 1, "no slot is lost");
    }

    #[test]
    fn work_done_decays_over_time() {
        let mut done = Done::default();
        let from = Moment::now();
        done.add(from, from + Duration::from_millis(350));
        let later = from + Duration::from_millis(350) + HALF_LIFE;
        let half = done.of_late(later);
        assert!((half.as_millis()).abs_diff(200) < 10, "{half:?}");
    }
}
