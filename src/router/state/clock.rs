//! A clock of a case: one deadline from its start to its one verdict.
//!
//! A clock has its future moments: the warning, the steps of the ladder, the deadline itself. They
//! are computed whenever the deadline is set or moved, and each is removed as it passes, so none
//! can come twice.

use smallvec::SmallVec;

use crate::calendar::{Pause, Term};
use crate::router::api::codes::DeadlineVerdict;
use crate::router::api::time::Timestamp;
use crate::stored::{numbered, stored};

/// What a clock measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockOf {
    Whole,
    /// A stage, by its position in the kind.
    Stage(u16),
    /// A task, by its number.
    Assist(u32),
}

numbered! { ClockOf { 1 Whole, 2 Stage(position), 3 Assist(number) } }

impl ClockOf {
    /// The word for the metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Stage(_) => "stage",
            Self::Assist(_) => "assist",
        }
    }
}

/// What a moment is for; simultaneous ones are handled in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    Warn,
    /// A step of the ladder before the deadline, by its position.
    Before(u16),
    /// The deadline.
    Due,
    /// A step of the ladder after the deadline.
    After(u16),
    /// Somebody must have taken the task.
    HandOn,
}

numbered! { What { 1 Warn, 2 Before(position), 3 Due, 4 After(position), 5 HandOn } }

/// A future moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    pub at: Timestamp,
    pub what: What,
}

stored! { Moment { 1 at, 2 what } }

/// A clock.
#[derive(Clone, Debug)]
pub struct Clock {
    pub of: ClockOf,
    pub started_at: Timestamp,
    /// `None` only for a task that must be taken, but not done, by a time.
    pub term: Option<Term>,
    /// The deadline; while the clock is paused, the last one.
    pub due_at: Option<Timestamp>,
    /// The time left when it was paused.
    pub left: Option<Pause>,
    /// In order of time.
    pub moments: SmallVec<[Moment; 4]>,
    pub verdict: Option<DeadlineVerdict>,
    pub ended_at: Option<Timestamp>,
    pub extended: u32,
}

stored! {
    Clock {
        1 of, 2 started_at, 3 term, 4 due_at, 5 left, 6 moments, 7 verdict, 8 ended_at, 9 extended,
    }
}

impl Clock {
    /// Whether it has not ended: it runs, is paused or is overdue.
    pub fn is_open(&self) -> bool {
        self.ended_at.is_none()
    }

    /// When its next moment is.
    pub fn next_at(&self) -> Option<Timestamp> {
        let running = self.is_open() && self.left.is_none();
        self.moments.first().filter(|_| running).map(|m| m.at)
    }

    /// Whether its deadline has no verdict yet.
    pub fn is_undecided(&self) -> bool {
        self.is_open() && self.verdict.is_none() && self.due_at.is_some()
    }
}
