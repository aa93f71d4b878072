//! Moves: what a step did to a contact, by number. Bulk runs get these instead of events.

use super::codes::{Outcome, Route};
use super::ids::{AgentIdx, ContactIdx, OfferId, QueueIdx};

/// What a step did to a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Move {
    /// It is offered to an agent.
    Offered {
        contact: ContactIdx,
        agent: AgentIdx,
        offer: OfferId,
    },
    /// Its conversation began.
    Connected(Taken),
    /// It ended, wrap-up included; its number may be reused.
    Ended {
        contact: ContactIdx,
        outcome: Outcome,
        owner: Option<AgentIdx>,
        offers: u32,
    },
    /// It ended and its owner calls back: `callback` is a new contact.
    CallsBack {
        contact: ContactIdx,
        callback: ContactIdx,
    },
}

/// The effects of an accept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Taken {
    pub contact: ContactIdx,
    pub agent: AgentIdx,
    pub queue: QueueIdx,
    pub route: Route,
    /// The owner of the case before the accept.
    pub owner_before: Option<AgentIdx>,
    pub has_case: bool,
    pub offers: u32,
}
