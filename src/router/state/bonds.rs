//! What an agent is bound to beside its work: planned absences, a mentor, a bound on its cases,
//! what was done for it while it was away, and who succeeds it.
//!
//! Plain state and questions about it.

use std::collections::VecDeque;

use crate::router::api::codes::Route;
use crate::router::api::ids::{AgentIdx, Name, Text};
use crate::router::api::people::Absence;
use crate::router::api::time::{Millis, Timestamp};
use crate::stored::stored;

/// The most absences planned for one agent.
pub const ABSENCES_MAX: usize = 64;
/// The most contacts in one briefing; of more the oldest are only counted.
pub const BRIEFING_ITEMS_MAX: usize = 200;
/// The most successors of one agent.
pub const SUCCESSORS_MAX: usize = 100;
/// The shortest time between two batches of a succession.
pub const SUCCESSION_EVERY_MIN: Millis = Millis::seconds(1);

/// What an agent is bound to.
#[derive(Clone, Debug, Default)]
pub struct Bonds {
    /// In the order of time, without overlap. The first may have begun.
    pub absences: Vec<Absence>,
    /// The first absence has begun and the agent has not come back.
    pub absent: bool,
    /// When the first absence begins, or ends if it has begun.
    pub(super) absence_at: Option<Timestamp>,
    pub mentor: Option<AgentIdx>,
    /// With so many open cases, new ones go to others who can take them.
    pub(super) max_open_cases: Option<u32>,
    pub briefing: Briefing,
    pub(super) succession: Option<Box<Succession>>,
}

stored! {
    Bonds {
        1 absences, 2 absent = false, 3 absence_at, 4 mentor, 5 max_open_cases, 6 briefing,
        7 succession,
    }
}

/// What others did for an owner since it went away.
#[derive(Clone, Debug, Default)]
pub struct Briefing {
    pub since_at: Option<Timestamp>,
    /// When it came back. `None` = it is away still, or was never.
    pub until_at: Option<Timestamp>,
    /// A planned absence fell into this time.
    pub planned: bool,
    pub served: VecDeque<Served>,
    pub dropped: u64,
}

stored! { Briefing { 1 since_at, 2 until_at, 3 planned = false, 4 served, 5 dropped = 0 } }

/// A contact that somebody else served for the owner of its case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Served {
    pub at: Timestamp,
    pub contact: Name,
    pub case: Name,
    pub agent: AgentIdx,
    pub route: Route,
}

stored! { Served { 1 at, 2 contact, 3 case, 4 agent, 5 route } }

/// The plan by which the open cases of one who leaves go to others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Succession {
    pub to: Vec<AgentIdx>,
    pub batch: Option<u32>,
    pub every_ms: Millis,
    pub next_at: Timestamp,
    pub reason: Text,
    pub by: Name,
    pub handed_over: u64,
}

stored! { Succession { 1 to, 2 batch, 3 every_ms, 4 next_at, 5 reason, 6 by, 7 handed_over } }

impl Bonds {
    /// When the first absence begins, or ends if it has begun.
    pub fn absence_at(&self) -> Option<Timestamp> {
        self.absence_at
    }

    /// With so many open cases, new ones go to others who can take them.
    pub fn max_open_cases(&self) -> Option<u32> {
        self.max_open_cases
    }

    pub fn succession(&self) -> Option<&Succession> {
        self.succession.as_deref()
    }

    /// Whether anything bounds the new cases of this agent.
    pub fn is_bounded(&self) -> bool {
        self.max_open_cases.is_some() || self.succession.is_some()
    }

    /// Whether new cases should go to others, with so many open.
    pub fn is_full(&self, open_cases: usize) -> bool {
        let full = self
            .max_open_cases
            .is_some_and(|max| open_cases >= max as usize);
        full || self.succession.is_some()
    }

    /// Until when it is absent by plan, where it is now.
    pub fn absent_until(&self) -> Option<Timestamp> {
        let first = self.absences.first().filter(|_| self.absent);
        first.map(|absence| absence.to_at)
    }

    /// Whether an absence is planned that falls into a span of time.
    pub fn is_absent_in(&self, from: Timestamp, to: Timestamp) -> bool {
        let falls_in = |absence: &Absence| absence.from_at < to && from < absence.to_at;
        self.absences.iter().any(falls_in)
    }
}

impl Briefing {
    /// The agent goes away: what was told before is over.
    pub fn begin(&mut self, at: Timestamp) {
        *self = Self {
            since_at: Some(at),
            ..Self::default()
        };
    }

    /// Whether the agent is away and its briefing grows.
    pub fn is_open(&self) -> bool {
        self.since_at.is_some() && self.until_at.is_none()
    }

    pub fn note(&mut self, served: Served) {
        if self.served.len() == BRIEFING_ITEMS_MAX {
            self.served.pop_front();
            self.dropped += 1;
        }
        self.served.push_back(served);
    }
}
