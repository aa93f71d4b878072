//! The policy of a queue and the settings of a tenant, with their defaults.
//!
//! Fields have their names on the wire. `None` in a field documented as a limit means "no limit"
//! and is `null` on the wire, `"off"` in the configuration. This file is data only; a field takes
//! effect where its rule is implemented.

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use super::booking::Booking;
use super::by_customer::ByCustomer;
use super::callbacks::Callbacks;
use super::codes::{
    Fallback, MailCase, NoAgentCounts, OverflowAction, OwnerHold, OwnershipKey, OwnershipMode,
    Pick, Strategy, Widen,
};
use super::country::Country;
use super::identities::Identities;
use super::ids::Name;
use super::number::{Share, Span, Whole, at_most};
use super::tenant_zone::TenantZone;
use super::ticket::TicketPolicy;
use super::time::{MILLIS_MAX, Millis};

/// The queue that exists from the start.
pub const DEFAULT_QUEUE: &str = "default";

/// The channel of callbacks.
pub const CALLBACK_CHANNEL: &str = "callback";

/// The most skills in one map (of an agent or a requirement).
pub const SKILLS_MAX: usize = 256;
/// The most steps of one queue.
pub const STEPS_MAX: usize = 32;
/// The shortest time of waiting for a step of priority, in ms: each step of each waiting contact is
/// work, and thousands may wait.
pub const AGE_PRIORITY_MS_MIN: i64 = 100;
/// Priorities lie in `-PRIORITY_MAX..=PRIORITY_MAX`.
pub const PRIORITY_MAX: i32 = 1_000_000;
/// The most agents that one contact is offered to at once.
pub const PARALLEL_OFFERS_MAX: u32 = 100;
/// The most simultaneous contacts of one channel per agent.
pub const CAPACITY_MAX: u32 = 1_000;

/// How many agents are offered a contact at once.
pub type ParallelOffers = Whole<1, PARALLEL_OFFERS_MAX>;
/// Simultaneous contacts of one channel.
pub type Capacity = Whole<0, CAPACITY_MAX>;
/// How long an offer rings.
pub type RingTime = Span<1, MILLIS_MAX>;

fn ring_time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<RingTime, D::Error> {
    let ms = Millis::deserialize(deserializer)?;
    RingTime::new(ms.0).ok_or_else(|| D::Error::custom("0 gives nobody time to answer"))
}

/// A proficiency, 1 (lowest) to 10 (best).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Level(pub u8);

impl Level {
    pub const MIN: Self = Self(1);
    pub const MAX: Self = Self(10);
}

impl<'de> Deserialize<'de> for Level {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let n = i64::deserialize(deserializer)?;
        u8::try_from(n)
            .ok()
            .filter(|n| (1..=10).contains(n))
            .map(Self)
            .ok_or_else(|| D::Error::custom(format!("{n} is not a proficiency: give 1 to 10")))
    }
}

/// A priority, `-PRIORITY_MAX..=PRIORITY_MAX`; higher goes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Priority(pub i32);

impl<'de> Deserialize<'de> for Priority {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let n = i64::deserialize(deserializer)?;
        i32::try_from(n)
            .ok()
            .filter(|n| (-PRIORITY_MAX..=PRIORITY_MAX).contains(n))
            .map(Self)
            .ok_or_else(|| {
                D::Error::custom(format!(
                    "{n} is not a priority: give -{PRIORITY_MAX} to {PRIORITY_MAX}"
                ))
            })
    }
}

/// Skills with their levels, in the order of their names.
pub type SkillMap = BTreeMap<Name, Level>;

/// Delays after an offer that was not accepted, in which the agent gets no offers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Retry {
    pub declined_ms: Millis,
    pub busy_ms: Millis,
    pub unreachable_ms: Millis,
    /// After `no_answer` and after an offer that expired.
    pub no_answer_ms: Millis,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            declined_ms: Millis::seconds(5),
            busy_ms: Millis::seconds(5),
            unreachable_ms: Millis::seconds(30),
            no_answer_ms: Millis::seconds(5),
        }
    }
}

/// A change of the requirement with the time waited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Time since joining the queue.
    pub after_ms: Millis,
    /// Replaces the queue's requirement.
    #[serde(default, deserialize_with = "at_most::<SKILLS_MAX, _, _>")]
    pub requires: Option<SkillMap>,
    /// Removes some skills from the queue's requirement.
    #[serde(default, deserialize_with = "at_most::<SKILLS_MAX, _, _>")]
    pub drop: Vec<Name>,
    /// `any` removes the queue's whole requirement.
    pub widen: Option<Widen>,
}

/// What happens to a contact that the queue cannot hold: another queue, or an end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Overflow {
    pub to: Option<Name>,
    pub action: Option<OverflowAction>,
}

impl Default for Overflow {
    fn default() -> Self {
        Self {
            to: None,
            action: Some(OverflowAction::Reject),
        }
    }
}

/// The service level of a queue: the share of contacts to be answered within a time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServiceLevel {
    pub within_ms: Millis,
    /// Share of contacts.
    pub target: Share,
}

impl Default for ServiceLevel {
    fn default() -> Self {
        Self {
            within_ms: Millis::seconds(20),
            target: Share::of(0.8),
        }
    }
}

/// How long a contact waits for its owner, by what the owner is doing. Measured from the
/// contact's joining; 0 = do not wait.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OwnerWait {
    pub busy_ms: Millis,
    pub wrap_up_ms: Millis,
    pub break_ms: Millis,
    pub offline_ms: Millis,
}

impl Default for OwnerWait {
    fn default() -> Self {
        Self {
            busy_ms: Millis::seconds(20),
            wrap_up_ms: Millis::seconds(20),
            break_ms: Millis::ZERO,
            offline_ms: Millis::ZERO,
        }
    }
}

/// How a queue routes repeat contacts to their owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Ownership {
    pub mode: OwnershipMode,
    pub wait: OwnerWait,
    pub fallback: Vec<Fallback>,
    /// A freed agent first takes the waiting contacts it owns.
    pub own_first: bool,
    /// An owned contact does not overtake one that joined this much earlier. `None` = no limit.
    pub overtake_ms: Option<Millis>,
    /// Require the owner to have the skills as well.
    pub owner_skill_check: bool,
    /// Ownership begins only after this much conversation.
    pub min_handle_ms: Millis,
    /// How long a closed case still makes its last owner the preferred agent.
    pub affinity_ms: Millis,
    pub key: OwnershipKey,
    /// Whether a contact waits for its owner while other agents are idle.
    pub hold: OwnerHold,
}

impl Default for Ownership {
    fn default() -> Self {
        Self {
            mode: OwnershipMode::Prefer,
            wait: OwnerWait::default(),
            fallback: vec![
                Fallback::Deputy,
                Fallback::Leader,
                Fallback::Team,
                Fallback::Skill,
            ],
            own_first: true,
            overtake_ms: Some(Millis::seconds(60)),
            owner_skill_check: false,
            min_handle_ms: Millis::ZERO,
            affinity_ms: Millis::ZERO,
            key: OwnershipKey::First,
            hold: OwnerHold::Always,
        }
    }
}

/// Whether a value is the default: readers of text need not see what a tenant does not use.
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// The policy of a queue; docs/routing-rules.md names the rule of each field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    #[serde(deserialize_with = "at_most::<SKILLS_MAX, _, _>")]
    pub requires: SkillMap,
    pub strategy: Strategy,
    pub priority: Priority,
    /// One step of priority for this much waiting; 0 = off.
    pub age_priority_ms: Millis,
    #[serde(deserialize_with = "ring_time")]
    pub ring_ms: RingTime,
    pub parallel_offers: ParallelOffers,
    /// Parallel offers are made together; none is added while another rings.
    pub parallel_round: bool,
    /// Offers missed in a row before the agent is set on break; 0 = never.
    pub max_missed: u32,
    pub retry: Retry,
    #[serde(deserialize_with = "at_most::<STEPS_MAX, _, _>")]
    pub steps: Vec<Step>,
    pub max_wait_ms: Option<Millis>,
    pub max_waiting: Option<u32>,
    pub no_agent_ms: Option<Millis>,
    /// Whether agents on break count as somebody for `no_agent_ms`.
    pub no_agent_counts: NoAgentCounts,
    pub overflow: Overflow,
    pub resume_ms: Option<Millis>,
    pub wrap_up_ms: Millis,
    pub service_level: ServiceLevel,
    /// The calendar of opening hours, by name.
    pub calendar: Option<Name>,
    pub ownership: Ownership,
    /// Trunks: waiting + offered + connected.
    pub max_in_system: Option<u32>,
    #[serde(skip_serializing_if = "is_default")]
    pub booking: Booking,
    #[serde(skip_serializing_if = "is_default")]
    pub ticket: TicketPolicy,
    /// Agents may take a waiting contact for themselves.
    #[serde(skip_serializing_if = "is_default")]
    pub pull: bool,
    #[serde(skip_serializing_if = "is_default")]
    pub callback: Callbacks,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            requires: SkillMap::new(),
            strategy: Strategy::LongestIdle,
            priority: Priority(0),
            age_priority_ms: Millis::ZERO,
            ring_ms: RingTime::of(20_000),
            parallel_offers: ParallelOffers::of(1),
            parallel_round: false,
            max_missed: 3,
            retry: Retry::default(),
            steps: Vec::new(),
            max_wait_ms: None,
            max_waiting: None,
            no_agent_ms: None,
            no_agent_counts: NoAgentCounts::LoggedIn,
            overflow: Overflow::default(),
            resume_ms: Some(Millis::ZERO),
            wrap_up_ms: Millis::ZERO,
            service_level: ServiceLevel::default(),
            calendar: None,
            ownership: Ownership::default(),
            max_in_system: None,
            booking: Booking::default(),
            ticket: TicketPolicy::default(),
            pull: false,
            callback: Callbacks::default(),
        }
    }
}

/// What a channel allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ChannelRule {
    /// An offer reserves the whole agent.
    pub exclusive: bool,
    /// Simultaneous contacts of an agent whose own capacity does not name the channel.
    pub capacity: Capacity,
    /// Whether a contact needs its platform while it waits. `None` = as [`has_line`] says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub live: Option<bool>,
}

impl Default for ChannelRule {
    fn default() -> Self {
        Self {
            exclusive: false,
            capacity: Capacity::of(1),
            live: None,
        }
    }
}

/// The settings of a tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    pub pick: Pick,
    pub max_in_system: Option<u32>,
    /// How long a contact outlives its platform. `None` = for ever.
    pub lease_ms: Option<Millis>,
    /// How long ringing offers stand after the last session of their contact's platform closed.
    pub platform_grace_ms: Millis,
    /// How long an agent whose last desktop is gone is not offline.
    pub bound_grace_ms: Millis,
    /// This many contacts on one open case raise `case.escalated`; 0 = never.
    pub repeat_supervise: u32,
    pub repeat_window_ms: Millis,
    /// When a resolved case closes automatically. `None` = never.
    pub close_after_ms: Option<Millis>,
    /// The channels; those not named here keep their rule.
    pub channels: BTreeMap<Name, ChannelRule>,
    /// How long an ended contact can be queried and its id counts as used.
    pub keep_ended_ms: Millis,
    /// The most ended contacts kept.
    pub keep_ended_max: u32,
    /// How long an idempotency key is remembered.
    pub keep_keys_ms: Millis,
    /// The most idempotency keys remembered.
    pub keep_keys_max: u32,
    /// What a customer's profile adds to its contacts.
    #[serde(skip_serializing_if = "is_default")]
    pub by_customer: ByCustomer,
    /// Whose midnight it is where no calendar says it.
    pub zone: TenantZone,
    /// Whose number plan national telephone numbers follow. `None` = only international ones are
    /// brought into one form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<Country>,
    /// Identities that are nobody, such as withheld numbers.
    #[serde(skip_serializing_if = "is_usual_nobody")]
    pub nobody: Identities,
    /// Numbers behind which many persons stand.
    #[serde(skip_serializing_if = "is_default")]
    pub shared: Identities,
    #[serde(skip_serializing_if = "is_lower")]
    pub mail_case: MailCase,
    /// A SIP address whose user is a number is that number.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub sip_is_tel: bool,
}

fn is_usual_nobody(listed: &Identities) -> bool {
    *listed == Identities::nobody()
}

fn is_lower(case: &MailCase) -> bool {
    *case == MailCase::Lower
}

/// The channels that exist from the start: name, exclusive.
pub const CHANNELS: [(&str, bool); 6] = [
    ("voice", true),
    ("chat", false),
    ("email", false),
    ("counter", true),
    ("callback", true),
    ("task", false),
];

/// Whether a channel has a live line, unless its rule says: somebody who is gone when the platform
/// is. A letter, a task, a person at the counter and a call to be made are not.
pub fn has_line(channel: &str) -> bool {
    !matches!(channel, "email" | "counter" | "callback" | "task")
}

/// The channel of a contact that names none.
pub const DEFAULT_CHANNEL: &str = CHANNELS[0].0;

/// The most channels of a tenant.
pub const CHANNELS_MAX: usize = 16;

impl Settings {
    pub const PLATFORM_GRACE_MS: Millis = Millis::seconds(5);
    pub const BOUND_GRACE_MS: Millis = Millis::seconds(30);
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            pick: Pick::LongestWaiting,
            max_in_system: None,
            lease_ms: Some(Millis::minutes(2)),
            platform_grace_ms: Self::PLATFORM_GRACE_MS,
            bound_grace_ms: Self::BOUND_GRACE_MS,
            repeat_supervise: 3,
            repeat_window_ms: Millis::hours(24 * 7),
            close_after_ms: Some(Millis::hours(24 * 7)),
            channels: BTreeMap::new(),
            keep_ended_ms: Millis::hours(24),
            keep_ended_max: 100_000,
            keep_keys_ms: Millis::hours(24),
            keep_keys_max: 100_000,
            by_customer: ByCustomer::default(),
            zone: TenantZone::default(),
            country: None,
            nobody: Identities::nobody(),
            shared: Identities::default(),
            mail_case: MailCase::Lower,
            sip_is_tel: false,
        }
    }
}
