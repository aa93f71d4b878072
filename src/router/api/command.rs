//! The commands: everything that can change a router's state.
//!
//! A command's form (names, ranges, known words) is checked where it is read; whether it fits the
//! state is checked by `Router::apply`. Fields have their names on the wire (docs/protocol.md), so
//! a command is also the parameter list of its method. The journal's form is defined separately, in
//! `stored`.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};

use super::by_customer::ByCustomer;
use super::codes::{AgentKind, DeclineReason, EndedBy, MailCase, Outcome, Pick, TransferMode};
use super::country::Country;
use super::identities::Identities;
use super::ids::{Key, Name, OfferId, Text};
use super::number::at_most;
use super::people::Absence;
use super::policy::{CHANNELS_MAX, Capacity, ChannelRule, Policy, Priority, SKILLS_MAX, SkillMap};
use super::tenant_zone::TenantZone;
use super::time::{self, Millis, Timestamp};

pub use super::agent_update::AgentUpdate;
pub use super::attributes::{ATTRIBUTES_BYTES_MAX, Attributes};
pub use super::by_noun::{
    AgentCommand, CalendarCommand, CaseCommand, Command, ContactCommand, CustomerCommand,
    KindCommand, OfferCommand, OfferNamed, QueueCommand, SessionCommand,
};
pub use super::case_command::{
    CalendarRef, CalendarSet, CaseAct, CaseAdvance, CaseAssist, CaseAssistDone, CaseExtend,
    CaseFollowUp, CaseHandover, CaseNote, CaseOpen, CaseWait, KindRef, KindSet, SCORE_MAX, Score,
};
pub use super::conversation::{ContactAgent, ContactAssign, ContactHold, ContactOutcome};
pub use super::whereabouts::{AgentDevice, AgentPresence, AgentQueue, BEAT_MS_MIN, Beat, Desktop};

/// A command with all its outside inputs: time, random number, source, key.
#[derive(Clone, Debug, PartialEq)]
pub struct Stamped {
    /// The time of the command. Never decreases from one command to the next.
    pub at: Timestamp,
    /// A random number for strategies that need one.
    pub chance: u64,
    /// The `client` of the session that sent it.
    pub source: Option<Name>,
    /// The idempotency key of the request, if it has one.
    pub key: Option<Key>,
    /// Who asked for it, as the daemon knows the peer; `None` = nobody, it is of the router's making.
    pub actor: Option<Name>,
    pub command: Command,
}

/// A session of a named client program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    pub client: Name,
}

/// `agent.set`: creates or replaces; presence is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentSet {
    pub agent: Name,
    pub name: Option<Text>,
    #[serde(default = "human")]
    pub kind: AgentKind,
    #[serde(default, deserialize_with = "at_most::<SKILLS_MAX, _, _>")]
    pub skills: SkillMap,
    #[serde(default, deserialize_with = "at_most::<CHANNELS_MAX, _, _>")]
    pub capacity: BTreeMap<Name, Capacity>,
    pub team: Option<Name>,
    pub deputy: Option<Name>,
    pub leader: Option<Name>,
    pub address: Option<Text>,
    /// Overrides the queue's wrap-up.
    pub wrap_up_ms: Option<Millis>,
    /// For the strategy `ordered`: lowest first.
    #[serde(default)]
    pub rank: i32,
    /// The agent who is asked first when this one consults.
    pub mentor: Option<Name>,
    /// With this many open cases, new ones go to others.
    pub max_open_cases: Option<u32>,
    /// Planned absences, replacing the earlier ones. `None` = unchanged.
    pub absences: Option<Vec<Absence>>,
}

impl AgentSet {
    /// An agent with all optional fields unset.
    pub fn of(agent: Name) -> Self {
        Self {
            agent,
            name: None,
            kind: human(),
            skills: SkillMap::new(),
            capacity: BTreeMap::new(),
            team: None,
            deputy: None,
            leader: None,
            address: None,
            wrap_up_ms: None,
            rank: 0,
            mentor: None,
            max_open_cases: None,
            absences: None,
        }
    }
}

fn human() -> AgentKind {
    AgentKind::Human
}

/// `agent.remove`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentRemove {
    pub agent: Name,
    pub successor: Option<Name>,
    pub reason: Option<Text>,
}

/// Names one agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentRef {
    pub agent: Name,
}

/// `queue.set`: creates or replaces a queue's policy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QueueSet {
    pub queue: Name,
    pub policy: Policy,
}

/// Names one queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QueueRef {
    pub queue: Name,
}

/// `settings.set`: absent fields keep their value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SettingsPatch {
    pub pick: Option<Pick>,
    #[serde(deserialize_with = "present")]
    pub max_in_system: Option<Option<u32>>,
    #[serde(deserialize_with = "present")]
    pub lease_ms: Option<Option<Millis>>,
    pub platform_grace_ms: Option<Millis>,
    pub bound_grace_ms: Option<Millis>,
    pub repeat_supervise: Option<u32>,
    pub repeat_window_ms: Option<Millis>,
    #[serde(deserialize_with = "present")]
    pub close_after_ms: Option<Option<Millis>>,
    #[serde(deserialize_with = "at_most::<CHANNELS_MAX, _, _>")]
    pub channels: Option<BTreeMap<Name, ChannelRule>>,
    pub keep_ended_ms: Option<Millis>,
    pub keep_ended_max: Option<u32>,
    pub keep_keys_ms: Option<Millis>,
    pub keep_keys_max: Option<u32>,
    pub by_customer: Option<ByCustomer>,
    pub zone: Option<TenantZone>,
    #[serde(deserialize_with = "present")]
    pub country: Option<Option<Country>>,
    pub nobody: Option<Identities>,
    pub shared: Option<Identities>,
    pub mail_case: Option<MailCase>,
    pub sip_is_tel: Option<bool>,
}

/// Distinguishes `null` (no limit, none) from absent (unchanged).
pub(super) fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// The profile of a customer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Profile {
    pub tier: Option<Text>,
    pub language: Option<Text>,
    pub special_care: Option<bool>,
    pub grid: Option<Text>,
    pub name: Option<Text>,
}

/// `customer.link`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustomerLink {
    pub customer: Name,
    #[serde(default)]
    pub identities: Vec<Name>,
    pub profile: Option<Profile>,
    /// An identity may belong to another customer, who then becomes this one.
    #[serde(default)]
    pub merge: bool,
}

/// `customer.unlink`: takes one identity away, with the cases named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustomerUnlink {
    pub customer: Name,
    pub identity: Name,
    /// The customer who gets it; made where it does not exist.
    pub to: Option<Name>,
    #[serde(default)]
    pub cases: Vec<Name>,
}

/// `customer.exclude` (回避).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustomerExclude {
    pub customer: Name,
    pub agent: Name,
    pub on: bool,
    #[serde(default)]
    pub reason: Text,
}

/// `contact.submit`, and the draft of `contact.preview`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContactSubmit {
    pub contact: Name,
    pub queue: Option<Name>,
    pub channel: Option<Name>,
    pub customer: Option<Name>,
    #[serde(default, deserialize_with = "at_most::<SKILLS_MAX, _, _>")]
    pub requires: SkillMap,
    #[serde(default)]
    pub priority: Priority,
    pub topic: Option<Name>,
    pub case: Option<Name>,
    pub kind: Option<Name>,
    pub max_wait_ms: Option<Millis>,
    /// When it began to wait, if before now. A future time counts as now.
    #[serde(default, deserialize_with = "time::read")]
    pub joined_at: Option<Timestamp>,
    /// Offered first if eligible, without waiting.
    pub prefer: Option<Name>,
    #[serde(default)]
    pub exclude: Vec<Name>,
    #[serde(default, deserialize_with = "time::read")]
    pub not_before_at: Option<Timestamp>,
    pub attributes: Option<Attributes>,
    /// Where to call the customer back.
    pub address: Option<Text>,
    /// Its customer is nobody (a withheld number). Said at the door, not by the client.
    #[serde(skip)]
    pub withheld: bool,
    /// Its customer is a number that many share. Said at the door.
    #[serde(skip)]
    pub shared: bool,
}

impl ContactSubmit {
    /// A contact with all optional fields unset.
    pub fn of(contact: Name) -> Self {
        Self {
            contact,
            queue: None,
            channel: None,
            customer: None,
            requires: SkillMap::new(),
            priority: Priority(0),
            topic: None,
            case: None,
            kind: None,
            max_wait_ms: None,
            joined_at: None,
            prefer: None,
            exclude: Vec::new(),
            not_before_at: None,
            attributes: None,
            address: None,
            withheld: false,
            shared: false,
        }
    }

    /// The customer whom the contact leads to: none behind a number that many share.
    pub fn person(&self) -> Option<&Name> {
        self.customer.as_ref().filter(|_| !self.shared)
    }
}

/// `contact.update`: absent fields keep their value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContactUpdate {
    pub contact: Name,
    pub priority: Option<Priority>,
    #[serde(default, deserialize_with = "at_most::<SKILLS_MAX, _, _>")]
    pub requires: Option<SkillMap>,
    pub queue: Option<Name>,
    pub attributes: Option<Attributes>,
    /// Merged into the attributes.
    pub learnt: Option<Attributes>,
    /// A new time for a scheduled contact.
    #[serde(default, deserialize_with = "time::read")]
    pub not_before_at: Option<Timestamp>,
}

/// `contact.cancel`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContactCancel {
    pub contact: Name,
    pub reason: Text,
}

/// `contact.end`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContactEnd {
    pub contact: Name,
    /// `resolved`, `open`, `transferred` or `dropped`. `None` = what was said before, else `open`.
    pub outcome: Option<Outcome>,
    pub note: Option<Text>,
    /// Merged into the attributes.
    pub learnt: Option<Attributes>,
    pub ended_by: Option<EndedBy>,
    /// When it ended, where that is told late.
    #[serde(default, deserialize_with = "time::read")]
    pub at: Option<Timestamp>,
}

impl ContactEnd {
    /// With all optional fields unset.
    pub fn of(contact: Name) -> Self {
        Self {
            contact,
            outcome: None,
            note: None,
            learnt: None,
            ended_by: None,
            at: None,
        }
    }
}

/// The target of a transfer: exactly one of the two.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Target {
    pub agent: Option<Name>,
    pub queue: Option<Name>,
}

/// `contact.transfer`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContactTransfer {
    pub contact: Name,
    pub to: Target,
    #[serde(default = "blind")]
    pub mode: TransferMode,
    #[serde(default)]
    pub reason: Text,
    /// Merged into the attributes.
    pub learnt: Option<Attributes>,
}

fn blind() -> TransferMode {
    TransferMode::Blind
}

/// `contact.sync`: the platform's whole list of its live contacts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContactSync {
    pub source: Name,
    pub contacts: Vec<Name>,
    /// Further parts of the list follow.
    #[serde(default)]
    pub more: bool,
    /// An empty list is meant, though another session of this client is open.
    #[serde(default)]
    pub confirm: bool,
}

/// Names an offer by its id, or by contact and agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfferRef {
    pub offer: Option<OfferId>,
    pub contact: Option<Name>,
    pub agent: Option<Name>,
}

/// `offer.decline`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfferDecline {
    pub offer: Option<OfferId>,
    pub contact: Option<Name>,
    pub agent: Option<Name>,
    #[serde(default = "declined")]
    pub reason: DeclineReason,
}

fn declined() -> DeclineReason {
    DeclineReason::Declined
}
