//! What is to happen when: the simulation's own happenings in the order of time.
//!
//! At equal times the order is that of [`Kind`], and within one kind that of a tie. The deadlines
//! of the router and the arrivals stand in the same order, so their kinds are listed here too.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use crate::router::bulk::Stage;
use crate::router::ids::{AgentIdx, ContactIdx};
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

impl Kind {
    const ALL: [Self; 10] = [
        Self::EndOfService,
        Self::EndOfShift,
        Self::StartOfShift,
        Self::RouterBack,
        Self::RouterOffers,
        Self::Answer,
        Self::RouterOwnerWaits,
        Self::RouterPatience,
        Self::Patience,
        Self::Arrival,
    ];

    pub const fn of_stage(stage: Stage) -> Self {
        match stage {
            Stage::Back => Self::RouterBack,
            Stage::Offers => Self::RouterOffers,
            Stage::OwnerWaits => Self::RouterOwnerWaits,
            Stage::Patience => Self::RouterPatience,
        }
    }

    /// Which deadlines of the router stand before it at one time.
    pub const fn comes_past(self) -> Option<Stage> {
        match self {
            Self::EndOfService | Self::EndOfShift | Self::StartOfShift | Self::RouterBack => None,
            Self::RouterOffers => Some(Stage::Back),
            Self::Answer | Self::RouterOwnerWaits => Some(Stage::Offers),
            Self::RouterPatience => Some(Stage::OwnerWaits),
            Self::Patience | Self::Arrival => Some(Stage::Patience),
        }
    }
}

/// Bits of a [`Moment`] that hold the kind.
const KIND_BITS: u32 = 4;

/// A time with a kind of happening in one number: what comes first is less. Times are below 2^54,
/// so there is room for the kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment(i64);

impl Moment {
    pub const NEVER: Self = Self(i64::MAX);

    pub const fn new(at: Timestamp, kind: Kind) -> Self {
        Self(at << KIND_BITS | kind as i64)
    }

    pub const fn at(self) -> Timestamp {
        self.0 >> KIND_BITS
    }

    pub const fn kind(self) -> Kind {
        Kind::ALL[(self.0 & ((1 << KIND_BITS) - 1)) as usize]
    }
}

/// What an entry is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Of {
    Contact(ContactIdx),
    /// An agent whose wrap-up ends.
    WrapUp(AgentIdx),
}

/// One entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// The moment, and below it the tie: one comparison tells nearly all entries apart.
    key: i128,
    pub of: Of,
    /// The number of the offer that is answered.
    pub offer: u64,
}

impl Entry {
    pub fn new(at: Timestamp, kind: Kind, tie: u64, of: Of) -> Self {
        let moment = Moment::new(at, kind);
        Self {
            key: i128::from(moment.0) << 64 | i128::from(tie),
            of,
            offer: 0,
        }
    }

    pub const fn moment(&self) -> Moment {
        Moment((self.key >> 64) as i64)
    }

    pub const fn tie(&self) -> u64 {
        self.key as u64
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key
            .cmp(&other.key)
            .then_with(|| (self.of, self.offer).cmp(&(other.of, other.offer)))
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
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

    /// When the next one comes.
    pub fn next(&self) -> Moment {
        self.heap
            .peek()
            .map_or(Moment::NEVER, |entry| entry.0.moment())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_holds_its_time_and_its_kind() {
        for at in [-(1 << 53), -1, 0, 1, 1 << 53] {
            for pair in Kind::ALL.windows(2) {
                let (first, second) = (Moment::new(at, pair[0]), Moment::new(at, pair[1]));
                assert!(first < second && second < Moment::new(at + 1, Kind::EndOfService));
                assert_eq!((first.at(), first.kind()), (at, pair[0]));
                let entry = Entry::new(
                    at,
                    pair[1],
                    u64::MAX,
                    Of::Contact(ContactIdx::from_usize(7)),
                );
                assert_eq!((entry.moment(), entry.tie()), (second, u64::MAX));
            }
        }
    }
}
