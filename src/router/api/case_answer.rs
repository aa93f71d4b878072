//! Answers about cases, kinds and calendars.
//!
//! As in `answer`: the fields of the wire in their order, without references to the router.

use serde::Serialize;

use super::codes::{CaseState, DeadlineVerdict, FollowUpResult, WaitOn};
use super::event::News;
use super::ids::{Name, Text};
use super::kind::KindRules;
use super::time::Timestamp;
use crate::calendar::Written;

/// A case.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CaseView {
    pub case: Name,
    pub state: CaseState,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer: Option<Name>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub topic: Option<Name>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<Name>,
    pub owner: Option<Name>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_handler: Option<Name>,
    pub opened_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owned_at: Option<Timestamp>,
    pub active_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolved_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<Name>,
    /// When it entered its stage.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage_at: Option<Timestamp>,
    /// Its earliest running deadline, passed or future.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiting: Option<WaitView>,
    /// Contacts that belong to this case.
    pub contacts: u64,
    /// Recorded changes of owner.
    pub handovers: u32,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub clocks: Vec<ClockView>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub assists: Vec<AssistView>,
    /// Results of assist tasks that the owner has not been told.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub news: Vec<News>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub follow_up: Option<FollowUpView>,
    pub notes: Vec<NoteView>,
}

/// A note on a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NoteView {
    pub at: Timestamp,
    pub by: Name,
    pub text: Text,
}

/// What a case waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WaitView {
    pub on: WaitOn,
    pub since_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until_at: Option<Timestamp>,
}

/// A deadline of a case: of the whole, or of the named stage or task.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClockView {
    pub stage: Option<Name>,
    pub assist: Option<u32>,
    pub started_at: Timestamp,
    /// Absent while the clock is paused.
    pub due_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub stopped: bool,
    pub verdict: Option<DeadlineVerdict>,
    pub ended_at: Option<Timestamp>,
    /// How many times it was extended.
    pub extended: u32,
}

/// A task for another agent or queue.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AssistView {
    pub assist: u32,
    pub agent: Option<Name>,
    pub queue: Option<Name>,
    /// The contact that carries it.
    pub contact: Name,
    pub request: Text,
    pub asked_at: Timestamp,
    pub asked_by: Option<Name>,
    pub taken_by: Option<Name>,
    pub taken_at: Option<Timestamp>,
    pub done_at: Option<Timestamp>,
    pub done_by: Option<Name>,
    pub result: Option<Text>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub withdrawn: bool,
}

/// The follow-up of a case, with the results of its attempts.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FollowUpView {
    /// Attempts of the present round.
    pub attempts: u32,
    pub next_at: Option<Timestamp>,
    /// The contact of the present attempt.
    pub contact: Option<Name>,
    pub results: Vec<ResultView>,
}

/// The result of an attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ResultView {
    pub at: Timestamp,
    pub attempt: u32,
    pub result: FollowUpResult,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<u8>,
    pub by: Name,
}

/// A kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KindView {
    pub kind: Name,
    #[serde(flatten)]
    pub rules: KindRules,
}

/// `kind.remove`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KindRemovedView {
    pub kind: Name,
    pub removed: bool,
}

/// A calendar, in its written form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CalendarView {
    pub calendar: Name,
    #[serde(flatten)]
    pub rules: Written,
}

/// `calendar.remove`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CalendarRemovedView {
    pub calendar: Name,
    pub removed: bool,
}
