//! The parameters about absences, succession, bookings, callbacks and what a customer's profile
//! means, with type, meaning and default. Data only.

use super::fields::QUEUE;
use super::schema::Type::{
    Attributes, Bool, Limit, List, Map, Millis, Name, Object, SkillPattern, Text, Timestamp, Whole,
    Words,
};
use super::schema::{Param, Type};
use crate::router::bonds::{ABSENCES_MAX, SUCCESSION_EVERY_MIN, SUCCESSORS_MAX};
use crate::router::booking::{SLOT_MS_MAX, SLOT_MS_MIN};
use crate::router::by_customer::{GRIDS_MAX, TIERS_MAX};
use crate::router::codes::TicketReset;
use crate::router::query::PAGE_ITEMS_MAX;
use crate::router::ticket::TICKET_DIGITS_MAX;
use crate::router::time::MILLIS_MAX;

const AGENT: Param = Param::must("agent", Name, "the agent's id");
const AT_LEAST_ONE: Type = Whole {
    min: 1,
    max: u32::MAX as i64,
};
const COUNT: Type = Whole {
    min: 0,
    max: u32::MAX as i64,
};

const ABSENCE: Type = Object(&[
    Param::must("from_at", Timestamp, "when it begins, in ms since 1970"),
    Param::must(
        "to_at",
        Timestamp,
        "when the agent is expected back, in ms since 1970",
    ),
    Param::may("reason", Text, "why, such as leave"),
]);

pub(super) const ABSENCES: Type = List(&ABSENCE, ABSENCES_MAX);
pub(super) const MAX_OPEN_CASES: Type = COUNT;

pub(super) const LEARNT: Param = Param::may(
    "learnt",
    Attributes,
    "merged into the attributes as RFC 7396 says; shown to the human who is offered it next",
);

pub const AGENT_ABSENCE: &[Param] = &[
    AGENT,
    Param::must("from_at", Timestamp, "when it begins, in ms since 1970"),
    Param::must(
        "to_at",
        Timestamp,
        "when the agent is expected back, in ms since 1970",
    ),
    Param::may("reason", Text, "why, such as leave"),
    Param::may(
        "on",
        Bool,
        "false takes back the absence that begins at `from_at`",
    )
    .or("true"),
];

pub const AGENT_SUCCESSION: &[Param] = &[
    AGENT,
    Param::must(
        "to",
        List(&Name, SUCCESSORS_MAX),
        "the successors; each case goes to the one with the fewest open cases; none takes the plan back",
    ),
    Param::may(
        "batch",
        AT_LEAST_ONE,
        "cases at a time; without it all at once",
    ),
    Param::may(
        "every_ms",
        Whole {
            min: SUCCESSION_EVERY_MIN.0,
            max: MILLIS_MAX,
        },
        "the time between two batches, in ms",
    )
    .or("60000"),
    Param::may(
        "start_at",
        Timestamp,
        "when the first batch goes, in ms since 1970; without it now",
    ),
    Param::must("reason", Text, "why; recorded with each handover"),
    Param::must("by", Name, "who does it"),
];

pub const CONTACT_CALLBACK: &[Param] = &[
    Param::must("contact", Name, "the contact's id"),
    Param::may("address", Text, "where to call, such as a telephone number"),
    Param::may("by_owner", Bool, "only the owner of its case calls").or("false"),
];

pub const BOOKING_SLOTS: &[Param] = &[
    QUEUE,
    Param::may("case", Name, "the case whose owner is to serve"),
    Param::may("customer", Name, "or the customer, by id or any identity"),
    Param::may("topic", Name, "with `customer`: the matter"),
    Param::may(
        "from_at",
        Timestamp,
        "the earliest beginning, in ms since 1970; without it now",
    ),
    Param::may(
        "to_at",
        Timestamp,
        "only slots that begin before, in ms since 1970; without it 7 days later",
    ),
    Param::may(
        "limit",
        Whole {
            min: 1,
            max: PAGE_ITEMS_MAX as i64,
        },
        "the most slots",
    )
    .or("100"),
];

pub(super) const BOOKING: Type = Object(&[
    Param::may(
        "slot_ms",
        Whole {
            min: SLOT_MS_MIN,
            max: SLOT_MS_MAX,
        },
        "the length of a slot, in ms; slots begin at multiples of it since 1970",
    )
    .or("1800000"),
    Param::may(
        "capacity",
        Limit(&COUNT),
        "contacts booked for one slot; null = bookings are not counted",
    )
    .or("null"),
    Param::may(
        "ahead_ms",
        Limit(&Millis),
        "how far ahead a contact may be booked, in ms",
    )
    .or("null"),
]);

pub(super) const TICKET: Type = Object(&[
    Param::may(
        "prefix",
        Name,
        "what stands before the number, at most 16 bytes; without it there are no tickets",
    ),
    Param::may(
        "digits",
        Whole {
            min: 1,
            max: TICKET_DIGITS_MAX as i64,
        },
        "the least digits, filled up with zeros",
    )
    .or("3"),
    Param::may("from", COUNT, "the first number").or("1"),
    Param::may(
        "reset",
        Words(TicketReset::WORDS),
        "when the numbers begin anew",
    )
    .or("\"daily\""),
    Param::may(
        "day_starts_ms",
        Whole {
            min: 0,
            max: 86_399_999,
        },
        "when a day begins, in ms after midnight UTC",
    )
    .or("0"),
]);

pub(super) const BY_CUSTOMER: Type = Object(&[
    Param::may(
        "tier",
        Map(&Type::Priority, TIERS_MAX),
        "tier and what it adds to the priority",
    )
    .or("{}"),
    Param::may(
        "special_care",
        Type::Priority,
        "what special care adds to the priority",
    )
    .or("0"),
    Param::may(
        "language_skill",
        SkillPattern,
        "the skill for a language, such as lang:{}; wished for where an agent has it",
    ),
    Param::may(
        "grid_skill",
        SkillPattern,
        "the skill for a grid area, such as grid:{}",
    ),
    Param::may(
        "wish_wait_ms",
        Limit(&Millis),
        "how long only agents with the wished-for skills are asked, in ms",
    )
    .or("30000"),
    Param::may(
        "grids",
        Map(&Name, GRIDS_MAX),
        "grid area and the agent in charge, who is asked first for a matter without owner",
    )
    .or("{}"),
]);
