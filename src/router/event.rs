//! What the router tells everyone who listens: one numbered event for each fact.
//!
//! Events of a tenant form one sequence without a gap. They are produced again, the same, by
//! every run over the same commands.

use super::codes::{
    AgentState, ContactState, DeclineReason, OfferEnd, Outcome, Presence, Route, TransferMode, Why,
};
use super::command::Attributes;
use super::ids::{Name, OfferId, Text};
use super::people_view::{BriefingView, PairAwayView};
use super::time::Timestamp;

/// One event.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// 1, 2, 3 … per tenant.
    pub seq: u64,
    pub at: Timestamp,
    pub body: EventBody,
}

/// What every event about a contact carries.
#[derive(Clone, Debug, PartialEq)]
pub struct ContactRef {
    pub contact: Name,
    pub queue: Name,
    pub customer: Option<Name>,
    pub case: Option<Name>,
    pub agent: Option<Name>,
    /// Its number at the counter.
    pub ticket: Option<Name>,
}

/// The facts.
#[derive(Clone, Debug, PartialEq)]
pub enum EventBody {
    AgentSet {
        agent: Name,
    },
    AgentPresence {
        agent: Name,
        presence: Presence,
        state: AgentState,
        reason: Option<Text>,
    },
    AgentRemoved {
        agent: Name,
        successor: Option<Name>,
        cases: u64,
    },
    /// A planned absence begins.
    AgentAbsent {
        agent: Name,
        from_at: Timestamp,
        to_at: Timestamp,
        reason: Option<Text>,
    },
    /// An agent and its stand-in are, or are planned, away together.
    AgentPairAway(PairAwayView),
    /// Who comes back is told what was done in its stead.
    AgentBriefing(Box<BriefingView>),
    /// The open cases of one who leaves will go to others.
    AgentSuccession {
        agent: Name,
        to: Vec<Name>,
        cases: u64,
        start_at: Timestamp,
        reason: Text,
        by: Name,
    },
    /// They have gone; `left` had nobody to go to.
    AgentSucceeded {
        agent: Name,
        cases: u64,
        left: u64,
    },
    QueueSet {
        queue: Name,
    },
    QueueRemoved {
        queue: Name,
    },
    SettingsSet,
    CustomerLinked {
        customer: Name,
        identities: Vec<Name>,
        merged: Option<Name>,
    },
    CustomerExcluded {
        customer: Name,
        agent: Name,
        on: bool,
        reason: Text,
    },
    /// The contact waits; `state` tells `scheduled` from `waiting`.
    ContactWaiting {
        of: ContactRef,
        state: ContactState,
        position: Option<u32>,
        why: Why,
    },
    ContactOffered {
        of: ContactRef,
        offer: OfferId,
        route: Route,
        why: Why,
        expires_at: Timestamp,
        /// Whom the agent may consult first.
        mentor: Option<Name>,
        /// The contact's attributes, where something was learnt of it on its way.
        attributes: Option<Attributes>,
    },
    /// The caller hung up, keeps its place and is called when its turn comes.
    ContactCallback {
        of: ContactRef,
        joined_at: Timestamp,
        address: Option<Text>,
        by_owner: bool,
    },
    ContactConnected {
        of: ContactRef,
        route: Route,
        owner: Option<Name>,
        wait_ms: i64,
    },
    ContactWrapUp {
        of: ContactRef,
        until_at: Timestamp,
    },
    /// `handle_ms` is the length of the conversation, where there was one.
    ContactEnded {
        of: ContactRef,
        outcome: Outcome,
        wait_ms: i64,
        handle_ms: Option<i64>,
    },
    ContactTransferred {
        of: ContactRef,
        from: Name,
        to_agent: Option<Name>,
        to_queue: Option<Name>,
        mode: TransferMode,
        reason: Text,
    },
    ContactOverflowed {
        of: ContactRef,
        from: Name,
        to: Name,
        why: Why,
    },
    ContactUpdated {
        of: ContactRef,
    },
    Offer {
        of: ContactRef,
        end: OfferEnd,
        offer: OfferId,
        reason: Option<OfferReason>,
    },
    CaseOpened {
        case: Name,
        customer: Option<Name>,
        topic: Option<Name>,
        kind: Option<Name>,
        contact: Option<Name>,
    },
    CaseOwned {
        case: Name,
        owner: Name,
        contact: Option<Name>,
    },
    CaseAssisted {
        case: Name,
        owner: Name,
        agent: Name,
        contact: Name,
        route: Route,
    },
    CaseHandedOver {
        case: Name,
        from: Option<Name>,
        to: Name,
        reason: Text,
        by: Name,
    },
    CaseEscalated {
        case: Name,
        step: u32,
        to: Option<Name>,
        reason: EscalationReason,
    },
    CaseNoted {
        case: Name,
        text: Text,
        by: Name,
    },
    CaseResolved {
        case: Name,
        by: Name,
        note: Option<Text>,
    },
    CaseReopened {
        case: Name,
        by: Name,
        owner: Option<Name>,
    },
    CaseClosed {
        case: Name,
        by: Name,
        note: Option<Text>,
    },
    /// The configuration file has been followed again.
    ServerReloaded,
}

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

/// Why a case was escalated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EscalationReason {
    /// Too many contacts on one matter.
    Repeat,
}

impl EscalationReason {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Repeat => "repeat",
        }
    }
}

impl EventBody {
    /// The type of the event on the wire.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::AgentSet { .. } => "agent.set",
            Self::AgentPresence { .. } => "agent.presence",
            Self::AgentRemoved { .. } => "agent.removed",
            Self::AgentAbsent { .. } => "agent.absent",
            Self::AgentPairAway(_) => "agent.pair_away",
            Self::AgentBriefing(_) => "agent.briefing",
            Self::AgentSuccession { .. } => "agent.succession",
            Self::AgentSucceeded { .. } => "agent.succeeded",
            Self::QueueSet { .. } => "queue.set",
            Self::QueueRemoved { .. } => "queue.removed",
            Self::SettingsSet => "settings.set",
            Self::CustomerLinked { .. } => "customer.linked",
            Self::CustomerExcluded { .. } => "customer.excluded",
            Self::ContactWaiting { .. } => "contact.waiting",
            Self::ContactOffered { .. } => "contact.offered",
            Self::ContactCallback { .. } => "contact.callback",
            Self::ContactConnected { .. } => "contact.connected",
            Self::ContactWrapUp { .. } => "contact.wrap_up",
            Self::ContactEnded { .. } => "contact.ended",
            Self::ContactTransferred { .. } => "contact.transferred",
            Self::ContactOverflowed { .. } => "contact.overflowed",
            Self::ContactUpdated { .. } => "contact.updated",
            Self::Offer {
                end: OfferEnd::Accepted,
                ..
            } => "offer.accepted",
            Self::Offer {
                end: OfferEnd::Declined,
                ..
            } => "offer.declined",
            Self::Offer {
                end: OfferEnd::Expired,
                ..
            } => "offer.expired",
            Self::Offer {
                end: OfferEnd::Revoked,
                ..
            } => "offer.revoked",
            Self::CaseOpened { .. } => "case.opened",
            Self::CaseOwned { .. } => "case.owned",
            Self::CaseAssisted { .. } => "case.assisted",
            Self::CaseHandedOver { .. } => "case.handed_over",
            Self::CaseEscalated { .. } => "case.escalated",
            Self::CaseNoted { .. } => "case.noted",
            Self::CaseResolved { .. } => "case.resolved",
            Self::CaseReopened { .. } => "case.reopened",
            Self::CaseClosed { .. } => "case.closed",
            Self::ServerReloaded => "server.reloaded",
        }
    }

    /// What the event says of a contact, if it is about one.
    pub const fn contact(&self) -> Option<&ContactRef> {
        match self {
            Self::ContactWaiting { of, .. }
            | Self::ContactOffered { of, .. }
            | Self::ContactCallback { of, .. }
            | Self::ContactConnected { of, .. }
            | Self::ContactWrapUp { of, .. }
            | Self::ContactEnded { of, .. }
            | Self::ContactTransferred { of, .. }
            | Self::ContactOverflowed { of, .. }
            | Self::ContactUpdated { of }
            | Self::Offer { of, .. } => Some(of),
            Self::AgentSet { .. }
            | Self::AgentPresence { .. }
            | Self::AgentRemoved { .. }
            | Self::AgentAbsent { .. }
            | Self::AgentPairAway(_)
            | Self::AgentBriefing(_)
            | Self::AgentSuccession { .. }
            | Self::AgentSucceeded { .. }
            | Self::QueueSet { .. }
            | Self::QueueRemoved { .. }
            | Self::SettingsSet
            | Self::CustomerLinked { .. }
            | Self::CustomerExcluded { .. }
            | Self::CaseOpened { .. }
            | Self::CaseOwned { .. }
            | Self::CaseAssisted { .. }
            | Self::CaseHandedOver { .. }
            | Self::CaseEscalated { .. }
            | Self::CaseNoted { .. }
            | Self::CaseResolved { .. }
            | Self::CaseReopened { .. }
            | Self::CaseClosed { .. }
            | Self::ServerReloaded => None,
        }
    }
}
