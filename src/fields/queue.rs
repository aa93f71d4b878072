//! The fields of a queue: its policy with all its parts.

use serde_json::json;

use super::Type::{Bool, Limit, List, Millis, Name, Object, Share, Whole, Words};
use super::{COUNT, Field, Fields, LIMIT, MILLIS, SKILLS, Type};
use crate::calendar::DAY_MS;
use crate::router::booking::{Booking, SLOT_MS_MAX, SLOT_MS_MIN};
use crate::router::callbacks::{CALLBACK_ATTEMPTS_MAX, Callbacks};
use crate::router::codes::{
    Fallback, NoAgentCounts, OverflowAction, OwnerHold, OwnershipKey, OwnershipMode, Strategy,
    TicketReset, Widen,
};
use crate::router::policy::{
    OwnerWait, Ownership, PARALLEL_OFFERS_MAX, Policy, Retry, SKILLS_MAX, STEPS_MAX, ServiceLevel,
    Step,
};
use crate::router::ticket::{TICKET_DIGITS_MAX, TicketPolicy};
use crate::router::time::MILLIS_MAX;

const MAY_WAIT: Type = Limit(&MILLIS);
const MAY_COUNT: Type = Limit(&COUNT);
pub(super) const QUEUE: Field = Field::must("queue", Name, "the queue's id");

/// Names a queue.
pub static QUEUE_REF: Fields = Fields::new(&[QUEUE]);

/// `queue.set`.
pub static QUEUE_SET: Fields = Fields::named::<Policy>(&[
    QUEUE,
    Field::may("requires", SKILLS, "skill and lowest proficiency accepted")
        .note(
            "Without any, every agent can serve the queue. Being in a queue is no skill: only \
             these decide.",
        )
        .example("{ billing = 3, zh = 5 }"),
    Field::may(
        "strategy",
        Words(Strategy::WORDS),
        "which of the eligible agents is chosen",
    )
    .note("Ties go to the longest idle. \"ordered\" follows the rank of the agents, lowest first."),
    Field::may(
        "priority",
        Type::Priority,
        "added to each contact's own; higher goes first",
    )
    .note("It counts over all queues that an agent serves."),
    Field::may(
        "age_priority_ms",
        MILLIS,
        "one step of priority per so much waiting, in ms; 0 = off, else at least 100",
    )
    .manual(
        "One more step of priority for each so much waiting; \"0s\" = none, else at \
         least 100ms.",
    ),
    Field::may(
        "ring_ms",
        Millis {
            min: 1,
            max: MILLIS_MAX,
        },
        "how long an offer stands, in ms",
    )
    .note("One that is not answered by then is taken back and goes to the next agent."),
    Field::may(
        "parallel_offers",
        Whole {
            min: 1,
            max: PARALLEL_OFFERS_MAX as i64,
        },
        "agents that are offered a contact at once",
    )
    .note("The first to accept has it."),
    Field::may(
        "parallel_round",
        Bool,
        "whether a contact's offers are made together, and none is added while another rings",
    )
    .note("For proxies, which ring all telephones of a call at once."),
    Field::may(
        "max_missed",
        COUNT,
        "offers missed in a row before the agent goes on break; 0 = never",
    ),
    Field::may(
        "retry",
        Object(&RETRY),
        "delays in which an agent is offered nothing",
    ),
    Field::may(
        "steps",
        List(&Object(&STEP), STEPS_MAX),
        "changes of the requirement with the time waited",
    ),
    Field::may(
        "max_wait_ms",
        MAY_WAIT,
        "the longest wait, in ms; then `overflow`",
    )
    .manual("A contact that waited so long goes to the overflow."),
    Field::may(
        "max_waiting",
        MAY_COUNT,
        "the most waiting and offered contacts; over it `overflow`",
    )
    .manual(
        "While so many wait or are offered, a contact that nobody can take at once goes \
         to the overflow.",
    ),
    Field::may(
        "no_agent_ms",
        MAY_WAIT,
        "how long a contact waits while nobody who could serve it is logged in, in ms",
    )
    .manual(
        "A contact goes to the overflow when for so long nobody who could ever serve it \
         is logged in.",
    ),
    Field::may(
        "no_agent_counts",
        Words(NoAgentCounts::WORDS),
        "who counts as somebody for no_agent_ms: logged_in, or available (no one on break)",
    ),
    Field::may(
        "overflow",
        Object(&OVERFLOW),
        "exactly one of `to` and `action`",
    ),
    Field::may(
        "resume_ms",
        MAY_WAIT,
        "how long an abandoned place is kept, in ms",
    )
    .note(
        "A caller who gave up and comes back by then takes the old place; \"0s\" = never, \
         \"off\" = however late.",
    ),
    Field::may("wrap_up_ms", MILLIS, "work after a contact, in ms")
        .note("The agent takes nothing in it; an agent's own wrap_up goes before the queue's."),
    Field::may(
        "service_level",
        Object(&SERVICE_LEVEL),
        "the promise of the queue",
    ),
    Field::may("calendar", Name, "the calendar of its opening hours")
        .note(
            "A contact that comes while it is closed goes to the overflow; those who wait when it \
             closes are served. Without it the queue is always open.",
        )
        .example("\"work\""),
    Field::may(
        "ownership",
        Object(&OWNERSHIP),
        "how repeat contacts stay with their owner",
    ),
    Field::may(
        "max_in_system",
        MAY_COUNT,
        "trunks: waiting, offered and connected contacts; over it a contact is refused",
    ),
    Field::may(
        "booking",
        Object(&BOOKING),
        "slots for contacts that are booked",
    ),
    Field::may(
        "ticket",
        Object(&TICKET),
        "numbers for contacts at a walk-in counter",
    ),
    Field::may(
        "pull",
        Bool,
        "agents may take a waiting contact for themselves (contact.assign)",
    )
    .or(|| json!(false))
    .note("Otherwise only a supervisor gives a waiting contact to an agent by hand."),
    Field::may(
        "callback",
        Object(&CALLBACK),
        "how often callbacks are tried that do not reach the customer",
    ),
])
.about(
    "One policy for the contacts that wait together. The queue \"default\" exists from the start; \
     it takes contacts that name no queue.",
);

static CALLBACK: Fields = Fields::of::<Callbacks>(&[
    Field::may(
        "attempts",
        Whole {
            min: 1,
            max: CALLBACK_ATTEMPTS_MAX as i64,
        },
        "how often a callback is tried; after the last try it ends as `unreached`",
    ),
    Field::may("every_ms", MILLIS, "from one try to the next, in ms")
        .manual("After so long it is tried again."),
])
.about("What follows when a callback ends as \"unreached\" (contact.end).");

static RETRY: Fields = Fields::of::<Retry>(&[
    Field::may("declined_ms", MILLIS, "after `declined`, in ms")
        .manual("After the agent declined."),
    Field::may("busy_ms", MILLIS, "after `busy`, in ms").manual("After its telephone was busy."),
    Field::may("unreachable_ms", MILLIS, "after `unreachable`, in ms")
        .manual("After its telephone could not be reached."),
    Field::may(
        "no_answer_ms",
        MILLIS,
        "after `no_answer` and an expired offer, in ms",
    )
    .manual("After it did not answer, or the offer expired."),
])
.about("After an offer that was not taken the agent is offered nothing at all for a while.");

static STEP: Fields = Fields::of::<Step>(&[
    Field::must("after_ms", MILLIS, "time since joining, in ms")
        .manual("The step is taken after so much waiting.")
        .example("\"30s\""),
    Field::may("requires", SKILLS, "replaces the queue's requirement")
        .manual("Takes the place of the queue's requirement from now on.")
        .example("{ billing = 1 }"),
    Field::may(
        "drop",
        List(&Name, SKILLS_MAX),
        "takes these skills of the queue's away",
    )
    .manual("Skills of the queue's requirement no longer asked for.")
    .example("[\"zh\"]"),
    Field::may(
        "widen",
        Words(Widen::WORDS),
        "takes all of the queue's requirement away",
    )
    .manual("\"any\": nothing of the queue's requirement is asked for any more.")
    .example("\"any\""),
])
.about(
    "What is asked of an agent changes with the time waited. Each step counts from the contact's \
     joining; what the contact itself requires stays.",
);

static OVERFLOW: Fields = Fields::new(&[
    Field::may(
        "to",
        Name,
        "another queue, where the contact goes on waiting",
    )
    .example("\"general\""),
    Field::may("action", Words(OverflowAction::WORDS), "or an end")
        .manual("Or the end: refused, or handed to the platform's voicemail or callback."),
])
.about(
    "Where contacts go that waited too long, find the queue full, or have nobody logged in for \
     them. Give `to` or `action`, not both.",
);

static SERVICE_LEVEL: Fields = Fields::of::<ServiceLevel>(&[
    Field::may("within_ms", MILLIS, "the wait that is kept to, in ms")
        .manual("A contact is in time if it is connected within so long."),
    Field::may("target", Share, "the share that should be")
        .manual("The share of contacts that is to be in time."),
])
.about(
    "What is promised; it is measured and shown, it changes no decision. GB/T 33358-2016 asks of \
     government hotlines to answer within 15 s.",
);

static OWNERSHIP: Fields = Fields::of::<Ownership>(&[
    Field::may(
        "mode",
        Words(OwnershipMode::WORDS),
        "off records owners but does not route by them; require waits for the owner without an own limit",
    )
    .manual("\"prefer\" waits for the owner as [ownership.wait] says, then goes along \
         fallback; \"require\" waits until max_wait; \"off\" records owners but does \
         not route by them."),
    Field::may(
        "wait",
        Object(&OWNER_WAIT),
        "how long a contact waits for its owner since joining, in ms; 0 = not at all",
    ),
    Field::may(
        "fallback",
        List(&Words(Fallback::WORDS), 5),
        "who follows when that wait is over, in this order",
    )
    .manual("Who follows when the wait for the owner is over, in this order. \
         \"callback_by_owner\" ends the contact and gives the owner a callback."),
    Field::may(
        "own_first",
        Bool,
        "a freed agent first takes the waiting contact it owns",
    )
    .manual("An agent who becomes free first takes the earliest waiting contact that it \
         owns."),
    Field::may(
        "overtake_ms",
        MAY_WAIT,
        "an owned contact does not overtake one that joined so much earlier, in ms",
    )
    .manual("With own_first, an owned contact does not overtake one that joined so much \
         earlier."),
    Field::may("owner_skill_check", Bool, "ask the owner's skill for the matter again")
    .manual("Whether the owner must meet the requirement for a repeat contact too."),
    Field::may(
        "min_handle_ms",
        MILLIS,
        "ownership is firm after so much conversation, in ms",
    )
    .note("A shorter contact makes no owner."),
    Field::may(
        "affinity_ms",
        MILLIS,
        "how long a closed case makes its last owner the preferred agent, in ms",
    )
    .manual("For so long after a case was closed, a new one of the same customer prefers \
         its last owner."),
    Field::may(
        "key",
        Words(OwnershipKey::WORDS),
        "whether the first or the last handler is followed",
    )
    .manual("Whether repeat contacts follow the first handler or, for comparison, the last."),
    Field::may(
        "hold",
        Words(OwnerHold::WORDS),
        "always waits for the owner beside idle agents; while_busy only as long as nobody stands idle",
    )
    .manual("\"always\" lets a contact wait for its owner beside agents who stand idle; \
         \"while_busy\" gives it to one of them rather than that, and otherwise serves \
         all others of its priority first."),
])
.about(
    "The first human who accepts a contact of a case owns the case until it is closed or handed \
     over (首问负责). Here stands how far the queue goes to bring later contacts of the case to \
     their owner. Stand-ins serve; the owner stays responsible.",
);

static OWNER_WAIT: Fields = Fields::of::<OwnerWait>(&[
    Field::may(
        "busy_ms",
        MILLIS,
        "owner at capacity, reserved or in a retry delay",
    )
    .manual(
        "The owner is in conversation, is being offered another contact, or pauses \
         after an offer.",
    ),
    Field::may("wrap_up_ms", MILLIS, "owner in wrap-up").manual("The owner is in wrap-up."),
    Field::may("break_ms", MILLIS, "owner on break")
        .manual("The owner is on break. A break known to last longer is not waited for."),
    Field::may("offline_ms", MILLIS, "owner offline").manual("The owner is not logged in."),
])
.about(
    "How long a contact waits for its owner, by what the owner is doing, measured from the \
     contact's joining; \"0s\" = not at all. Common practice: 20 s for voice, 2 min for chat; \
     Azure waits 45 s.",
);

static BOOKING: Fields = Fields::of::<Booking>(&[
    Field::may(
        "slot_ms",
        Millis {
            min: SLOT_MS_MIN,
            max: SLOT_MS_MAX,
        },
        "the length of a slot, in ms; slots begin at multiples of it since 1970",
    ),
    Field::may(
        "capacity",
        MAY_COUNT,
        "contacts booked for one slot; null = bookings are not counted",
    ),
    Field::may(
        "ahead_ms",
        MAY_WAIT,
        "how far ahead a contact may be booked, in ms",
    ),
])
.about(
    "Booked contacts (预约): a contact submitted with not_before_at takes a place in the slot that \
     the time lies in; over the capacity it is refused with the next free slot. Its owner is \
     booked once at a time.",
);

static TICKET: Fields = Fields::of::<TicketPolicy>(&[
    Field::may(
        "prefix",
        Name,
        "what stands before the number, at most 16 bytes; without it there are no tickets",
    )
    .example("\"A\""),
    Field::may(
        "digits",
        Whole {
            min: 1,
            max: TICKET_DIGITS_MAX as i64,
        },
        "the least digits, filled up with zeros",
    ),
    Field::may("from", COUNT, "the first number"),
    Field::may(
        "reset",
        Words(TicketReset::WORDS),
        "when the numbers begin anew",
    ),
    Field::may(
        "day_starts_ms",
        Millis {
            min: 0,
            max: DAY_MS - 1,
        },
        "when a day begins, in ms after midnight of the queue's calendar, else of the tenant's zone",
    )
    .manual(
        "When a day begins, after midnight of the zone of the queue's calendar, else of the \
         tenant's `zone`; \"4h\" for a counter that closes at 02:00.",
    ),
])
.about("Tickets (取号) for contacts of the channel counter, such as A001, in the order of coming.");

/// `booking.slots`.
pub static BOOKING_SLOTS: Fields = Fields::new(&[
    QUEUE,
    Field::may("case", Name, "the case whose owner is to serve"),
    Field::may("customer", Name, "or the customer, by id or any identity"),
    Field::may("topic", Name, "with `customer`: the matter"),
    Field::may(
        "from_at",
        Type::Timestamp,
        "the earliest beginning, in ms since 1970; without it now",
    ),
    Field::may(
        "to_at",
        Type::Timestamp,
        "only slots that begin before, in ms since 1970; without it 7 days later",
    ),
    Field {
        about: "the most slots",
        ..LIMIT
    },
]);
