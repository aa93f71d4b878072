//! Answers about absences, briefings, succession, slots and priority: plain copies of the state, as
//! in `answer`.

use serde::Serialize;

use super::codes::{CaseState, Route};
use super::ids::{Name, Text};
use super::time::Timestamp;

/// A planned absence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AbsenceView {
    pub from_at: Timestamp,
    pub to_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Text>,
}

/// A time when an agent and its stand-in are both away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PairAwayView {
    pub agent: Name,
    pub other: Name,
    pub from_at: Timestamp,
    pub to_at: Timestamp,
    /// Who covers in that time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub leader: Option<Name>,
}

/// `agent.briefing`: what others did for an owner while it was away.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BriefingView {
    pub agent: Name,
    pub since_at: Option<Timestamp>,
    pub until_at: Option<Timestamp>,
    pub items: Vec<ServedView>,
    /// Older items left out for lack of room.
    pub dropped: u64,
}

/// A contact that another agent served.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ServedView {
    pub at: Timestamp,
    pub contact: Name,
    pub case: Name,
    /// The present state of the case, while it is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<CaseState>,
    pub agent: Name,
    pub route: Route,
}

/// `agent.succession`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SuccessionView {
    pub agent: Name,
    pub to: Vec<Name>,
    /// When the next batch is due; absent when the plan is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_at: Option<Timestamp>,
    /// Cases handed over by this call.
    pub handed_over: u64,
    pub open_cases: u64,
}

/// `booking.slots`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SlotsView {
    pub queue: Name,
    pub slot_ms: i64,
    pub capacity: u32,
    pub items: Vec<SlotView>,
}

/// A free slot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SlotView {
    pub from_at: Timestamp,
    pub to_at: Timestamp,
    /// Places left.
    pub free: u32,
    /// Who would serve it: the owner, or its planned stand-in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<Name>,
}

/// The parts of a contact's priority.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct PriorityView {
    pub own: i32,
    pub queue: i32,
    /// Gained by waiting.
    pub waiting: i32,
    /// From tier and special care.
    pub customer: i32,
}
