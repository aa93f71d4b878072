//! The parameters of every method, with type, meaning and default. Data only.
//!
//! The idempotency key is not listed here: every mutating method takes it (see
//! [`super::method::KEY`]).

use super::people_fields::{ABSENCES, LEARNT, MAX_OPEN_CASES};
use super::schema::Type::{
    Attributes, Bool, BoolOrList, Level, List, Map, Millis, Name, Object, Offer, Text, Timestamp,
    Whole, Words,
};
use super::schema::{ANY, Param, Type};
use crate::router::codes::{AgentKind, ContactState, DeclineReason, Presence, TransferMode};
use crate::router::event::TYPES;
use crate::router::policy::{CAPACITY_MAX, CHANNELS_MAX, SKILLS_MAX};
use crate::router::query::PAGE_ITEMS_MAX;

/// How a conversation can be said to have ended.
pub const END_OUTCOMES: &[&str] = &["resolved", "open", "transferred", "dropped"];

const SEQUENCE: Type = Whole {
    min: 0,
    max: super::limits::INTEGER_MAX,
};
pub(super) const CAPACITY: Type = Whole {
    min: 0,
    max: CAPACITY_MAX as i64,
};
const PAGE: Type = Whole {
    min: 1,
    max: PAGE_ITEMS_MAX as i64,
};
const RANK: Type = Whole {
    min: i32::MIN as i64,
    max: i32::MAX as i64,
};
pub(super) const SKILLS: Type = Map(&Level, SKILLS_MAX);
const NAMES: Type = List(&Name, ANY);

pub(super) const AFTER: Param = Param::may(
    "after",
    Name,
    "only what comes after this id (the `next` of the page before)",
);
pub(super) const LIMIT: Param = Param::may("limit", PAGE, "items of the page").or("100");
const AGENT: Param = Param::must("agent", Name, "the agent's id");
pub(super) const QUEUE: Param = Param::must("queue", Name, "the queue's id");
const CONTACT: Param = Param::must("contact", Name, "the contact's id");
pub(super) const CUSTOMER: Param = Param::must(
    "customer",
    Name,
    "the customer's id or any identity, such as tel:+8613800138000",
);
pub(super) const BY: Param = Param::must("by", Name, "who does it");

pub const NONE: &[Param] = &[];

pub const SESSION_OPEN: &[Param] = &[
    Param::must(
        "client",
        Name,
        "the program that connects; contacts it submits belong to it",
    ),
    Param::may("token", Text, "the secret that was issued for this program"),
    Param::may(
        "tenant",
        Name,
        "the organisation, where the token may speak for several",
    ),
    Param::may(
        "events",
        BoolOrList(&Words(TYPES)),
        "true: all events from now on come on this connection; a list: those types",
    )
    .or("false"),
];

pub const AGENT_SET: &[Param] = &[
    AGENT,
    Param::may("name", Text, "the name for people"),
    Param::may(
        "kind",
        Words(AgentKind::WORDS),
        "a bot serves but never owns a case",
    )
    .or("\"human\""),
    Param::may("skills", SKILLS, "skill and proficiency, 10 is best").or("{}"),
    Param::may(
        "capacity",
        Map(&CAPACITY, CHANNELS_MAX),
        "channel and contacts at once; a channel not named follows the tenant's rule",
    )
    .or("{}"),
    Param::may("team", Name, "the team, where a queue falls back to it"),
    Param::may(
        "deputy",
        Name,
        "the agent who serves while this one is away",
    ),
    Param::may("leader", Name, "the agent who covers when both are away"),
    Param::may(
        "address",
        Text,
        "where the platform reaches the agent, such as PJSIP/101; comes back in every offer",
    ),
    Param::may("wrap_up_ms", Millis, "overrides the queue's wrap-up, in ms"),
    Param::may("rank", RANK, "for the strategy `ordered`, lowest first").or("0"),
    Param::may(
        "mentor",
        Name,
        "the agent who is asked first when this one consults a queue",
    ),
    Param::may(
        "max_open_cases",
        MAX_OPEN_CASES,
        "with so many open cases, new ones go to others who can take them",
    ),
    Param::may(
        "absences",
        ABSENCES,
        "planned absences, in place of those before; without it they stay",
    ),
];

pub const AGENT_PRESENCE: &[Param] = &[
    AGENT,
    Param::must(
        "presence",
        Words(Presence::WORDS),
        "what the agent says of itself",
    ),
    Param::may("reason", Text, "why, such as lunch"),
    Param::may(
        "until_at",
        Timestamp,
        "when a break ends by itself, in ms since 1970",
    ),
];

pub const AGENT_REMOVE: &[Param] = &[
    AGENT,
    Param::may(
        "successor",
        Name,
        "who gets the open cases; without one the deputy, else the leader",
    ),
];

pub const AGENT_REF: &[Param] = &[AGENT];

pub const AGENT_LIST: &[Param] = &[
    Param::may("team", Name, "only this team"),
    Param::may("presence", Words(Presence::WORDS), "only this presence"),
    AFTER,
    LIMIT,
];

pub const QUEUE_REF: &[Param] = &[QUEUE];
pub const LIST: &[Param] = &[AFTER, LIMIT];

const PROFILE: Type = Object(&[
    Param::may("tier", Text, "such as gold"),
    Param::may("language", Text, "such as zh"),
    Param::may("special_care", Bool, "needs special care"),
    Param::may("grid", Text, "the service grid the customer belongs to"),
    Param::may("name", Text, "the customer's name"),
]);

pub const CUSTOMER_LINK: &[Param] = &[
    Param::must(
        "customer",
        Name,
        "the customer's id; made where it does not exist",
    ),
    Param::may(
        "identities",
        NAMES,
        "such as tel:+8613800138000, mail:li@example.cn, wechat:wx_1",
    )
    .or("[]"),
    Param::may("profile", PROFILE, "what is known; replaces what was known"),
];

pub const CUSTOMER_EXCLUDE: &[Param] = &[
    CUSTOMER,
    AGENT,
    Param::must("on", Bool, "true excludes, false lifts it"),
    Param::may("reason", Text, "why; stands in the explanation").or("\"\""),
];

pub const CUSTOMER_REF: &[Param] = &[CUSTOMER];

pub const CONTACT_SUBMIT: &[Param] = &[
    Param::must("contact", Name, "the contact's id, chosen by the client"),
    Param::may("queue", Name, "where it waits").or("\"default\""),
    Param::may(
        "channel",
        Name,
        "voice, chat, email, counter, callback, task or one of the settings",
    )
    .or("\"voice\""),
    Param::may(
        "customer",
        Name,
        "the customer's id or any identity; an unknown one makes a customer",
    ),
    Param::may(
        "requires",
        SKILLS,
        "added to the queue's; the higher level counts",
    )
    .or("{}"),
    Param::may(
        "priority",
        Type::Priority,
        "added to the queue's; higher goes first",
    )
    .or("0"),
    Param::may(
        "topic",
        Name,
        "the matter; the customer's open case of this topic is continued",
    ),
    Param::may("case", Name, "the case it belongs to"),
    Param::may("kind", Name, "the kind of the case, where one is opened"),
    Param::may("max_wait_ms", Millis, "its own longest wait, in ms"),
    Param::may(
        "joined_at",
        Timestamp,
        "when it began to wait, if before now, in ms since 1970",
    ),
    Param::may(
        "prefer",
        Name,
        "the agent who is offered it first if eligible, without waiting",
    ),
    Param::may("exclude", NAMES, "agents who are never offered it").or("[]"),
    Param::may(
        "not_before_at",
        Timestamp,
        "when it may be offered first, in ms since 1970",
    ),
    Param::may("attributes", Attributes, "whatever should travel with it"),
];

pub const CONTACT_UPDATE: &[Param] = &[
    CONTACT,
    Param::may(
        "priority",
        Type::Priority,
        "the new priority; its place follows at once",
    ),
    Param::may("requires", SKILLS, "its new own requirement"),
    Param::may("queue", Name, "the queue it moves to; the join time stays"),
    Param::may("attributes", Attributes, "replace the present ones"),
    LEARNT,
    Param::may(
        "not_before_at",
        Timestamp,
        "another time for one that is scheduled, in ms since 1970",
    ),
];

pub const CONTACT_CANCEL: &[Param] = &[
    CONTACT,
    Param::must("reason", Text, "`abandoned`, `voicemail` or any other word"),
];

pub const CONTACT_END: &[Param] = &[
    CONTACT,
    Param::must("outcome", Words(END_OUTCOMES), "how the conversation ended"),
    Param::may("note", Text, "goes to the case"),
    LEARNT,
];

const TARGET: Type = Object(&[
    Param::may("agent", Name, "to this agent"),
    Param::may("queue", Name, "or to this queue"),
]);

pub const CONTACT_TRANSFER: &[Param] = &[
    CONTACT,
    Param::must("to", TARGET, "exactly one of `agent` and `queue`"),
    Param::may(
        "mode",
        Words(TransferMode::WORDS),
        "consult keeps the first agent until it leaves",
    )
    .or("\"blind\""),
    Param::may("reason", Text, "why").or("\"\""),
    LEARNT,
];

pub const CONTACT_REF: &[Param] = &[CONTACT];

pub const CONTACT_LIST: &[Param] = &[
    Param::may("queue", Name, "only this queue"),
    Param::may("state", Words(ContactState::WORDS), "only this state"),
    AFTER,
    LIMIT,
];

pub const CONTACT_SYNC: &[Param] = &[
    Param::must(
        "source",
        Name,
        "the `client` of session.open to which the contacts belong",
    ),
    Param::must(
        "contacts",
        NAMES,
        "all its live contacts; what is not listed is cancelled",
    ),
];

pub const OFFER_ACCEPT: &[Param] = &[
    Param::may("offer", Offer, "the offer"),
    Param::may("contact", Name, "or the contact, together with `agent`"),
    Param::may("agent", Name, "the agent who was offered `contact`"),
];

pub const OFFER_DECLINE: &[Param] = &[
    Param::may("offer", Offer, "the offer"),
    Param::may("contact", Name, "or the contact, together with `agent`"),
    Param::may("agent", Name, "the agent who was offered `contact`"),
    Param::may(
        "reason",
        Words(DeclineReason::WORDS),
        "why; each has its own retry delay",
    )
    .or("\"declined\""),
];

pub const OWNER_GET: &[Param] = &[CUSTOMER, Param::may("topic", Name, "the matter")];

pub const EVENTS_SUBSCRIBE: &[Param] = &[
    Param::may(
        "after",
        SEQUENCE,
        "the last sequence number that is known; 0 = from the first event on. Without it: from now on",
    ),
    Param::may("types", List(&Words(TYPES), ANY), "only these types"),
    Param::may("agents", NAMES, "only events that name one of these agents"),
    Param::may("queues", NAMES, "only events that name one of these queues"),
];

pub const STATS_GET: &[Param] = &[
    Param::may("queue", Name, "only this queue"),
    Param::may("agent", Name, "only this agent"),
    Param::may("window_ms", Millis, "only the last so many ms"),
];
