//! The latest events of a tenant, kept for those who listen.
//!
//! An event enters with the journal sequence of its record and may be shown once that sequence
//! is durable. Older events fall out and must be folded anew from the journal (`history`).

use std::collections::VecDeque;
use std::sync::{Arc, OnceLock};

use crate::journal::Sequence;
use crate::router::event::Event;
use crate::wire::event;

/// The most events kept.
pub const RING_EVENTS_MAX: usize = 65_536;

/// An event that may be sent to many.
#[derive(Debug)]
pub struct Published {
    pub event: Event,
    /// It may leave once this sequence is durable.
    pub sequence: Sequence,
    line: OnceLock<Box<[u8]>>,
}

impl Published {
    pub fn new(event: Event, sequence: Sequence) -> Self {
        Self {
            event,
            sequence,
            line: OnceLock::new(),
        }
    }

    /// The notification with its line end, written by the first who asks and shared by all.
    pub fn line(&self) -> &[u8] {
        self.line.get_or_init(|| {
            let mut line = Vec::with_capacity(256);
            event::notification(&mut line, &self.event);
            line.push(b'\n');
            line.into_boxed_slice()
        })
    }
}

/// The ring.
#[derive(Debug)]
pub struct Ring {
    events: VecDeque<Arc<Published>>,
    /// The number of the next event.
    next_seq: u64,
}

/// Events that are put away together.
const CHUNK_EVENTS: usize = 4_096;

/// The latest events while the past is read. Nobody listens yet: they stay where the router put
/// them, and each gets a place of its own, to be shared, only when the past is over.
#[derive(Debug)]
pub struct Recent {
    /// The latest, which the router adds to.
    pub fresh: Vec<Event>,
    ends: Ends,
    chunks: VecDeque<(Vec<Event>, Ends)>,
    last_seq: u64,
}

/// Where the events of each record end among others, and its sequence.
type Ends = Vec<(usize, Sequence)>;

impl Recent {
    /// Those that come after the event `last_seq`.
    pub fn after(last_seq: u64) -> Self {
        Self {
            fresh: Vec::new(),
            ends: Vec::new(),
            chunks: VecDeque::new(),
            last_seq,
        }
    }

    /// What has become fresh is of the record with this sequence.
    pub fn end_record(&mut self, sequence: Sequence) {
        let before = self.ends.last().map_or(0, |(end, _)| *end);
        if self.fresh.len() > before {
            self.ends.push((self.fresh.len(), sequence));
        }
        if self.fresh.len() >= CHUNK_EVENTS {
            self.put_away();
        }
    }

    fn put_away(&mut self) {
        let Some(last) = self.fresh.last() else {
            return;
        };
        self.last_seq = last.seq;
        let chunk = (
            std::mem::take(&mut self.fresh),
            std::mem::take(&mut self.ends),
        );
        self.chunks.push_back(chunk);
        let held: usize = self.chunks.iter().map(|(events, _)| events.len()).sum();
        let first = self.chunks.front().map_or(0, |(events, _)| events.len());
        if held - first >= RING_EVENTS_MAX {
            // Its room is used again.
            let (events, ends) = self.chunks.pop_front().unwrap_or_default();
            (self.fresh, self.ends) = (events, ends);
            self.fresh.clear();
            self.ends.clear();
        }
    }

    pub fn into_ring(mut self) -> Ring {
        self.put_away();
        let mut ring = Ring::after(self.last_seq);
        let first = self.chunks.front().and_then(|(events, _)| events.first());
        ring.next_seq = first.map_or(ring.next_seq, |first| first.seq);
        for (events, ends) in self.chunks {
            let mut events = events.into_iter();
            let mut taken = 0;
            for (end, sequence) in ends {
                for event in events.by_ref().take(end - taken) {
                    ring.push(event, sequence);
                }
                taken = end;
            }
        }
        ring
    }
}

impl Ring {
    /// A ring that goes on after the event `last_seq`.
    pub fn after(last_seq: u64) -> Self {
        Self {
            events: VecDeque::new(),
            next_seq: last_seq + 1,
        }
    }

    pub fn push(&mut self, event: Event, sequence: Sequence) {
        debug_assert_eq!(event.seq, self.next_seq, "events have no gap");
        self.next_seq = event.seq + 1;
        if self.events.len() == RING_EVENTS_MAX {
            self.events.pop_front();
        }
        self.events
            .push_back(Arc::new(Published::new(event, sequence)));
    }

    /// The number of the last event, 0 before the first.
    pub fn last_seq(&self) -> u64 {
        self.next_seq - 1
    }

    /// The number of the first event that is still here; one more than the last if none is.
    pub fn first_seq(&self) -> u64 {
        self.events
            .front()
            .map_or(self.next_seq, |first| first.event.seq)
    }

    /// Copies to `out` up to `max` events after `after` that are durable through `durable`.
    /// `false` = the first of them is no longer here.
    pub fn take(
        &self,
        after: u64,
        durable: Sequence,
        max: usize,
        out: &mut Vec<Arc<Published>>,
    ) -> bool {
        let Some(skip) = (after + 1).checked_sub(self.first_seq()) else {
            return false;
        };
        let skip = usize::try_from(skip).unwrap_or(usize::MAX);
        out.extend(
            self.events
                .iter()
                .skip(skip)
                .take(max)
                .take_while(|published| published.sequence <= durable)
                .cloned(),
        );
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::router::event::EventBody;

    /// Records of 0, 1 or 2 events each, as the past and as the present give them.
    #[test]
    fn the_past_leaves_what_the_present_would() {
        for records in [0, 1, 10, 5_000, 200_000] {
            let (mut recent, mut ring) = (Recent::after(7), Ring::after(7));
            let mut seq = 7;
            for sequence in 1..=records {
                for _ in 0..sequence % 3 {
                    seq += 1;
                    let event = || Event {
                        seq,
                        at: 0,
                        body: EventBody::ServerReloaded,
                    };
                    recent.fresh.push(event());
                    ring.push(event(), sequence);
                }
                recent.end_record(sequence);
            }
            let past = recent.into_ring();
            assert_eq!(past.next_seq, ring.next_seq);
            let told = |ring: &Ring| -> Vec<(u64, Sequence)> {
                let events = ring.events.iter();
                events.map(|held| (held.event.seq, held.sequence)).collect()
            };
            assert_eq!(told(&past), told(&ring));
        }
    }
}
