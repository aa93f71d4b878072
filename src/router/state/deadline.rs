//! The kinds of deadline of a contact.

use smallvec::SmallVec;

use super::timers::Timer;
use crate::router::api::time::{MaybeAt, Timestamp};
use crate::stored::{Error, Reader, Stored, Writer, numbered};

/// The kinds of deadline of a contact, in the order in which it stores them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deadline {
    /// Its scheduled arrival.
    Scheduled,
    /// Its requirement changes with the time waited.
    Step,
    /// Its wait for its owner ends.
    OwnerWait,
    /// It has waited long enough.
    MaxWait,
    /// Nobody who could serve it has been logged in for too long.
    NoAgent,
    /// It gains priority by waiting.
    Age,
    /// Its conversation has lasted long enough to make an owner.
    Firm,
    /// Its platform has been gone for too long.
    Lease,
}

impl Deadline {
    pub const COUNT: usize = Self::ALL.len();

    pub const ALL: [Self; 8] = [
        Self::Scheduled,
        Self::Step,
        Self::OwnerWait,
        Self::MaxWait,
        Self::NoAgent,
        Self::Age,
        Self::Firm,
        Self::Lease,
    ];

    pub const fn timer(self) -> Timer {
        match self {
            Self::Scheduled => Timer::Scheduled,
            Self::Step => Timer::Step,
            Self::OwnerWait => Timer::OwnerWait,
            Self::MaxWait => Timer::MaxWait,
            Self::NoAgent => Timer::NoAgent,
            Self::Age => Timer::Age,
            Self::Firm => Timer::Firm,
            Self::Lease => Timer::Lease,
        }
    }
}

numbered! {
    Deadline {
        1 Scheduled, 2 Step, 3 OwnerWait, 4 MaxWait, 5 NoAgent, 6 Age, 7 Firm, 8 Lease,
    }
}

/// When each deadline is due, by its index in [`Deadline::ALL`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Deadlines(pub(super) [MaybeAt; Deadline::COUNT]);

/// Stored as those that are armed, with their times.
impl Stored for Deadlines {
    fn write(&self, out: &mut Writer<'_>) {
        let armed = Deadline::ALL.into_iter().zip(self.0);
        let armed = armed.filter_map(|(deadline, at)| Some((deadline, at.get()?)));
        armed.collect::<ArmedDeadlines>().write(out);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Error> {
        let mut deadlines = Self::default();
        for (deadline, at) in ArmedDeadlines::read(from)? {
            deadlines.0[deadline as usize] = MaybeAt::at(at);
        }
        Ok(deadlines)
    }

    fn absent() -> Option<Self> {
        Some(Self::default())
    }

    fn is_absent(&self) -> bool {
        self.0.iter().all(|at| at.is_none())
    }
}

type ArmedDeadlines = SmallVec<[(Deadline, Timestamp); Deadline::COUNT]>;
