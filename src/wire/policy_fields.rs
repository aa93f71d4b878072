//! The parameters of `queue.set` and `settings.set`, with type, meaning and default. Data only.

use super::fields::{CAPACITY, QUEUE, SKILLS};
use super::people_fields::{BOOKING, BY_CUSTOMER, TICKET};
use super::schema::Type::{Bool, Limit, List, Map, Millis, Name, Object, Share, Whole, Words};
use super::schema::{Param, Type};
use crate::router::codes::{
    Fallback, OverflowAction, OwnerHold, OwnershipKey, OwnershipMode, Pick, Strategy, Widen,
};
use crate::router::policy::{CHANNELS_MAX, PARALLEL_OFFERS_MAX, SKILLS_MAX, STEPS_MAX};
use crate::router::time::MILLIS_MAX;

const COUNT: Type = Whole {
    min: 0,
    max: u32::MAX as i64,
};

const RETRY: Type = Object(&[
    Param::may("declined_ms", Millis, "after `declined`, in ms").or("5000"),
    Param::may("busy_ms", Millis, "after `busy`, in ms").or("5000"),
    Param::may("unreachable_ms", Millis, "after `unreachable`, in ms").or("30000"),
    Param::may(
        "no_answer_ms",
        Millis,
        "after `no_answer` and an expired offer, in ms",
    )
    .or("5000"),
]);

const STEP: Type = Object(&[
    Param::must("after_ms", Millis, "time since joining, in ms"),
    Param::may("requires", SKILLS, "replaces the queue's requirement"),
    Param::may(
        "drop",
        List(&Name, SKILLS_MAX),
        "takes these skills of the queue's away",
    )
    .or("[]"),
    Param::may(
        "widen",
        Words(Widen::WORDS),
        "takes all of the queue's requirement away",
    ),
]);

const OVERFLOW: Type = Object(&[
    Param::may(
        "to",
        Name,
        "another queue, where the contact goes on waiting",
    ),
    Param::may("action", Words(OverflowAction::WORDS), "or an end"),
]);

const SERVICE_LEVEL: Type = Object(&[
    Param::may("within_ms", Millis, "the wait that is kept to, in ms").or("20000"),
    Param::may("target", Share, "the share that should be").or("0.8"),
]);

const OWNER_WAIT: Type = Object(&[
    Param::may(
        "busy_ms",
        Millis,
        "owner at capacity, reserved or in a retry delay",
    )
    .or("20000"),
    Param::may("wrap_up_ms", Millis, "owner in wrap-up").or("20000"),
    Param::may("break_ms", Millis, "owner on break").or("0"),
    Param::may("offline_ms", Millis, "owner offline").or("0"),
]);

const OWNERSHIP: Type = Object(&[
    Param::may("mode", Words(OwnershipMode::WORDS), "off records owners but does not route by them; require waits for the owner without an own limit").or("\"prefer\""),
    Param::may("wait", OWNER_WAIT, "how long a contact waits for its owner since joining, in ms; 0 = not at all"),
    Param::may("fallback", List(&Words(Fallback::WORDS), 5), "who follows when that wait is over, in this order").or("[\"deputy\",\"leader\",\"team\",\"skill\"]"),
    Param::may("own_first", Bool, "a freed agent first takes the waiting contact it owns").or("true"),
    Param::may("overtake_ms", Limit(&Millis), "an owned contact does not overtake one that joined so much earlier, in ms").or("60000"),
    Param::may("owner_skill_check", Bool, "ask the owner's skill for the matter again").or("false"),
    Param::may("min_handle_ms", Millis, "ownership is firm after so much conversation, in ms").or("0"),
    Param::may("affinity_ms", Millis, "how long a closed case makes its last owner the preferred agent, in ms").or("0"),
    Param::may("key", Words(OwnershipKey::WORDS), "whether the first or the last handler is followed").or("\"first\""),
    Param::may("hold", Words(OwnerHold::WORDS), "always waits for the owner beside idle agents; while_busy only as long as nobody stands idle").or("\"always\""),
]);

pub const QUEUE_SET: &[Param] = &[
    QUEUE,
    Param::may("requires", SKILLS, "skill and lowest proficiency accepted").or("{}"),
    Param::may(
        "strategy",
        Words(Strategy::WORDS),
        "which of the eligible agents is chosen",
    )
    .or("\"longest_idle\""),
    Param::may(
        "priority",
        Type::Priority,
        "added to each contact's own; higher goes first",
    )
    .or("0"),
    Param::may(
        "age_priority_ms",
        Millis,
        "one step of priority per so much waiting, in ms; 0 = off, else at least 100",
    )
    .or("0"),
    Param::may(
        "ring_ms",
        Whole {
            min: 1,
            max: MILLIS_MAX,
        },
        "how long an offer stands, in ms",
    )
    .or("20000"),
    Param::may(
        "parallel_offers",
        Whole {
            min: 1,
            max: PARALLEL_OFFERS_MAX as i64,
        },
        "agents that are offered a contact at once",
    )
    .or("1"),
    Param::may(
        "max_missed",
        COUNT,
        "offers missed in a row before the agent goes on break; 0 = never",
    )
    .or("3"),
    Param::may(
        "retry",
        RETRY,
        "delays in which an agent is offered nothing",
    ),
    Param::may(
        "steps",
        List(&STEP, STEPS_MAX),
        "changes of the requirement with the time waited",
    )
    .or("[]"),
    Param::may(
        "max_wait_ms",
        Limit(&Millis),
        "the longest wait, in ms; then `overflow`",
    )
    .or("null"),
    Param::may(
        "max_waiting",
        Limit(&COUNT),
        "the most waiting and offered contacts; over it `overflow`",
    )
    .or("null"),
    Param::may(
        "no_agent_ms",
        Limit(&Millis),
        "how long a contact waits while nobody who could serve it is logged in, in ms",
    )
    .or("null"),
    Param::may("overflow", OVERFLOW, "exactly one of `to` and `action`")
        .or("{\"action\":\"reject\"}"),
    Param::may(
        "resume_ms",
        Limit(&Millis),
        "how long an abandoned place is kept, in ms",
    )
    .or("0"),
    Param::may("wrap_up_ms", Millis, "work after a contact, in ms").or("0"),
    Param::may("service_level", SERVICE_LEVEL, "the promise of the queue"),
    Param::may("calendar", Name, "the calendar of its opening hours"),
    Param::may(
        "ownership",
        OWNERSHIP,
        "how repeat contacts stay with their owner",
    ),
    Param::may(
        "max_in_system",
        Limit(&COUNT),
        "trunks: waiting, offered and connected contacts; over it a contact is refused",
    )
    .or("null"),
    Param::may("booking", BOOKING, "slots for contacts that are booked"),
    Param::may(
        "ticket",
        TICKET,
        "numbers for contacts at a walk-in counter",
    ),
];

const CHANNEL: Type = Object(&[
    Param::may("exclusive", Bool, "an offer reserves the whole agent").or("false"),
    Param::may(
        "capacity",
        CAPACITY,
        "contacts at once of an agent who does not name the channel",
    )
    .or("1"),
]);

pub const SETTINGS_SET: &[Param] = &[
    Param::may(
        "pick",
        Words(Pick::WORDS),
        "which waiting contact of one priority a freed agent takes",
    ),
    Param::may(
        "max_in_system",
        Limit(&COUNT),
        "the most contacts of the tenant that wait, are offered or connected",
    ),
    Param::may(
        "lease_ms",
        Limit(&Millis),
        "how long a connected contact outlives its platform, in ms",
    ),
    Param::may(
        "repeat_supervise",
        COUNT,
        "so many contacts on one open case raise case.escalated; 0 = never",
    ),
    Param::may("repeat_window_ms", Millis, "within this time, in ms"),
    Param::may(
        "close_after_ms",
        Limit(&Millis),
        "when a resolved case closes by itself, in ms",
    ),
    Param::may(
        "channels",
        Map(&CHANNEL, CHANNELS_MAX),
        "channel and rule; a channel not named keeps its rule",
    ),
    Param::may(
        "keep_ended_ms",
        Millis,
        "how long an ended contact can be asked for, in ms",
    ),
    Param::may("keep_ended_max", COUNT, "the most ended contacts kept"),
    Param::may(
        "keep_keys_ms",
        Millis,
        "how long an idempotency key is remembered, in ms",
    ),
    Param::may("keep_keys_max", COUNT, "the most keys remembered"),
    Param::may(
        "by_customer",
        BY_CUSTOMER,
        "what a customer's profile means for its contacts; replaces what was said before",
    ),
];
