//! The commands about who is in a conversation, who is to have it, and how it ended.

use serde::{Deserialize, Serialize};

use super::codes::Outcome;
use super::ids::{Name, Text};

/// `contact.leave`, `contact.retrieve`, `contact.take`: a contact and the agent who does it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContactAgent {
    pub contact: Name,
    pub agent: Name,
}

/// `contact.assign`: gives a waiting contact to one agent by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContactAssign {
    pub contact: Name,
    pub agent: Name,
    /// Who assigns it: a supervisor, or the agent itself where the queue lets agents pull.
    pub by: Name,
    pub reason: Option<Text>,
}

/// `contact.hold`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContactHold {
    pub contact: Name,
    pub agent: Name,
    pub on: bool,
}

/// `contact.outcome`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContactOutcome {
    pub contact: Name,
    /// `resolved`, `open` or `dropped`.
    pub outcome: Outcome,
    /// The centre's own code of the outcome.
    pub code: Option<Name>,
    pub note: Option<Text>,
}
