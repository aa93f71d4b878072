//! The timers of the router.
//!
//! Entries are not removed one by one: when one comes up, its deadline is checked, and when most
//! entries may be stale they are removed together. Entries of equal time are in the order of
//! [`Timer`] (rule 1): ends of service first, then starts of work, owner waits, patience, and
//! arrivals.

use super::wheel::Wheels;
use crate::router::api::time::Timestamp;

/// The kinds of timer, in the order in which equal times are handled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Timer {
    /// An agent's wrap-up ends.
    WrapUp,
    /// A contact's platform has been gone for too long.
    Lease,
    /// A platform has been gone for so long that its offers no longer stand.
    Platform,
    /// An agent has shown for too long by no desktop that it is there.
    Desktop,
    /// An agent becomes available automatically.
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
    /// A contact's wishes end.
    Wish,
    /// A contact gains priority by waiting.
    Age,
    /// Nobody who could serve a contact has been logged in for too long.
    NoAgent,
    /// A contact has waited long enough.
    MaxWait,
    /// The next batch of a succession is due.
    Succession,
    /// A case has waited long enough.
    CaseWait,
    /// A moment of a case's clocks is due.
    CaseClock,
    /// A follow-up is due, or is checked.
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

/// With fewer entries, clearing is not worthwhile.
const KEPT_MIN: usize = 1_024;

/// The deadlines.
#[derive(Clone, Debug, Default)]
pub struct Timers {
    armed: Wheels,
    /// How many were left after the last clearing.
    kept: usize,
}

impl Timers {
    pub fn arm(&mut self, at: Timestamp, timer: Timer, of: u32) {
        self.armed.arm(Due { at, timer, of });
    }

    pub fn first(&self) -> Option<Due> {
        self.armed.first()
    }

    /// All entries in no particular order, stale ones too.
    pub fn iter(&self) -> impl Iterator<Item = Due> + '_ {
        self.armed.iter()
    }

    /// Whether stale entries may outnumber the others.
    pub fn are_many(&self) -> bool {
        self.armed.len() > self.kept.max(KEPT_MIN) * 2
    }

    /// Keeps only the entries that are not stale.
    pub fn retain(&mut self, means_something: impl Fn(Due) -> bool) {
        self.armed.retain(means_something);
        self.kept = self.armed.len();
    }

    /// Removes the first entry if due: before `at`, or at `at` and of a kind up to `through`.
    pub fn pop_due(&mut self, at: Timestamp, through: Timer) -> Option<Due> {
        self.first()
            .filter(|due| (due.at, due.timer) <= (at, through))?;
        self.armed.pop()
    }
}
