//! The keys of bookings, tickets and what a customer's profile means.
//!
//! Data only. The names are the wire's without `_ms`.

use super::queue::{count, count_or_off, duration, duration_or_off};
use super::{Kind, Section, key, object, words_of};
use crate::router::booking::{Booking, SLOT_MS_MIN};
use crate::router::by_customer::ByCustomer;
use crate::router::codes::TicketReset;
use crate::router::policy::PRIORITY_MAX;
use crate::router::ticket::{TICKET_DIGITS_MAX, TicketPolicy};

/// Slots for booked contacts.
pub(super) static BOOKING: Section = Section {
    path: "queues.NAME.booking",
    about: "Booked contacts (预约): a contact submitted with not_before_at takes a place in the slot \
            that the time lies in; over the capacity it is refused with the next free slot. Its \
            owner is booked once at a time. Slots begin at multiples of their length since 1970, \
            at most a day long.",
    extends: None,
    defaults: || object(Booking::default()),
    keys: &[
        key(
            "slot",
            Kind::Duration {
                min_ms: SLOT_MS_MIN,
                off: false,
            },
            "The length of a slot.",
        ),
        key(
            "capacity",
            count_or_off(),
            "Contacts booked for one slot; \"off\" = bookings are not counted.",
        ),
        key(
            "ahead",
            duration_or_off(),
            "How far ahead a contact may be booked.",
        ),
    ],
};

/// Numbers of a counter.
pub(super) static TICKET: Section = Section {
    path: "queues.NAME.ticket",
    about: "Tickets (取号) for contacts of the channel counter, such as A001, in the order of coming.",
    extends: None,
    defaults: || object(TicketPolicy::default()),
    keys: &[
        key(
            "prefix",
            Kind::Name,
            "What stands before the number, at most 16 bytes; without it there are no tickets.",
        )
        .example("\"A\""),
        key(
            "digits",
            Kind::Whole {
                min: 1,
                max: TICKET_DIGITS_MAX as i64,
                off: false,
            },
            "The least digits, filled up with zeros.",
        ),
        key("from", count(0), "The first number."),
        key(
            "reset",
            Kind::Word(words_of!(TicketReset)),
            "When the numbers begin anew.",
        ),
        key(
            "day_starts",
            duration(),
            "When a day begins, after midnight UTC and before the next; \"16h\" is midnight in \
             Beijing.",
        ),
    ],
};

const PRIORITY: Kind = Kind::Whole {
    min: -(PRIORITY_MAX as i64),
    max: PRIORITY_MAX as i64,
    off: false,
};

/// What a customer's profile means.
pub(super) static BY_CUSTOMER: Section = Section {
    path: "tenant.by_customer",
    about: "What the profile of a customer means for its contacts. A language or grid area is a \
            wish for a skill: only agents who have it are asked, for a while; one that no agent has \
            is not waited for.",
    extends: None,
    defaults: || object(ByCustomer::default()),
    keys: &[
        key(
            "tier",
            Kind::Priorities,
            "What each tier adds to the priority.",
        )
        .example("{ gold = 2, silver = 1 }"),
        key(
            "special_care",
            PRIORITY,
            "What special care (the old, the disabled) adds to the priority.",
        ),
        key(
            "language_skill",
            Kind::SkillPattern,
            "The skill for a language; {} stands for it.",
        )
        .example("\"lang:{}\""),
        key(
            "grid_skill",
            Kind::SkillPattern,
            "The skill for a grid area (网格); {} stands for it.",
        )
        .example("\"grid:{}\""),
        key(
            "wish_wait",
            duration_or_off(),
            "How long only agents with these skills are asked; \"off\" = as long as it waits.",
        ),
        key(
            "grids",
            Kind::Agents,
            "The agent in charge of each grid area (网格员), who is asked first for a matter without \
             owner.",
        )
        .example("{ chaoyang-07 = \"ada\" }"),
    ],
};
