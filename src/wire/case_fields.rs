//! The parameters of the methods about cases, their kinds and calendars. Data only.

use super::fields::{AFTER, BY, CUSTOMER, LIMIT};
use super::schema::Type::{
    Bool, List, Map, Millis, Name, Object, Term, Text, Timestamp, Whole, Words,
};
use super::schema::{Param, Type};
use crate::calendar::{DAYS_MAX, SPANS_MAX};
use crate::router::codes::{CaseState, FollowUpResult, WaitOn};
use crate::router::follow_up::SCORE_MAX;
use crate::router::kind::{AT_ONCE_MAX, ATTEMPTS_MAX, LADDER_MAX, STAGES_MAX};

const CASE: Param = Param::must("case", Name, "the case's id");
const BY_MAY: Param = Param::may("by", Name, "who does it");

pub const CASE_OPEN: &[Param] = &[
    Param::must("case", Name, "the case's id, chosen by the client"),
    CUSTOMER,
    Param::may("topic", Name, "the matter"),
    Param::may("kind", Name, "the kind, which gives its clocks"),
    Param::may("owner", Name, "who owns it from the start"),
];

pub const CASE_REF: &[Param] = &[CASE];

pub const CASE_FIND: &[Param] = &[
    Param::may("customer", Name, "only this customer's"),
    Param::may("owner", Name, "only this owner's"),
    Param::may("state", Words(CaseState::WORDS), "only this state"),
    Param::may(
        "due_before_at",
        Timestamp,
        "only what is due before, in ms since 1970",
    ),
    AFTER,
    LIMIT,
];

pub const CASE_NOTE: &[Param] = &[CASE, Param::must("text", Text, "the note"), BY];

pub const CASE_ACT: &[Param] = &[CASE, BY, Param::may("note", Text, "goes to the case")];

pub const CASE_HANDOVER: &[Param] = &[
    Param::may("case", Name, "the case"),
    Param::may("owner", Name, "or the owner whose open cases all move"),
    Param::must("to", Name, "the agent who owns from now on"),
    Param::must("reason", Text, "why; recorded"),
    BY,
];

const DUE_MS: Param = Param::may("due_ms", Millis, "the term in ms");
const DUE: Param = Param::may("due", Term, "or the term as text");

pub const CASE_ASSIST: &[Param] = &[
    CASE,
    Param::may("agent", Name, "the agent who is asked"),
    Param::may("queue", Name, "or the queue, in which anyone may take it"),
    Param::must("request", Text, "what is asked"),
    Param::may(
        "due_ms",
        Millis,
        "its own term in ms, in place of the kind's",
    ),
    Param::may("due", Term, "or its own term as text"),
    BY_MAY,
];

pub const CASE_ASSIST_DONE: &[Param] = &[
    CASE,
    Param::may(
        "assist",
        NUMBER,
        "the number of the task; may be left out where one is open",
    ),
    Param::may("result", Text, "what came of it; the owner is told"),
    Param::may(
        "by",
        Name,
        "who says so; without it whoever took the task, else the agent who was asked",
    ),
];

const NUMBER: Type = Whole {
    min: 0,
    max: u32::MAX as i64,
};

pub const CASE_WAIT: &[Param] = &[
    CASE,
    Param::must(
        "on",
        Words(WaitOn::WORDS),
        "for the customer, or for those who assist",
    ),
    Param::may(
        "until_at",
        Timestamp,
        "no longer than then, in ms since 1970",
    ),
    BY_MAY,
];

pub const CASE_ADVANCE: &[Param] = &[
    CASE,
    Param::must("stage", Name, "the next stage of its kind"),
    BY_MAY,
];

pub const CASE_EXTEND: &[Param] = &[
    CASE,
    Param::may(
        "stage",
        Name,
        "the stage whose deadline is meant; without it the whole case's",
    ),
    Param::must("to_at", Timestamp, "the new deadline, in ms since 1970"),
    Param::must("reason", Text, "why; the customer is told"),
    Param::must("by", Name, "who approves it"),
];

pub const CASE_FOLLOW_UP: &[Param] = &[
    CASE,
    Param::must("result", Words(FollowUpResult::WORDS), "what it found"),
    Param::may(
        "score",
        Whole {
            min: 0,
            max: SCORE_MAX as i64,
        },
        "how satisfied the customer is, on the scale of your own",
    ),
    BY,
];

const STAGE: Type = Object(&[
    Param::must("stage", Name, "its name"),
    DUE_MS,
    DUE,
    Param::may("warn_ms", Millis, "in place of the kind's, in ms"),
]);

const RUNG: Type = Object(&[
    Param::must(
        "to",
        Name,
        "owner, deputy, leader, supervisor (the leader's leader), or an agent",
    ),
    Param::may("before_ms", Millis, "so long before the deadline, in ms"),
    Param::may("after_ms", Millis, "or so long after it, in ms"),
    Param::may("after", Term, "or so long after it, as text"),
]);

const FOLLOW_UP: Type = Object(&[
    Param::may("after_ms", Millis, "since the resolution, in ms"),
    Param::may("after", Term, "or as text"),
    Param::may("every_ms", Millis, "from one attempt to the next, in ms"),
    Param::may("every", Term, "or as text"),
    Param::may(
        "attempts",
        Whole {
            min: 1,
            max: ATTEMPTS_MAX as i64,
        },
        "the most attempts",
    )
    .or("3"),
    Param::may("queue", Name, "the queue through which the owner gets it").or("\"default\""),
]);

const ASSIST: Type = Object(&[
    Param::may(
        "hand_on_ms",
        Millis,
        "within which somebody must have taken it, in ms; else the case is escalated",
    ),
    Param::may("due_ms", Millis, "within which it must be done, in ms"),
    Param::may("due", Term, "or as text"),
]);

pub const KIND_SET: &[Param] = &[
    KIND,
    Param::may(
        "stages",
        List(&STAGE, STAGES_MAX),
        "its stages, in their order",
    )
    .or("[]"),
    Param::may(
        "due_ms",
        Millis,
        "the term of the whole case in ms; without it or `due` the whole has no clock",
    ),
    Param::may("due", Term, "the term of the whole case as text"),
    Param::may(
        "warn_ms",
        Millis,
        "how long before a deadline case.due_soon comes, in ms",
    ),
    Param::may(
        "ladder",
        List(&RUNG, LADDER_MAX),
        "who is told when a deadline comes near or has passed",
    )
    .or("[]"),
    Param::may(
        "at_once",
        List(&Name, AT_ONCE_MAX),
        "who is told at once when such a case is opened, as in `ladder`",
    )
    .or("[]"),
    Param::may("follow_up", FOLLOW_UP, "the follow-up of a resolved case"),
    Param::may("assist", ASSIST, "the terms of tasks for others"),
    Param::may(
        "wait_stops_clock",
        Bool,
        "whether the clocks stand still while the case waits for its customer",
    )
    .or("false"),
    Param::may(
        "calendar",
        Name,
        "whose working days and hours count; without it Monday to Friday of UTC",
    ),
];

const KIND: Param = Param::must("kind", Name, "the kind's name");

pub const KIND_REF: &[Param] = &[KIND];

const SPANS: Type = List(&Text, SPANS_MAX);
const DATES: Type = List(&Text, DAYS_MAX);
const CALENDAR: Param = Param::must("calendar", Name, "the calendar's name");

pub const CALENDAR_SET: &[Param] = &[
    CALENDAR,
    Param::may("zone", Text, "a time zone of the IANA database").or("\"UTC\""),
    Param::may(
        "week",
        Map(&SPANS, 7),
        "weekday (mon … sun) and opening hours such as 09:00-17:30; a day not named is not worked",
    ),
    Param::may(
        "holidays",
        DATES,
        "days that are not worked: 2026-02-17, or a range 2026-02-15..2026-02-23",
    )
    .or("[]"),
    Param::may(
        "make_up",
        DATES,
        "days that are worked although the week or the holidays say otherwise",
    )
    .or("[]"),
    Param::may(
        "make_up_hours",
        SPANS,
        "the hours of those; as of the first worked day of the week where not given",
    ),
];

pub const CALENDAR_REF: &[Param] = &[CALENDAR];
