//! What the router tells everyone who listens: one numbered event for each fact.
//!
//! Events of a tenant form one sequence without a gap. They are produced again, the same, by
//! every run over the same commands.

use super::codes::{
    AgentState, ContactState, EscalationReason, FollowUpResult, OfferEnd, Outcome, Presence, Role,
    Route, TransferMode, WaitEnd, WaitOn, Why,
};
use super::command::Attributes;
use super::ids::{Name, OfferId, Text};
pub use super::offer_reason::OfferReason;
use super::people_view::{BriefingView, PairAwayView};
use super::time::Timestamp;
use serde::Serialize;

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

/// Which deadline of a case: a stage's, a task's for another department, or else the whole case's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadlineRef {
    pub case: Name,
    pub stage: Option<Name>,
    pub assist: Option<u32>,
}

/// What another department found, told with the owner's next contact of the case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct News {
    pub assist: u32,
    pub at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<Name>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<Text>,
}

/// The facts.
#[derive(Clone, Debug, PartialEq)]
pub enum EventBody {
    /// The team is for the ledger, which must know it at each time.
    AgentSet {
        agent: Name,
        team: Option<Name>,
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
        news: Vec<News>,
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
        news: Vec<News>,
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
        /// The deadline of the whole case, where its kind gives one.
        due_at: Option<Timestamp>,
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
    /// `to` is to be told, as `role`, because of `reason`. `of` names the deadline where one
    /// comes near or has passed.
    CaseEscalated {
        of: DeadlineRef,
        /// The step of the ladder, from 1; of repeats, how many there have been on the case.
        step: u32,
        to: Option<Name>,
        role: Option<Role>,
        reason: EscalationReason,
        due_at: Option<Timestamp>,
        late: bool,
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
        /// The new deadline of the whole case.
        due_at: Option<Timestamp>,
    },
    CaseClosed {
        case: Name,
        by: Name,
        note: Option<Text>,
    },
    /// The case has come to a stage, whose clock runs from now.
    CaseStage {
        case: Name,
        stage: Name,
        from: Option<Name>,
        due_at: Option<Timestamp>,
        by: Option<Name>,
    },
    /// A deadline comes near.
    CaseDueSoon {
        of: DeadlineRef,
        owner: Option<Name>,
        due_at: Timestamp,
        late: bool,
    },
    /// The verdict of a deadline: it has passed.
    CaseOverdue {
        of: DeadlineRef,
        owner: Option<Name>,
        due_at: Timestamp,
        late: bool,
    },
    /// The other verdict: it was kept.
    CaseMet {
        of: DeadlineRef,
        owner: Option<Name>,
        started_at: Timestamp,
        due_at: Timestamp,
    },
    CaseExtended {
        of: DeadlineRef,
        from_at: Timestamp,
        due_at: Timestamp,
        reason: Text,
        by: Name,
    },
    /// The case waits; `stops_clock` says that its clocks stand still.
    CaseWaiting {
        case: Name,
        on: WaitOn,
        until_at: Option<Timestamp>,
        stops_clock: bool,
        by: Option<Name>,
    },
    /// The case waits no longer.
    CaseResumed {
        case: Name,
        on: WaitOn,
        why: WaitEnd,
        waited_ms: i64,
        /// The deadline of the whole case by now.
        due_at: Option<Timestamp>,
    },
    /// Another agent or queue was asked to do a part; the owner keeps the case.
    CaseAssistRequested {
        case: Name,
        assist: u32,
        owner: Option<Name>,
        agent: Option<Name>,
        queue: Option<Name>,
        contact: Name,
        request: Text,
        hand_on_at: Option<Timestamp>,
        due_at: Option<Timestamp>,
        by: Option<Name>,
    },
    /// The owner is told that a part is done.
    CaseAssistDone {
        case: Name,
        assist: u32,
        owner: Option<Name>,
        by: Option<Name>,
        result: Option<Text>,
        due_at: Option<Timestamp>,
        /// Done after its deadline.
        overdue: bool,
    },
    /// The owner is to ask the customer (回访); `contact` brings it.
    CaseFollowUpDue {
        case: Name,
        owner: Option<Name>,
        attempt: u32,
        attempts: u32,
        contact: Name,
        late: bool,
    },
    /// What an attempt of a follow-up found.
    CaseFollowedUp {
        case: Name,
        owner: Option<Name>,
        attempt: u32,
        result: FollowUpResult,
        score: Option<u8>,
        by: Name,
    },
    KindSet {
        kind: Name,
    },
    KindRemoved {
        kind: Name,
    },
    CalendarSet {
        calendar: Name,
    },
    CalendarRemoved {
        calendar: Name,
    },
    /// The configuration file has been followed again.
    ServerReloaded,
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
            Self::CaseStage { .. } => "case.stage",
            Self::CaseDueSoon { .. } => "case.due_soon",
            Self::CaseOverdue { .. } => "case.overdue",
            Self::CaseMet { .. } => "case.met",
            Self::CaseExtended { .. } => "case.extended",
            Self::CaseWaiting { .. } => "case.waiting",
            Self::CaseResumed { .. } => "case.resumed",
            Self::CaseAssistRequested { .. } => "case.assist_requested",
            Self::CaseAssistDone { .. } => "case.assist_done",
            Self::CaseFollowUpDue { .. } => "case.follow_up_due",
            Self::CaseFollowedUp { .. } => "case.followed_up",
            Self::KindSet { .. } => "kind.set",
            Self::KindRemoved { .. } => "kind.removed",
            Self::CalendarSet { .. } => "calendar.set",
            Self::CalendarRemoved { .. } => "calendar.removed",
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
            | Self::CaseStage { .. }
            | Self::CaseDueSoon { .. }
            | Self::CaseOverdue { .. }
            | Self::CaseMet { .. }
            | Self::CaseExtended { .. }
            | Self::CaseWaiting { .. }
            | Self::CaseResumed { .. }
            | Self::CaseAssistRequested { .. }
            | Self::CaseAssistDone { .. }
            | Self::CaseFollowUpDue { .. }
            | Self::CaseFollowedUp { .. }
            | Self::KindSet { .. }
            | Self::KindRemoved { .. }
            | Self::CalendarSet { .. }
            | Self::CalendarRemoved { .. }
            | Self::ServerReloaded => None,
        }
    }
}
