//! What is to happen when: the simulation's own happenings in the order of time.
//!
//! At equal times the order is that of [`Kind`], and within one kind that of `tie`. The deadlines
//! of the router and the arrivals stand in the same order, so their kinds are listed here too.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::router::time::Timestamp;

/// A kind of happening, in the order in which equal times are served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// A conversation or a wrap-up ends; by agent.
    EndOfService,
    EndOfShift,
    StartOfShift,
    /// The router: agents come back from breaks and delays.
    RouterBack,
    /// The router: offers expire.
    RouterOffers,
    /// An agent answers an offer.
    Answer,
    /// The router: waits for an owner end, requirements widen.
    RouterOwnerWaits,
    /// The router: contacts have waited as long as their queue lets them.
    RouterPatience,
    /// A caller hangs up; by arrival.
    Patience,
    Arrival,
}

/// One entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    pub at: Timestamp,
    pub kind: Kind,
    pub tie: u64,
    /// The number of the contact, or of the agent whose wrap-up ends.
    pub of: u32,
    /// The number of the offer that is answered.
    pub offer: u64,
    /// Whether `of` is an agent.
    pub wrap_up: bool,
}

/// The entries.
#[derive(Debug, Default)]
pub(super) struct Agenda {
    heap: BinaryHeap<Reverse<Entry>>,
    /// Entries of callers who were answered before their patience ended.
    idle: usize,
}

impl Agenda {
    pub fn push(&mut self, entry: Entry) {
        self.heap.push(Reverse(entry));
    }

    pub fn first(&self) -> Option<&Entry> {
        self.heap.peek().map(|entry| &entry.0)
    }

    pub fn pop(&mut self) -> Option<Entry> {
        self.heap.pop().map(|entry| entry.0)
    }

    /// Notes that an entry has become meaningless. When most have, they are thrown out: long
    /// patience must not cost memory.
    pub fn note_idle(&mut self, is_live: impl Fn(&Entry) -> bool) {
        const IDLE_MIN: usize = 4_096;
        self.idle += 1;
        if self.idle > IDLE_MIN && self.idle * 2 > self.heap.len() {
            self.heap.retain(|entry| is_live(&entry.0));
            self.idle = 0;
        }
    }

    /// Notes that a meaningless entry came up.
    pub fn note_gone(&mut self) {
        self.idle = self.idle.saturating_sub(1);
    }
}
