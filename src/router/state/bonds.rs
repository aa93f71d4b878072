//! Further properties of an agent besides its work: planned absences, mentor, limit on cases,
//! briefing, succession.
//!
//! Plain state and queries on it.

use std::collections::VecDeque;

use crate::router::api::codes::Route;
use crate::router::api::ids::{AgentIdx, Name, Text};
use crate::router::api::people::Absence;
use crate::router::api::time::{Millis, Timestamp};
use crate::stored::stored;

/// The most absences planned for one agent.
pub const ABSENCES_MAX: usize = 64;
/// The most contacts in one briefing; older ones are only counted.
pub const BRIEFING_ITEMS_MAX: usize = 200;
/// The most successors of one agent.
pub const SUCCESSORS_MAX: usize = 100;
/// The shortest time between two batches of a succession.
pub const SUCCESSION_EVERY_MIN: Millis = Millis::seconds(1);

/// The bonds of an agent.
#[derive(Clone, Debug, Default)]
pub struct Bonds {
    /// In order of time, without overlap. The first may have begun.
    pub absences: Vec<Absence>,
    /// The first absence has begun and the agent has not returned.
    pub absent: bool,
    /// When the first absence begins, or ends if it has begun.
    pub(super) absence_at: Option<Timestamp>,
    pub mentor: Option<AgentIdx>,
    /// With this many open cases, new ones go to others who can take them.
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

/// What others did for an owner while it was away.
#[derive(Clone, Debug, Default)]
pub struct Briefing {
    pub since_at: Option<Timestamp>,
    /// When it returned. `None` = it is still away, or never was.
    pub until_at: Option<Timestamp>,
    /// A planned absence was part of this time.
    pub planned: bool,
    pub served: VecDeque<Served>,
    pub dropped: u64,
}

stored! { Briefing { 1 since_at, 2 until_at, 3 planned = false, 4 served, 5 dropped = 0 } }

/// A contact of the owner's case that another agent served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Served {
    pub at: Timestamp,
    pub contact: Name,
    pub case: Name,
    pub agent: AgentIdx,
    pub route: Route,
}

stored! { Served { 1 at, 2 contact, 3 case, 4 agent, 5 route } }

/// The plan to hand the open cases of a leaving agent to others.
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

    /// With this many open cases, new ones go to others who can take them.
    pub fn max_open_cases(&self) -> Option<u32> {
        self.max_open_cases
    }

    pub fn succession(&self) -> Option<&Succession> {
        self.succession.as_deref()
    }

    /// Whether new cases of this agent are limited.
    pub fn is_bounded(&self) -> bool {
        self.max_open_cases.is_some() || self.succession.is_some()
    }

    /// Whether new cases should go to others, with this many open.
    pub fn is_full(&self, open_cases: usize) -> bool {
        let full = self
            .max_open_cases
            .is_some_and(|max| open_cases >= max as usize);
        full || self.succession.is_some()
    }

    /// The end of the present planned absence, if there is one.
    pub fn absent_until(&self) -> Option<Timestamp> {
        let first = self.absences.first().filter(|_| self.absent);
        first.map(|absence| absence.to_at)
    }

    /// Whether an absence is planned within a span of time.
    pub fn is_absent_in(&self, from: Timestamp, to: Timestamp) -> bool {
        let falls_in = |absence: &Absence| absence.from_at < to && from < absence.to_at;
        self.absences.iter().any(falls_in)
    }
}

impl Briefing {
    /// Starts a briefing, when the agent goes away; the earlier one is dropped.
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
