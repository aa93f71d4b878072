//! The kinds of record: the events that the ledger keeps, and its own records.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _};

use crate::router::codes::{Route, Why};
use crate::router::event::{AgentEvent, CaseEvent, ContactEvent, EventBody, EventType};

/// The kind of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The first record of each file: format, tenant, number of the file.
    File,
    /// From here on the records follow a journal, after one of its events.
    Follows,
    /// Everything through an event is recorded.
    Mark,
    Event(EventType),
}

impl Kind {
    const OWN: [Self; 3] = [Self::File, Self::Follows, Self::Mark];

    /// The record's `type`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::File => "ledger.file",
            Self::Follows => "ledger.follows",
            Self::Mark => "ledger.mark",
            Self::Event(of) => of.as_str(),
        }
    }

    /// Whether the record is the ledger's own and not an event.
    pub const fn is_own(self) -> bool {
        !matches!(self, Self::Event(_))
    }

    /// The kind under which an event is kept.
    pub fn of(body: &EventBody) -> Option<Self> {
        is_kept(body).then(|| Self::Event(body.kind()))
    }
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = Cow::<str>::deserialize(deserializer)?;
        let own = Self::OWN.into_iter().find(|own| own.as_str() == name);
        own.or_else(|| EventType::named(&name).map(Self::Event))
            .ok_or_else(|| D::Error::custom(format!("unknown type \"{name}\"")))
    }
}

/// Whether an event is kept: everything about cases except notes, and of contacts what shows who
/// served and how it ended.
fn is_kept(body: &EventBody) -> bool {
    match body {
        EventBody::Agent(event) => match event {
            AgentEvent::Set { .. } | AgentEvent::Removed { .. } => true,
            AgentEvent::Presence { .. }
            | AgentEvent::State { .. }
            | AgentEvent::Device { .. }
            | AgentEvent::Queue { .. }
            | AgentEvent::AfterCurrent { .. }
            | AgentEvent::Absent { .. }
            | AgentEvent::PairAway(_)
            | AgentEvent::Briefing(_)
            | AgentEvent::Succession { .. }
            | AgentEvent::Succeeded { .. } => false,
        },
        EventBody::Contact(_, event) => match event {
            ContactEvent::Offered { route, why, .. } => is_break(*route, *why),
            ContactEvent::Connected { .. }
            | ContactEvent::Left { .. }
            | ContactEvent::Retrieved
            | ContactEvent::Unreached { .. }
            | ContactEvent::Assigned { .. }
            | ContactEvent::Outcome { .. }
            | ContactEvent::Ended { .. }
            | ContactEvent::Transferred { .. } => true,
            ContactEvent::Waiting { .. }
            | ContactEvent::Callback { .. }
            | ContactEvent::Held { .. }
            | ContactEvent::WrapUp { .. }
            | ContactEvent::Overflowed { .. }
            | ContactEvent::Updated => false,
        },
        EventBody::Case(event) => match event {
            CaseEvent::Opened { .. }
            | CaseEvent::Owned { .. }
            | CaseEvent::Assisted { .. }
            | CaseEvent::HandedOver { .. }
            | CaseEvent::Escalated { .. }
            | CaseEvent::Resolved { .. }
            | CaseEvent::Reopened { .. }
            | CaseEvent::Closed { .. } => true,
            CaseEvent::Noted { .. } => false,
        },
        EventBody::Clock(_) | EventBody::Assist(_) | EventBody::FollowUp(_) => true,
        EventBody::Queue(_)
        | EventBody::Settings(_)
        | EventBody::Customer(_)
        | EventBody::Offer(..)
        | EventBody::Kind(_)
        | EventBody::Calendar(_)
        | EventBody::Server(_) => false,
    }
}

/// Whether an agent is offered a contact because its owner cannot take it.
fn is_break(route: Route, why: Why) -> bool {
    match why {
        Why::OwnerBusyDeputy
        | Why::OwnerBusyLeader
        | Why::OwnerBusyTeam
        | Why::OwnerBusySkill
        | Why::OwnerAwayDeputy
        | Why::OwnerAwayLeader
        | Why::OwnerAwayTeam
        | Why::OwnerAwaySkill
        | Why::OwnerExcluded
        | Why::NoOwnerSkill => route != Route::Owner,
        Why::OwnerAvailable
        | Why::OwnerBusyWaiting
        | Why::OwnerWrapUpWaiting
        | Why::OwnerBreakWaiting
        | Why::OwnerOfflineWaiting
        | Why::OwnerCallback
        | Why::LastOwnerAvailable
        | Why::PreferredAvailable
        | Why::GridManagerAvailable
        | Why::MentorAvailable
        | Why::TransferTarget
        | Why::Assigned
        | Why::AssignedWaiting
        | Why::AgentAvailable
        | Why::NoAgentAvailable
        | Why::NotBefore
        | Why::AssistAsked
        | Why::QueueFull
        | Why::QueueClosed
        | Why::WaitedTooLong
        | Why::NobodyLoggedIn
        | Why::PlatformGone
        | Why::Accepted
        | Why::Ended => false,
    }
}
