//! Queries. They read the present state, change nothing and are never journaled.

use serde::{Deserialize, Serialize};

use super::codes::{CaseState, ContactState, Outcome, Presence};
use super::command::{AgentRef, CalendarRef, ContactSubmit, KindRef, QueueRef};
use super::ids::{Name, Text};
use super::number::Whole;
use super::time::{self, Millis, Timestamp};

/// The most items of one page of a list.
pub const PAGE_ITEMS_MAX: u32 = 1_000;
/// Items of a page by default.
const PAGE_ITEMS_DEFAULT: u32 = 100;

/// The most items of the requested page.
pub type PageLimit = Whole<1, PAGE_ITEMS_MAX>;

impl PageLimit {
    /// The default.
    pub const DEFAULT: Self = Self::of(PAGE_ITEMS_DEFAULT);
}

/// All queries.
#[derive(Clone, Debug, PartialEq)]
pub enum Query {
    AgentGet(AgentRef),
    AgentList(AgentList),
    QueueGet(QueueRef),
    QueueList(ListPage),
    SettingsGet,
    CustomerGet(CustomerRef),
    ContactGet(ContactNamed),
    ContactList(Box<ContactList>),
    ContactExplain(ContactNamed),
    ContactPreview(Box<ContactSubmit>),
    CaseGet(CaseNamed),
    CaseFind(CaseFind),
    OwnerGet(OwnerGet),
    Stats(StatsGet),
    AgentBriefing(AgentRef),
    BookingSlots(BookingSlots),
    KindGet(KindRef),
    KindList(ListPage),
    CalendarGet(CalendarRef),
    CalendarList(ListPage),
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ListPage {
    pub after: Option<Name>,
    pub limit: Option<PageLimit>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AgentList {
    pub team: Option<Name>,
    pub presence: Option<Presence>,
    pub address: Option<Text>,
    pub after: Option<Name>,
    pub limit: Option<PageLimit>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustomerRef {
    /// The id or any identity.
    pub customer: Name,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContactNamed {
    pub contact: Name,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ContactList {
    pub queue: Option<Name>,
    pub state: Option<ContactState>,
    /// The client program to which it belongs.
    pub source: Option<Name>,
    /// The customer's id or any identity.
    pub customer: Option<Name>,
    pub case: Option<Name>,
    /// The agent who has it, is offered it, or had it last.
    pub agent: Option<Name>,
    pub outcome: Option<Outcome>,
    pub ticket: Option<Name>,
    /// Submitted at this time or later.
    #[serde(deserialize_with = "time::read")]
    pub from_at: Option<Timestamp>,
    /// Submitted before this time.
    #[serde(deserialize_with = "time::read")]
    pub to_at: Option<Timestamp>,
    pub after: Option<Name>,
    pub limit: Option<PageLimit>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseNamed {
    pub case: Name,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CaseFind {
    pub customer: Option<Name>,
    pub owner: Option<Name>,
    pub state: Option<CaseState>,
    #[serde(deserialize_with = "time::read")]
    pub due_before_at: Option<Timestamp>,
    pub after: Option<Name>,
    pub limit: Option<PageLimit>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnerGet {
    pub customer: Name,
    pub topic: Option<Name>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StatsGet {
    pub queue: Option<Name>,
    pub agent: Option<Name>,
    pub window_ms: Option<Millis>,
}

/// `booking.slots`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BookingSlots {
    pub queue: Name,
    /// The case whose owner should serve.
    pub case: Option<Name>,
    /// Or the customer, whose case of the topic is used.
    pub customer: Option<Name>,
    pub topic: Option<Name>,
    #[serde(default, deserialize_with = "time::read")]
    pub from_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "time::read")]
    pub to_at: Option<Timestamp>,
    pub limit: Option<PageLimit>,
}
