//! The latest events of a tenant during a replay.
//!
//! Nobody is subscribed yet: the events stay in chunks as the router returned them, and are
//! allocated one by one for sharing only when the replay is over and they become a [`Ring`].

use std::collections::VecDeque;

use crate::journal::Sequence;
use crate::router::event::Event;

use super::ring::{RING_EVENTS_MAX, Ring};

/// Events in a chunk.
const CHUNK_EVENTS: usize = 4_096;

/// The latest events.
#[derive(Debug)]
pub struct Recent {
    /// The newest events; the router appends to them.
    pub fresh: Vec<Event>,
    ends: Ends,
    chunks: VecDeque<(Vec<Event>, Ends)>,
    last_seq: u64,
}

/// The end of each record's events within a chunk, and the record's sequence.
type Ends = Vec<(usize, Sequence)>;

impl Recent {
    /// Begins after the event `last_seq`.
    pub fn after(last_seq: u64) -> Self {
        Self {
            fresh: Vec::new(),
            ends: Vec::new(),
            chunks: VecDeque::new(),
            last_seq,
        }
    }

    /// Assigns the fresh events to the record with this sequence.
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
            // Reuse the dropped chunk's memory.
            let (events, ends) = self.chunks.pop_front().unwrap_or_default();
            (self.fresh, self.ends) = (events, ends);
            self.fresh.clear();
            self.ends.clear();
        }
    }

    pub fn into_ring(mut self) -> Ring {
        self.put_away();
        let first = self.chunks.front().and_then(|(events, _)| events.first());
        let mut ring = Ring::after(first.map_or(self.last_seq, |first| first.seq - 1));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::router::event::ServerEvent;

    /// Records of 0, 1 or 2 events each, collected during a replay and while serving.
    #[test]
    fn a_replay_fills_the_ring_as_serving_does() {
        for records in [0, 1, 10, 5_000, 200_000] {
            let (mut recent, mut ring) = (Recent::after(7), Ring::after(7));
            let mut seq = 7;
            for sequence in 1..=records {
                for _ in 0..sequence % 3 {
                    seq += 1;
                    let event = || Event {
                        seq,
                        at: 0,
                        actor: None,
                        body: ServerEvent::Reloaded.into(),
                    };
                    recent.fresh.push(event());
                    ring.push(event(), sequence);
                }
                recent.end_record(sequence);
            }
            let past = recent.into_ring();
            assert_eq!(past.last_seq(), ring.last_seq());
            assert_eq!(past.first_seq(), ring.first_seq());
            let told = |ring: &Ring| -> Vec<(u64, Sequence)> {
                let mut events = Vec::new();
                let before = ring.first_seq() - 1;
                assert!(ring.take(before, Sequence::MAX, usize::MAX, &mut events));
                let events = events.iter();
                events.map(|held| (held.event.seq, held.sequence)).collect()
            };
            assert_eq!(told(&past), told(&ring));
        }
    }
}
