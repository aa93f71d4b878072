//! The fields of a kind of case.

use serde_json::json;

use super::Type::{Bool, List, Name, Object, Term, Whole};
use super::{Field, Fields, MILLIS};
use crate::router::DEFAULT_QUEUE;
use crate::router::kind::{
    AT_ONCE_MAX, ATTEMPTS_MAX, AssistRules, FollowUp, KindRules, LADDER_MAX, STAGES_MAX,
};

const KIND: Field = Field::must("kind", Name, "the kind's name");

/// Names a kind.
pub static KIND_REF: Fields = Fields::new(&[KIND]);

/// `kind.set`.
pub static KIND_SET: Fields = Fields::named::<KindRules>(&[
    KIND,
    Field::may(
        "stages",
        List(&Object(&STAGE), STAGES_MAX),
        "its stages, in their order",
    ),
    Field::may(
        "due_ms",
        MILLIS,
        "the term of the whole case in ms; without it or `due` the whole has no clock",
    ),
    Field::may("due", Term, "the term of the whole case as text")
        .manual(
            "The term of the whole case; without it only its stages have clocks. Working days, as \
             in \"5 working days\", count from the day after and end when business ends.",
        )
        .example("\"15d\""),
    Field::may(
        "warn_ms",
        MILLIS,
        "how long before a deadline case.due_soon comes, in ms",
    )
    .manual(
        "case.due_soon comes so long before each deadline; a term that is shorter is \
         warned of at its start.",
    )
    .example("\"2d\""),
    Field::may(
        "ladder",
        List(&Object(&RUNG), LADDER_MAX),
        "who is told when a deadline comes near or has passed",
    ),
    Field::may(
        "at_once",
        List(&Name, AT_ONCE_MAX),
        "who is told at once when such a case is opened, as in `ladder`",
    )
    .manual(
        "Who is told at once when such a case is opened (重大): owner, deputy, leader, \
         supervisor (the leader's leader), or an agent.",
    ),
    Field::may(
        "follow_up",
        Object(&FOLLOW_UP),
        "the follow-up of a resolved case",
    ),
    Field::may("assist", Object(&ASSIST), "the terms of tasks for others"),
    Field::may(
        "wait_stops_clock",
        Bool,
        "whether the clocks stand still while the case waits for its customer",
    ),
    Field::may(
        "calendar",
        Name,
        "whose working days and hours count; without it Monday to Friday of UTC",
    )
    .manual(
        "Whose working days and hours count; without it Monday to Friday of UTC, from \
         00:00 to 24:00, without holidays.",
    )
    .example("\"china\""),
])
.about(
    "A kind of case, such as a complaint: its stages and terms, who is told when, and how it is \
     followed up. A case keeps the rules under which it was opened. The presets in \
     config/presets/ have those of State Grid 95598, the 12345 hotline and a bank.",
);

static STAGE: Fields = Fields::new(&[
    Field::must("stage", Name, "its name").example("\"received\""),
    Field::may("due_ms", MILLIS, "the term in ms"),
    Field::may("due", Term, "or the term as text")
        .manual("Its own term, from when it begins.")
        .example("\"20m\""),
    Field::may("warn_ms", MILLIS, "in place of the kind's, in ms").example("\"5m\""),
    Field::may(
        "ladder",
        List(&Object(&RUNG), LADDER_MAX),
        "who is told, in place of the kind's `ladder`; an empty list tells nobody",
    ),
])
.about("The stages that a case goes through, one after the other (受理, 派单, 处理 …).");

static RUNG: Fields = Fields::new(&[
    Field::must(
        "to",
        Name,
        "owner, deputy, leader, supervisor (the leader's leader), or an agent",
    )
    .example("\"owner\""),
    Field::may("before_ms", MILLIS, "so long before the deadline, in ms").example("\"1d\""),
    Field::may("after_ms", MILLIS, "or so long after it, in ms"),
    Field::may("after", Term, "or so long after it, as text")
        .manual("So long after it.")
        .example("\"1 working day\""),
])
.about(
    "Who is told, with case.escalated, that a deadline comes near (催办) or has passed (督办). Each \
     step comes once for each deadline. Give one of `before` and `after`.",
);

static FOLLOW_UP: Fields = Fields::of::<FollowUp>(&[
    Field::may("after_ms", MILLIS, "since the resolution, in ms"),
    Field::may("after", Term, "or as text")
        .required_in_file()
        .manual("When the first attempt is due, since the resolution.")
        .example("\"1d\""),
    Field::may("every_ms", MILLIS, "from one attempt to the next, in ms"),
    Field::may("every", Term, "or as text")
        .required_in_file()
        .manual(
            "From one attempt to the next. Elapsed time is kept as it is; working days move to \
             another time of day than that of the attempt before.",
        )
        .example("\"7h\""),
    Field::may(
        "attempts",
        Whole {
            min: 1,
            max: ATTEMPTS_MAX as i64,
        },
        "the most attempts",
    )
    .note("Then the case closes as not reached."),
    Field::may("queue", Name, "the queue through which the owner gets it")
        .or(|| json!(DEFAULT_QUEUE))
        .example("\"follow_ups\""),
])
.about(
    "After the resolution the owner asks the customer whether it is so (回访). Each attempt comes \
     to the owner as a contact of the channel callback, while doors are open. Without this section \
     a resolved case closes after close_after.",
);

static ASSIST: Fields = Fields::of::<AssistRules>(&[
    Field::may(
        "hand_on_ms",
        MILLIS,
        "within which somebody must have taken it, in ms; else the case is escalated",
    )
    .manual("Within so long somebody must have taken the task; else the case is escalated.")
    .example("\"1h\""),
    Field::may("due_ms", MILLIS, "within which it must be done, in ms"),
    Field::may("due", Term, "or as text")
        .manual("Within so long it must be done.")
        .example("\"48h\""),
])
.about("A part of a case may be done by another agent or queue; the owner keeps the case.");
