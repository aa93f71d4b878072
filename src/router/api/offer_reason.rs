//! Why an offer ended: by a word of its agent, or without one.

use super::codes::DeclineReason;

/// Why an offer ended as it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfferReason {
    Declined(DeclineReason),
    /// Another agent took the contact.
    TakenByOther,
    /// The contact left.
    ContactGone,
    /// The agent went on break, offline, or was removed.
    AgentGone,
    /// The contact was changed or passed on.
    Rerouted,
}

impl OfferReason {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Declined(reason) => reason.as_str(),
            Self::TakenByOther => "taken_by_other",
            Self::ContactGone => "contact_gone",
            Self::AgentGone => "agent_gone",
            Self::Rerouted => "rerouted",
        }
    }
}
