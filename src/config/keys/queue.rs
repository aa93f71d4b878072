//! The keys of a queue: its policy with all its parts.
//!
//! Data only. The names are the wire's without `_ms`.

use serde_json::json;

use super::people::{BOOKING, TICKET};
use super::{Kind, Section, key, object, words_of};
use crate::router::codes::{
    Fallback, OverflowAction, OwnerHold, OwnershipKey, OwnershipMode, Strategy, Widen,
};
use crate::router::policy::{
    Overflow, OwnerWait, Ownership, PARALLEL_OFFERS_MAX, PRIORITY_MAX, Policy, Retry, STEPS_MAX,
    ServiceLevel,
};

const COUNT_MAX: i64 = u32::MAX as i64;

pub(super) const fn duration() -> Kind {
    Kind::Duration {
        min_ms: 0,
        off: false,
    }
}

pub(super) const fn duration_or_off() -> Kind {
    Kind::Duration {
        min_ms: 0,
        off: true,
    }
}

pub(super) const fn count(min: i64) -> Kind {
    Kind::Whole {
        min,
        max: COUNT_MAX,
        off: false,
    }
}

pub(super) const fn count_or_off() -> Kind {
    Kind::Whole {
        min: 0,
        max: COUNT_MAX,
        off: true,
    }
}

/// A queue.
pub static QUEUE: Section = Section {
    path: "queues.NAME",
    about: "One policy for the contacts that wait together. The queue \"default\" exists from the \
            start; it takes contacts that name no queue.",
    extends: None,
    defaults: || object(Policy::default()),
    keys: &[
        key(
            "requires",
            Kind::Skills,
            "The skills an agent needs, each with the lowest level accepted. Without any, every \
             agent can serve the queue. Being in a queue is no skill: only these decide.",
        )
        .example("{ billing = 3, zh = 5 }"),
        key(
            "strategy",
            Kind::Word(words_of!(Strategy)),
            "Who is chosen among the agents that can serve; ties go to the longest idle. \
             \"ordered\" follows the rank of the agents, lowest first.",
        ),
        key(
            "priority",
            Kind::Whole {
                min: -(PRIORITY_MAX as i64),
                max: PRIORITY_MAX as i64,
                off: false,
            },
            "Contacts of higher priority go first, over all queues an agent serves. It is added \
             to the contact's own.",
        ),
        key(
            "age_priority",
            duration(),
            "One more step of priority for each so much waiting; \"0s\" = none, else at least 100ms.",
        ),
        key(
            "ring",
            Kind::Duration {
                min_ms: 1,
                off: false,
            },
            "An offer that is not answered for so long is taken back and goes to the next agent.",
        ),
        key(
            "parallel_offers",
            Kind::Whole {
                min: 1,
                max: PARALLEL_OFFERS_MAX as i64,
                off: false,
            },
            "So many agents are offered one contact at once; the first to accept has it.",
        ),
        key(
            "max_missed",
            count(0),
            "After so many unanswered offers in a row an agent goes on break; 0 = never.",
        ),
        key(
            "max_wait",
            duration_or_off(),
            "A contact that waited so long goes to the overflow.",
        ),
        key(
            "max_waiting",
            count_or_off(),
            "While so many wait or are offered, a contact that nobody can take at once goes to \
             the overflow.",
        ),
        key(
            "no_agent",
            duration_or_off(),
            "A contact goes to the overflow when for so long nobody who could ever serve it is \
             logged in.",
        ),
        key(
            "calendar",
            Kind::Name,
            "Its opening hours: a contact that comes while the calendar is closed goes to the \
             overflow; those who wait when it closes are served. Without it the queue is always open.",
        )
        .example("\"work\""),
        key(
            "resume",
            duration_or_off(),
            "A caller who gave up and comes back within so long takes the old place; \"0s\" = \
             never, \"off\" = however late.",
        ),
        key(
            "wrap_up",
            duration(),
            "Time for work after a conversation, in which the agent takes nothing; an agent's own \
             wrap_up goes before it.",
        ),
        key(
            "max_in_system",
            count_or_off(),
            "Trunks of this queue: the most contacts waiting, offered and connected at once.",
        ),
        key(
            "retry",
            Kind::Table(&RETRY),
            "Pauses after an offer that was not taken.",
        ),
        key(
            "service_level",
            Kind::Table(&SERVICE_LEVEL),
            "The promise of the queue.",
        ),
        key(
            "overflow",
            Kind::Table(&OVERFLOW),
            "Where contacts go that cannot wait.",
        ),
        key(
            "ownership",
            Kind::Table(&OWNERSHIP),
            "How repeat contacts find their owner.",
        ),
        key(
            "booking",
            Kind::Table(&BOOKING),
            "Slots for contacts that are booked.",
        ),
        key(
            "ticket",
            Kind::Table(&TICKET),
            "Numbers for contacts at a walk-in counter.",
        ),
        key(
            "steps",
            Kind::List {
                section: &STEP,
                max: STEPS_MAX,
            },
            "How the requirement changes with the time waited.",
        ),
    ],
};

static RETRY: Section = Section {
    path: "queues.NAME.retry",
    about: "After an offer that was not taken the agent is offered nothing at all for a while.",
    extends: None,
    defaults: || object(Retry::default()),
    keys: &[
        key("declined", duration(), "After the agent declined."),
        key("busy", duration(), "After its telephone was busy."),
        key(
            "unreachable",
            duration(),
            "After its telephone could not be reached.",
        ),
        key(
            "no_answer",
            duration(),
            "After it did not answer, or the offer expired.",
        ),
    ],
};

static SERVICE_LEVEL: Section = Section {
    path: "queues.NAME.service_level",
    about: "What is promised; it is measured and shown, it changes no decision. GB/T 33358-2016 \
            asks of government hotlines to answer within 15 s.",
    extends: None,
    defaults: || object(ServiceLevel::default()),
    keys: &[
        key(
            "within",
            duration(),
            "A contact is in time if it is connected within so long.",
        ),
        key(
            "target",
            Kind::Share,
            "The share of contacts that is to be in time.",
        ),
    ],
};

static OVERFLOW: Section = Section {
    path: "queues.NAME.overflow",
    about: "Where contacts go that waited too long, find the queue full, or have nobody logged in \
            for them. Give `to` or `action`, not both.",
    extends: None,
    defaults: || object(Overflow::default()),
    keys: &[
        key(
            "to",
            Kind::Name,
            "Another queue; the contact goes on waiting there.",
        )
        .example("\"general\""),
        key(
            "action",
            Kind::Word(words_of!(OverflowAction)),
            "Or the end: refused, or handed to the platform's voicemail or callback.",
        ),
    ],
};

/// How a queue keeps repeat contacts with their owner.
pub static OWNERSHIP: Section = Section {
    path: "queues.NAME.ownership",
    about: "The first human who accepts a contact of a case owns the case until it is closed or \
            handed over (首问负责). Here stands how far the queue goes to bring later contacts of \
            the case to their owner. Stand-ins serve; the owner stays responsible.",
    extends: None,
    defaults: || object(Ownership::default()),
    keys: &[
        key(
            "mode",
            Kind::Word(words_of!(OwnershipMode)),
            "\"prefer\" waits for the owner as [ownership.wait] says, then goes along fallback; \
             \"require\" waits until max_wait; \"off\" records owners but does not route by them.",
        ),
        key(
            "fallback",
            Kind::Words(words_of!(Fallback)),
            "Who follows when the wait for the owner is over, in this order. \
             \"callback_by_owner\" ends the contact and gives the owner a callback.",
        ),
        key(
            "own_first",
            Kind::Flag,
            "An agent who becomes free first takes the earliest waiting contact that it owns.",
        ),
        key(
            "overtake",
            duration_or_off(),
            "With own_first, an owned contact does not overtake one that joined so much earlier.",
        ),
        key(
            "owner_skill_check",
            Kind::Flag,
            "Whether the owner must meet the requirement for a repeat contact too.",
        ),
        key(
            "min_handle",
            duration(),
            "Ownership becomes firm only after so much conversation; a shorter contact makes no \
             owner.",
        ),
        key(
            "affinity",
            duration(),
            "For so long after a case was closed, a new one of the same customer prefers its last \
             owner.",
        ),
        key(
            "key",
            Kind::Word(words_of!(OwnershipKey)),
            "Whether repeat contacts follow the first handler or, for comparison, the last.",
        ),
        key(
            "hold",
            Kind::Word(words_of!(OwnerHold)),
            "\"always\" lets a contact wait for its owner beside agents who stand idle; \
             \"while_busy\" gives it to one of them rather than that, and otherwise serves all \
             others of its priority first.",
        ),
        key(
            "wait",
            Kind::Table(&WAIT),
            "How long a contact waits for its owner.",
        ),
    ],
};

static WAIT: Section = Section {
    path: "queues.NAME.ownership.wait",
    about: "How long a contact waits for its owner, by what the owner is doing, measured from the \
            contact's joining; \"0s\" = not at all. Common practice: 20 s for voice, 2 min for \
            chat; Azure waits 45 s.",
    extends: None,
    defaults: || object(OwnerWait::default()),
    keys: &[
        key(
            "busy",
            duration(),
            "The owner is in conversation, is being offered another contact, or pauses after an \
             offer.",
        ),
        key("wrap_up", duration(), "The owner is in wrap-up."),
        key(
            "break",
            duration(),
            "The owner is on break. A break known to last longer is not waited for.",
        ),
        key("offline", duration(), "The owner is not logged in."),
    ],
};

/// A change of the requirement.
pub static STEP: Section = Section {
    path: "queues.NAME.steps",
    about: "What is asked of an agent changes with the time waited. Each step counts from the \
            contact's joining; what the contact itself requires stays.",
    extends: None,
    defaults: || json!({"drop": []}),
    keys: &[
        key(
            "after",
            duration(),
            "The step is taken after so much waiting.",
        )
        .required()
        .example("\"30s\""),
        key(
            "requires",
            Kind::Skills,
            "Takes the place of the queue's requirement from now on.",
        )
        .example("{ billing = 1 }"),
        key(
            "drop",
            Kind::Names,
            "Skills of the queue's requirement no longer asked for.",
        )
        .example("[\"zh\"]"),
        key(
            "widen",
            Kind::Word(words_of!(Widen)),
            "\"any\": nothing of the queue's requirement is asked for any more.",
        )
        .example("\"any\""),
    ],
};
