//! The sums of one group: an agent, a team, a kind of case, a period, or everything.
//!
//! Only sums; `measures` has the measures computed from them, and their formulas.

use super::sample::Sample;
use crate::router::codes::{EscalationReason, Route};

/// Why a repeat contact did not reach its owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Break {
    Busy,
    Away,
    Excluded,
    NoSkill,
}

/// The sums of a group.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figures {
    pub conversations: u64,
    pub answered: u64,
    pub answered_within: u64,
    pub lost: u64,
    /// Contacts that their platform no longer knew.
    pub vanished: u64,
    /// Callbacks that did not reach the customer, each try.
    pub unreached: u64,
    pub wait: Sample,
    /// Of the parts of agents: conversation without hold, and hold.
    pub talk: Sample,
    pub hold: Sample,
    /// Of contacts: conversation, hold and wrap-up of all parts.
    pub handle: Sample,

    pub repeats: u64,
    pub hits: u64,
    /// Repeats that reached another agent, by route in the order of [`Route::ALL`].
    pub stand_ins: [u64; Route::ALL.len()],
    /// In the order of `Break`.
    pub breaks: [u64; 4],
    /// Repeats served for another owner.
    pub stood_in: u64,

    pub opened: u64,
    pub complaints: u64,
    pub taken: u64,
    pub received: u64,
    pub handovers: u64,
    pub ping_pong: u64,
    pub returns: u64,
    /// Cases that reached their third contact.
    pub third_contacts: u64,
    pub response: Sample,

    pub resolved: u64,
    /// Cases that were resolved; `first_contact` counts those resolved by their first contact.
    pub cases_resolved: u64,
    pub first_contact: u64,
    pub resolution: Sample,
    pub reopened: u64,
    pub closed: u64,

    pub met: u64,
    pub overdue: u64,
    pub cases_met: u64,
    pub cases_overdue: u64,
    pub due_soon: u64,
    pub extensions: u64,
    /// In the order of [`EscalationReason::ALL`].
    pub escalations: [u64; EscalationReason::ALL.len()],
    pub waited: Sample,
    pub assists: u64,
    pub assists_done: u64,

    pub follow_ups: u64,
    pub satisfied: u64,
    pub unsatisfied: u64,
    pub no_answer: u64,
    pub scores: Sample,
}

/// The sums of one stage of one kind.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StageFigures {
    /// How long cases were in it, without the time in which their deadlines stood still.
    pub took: Sample,
    pub met: u64,
    pub overdue: u64,
}
