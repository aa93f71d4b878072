//! The simulation's own events in order of time.
//!
//! Events at one time are ordered by [`Kind`], and within a kind by a tie number. Arrivals and the
//! router's deadlines follow the same order, so their kinds are listed here too.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use crate::router::bulk::Stage;
use crate::router::ids::{AgentIdx, ContactIdx};
use crate::router::time::Timestamp;

/// A kind of event, in the order in which events at the same time are handled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// A conversation or a wrap-up ends; ties by agent.
    EndOfService,
    EndOfShift,
    StartOfShift,
    /// Router deadlines: agents come back from breaks and delays.
    RouterBack,
    /// Router deadlines: offers expire.
    RouterOffers,
    /// An agent answers an offer.
    Answer,
    /// Router deadlines: waits for an owner end, requirements widen.
    RouterOwnerWaits,
    /// Router deadlines: contacts have waited as long as their queue allows.
    RouterPatience,
    /// A caller hangs up; ties by arrival.
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

    /// The last of the router's deadlines that come before this kind at the same time.
    pub const fn stage_before(self) -> Option<Stage> {
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

/// A time and a kind in one number, so that the earlier is the smaller. Times are below 2^54, which
/// leaves room for the kind.
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

/// What an event concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Subject {
    Contact(ContactIdx),
    /// An agent whose wrap-up ends.
    WrapUp(AgentIdx),
}

/// An event to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// The moment, and below it the tie: one comparison orders nearly all events.
    key: i128,
    pub subject: Subject,
    /// The number of the offer that is answered.
    pub offer: u64,
}

impl Entry {
    pub fn new(at: Timestamp, kind: Kind, tie: u64, subject: Subject) -> Self {
        let moment = Moment::new(at, kind);
        Self {
            key: i128::from(moment.0) << 64 | i128::from(tie),
            subject,
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
            .then_with(|| (self.subject, self.offer).cmp(&(other.subject, other.offer)))
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The events to come.
#[derive(Debug, Default)]
pub(super) struct Agenda {
    heap: BinaryHeap<Reverse<Entry>>,
    /// How many of them are void: their caller was answered before patience ended.
    void: usize,
}

impl Agenda {
    pub fn push(&mut self, entry: Entry) {
        self.heap.push(Reverse(entry));
    }

    /// The time and kind of the next event.
    pub fn next(&self) -> Moment {
        self.heap
            .peek()
            .map_or(Moment::NEVER, |entry| entry.0.moment())
    }

    pub fn pop(&mut self) -> Option<Entry> {
        self.heap.pop().map(|entry| entry.0)
    }

    /// Counts an event that became void. When most are void they are removed: long patience must
    /// not cost memory.
    pub fn note_void(&mut self, is_live: impl Fn(&Entry) -> bool) {
        const VOID_MIN: usize = 4_096;
        self.void += 1;
        if self.void > VOID_MIN && self.void * 2 > self.heap.len() {
            self.heap.retain(|entry| is_live(&entry.0));
            self.void = 0;
        }
    }

    /// Counts a void event that came up.
    pub fn void_removed(&mut self) {
        self.void = self.void.saturating_sub(1);
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
                    Subject::Contact(ContactIdx::from_usize(7)),
                );
                assert_eq!((entry.moment(), entry.tie()), (second, u64::MAX));
            }
        }
    }
}
