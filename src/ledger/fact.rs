//! A record, parsed.
//!
//! The members are those of the events on the wire; only what is counted is read. Every other type
//! is `Other`, so that a feed of all events can be read too.

use serde::Deserialize;

use crate::router::codes::{Outcome, Route, Why};
use crate::router::ids::Name;
use crate::router::time::Timestamp;

/// The content of a record.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "type")]
pub enum Fact {
    #[serde(rename = "agent.set")]
    AgentSet { agent: Name, team: Option<Name> },
    #[serde(rename = "contact.offered")]
    ContactOffered {
        contact: Name,
        agent: Option<Name>,
        route: Route,
        why: Why,
    },
    #[serde(rename = "contact.connected")]
    ContactConnected {
        contact: Name,
        queue: Name,
        customer: Option<Name>,
        case: Option<Name>,
        agent: Option<Name>,
        route: Route,
        wait_ms: i64,
        #[serde(default)]
        bot: bool,
    },
    #[serde(rename = "contact.left")]
    ContactLeft {
        contact: Name,
        queue: Name,
        case: Option<Name>,
        agent: Option<Name>,
        talk_ms: i64,
        hold_ms: i64,
    },
    #[serde(rename = "contact.unreached")]
    ContactUnreached {
        contact: Name,
        case: Option<Name>,
        agent: Option<Name>,
    },
    #[serde(rename = "contact.retrieved")]
    ContactRetrieved { contact: Name },
    #[serde(rename = "contact.ended")]
    ContactEnded {
        contact: Name,
        queue: Name,
        case: Option<Name>,
        agent: Option<Name>,
        outcome: Outcome,
        wait_ms: i64,
        handle_ms: Option<i64>,
        /// Not in records of earlier versions, whose `handle_ms` is the length of the conversation.
        talk_ms: Option<i64>,
        hold_ms: Option<i64>,
    },
    #[serde(rename = "case.opened")]
    CaseOpened {
        case: Name,
        customer: Option<Name>,
        topic: Option<Name>,
        kind: Option<Name>,
        contact: Option<Name>,
    },
    #[serde(rename = "case.owned")]
    CaseOwned {
        case: Name,
        owner: Name,
        contact: Option<Name>,
    },
    #[serde(rename = "case.handed_over")]
    CaseHandedOver {
        case: Name,
        from: Option<Name>,
        to: Name,
        reason: String,
        by: Name,
        /// The former owner was removed.
        #[serde(default)]
        removed: bool,
    },
    #[serde(rename = "case.escalated")]
    CaseEscalated {
        case: Name,
        step: u32,
        to: Option<Name>,
        reason: String,
    },
    #[serde(rename = "case.resolved")]
    CaseResolved { case: Name, by: Name },
    #[serde(rename = "case.reopened")]
    CaseReopened {
        case: Name,
        by: Name,
        owner: Option<Name>,
    },
    #[serde(rename = "case.closed")]
    CaseClosed { case: Name, by: Name },
    #[serde(rename = "case.stage")]
    CaseStage {
        case: Name,
        stage: Name,
        from: Option<Name>,
    },
    #[serde(rename = "case.due_soon")]
    CaseDueSoon { case: Name },
    #[serde(rename = "case.overdue")]
    CaseOverdue {
        case: Name,
        stage: Option<Name>,
        assist: Option<u32>,
        owner: Option<Name>,
    },
    #[serde(rename = "case.met")]
    CaseMet {
        case: Name,
        stage: Option<Name>,
        assist: Option<u32>,
        owner: Option<Name>,
    },
    #[serde(rename = "case.extended")]
    CaseExtended { case: Name },
    #[serde(rename = "case.waiting")]
    CaseWaiting {
        case: Name,
        #[serde(default)]
        stops_clock: bool,
    },
    #[serde(rename = "case.resumed")]
    CaseResumed { case: Name, waited_ms: i64 },
    #[serde(rename = "case.assist_requested")]
    CaseAssistRequested { case: Name, contact: Name },
    #[serde(rename = "case.assist_done")]
    CaseAssistDone { case: Name },
    #[serde(rename = "case.follow_up_due")]
    CaseFollowUpDue {
        case: Name,
        owner: Option<Name>,
        contact: Name,
    },
    #[serde(rename = "case.followed_up")]
    CaseFollowedUp {
        case: Name,
        owner: Option<Name>,
        result: String,
        score: Option<u8>,
    },
    /// The records continue after an event of a journal. Earlier records of later events of that
    /// journal are void.
    #[serde(rename = "ledger.follows")]
    Follows { journal: String },
    #[serde(other)]
    Other,
}

/// A fact with its time and number.
#[derive(Clone, Debug, PartialEq)]
pub struct Stated {
    /// The number of the record, 0 if it was read from a feed of events.
    pub n: u64,
    pub seq: u64,
    pub at: Timestamp,
    pub fact: Fact,
}

#[derive(Deserialize)]
struct Place {
    #[serde(default)]
    n: u64,
    seq: u64,
    at: Timestamp,
}

impl Stated {
    /// Parses a record of a ledger, or the params of an event.
    pub fn read(text: &str) -> Result<Self, serde_json::Error> {
        let Place { n, seq, at } = serde_json::from_str(text)?;
        let fact = serde_json::from_str(text)?;
        Ok(Self { n, seq, at, fact })
    }
}
