//! A clock of a case: one deadline from its start to its one verdict.
//!
//! A clock knows the moments that are still to come: the warning, the steps of the ladder, the
//! deadline itself. They are reckoned when the deadline is set and again when it moves, and each
//! is taken off the list as it passes, so none can come twice.

use smallvec::SmallVec;

use crate::calendar::{Pause, Term};
use crate::router::api::codes::DeadlineVerdict;
use crate::router::api::time::Timestamp;
use crate::stored::{numbered, stored};

/// Of what a clock measures the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockOf {
    Whole,
    /// By its position among the kind's stages.
    Stage(u16),
    /// By the number of the task.
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

/// What comes at a moment, in the order in which equal times are served.
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

/// Something still to come.
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
    /// `None` only for a task that need not be done by a time but taken by one.
    pub term: Option<Term>,
    /// The deadline; while the clock stands still, the one that it had.
    pub due_at: Option<Timestamp>,
    /// What was left when it began to stand still.
    pub left: Option<Pause>,
    /// In the order of time.
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
    /// Whether it has not ended: it runs, stands still or is overdue.
    pub fn is_open(&self) -> bool {
        self.ended_at.is_none()
    }

    /// When something comes next.
    pub fn next_at(&self) -> Option<Timestamp> {
        let running = self.is_open() && self.left.is_none();
        self.moments.first().filter(|_| running).map(|m| m.at)
    }

    /// Whether its deadline still counts and has neither passed nor been kept.
    pub fn is_undecided(&self) -> bool {
        self.is_open() && self.verdict.is_none() && self.due_at.is_some()
    }
}
