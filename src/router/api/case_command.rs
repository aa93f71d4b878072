//! The commands about cases, their kinds and calendars: the parameters of their methods.

use serde::{Deserialize, Serialize};

use super::codes::{FollowUpResult, WaitOn};
use super::ids::{Name, Text};
use super::kind::KindRules;
use super::number::Small;
use super::time::{self, Millis, Timestamp};
use crate::calendar::{Calendar, Term};

/// `case.open`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseOpen {
    pub case: Name,
    pub customer: Name,
    pub topic: Option<Name>,
    pub kind: Option<Name>,
    pub owner: Option<Name>,
    /// Its customer is nobody, or a number that many share: the case has none. Said at the door.
    #[serde(skip)]
    pub of_nobody: bool,
}

/// `case.note`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseNote {
    pub case: Name,
    pub text: Text,
    pub by: Name,
}

/// `case.resolve`, `case.reopen`, `case.close`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseAct {
    pub case: Name,
    pub by: Name,
    pub note: Option<Text>,
}

/// `case.handover`: one case, or all open cases of an owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseHandover {
    pub case: Option<Name>,
    pub owner: Option<Name>,
    pub to: Name,
    pub reason: Text,
    pub by: Name,
}

/// `kind.set`: creates or replaces a kind of case. Cases keep the rules they were opened under.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KindSet {
    pub kind: Name,
    pub rules: KindRules,
}

/// Names one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KindRef {
    pub kind: Name,
}

/// `calendar.set`: creates or replaces a calendar. It includes the offsets of its zone, so that
/// using or replaying it needs no lookup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarSet {
    pub calendar: Name,
    pub rules: Calendar,
}

/// Names one calendar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalendarRef {
    pub calendar: Name,
}

/// `case.assist`: a task for another agent or queue; the owner keeps the case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseAssist {
    pub case: Name,
    pub agent: Option<Name>,
    pub queue: Option<Name>,
    pub request: Text,
    /// Its own term, in place of the kind's: at most one of the two.
    pub due_ms: Option<Millis>,
    pub due: Option<Term>,
    pub by: Option<Name>,
}

/// `case.assist_done`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseAssistDone {
    pub case: Name,
    /// Its number; may be left out where only one is open.
    pub assist: Option<u32>,
    pub result: Option<Text>,
    /// Without it, the agent who took the task, else the one who was asked.
    pub by: Option<Name>,
}

/// `case.wait`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseWait {
    pub case: Name,
    pub on: WaitOn,
    #[serde(default, deserialize_with = "time::read")]
    pub until_at: Option<Timestamp>,
    pub by: Option<Name>,
}

/// `case.advance`: to the next stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseAdvance {
    pub case: Name,
    pub stage: Name,
    pub by: Option<Name>,
}

/// `case.extend`: of the whole case, or of the named stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseExtend {
    pub case: Name,
    pub stage: Option<Name>,
    #[serde(deserialize_with = "time::read")]
    pub to_at: Timestamp,
    pub reason: Text,
    pub by: Name,
}

/// The best score.
pub const SCORE_MAX: u8 = 100;
/// How satisfied a customer is.
pub type Score = Small<0, SCORE_MAX>;

/// `case.follow_up`: what the customer said, or that it was not reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseFollowUp {
    pub case: Name,
    pub result: FollowUpResult,
    pub score: Option<Score>,
    pub by: Name,
}
