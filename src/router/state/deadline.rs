//! What a contact may have a deadline for.

use super::timers::Timer;

/// What a contact has a deadline for, in the order in which it keeps them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deadline {
    /// It is to arrive.
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
