//! The latest events of a tenant, kept for subscribers.
//!
//! An event enters with the journal sequence of its record and may be sent once that sequence is
//! durable. Older events fall out and are made again from the journal (`history`).

use std::collections::VecDeque;
use std::sync::{Arc, OnceLock};

use crate::journal::Sequence;
use crate::router::event::{ContactEvent, Event, EventBody};
use crate::router::ids::{Name, OfferId};
use crate::wire::event;

/// The most events kept.
pub const RING_EVENTS_MAX: usize = 65_536;

/// An event that may be sent to many subscribers.
#[derive(Debug)]
pub struct Published {
    pub event: Event,
    /// The event may be sent once this sequence is durable.
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

    /// The notification with its line end, written on first use and shared.
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

impl Ring {
    /// A ring that continues after the event `last_seq`.
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

    /// The number of the oldest event kept; one more than the last if none is.
    pub fn first_seq(&self) -> u64 {
        self.events
            .front()
            .map_or(self.next_seq, |first| first.event.seq)
    }

    /// The agent an offer was made to, while the event is kept. A binary search, because offers are
    /// numbered in the order of their events.
    pub fn offered_to(&self, offer: OfferId) -> Option<Name> {
        let (mut low, mut high) = (0, self.events.len());
        while low < high {
            let middle = low.midpoint(high);
            let told = (middle..high).find_map(|place| {
                let body = &self.events[place].event.body;
                let EventBody::Contact(of, ContactEvent::Offered { offer: told, .. }) = body else {
                    return None;
                };
                Some((place, *told, of.agent.as_ref()))
            });
            match told {
                Some((_, told, agent)) if told == offer => return agent.cloned(),
                Some((place, told, _)) if told < offer => low = place + 1,
                Some(_) | None => high = middle,
            }
        }
        None
    }

    /// Copies to `out` up to `max` events after `after` that are durable through `durable`. `false`
    /// = the first of them is no longer kept.
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
