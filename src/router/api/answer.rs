//! The router's answers: plain copies of its state, usable after the lock is released.
//!
//! Each struct has the fields of one answer in the order of the wire, which omits those that are
//! `None`. Nothing here refers back to the router.

use std::collections::BTreeMap;

use serde::Serialize;

use super::booking::Slot;
use super::codes::{
    AgentKind, AgentState, ContactState, Device, EndedBy, Outcome, Presence, Route, Rule, Verdict,
    Why,
};
use super::command::{Attributes, Profile};
use super::ids::{Name, OfferId, Text};
use super::policy::{Policy, Settings, SkillMap};
use super::time::Timestamp;

pub use super::case_answer::{
    AssistView, CalendarRemovedView, CalendarView, CaseView, ClockView, FollowUpView,
    KindRemovedView, KindView, NoteView, ResultView, WaitView,
};
pub use super::people_view::{
    AbsenceView, BriefingView, PairAwayView, PriorityView, ServedView, SlotView, SlotsView,
    SuccessionView,
};

/// The answer to a command or a query that was not refused.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Answer {
    Done(Done),
    Agent(Box<AgentView>),
    AgentRemoved(AgentRemovedView),
    Agents(Page<AgentView>),
    Queue(Box<QueueView>),
    Queues(Page<QueueView>),
    QueueRemoved(QueueRemovedView),
    Settings(Box<Settings>),
    Customer(Box<CustomerView>),
    Excluded(ExcludedView),
    Submitted(Box<Submitted>),
    Contact(Box<ContactView>),
    Contacts(Page<ContactView>),
    Synced(Synced),
    Case(Box<CaseView>),
    Cases(Page<CaseView>),
    HandedOver(HandedOverView),
    Owner(OwnerView),
    Explained(Box<Explained>),
    Preview(Box<Preview>),
    Stats(Box<StatsView>),
    Briefing(Box<BriefingView>),
    Succession(SuccessionView),
    Slots(SlotsView),
    Kind(Box<KindView>),
    Kinds(Page<KindView>),
    KindRemoved(KindRemovedView),
    Calendar(Box<CalendarView>),
    Calendars(Page<CalendarView>),
    CalendarRemoved(CalendarRemovedView),
    /// The stored text of an earlier answer to the same idempotency key.
    Repeated(Repeated),
}

/// An earlier answer, word for word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repeated(pub Box<str>);

impl Serialize for Repeated {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::Error as _;
        let raw: &serde_json::value::RawValue =
            serde_json::from_str(&self.0).map_err(S::Error::custom)?;
        raw.serialize(serializer)
    }
}

/// An answer without content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Done {
    pub ok: bool,
}

/// One page of a list; `next` is the `after` of the next page.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Page<T> {
    pub items: Vec<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<Name>,
}

/// A presence that begins when an agent's offers and conversations are over.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NextPresenceView {
    pub presence: Presence,
    pub reason: Option<Text>,
    pub until_at: Option<Timestamp>,
}

/// A queue that an agent is out of.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OutView {
    pub queue: Name,
    pub reason: Option<Text>,
    pub since_at: Timestamp,
}

/// An agent.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AgentView {
    pub agent: Name,
    pub name: Option<Text>,
    pub kind: AgentKind,
    pub skills: SkillMap,
    pub capacity: BTreeMap<Name, u32>,
    pub team: Option<Name>,
    pub deputy: Option<Name>,
    pub leader: Option<Name>,
    pub address: Option<Text>,
    pub wrap_up_ms: Option<i64>,
    pub rank: i32,
    pub presence: Presence,
    pub state: AgentState,
    pub reason: Option<Text>,
    pub until_at: Option<Timestamp>,
    /// What its telephone is doing, if that is not idle.
    pub device: Option<Device>,
    /// Its presence is bound to an open session.
    pub bound: Option<bool>,
    /// When it is offline unless it shows that it is there.
    pub lapses_at: Option<Timestamp>,
    /// The presence that begins when its offers and conversations are over.
    pub after_current: Option<NextPresenceView>,
    /// The queues that it is out of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub out_of: Vec<OutView>,
    /// When the present presence began.
    pub since_at: Timestamp,
    /// When the present state began.
    pub state_since_at: Timestamp,
    pub idle_since_at: Option<Timestamp>,
    pub retry_at: Option<Timestamp>,
    pub wrap_up_until_at: Option<Timestamp>,
    pub missed: u32,
    /// The contacts it is connected to.
    pub contacts: Vec<Name>,
    /// Its open offers.
    pub offers: Vec<OfferView>,
    /// Open cases it owns.
    pub open_cases: u64,
    /// Conversations since the agent was created.
    pub handled: u64,
    /// Time in ended conversations without hold, in milliseconds.
    pub talk_ms: i64,
    pub hold_ms: i64,
    /// Time in ended wrap-ups, in milliseconds.
    pub wrap_up_sum_ms: i64,
    pub mentor: Option<Name>,
    pub max_open_cases: Option<u32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub absences: Vec<AbsenceView>,
    /// When it is expected back, during a planned absence.
    pub absent_until_at: Option<Timestamp>,
    /// When it and its stand-in will be away together.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<PairAwayView>,
}

/// `agent.remove`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AgentRemovedView {
    pub agent: Name,
    pub removed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub successor: Option<Name>,
    /// Cases handed over to the successor.
    pub handed_over: u64,
    /// The successors of a succession plan.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub successors: Vec<Name>,
}

/// A queue: policy and present figures.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct QueueView {
    pub queue: Name,
    #[serde(flatten)]
    pub policy: Policy,
    pub waiting: u64,
    pub offered: u64,
    pub connected: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oldest_joined_at: Option<Timestamp>,
}

/// `queue.remove`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct QueueRemovedView {
    pub queue: Name,
    pub removed: bool,
}

/// A customer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CustomerView {
    pub customer: Name,
    pub identities: Vec<Name>,
    pub profile: Profile,
    pub excluded: Vec<ExcludedAgent>,
    pub open_cases: Vec<Name>,
}

/// An agent who is never offered a customer's contacts, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExcludedAgent {
    pub agent: Name,
    pub reason: Text,
}

/// `customer.exclude`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExcludedView {
    pub customer: Name,
    pub agent: Name,
    pub on: bool,
    pub reason: Text,
}

/// An offer.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OfferView {
    pub offer: OfferId,
    pub contact: Name,
    pub agent: Name,
    pub address: Option<Text>,
    pub route: Route,
    pub expires_at: Timestamp,
    /// The agent to consult first.
    pub mentor: Option<Name>,
}

/// `contact.submit`.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Submitted {
    pub contact: Name,
    pub state: ContactState,
    pub outcome: Option<Outcome>,
    pub queue: Name,
    pub customer: Option<Name>,
    /// Its caller withheld who it is.
    pub withheld: Option<bool>,
    /// Many persons share the number.
    pub shared: Option<bool>,
    pub case: Option<Name>,
    pub owner: Option<Name>,
    pub agent: Option<Name>,
    pub offer: Option<OfferView>,
    pub position: Option<u32>,
    pub estimated_wait_ms: Option<i64>,
    pub why: Why,
    /// Its ticket number at the counter.
    pub ticket: Option<Name>,
}

/// A contact.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ContactView {
    pub contact: Name,
    pub state: ContactState,
    pub outcome: Option<Outcome>,
    pub queue: Name,
    pub channel: Name,
    pub customer: Option<Name>,
    /// Its caller withheld who it is.
    pub withheld: Option<bool>,
    /// Many persons share the number.
    pub shared: Option<bool>,
    pub topic: Option<Name>,
    pub kind: Option<Name>,
    pub case: Option<Name>,
    pub owner: Option<Name>,
    /// The connected agent, or the last one.
    pub agent: Option<Name>,
    /// The second agent of a consultation.
    pub consulting: Option<Name>,
    pub route: Option<Route>,
    /// Who passed it on, until somebody takes it.
    pub passed_on_by: Option<Name>,
    /// The agent to whom it was assigned by hand, until somebody takes it.
    pub assigned_to: Option<Name>,
    /// Since when an agent has it on hold.
    pub held_since_at: Option<Timestamp>,
    /// The first of its open offers.
    pub offer: Option<OfferView>,
    pub offers: Vec<OfferView>,
    /// Offers made so far.
    pub offers_made: u32,
    pub priority: i32,
    /// Its own requirement, without the queue's.
    pub requires: SkillMap,
    pub prefer: Option<Name>,
    pub exclude: Vec<Name>,
    /// When it was submitted.
    pub submitted_at: Timestamp,
    /// The time that determines its place.
    pub joined_at: Timestamp,
    pub not_before_at: Option<Timestamp>,
    pub connected_at: Option<Timestamp>,
    pub wrap_up_until_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    pub ended_by: Option<EndedBy>,
    pub wait_ms: Option<i64>,
    pub position: Option<u32>,
    pub estimated_wait_ms: Option<i64>,
    pub why: Why,
    pub reason: Option<Text>,
    pub code: Option<Name>,
    pub note: Option<Text>,
    pub source: Option<Name>,
    pub attributes: Option<Attributes>,
    pub ticket: Option<Name>,
    /// The booked slot.
    pub slot: Option<Slot>,
    /// When the caller chose to be called back, and the address.
    pub callback_at: Option<Timestamp>,
    pub callback_address: Option<Text>,
    /// Priority from the customer's profile.
    pub customer_priority: Option<i32>,
    /// Skills wished for by the customer's profile, while only agents with them are asked.
    pub wishes: Option<SkillMap>,
}

/// `contact.sync`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Synced {
    pub source: Name,
    /// Listed contacts that are live here: how many, and their states.
    pub confirmed: u64,
    pub states: Vec<SyncedState>,
    /// Contacts live here but not listed, which have ended as lost.
    pub cancelled: Vec<Name>,
    /// Listed contacts that are not live here.
    pub unknown: Vec<Name>,
}

/// What a contact does that its platform has just confirmed.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SyncedState {
    pub contact: Name,
    pub state: ContactState,
    /// Who has it in conversation or in wrap-up.
    pub agent: Option<Name>,
    /// The offers that ring.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub offers: Vec<OfferId>,
}

/// `case.handover`.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HandedOverView {
    pub to: Name,
    /// Cases whose owner changed.
    pub cases: u64,
    pub case: Option<Name>,
    pub owner: Option<Name>,
}

/// `owner.get`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OwnerView {
    pub case: Option<Name>,
    pub owner: Option<Name>,
}

/// An agent that was considered for a contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Candidate {
    pub agent: Name,
    /// The route by which the agent would have got it.
    pub route: Route,
    pub verdict: Verdict,
    /// Why the customer excludes it, if so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Text>,
}

/// One step of a contact: time, rule and considered agents.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StepView {
    pub at: Timestamp,
    pub rule: Rule,
    pub why: Option<Why>,
    pub agent: Option<Name>,
    pub until_at: Option<Timestamp>,
    pub candidates: Vec<Candidate>,
}

/// `contact.explain`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explained {
    pub contact: Name,
    pub state: ContactState,
    pub why: Why,
    pub steps: Vec<StepView>,
    /// Steps left out for lack of room.
    pub steps_dropped: u64,
    /// The parts of its priority, if the customer's profile adds to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<PriorityView>,
}

/// `contact.preview`: what would happen now.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Preview {
    pub contact: Name,
    pub state: ContactState,
    pub queue: Name,
    pub outcome: Option<Outcome>,
    /// Its caller withheld who it is.
    pub withheld: Option<bool>,
    /// Many persons share the number.
    pub shared: Option<bool>,
    pub case: Option<Name>,
    pub owner: Option<Name>,
    /// The agent it would be offered to.
    pub agent: Option<Name>,
    pub route: Option<Route>,
    pub position: Option<u32>,
    pub estimated_wait_ms: Option<i64>,
    pub why: Why,
    pub candidates: Vec<Candidate>,
}

/// `stats.get`: counts since the start, and within the requested window.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct StatsView {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue: Option<Name>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<Name>,
    pub window_ms: i64,
    pub submitted: u64,
    /// Came to the queue to wait, from wherever; these are `connected`, `unanswered`, `moved_out`,
    /// or wait or are offered now.
    pub entered: u64,
    pub connected: u64,
    pub unanswered: u64,
    pub moved_out: u64,
    pub passed_on: u64,
    pub abandoned: u64,
    pub lost: u64,
    pub ended: u64,
    pub within_target: u64,
    pub service_level: Option<f64>,
    pub wait_mean_ms: Option<f64>,
    pub wait_max_ms: Option<i64>,
    pub handled: u64,
    pub handle_mean_ms: Option<f64>,
    pub waiting: u64,
    pub offered: u64,
    pub in_conversation: u64,
    pub repeat_contacts: u64,
    pub owner_hits: u64,
    pub continuity: Option<f64>,
}
