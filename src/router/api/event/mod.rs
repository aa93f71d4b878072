//! The events of the router: numbered facts for all subscribers.
//!
//! Events of a tenant form one sequence without a gap. Every run over the same commands produces
//! the same events.
//!
//! Each noun has a file, which defines its events completely: the members, in the order and with
//! the names of the wire, unset ones left out; the type word, made of the noun and the variant's
//! name; and the agents and queues that an event names.

mod agent;
mod assist;
mod case;
mod clock;
mod contact;
mod customer;
mod follow_up;
mod offer;
mod setup;

use std::borrow::Cow;

use derive_more::From;
use serde::de::{Deserializer, Error as _};
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;
use strum::VariantNames;

use super::ids::Name;
use super::time::Timestamp;
pub use agent::AgentEvent;
pub use assist::AssistEvent;
pub use case::CaseEvent;
pub use clock::{ClockEvent, DeadlineRef};
pub use contact::{ContactEvent, ContactRef, News, PassedTo};
pub use customer::CustomerEvent;
pub use follow_up::FollowUpEvent;
pub use offer::{OfferEvent, OfferReason};
pub use setup::{CalendarEvent, KindEvent, QueueEvent, ServerEvent, SettingsEvent};

/// The actor where nobody asked: of what a deadline does, for example.
pub const ROUTER: &str = "router";

/// One event.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// 1, 2, 3 … per tenant.
    pub seq: u64,
    pub at: Timestamp,
    /// Who asked for what caused it; `None` = a deadline. Subscribers are not told, the ledger is.
    pub actor: Option<Name>,
    pub body: EventBody,
}

/// The facts, by noun.
#[derive(Clone, Debug, PartialEq, Serialize, From)]
pub enum EventBody {
    Agent(AgentEvent),
    Queue(QueueEvent),
    Settings(SettingsEvent),
    Customer(CustomerEvent),
    Contact(ContactRef, ContactEvent),
    Offer(ContactRef, OfferEvent),
    Case(CaseEvent),
    Clock(ClockEvent),
    Assist(AssistEvent),
    FollowUp(FollowUpEvent),
    Kind(KindEvent),
    Calendar(CalendarEvent),
    Server(ServerEvent),
}

/// The types of each noun, in the order of the protocol.
const TYPES_BY_NOUN: [&[&str]; 13] = [
    AgentEvent::VARIANTS,
    QueueEvent::VARIANTS,
    SettingsEvent::VARIANTS,
    CustomerEvent::VARIANTS,
    ContactEvent::VARIANTS,
    OfferEvent::TYPES,
    CaseEvent::VARIANTS,
    ClockEvent::VARIANTS,
    AssistEvent::VARIANTS,
    FollowUpEvent::VARIANTS,
    KindEvent::VARIANTS,
    CalendarEvent::VARIANTS,
    ServerEvent::VARIANTS,
];

const TYPE_COUNT: usize = {
    let (mut count, mut noun) = (0, 0);
    while noun < TYPES_BY_NOUN.len() {
        count += TYPES_BY_NOUN[noun].len();
        noun += 1;
    }
    count
};

/// All types of event.
pub const TYPES: &[&str] = &{
    let mut types = [""; TYPE_COUNT];
    let (mut next, mut noun) = (0, 0);
    while noun < TYPES_BY_NOUN.len() {
        let mut of_noun = TYPES_BY_NOUN[noun];
        while let [first, rest @ ..] = of_noun {
            types[next] = first;
            next += 1;
            of_noun = rest;
        }
        noun += 1;
    }
    types
};

/// One of [`TYPES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventType(&'static str);

impl EventType {
    pub fn named(name: &str) -> Option<Self> {
        let known = TYPES.iter().find(|known| **known == name);
        known.map(|known| Self(known))
    }

    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl<'de> Deserialize<'de> for EventType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = Cow::<str>::deserialize(deserializer)?;
        Self::named(&name).ok_or_else(|| D::Error::custom(format!("unknown type \"{name}\"")))
    }
}

/// The agents or queues named by an event. Only successions name more than four.
pub type Names<'a> = SmallVec<[&'a Name; 4]>;

impl EventBody {
    /// The type of the event on the wire.
    pub const fn kind(&self) -> EventType {
        EventType(match self {
            Self::Agent(event) => event.into_str(),
            Self::Queue(event) => event.into_str(),
            Self::Settings(event) => event.into_str(),
            Self::Customer(event) => event.into_str(),
            Self::Contact(_, event) => event.into_str(),
            Self::Offer(_, event) => event.kind(),
            Self::Case(event) => event.into_str(),
            Self::Clock(event) => event.into_str(),
            Self::Assist(event) => event.into_str(),
            Self::FollowUp(event) => event.into_str(),
            Self::Kind(event) => event.into_str(),
            Self::Calendar(event) => event.into_str(),
            Self::Server(event) => event.into_str(),
        })
    }

    /// The agents that the event names.
    pub fn agents(&self) -> Names<'_> {
        match self {
            Self::Agent(event) => event.agents(),
            Self::Customer(event) => event.agents(),
            Self::Contact(of, event) => of.agent.iter().chain(event.agent()).collect(),
            Self::Offer(of, _) => of.agent.iter().collect(),
            Self::Case(event) => event.agents(),
            Self::Clock(event) => event.agents(),
            Self::Assist(event) => event.agents(),
            Self::FollowUp(event) => event.agents(),
            Self::Queue(_)
            | Self::Settings(_)
            | Self::Kind(_)
            | Self::Calendar(_)
            | Self::Server(_) => Names::new(),
        }
    }

    /// The client program whose contact the event is about.
    pub fn source(&self) -> Option<&Name> {
        match self {
            Self::Contact(of, _) | Self::Offer(of, _) => of.source.as_ref(),
            Self::Agent(_)
            | Self::Queue(_)
            | Self::Settings(_)
            | Self::Customer(_)
            | Self::Case(_)
            | Self::Clock(_)
            | Self::Assist(_)
            | Self::FollowUp(_)
            | Self::Kind(_)
            | Self::Calendar(_)
            | Self::Server(_) => None,
        }
    }

    /// The queues that the event names.
    pub fn queues(&self) -> Names<'_> {
        match self {
            Self::Queue(QueueEvent::Set { queue } | QueueEvent::Removed { queue }) => {
                Names::from_iter([queue])
            }
            Self::Contact(of, event) => event.queues().chain([&of.queue]).collect(),
            Self::Offer(of, _) => Names::from_iter([&of.queue]),
            Self::Assist(event) => event.queue().into_iter().collect(),
            Self::Agent(event) => event.queue().into_iter().collect(),
            Self::Settings(_)
            | Self::Customer(_)
            | Self::Case(_)
            | Self::Clock(_)
            | Self::FollowUp(_)
            | Self::Kind(_)
            | Self::Calendar(_)
            | Self::Server(_) => Names::new(),
        }
    }
}
