//! What a run in bulk is told instead of events: what a step did to a contact, by number.

use super::codes::{Outcome, Route};
use super::ids::{AgentIdx, ContactIdx, OfferId, QueueIdx};

/// What a step did to a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Move {
    /// It rings at an agent.
    Offered {
        contact: ContactIdx,
        agent: AgentIdx,
        offer: OfferId,
    },
    /// Its conversation has begun.
    Connected(Taken),
    /// It is over, wrap-up included, and its number is free for another.
    Ended {
        contact: ContactIdx,
        outcome: Outcome,
        owner: Option<AgentIdx>,
        offers: u32,
    },
    /// It ended, and its owner calls back: `callback` is a new contact.
    CallsBack {
        contact: ContactIdx,
        callback: ContactIdx,
    },
}

/// What an accept brought about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Taken {
    pub contact: ContactIdx,
    pub agent: AgentIdx,
    pub queue: QueueIdx,
    pub route: Route,
    /// Who owned the case before.
    pub owner_before: Option<AgentIdx>,
    pub has_case: bool,
    pub offers: u32,
}
