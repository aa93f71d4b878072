//! The commands about planned absences, succession and callbacks.
//!
//! As in `command`, fields have their names on the wire.

use serde::{Deserialize, Serialize};

use super::ids::{Name, Text};
use super::time::{self, Millis, Timestamp};

/// `agent.absence`: plans one absence, or takes it back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentAbsence {
    pub agent: Name,
    #[serde(deserialize_with = "time::read")]
    pub from_at: Timestamp,
    #[serde(deserialize_with = "time::read")]
    pub to_at: Timestamp,
    pub reason: Option<Text>,
    /// False cancels the absence that begins at `from_at`.
    #[serde(default = "on")]
    pub on: bool,
}

const fn on() -> bool {
    true
}

impl AgentAbsence {
    pub fn absence(&self) -> Absence {
        Absence {
            from_at: self.from_at,
            to_at: self.to_at,
            reason: self.reason.clone(),
        }
    }
}

/// `agent.succession`: hands the open cases of a leaving agent to several others, in batches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentSuccession {
    pub agent: Name,
    /// The successors; an empty list cancels the plan.
    pub to: Vec<Name>,
    /// Cases at a time. `None` = all at once.
    pub batch: Option<u32>,
    /// The time between two batches.
    #[serde(default = "a_minute")]
    pub every_ms: Millis,
    /// When the first batch is handed over; until then it is only announced.
    #[serde(default, deserialize_with = "time::read")]
    pub start_at: Option<Timestamp>,
    pub reason: Text,
    pub by: Name,
}

const fn a_minute() -> Millis {
    Millis::minutes(1)
}

/// `contact.callback`: the caller hangs up and is called back when the place is reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContactCallback {
    pub contact: Name,
    /// Where to call, such as a telephone number.
    pub address: Option<Text>,
    /// Only the owner of the case calls back.
    #[serde(default)]
    pub by_owner: bool,
}

/// A planned absence: away from `from_at` on, expected back at `to_at`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Absence {
    #[serde(deserialize_with = "time::read")]
    pub from_at: Timestamp,
    #[serde(deserialize_with = "time::read")]
    pub to_at: Timestamp,
    pub reason: Option<Text>,
}

impl Absence {
    /// The time when both are absent.
    pub fn overlap(&self, other: &Self) -> Option<(Timestamp, Timestamp)> {
        let (from, to) = (self.from_at.max(other.from_at), self.to_at.min(other.to_at));
        (from < to).then_some((from, to))
    }
}
