//! A contact as the driver knows it, from its arrival to its end.

use crate::router::codes::Route;
use crate::router::ids::{AgentIdx, CaseIdx, QueueIdx};
use crate::router::time::Timestamp;

use super::agenda::{Entry, Kind, Subject};

/// A contact in the system.
#[derive(Clone, Copy, Debug)]
pub(super) struct Life {
    /// Its number in the order of arrival.
    pub number: u64,
    pub queue: QueueIdx,
    pub queued_at: Timestamp,
    pub service_ms: i64,
    pub wrap_up_ms: Option<i64>,
    pub has_patience: bool,
    /// A case made for this contact only.
    pub own_case: Option<CaseIdx>,
    /// A callback that the router scheduled: work for an agent, but no arrival.
    pub callback: bool,
    pub talk: Option<Talk>,
}

/// Its conversation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Talk {
    pub agent: AgentIdx,
    pub route: Route,
    pub since: Timestamp,
    pub offers: u32,
    /// For a contact without a case: after how much conversation the agent would own it.
    pub caseless_min_ms: Option<i64>,
}

/// Whether an agenda entry is valid: the caller it names still waits.
pub(super) fn waits(lives: &[Option<Life>], entry: &Entry) -> bool {
    let (Kind::Patience, Subject::Contact(contact)) = (entry.moment().kind(), entry.subject) else {
        return true;
    };
    lives
        .get(contact.at())
        .and_then(Option::as_ref)
        .is_some_and(|life| life.number == entry.tie() && life.talk.is_none())
}
