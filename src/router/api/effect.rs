//! The effects of a command besides its answer, in a buffer of the caller's.
//!
//! The router appends and the caller drains: nothing is sent, logged or counted here.

use super::codes::{Outcome, Route};
use super::event::Event;
use super::ids::Name;
use super::moves::Move;

/// The buffer. Clear it before each command; it keeps its capacity.
#[derive(Debug, Default)]
pub struct Effects {
    /// The numbered events, in order.
    pub events: Vec<Event>,
    /// Counts for the metrics.
    pub counts: Vec<Count>,
    /// What happened to contacts, by number; for bulk runs.
    pub(crate) moves: Vec<Move>,
}

impl Effects {
    pub fn clear(&mut self) {
        self.events.clear();
        self.counts.clear();
        self.moves.clear();
    }
}

/// One count for the metrics. Names in it are few: queues and channels, never customers, contacts
/// or cases.
#[derive(Clone, Debug, PartialEq)]
pub enum Count {
    Submitted {
        queue: Name,
        channel: Name,
    },
    /// Refused because all trunks are taken.
    Blocked {
        queue: Name,
    },
    Connected {
        queue: Name,
        route: Route,
        wait_ms: i64,
        within_target: bool,
    },
    Ended {
        queue: Name,
        outcome: Outcome,
    },
    /// An agent's part of a contact is over, wrap-up included.
    Handled {
        queue: Name,
        handle_ms: i64,
    },
    /// A contact came from another queue, or from an agent who passed it on.
    MovedIn {
        queue: Name,
    },
    /// A contact went to another queue before an agent took it.
    MovedOut {
        queue: Name,
    },
    /// An agent who got a contact through the queue passed it on.
    PassedOn {
        queue: Name,
    },
    /// A callback did not reach the customer.
    Unreached {
        queue: Name,
    },
    /// An offer ended: how, and the reason of a decline.
    Offer {
        queue: Name,
        result: &'static str,
    },
    /// A contact of an owned case reached an agent: whether that was the owner.
    Repeat {
        queue: Name,
        hit: bool,
        route: Route,
    },
    /// A wait for an owner ended without the owner; by the owner's situation.
    OwnerBreak {
        queue: Name,
        reason: &'static str,
    },
    CaseOpened,
    CaseClosed,
    Handover,
    Escalated {
        reason: &'static str,
    },
    /// A deadline passed: of the whole case, of a stage or of a task.
    Overdue {
        of: &'static str,
    },
    FollowUp {
        result: &'static str,
    },
    /// A contact ended because its platform was gone.
    Repaired {
        reason: &'static str,
    },
}
