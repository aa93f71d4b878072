//! What is due when: every reason to wake the router.
//!
//! Entries are not taken out one by one: whoever is woken looks whether its deadline still is this
//! one, and when most entries may be stale they are thrown out together. Among equal times the
//! order is that of [`Timer`] (rule 1): ends of service first, then starts of work, owner waits,
//! patience, and what comes in.

use super::wheel::Wheels;
use crate::router::api::time::Timestamp;

/// A reason to wake, in the order in which equal times are served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Timer {
    /// An agent's wrap-up ends.
    WrapUp,
    /// A contact's platform has been gone for too long.
    Lease,
    /// An agent is available again by itself.
    Presence,
    /// A planned absence of an agent begins or ends.
    Absence,
    /// An agent's retry delay ends.
    Retry,
    /// A contact's offer expires.
    Offer,
    /// A conversation has lasted long enough to make an owner.
    Firm,
    /// A contact's wait for its owner ends.
    OwnerWait,
    /// A contact's requirement changes with the time waited.
    Step,
    /// A contact's wishes are given up.
    Wish,
    /// A contact gains priority by waiting.
    Age,
    /// Nobody who could serve a contact has been logged in for too long.
    NoAgent,
    /// A contact has waited long enough.
    MaxWait,
    /// Cases of one who leaves go to others.
    Succession,
    /// A case has waited long enough.
    CaseWait,
    /// A moment of a case's clocks comes.
    CaseClock,
    /// A follow-up is due, or is looked at again.
    FollowUp,
    /// A resolved case closes.
    CloseCase,
    /// A scheduled contact arrives.
    Scheduled,
}

impl Timer {
    /// The first of an instant.
    pub const FIRST: Self = Self::WrapUp;
    /// The last of an instant.
    pub const LAST: Self = Self::Scheduled;
}

/// One entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Due {
    pub at: Timestamp,
    pub timer: Timer,
    /// The number of the agent, contact or case.
    pub of: u32,
}

/// So few entries are never worth a clearing.
const KEPT_MIN: usize = 1_024;

/// The deadlines.
#[derive(Clone, Debug, Default)]
pub struct Timers {
    armed: Wheels,
    /// How many were left when those without meaning were last thrown out.
    kept: usize,
}

impl Timers {
    pub fn arm(&mut self, at: Timestamp, timer: Timer, of: u32) {
        self.armed.arm(Due { at, timer, of });
    }

    pub fn first(&self) -> Option<Due> {
        self.armed.first()
    }

    /// Whether there may be more entries without meaning than with one.
    pub fn are_many(&self) -> bool {
        self.armed.len() > self.kept.max(KEPT_MIN) * 2
    }

    /// Keeps only the entries that still mean something.
    pub fn retain(&mut self, means_something: impl Fn(Due) -> bool) {
        self.armed.retain(means_something);
        self.kept = self.armed.len();
    }

    /// Takes the first entry if it is due: before `at`, or at `at` and not after `through`.
    pub fn pop_due(&mut self, at: Timestamp, through: Timer) -> Option<Due> {
        self.first()
            .filter(|due| (due.at, due.timer) <= (at, through))?;
        self.armed.pop()
    }
}
