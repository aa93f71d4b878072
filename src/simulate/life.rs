//! The life of a contact as the driver knows it, from its arrival to its end.

use crate::router::codes::Route;
use crate::router::ids::{AgentIdx, CaseIdx, QueueIdx};
use crate::router::time::Timestamp;

use super::agenda::{Entry, Kind, Of};

/// What the driver remembers of a contact in the system.
#[derive(Clone, Copy, Debug)]
pub(super) struct Life {
    /// Its place in the order of arrival.
    pub number: u64,
    pub queue: QueueIdx,
    pub queued_at: Timestamp,
    pub service_ms: i64,
    pub wrap_up_ms: Option<i64>,
    pub has_patience: bool,
    /// A case that the file makes for this contact alone.
    pub own_case: Option<CaseIdx>,
    /// A callback that the router itself scheduled: work for an agent, but no arrival.
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
    /// It has no case: who served would own it after so much conversation.
    pub nameless_min_ms: Option<i64>,
}

/// Whether an entry of the agenda still means something: the caller it names still waits.
pub(super) fn waits(lives: &[Option<Life>], entry: &Entry) -> bool {
    let (Kind::Patience, Of::Contact(contact)) = (entry.moment().kind(), entry.of) else {
        return true;
    };
    lives
        .get(contact.at())
        .and_then(Option::as_ref)
        .is_some_and(|life| life.number == entry.tie() && life.talk.is_none())
}
