//! Events of offers: how they ended. That an offer was made is an event of its contact.

use serde::{Serialize, Serializer};

use crate::router::api::codes::{DeclineReason, OfferEnd};
use crate::router::api::ids::OfferId;

/// The end of an offer, which is also the type of the event.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OfferEvent {
    #[serde(skip)]
    pub end: OfferEnd,
    pub offer: OfferId,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<OfferReason>,
}

impl OfferEvent {
    pub(super) const TYPES: &[&str] = &[
        "offer.accepted",
        "offer.declined",
        "offer.expired",
        "offer.revoked",
    ];

    pub(super) const fn kind(&self) -> &'static str {
        Self::TYPES[self.end as usize]
    }
}

/// Why an offer ended as it did, where there is a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfferReason {
    Declined(DeclineReason),
    /// Another agent took the contact.
    TakenByOther,
    /// The contact left.
    ContactGone,
    /// The agent went on break, offline, or was removed.
    AgentGone,
    /// The contact was changed or transferred.
    Rerouted,
    /// The contact's platform is gone.
    PlatformGone,
    /// Who passed the contact on takes it back, or the agent leaves the consultation.
    TakenBack,
    /// The agent took another contact without an offer.
    AgentBusy,
    /// The agent is in a call that is none of ours.
    BusyElsewhere,
    /// The agent's telephone is gone.
    Unreachable,
}

impl OfferReason {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Declined(reason) => reason.as_str(),
            Self::TakenByOther => "taken_by_other",
            Self::ContactGone => "contact_gone",
            Self::AgentGone => "agent_gone",
            Self::Rerouted => "rerouted",
            Self::PlatformGone => "platform_gone",
            Self::TakenBack => "taken_back",
            Self::AgentBusy => "agent_busy",
            Self::BusyElsewhere => "busy_elsewhere",
            Self::Unreachable => "unreachable",
        }
    }
}

impl Serialize for OfferReason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
