//! The keys of kinds of cases and of calendars.
//!
//! Data only. The names are the wire's without `_ms`; a term that may be in working days has one
//! key, which takes either form.

use serde_json::{Value, json};

use super::queue::duration;
use super::{Kind, Section, key};
use crate::config::calendars::SHIPPED;
use crate::router::kind::{ATTEMPTS_MAX, LADDER_MAX, STAGES_MAX};

/// A kind of case.
pub static KIND: Section = Section {
    path: "kinds.NAME",
    about: "A kind of case, such as a complaint: its stages and terms, who is told when, and how \
            it is followed up. A case keeps the rules under which it was opened. The presets in \
            config/presets/ have those of State Grid 95598, the 12345 hotline and a bank.",
    extends: None,
    defaults: || json!({"at_once": [], "wait_stops_clock": false}),
    keys: &[
        key(
            "due",
            Kind::Term,
            "The term of the whole case; without it only its stages have clocks. Working days, as \
             in \"5 working days\", count from the day after and end when business ends.",
        )
        .example("\"15d\""),
        key(
            "warn",
            duration(),
            "case.due_soon comes so long before each deadline; a term that is shorter is warned \
             of at its start.",
        )
        .example("\"2d\""),
        key(
            "at_once",
            Kind::Names,
            "Who is told at once when such a case is opened (重大): owner, deputy, leader, \
             supervisor (the leader's leader), or an agent.",
        ),
        key(
            "wait_stops_clock",
            Kind::Flag,
            "Whether the clocks stand still while the case waits for its customer.",
        ),
        key(
            "calendar",
            Kind::Name,
            "Whose working days and hours count; without it Monday to Friday of UTC, from 00:00 to \
             24:00, without holidays.",
        )
        .example("\"china\""),
        key(
            "stages",
            Kind::List {
                section: &STAGE,
                max: STAGES_MAX,
            },
            "The stages in their order.",
        ),
        key(
            "ladder",
            Kind::List {
                section: &RUNG,
                max: LADDER_MAX,
            },
            "Who is told when a deadline comes near or has passed.",
        ),
        key(
            "follow_up",
            Kind::Table(&FOLLOW_UP),
            "How a resolved case is followed up.",
        ),
        key(
            "assist",
            Kind::Table(&ASSIST),
            "The terms of tasks for others.",
        ),
    ],
};

fn none() -> Value {
    json!({})
}

/// A stage.
pub static STAGE: Section = Section {
    path: "kinds.NAME.stages",
    about: "The stages that a case goes through, one after the other (受理, 派单, 处理 …).",
    extends: None,
    defaults: none,
    keys: &[
        key("stage", Kind::Name, "Its name.")
            .required()
            .example("\"received\""),
        key("due", Kind::Term, "Its own term, from when it begins.").example("\"20m\""),
        key("warn", duration(), "In place of the kind's.").example("\"5m\""),
    ],
};

/// A step of the ladder.
pub static RUNG: Section = Section {
    path: "kinds.NAME.ladder",
    about: "Who is told, with case.escalated, that a deadline comes near (催办) or has passed \
            (督办). Each step comes once for each deadline. Give one of `before` and `after`.",
    extends: None,
    defaults: none,
    keys: &[
        key(
            "to",
            Kind::Name,
            "owner, deputy, leader, supervisor (the leader's leader), or an agent.",
        )
        .required()
        .example("\"owner\""),
        key("before", duration(), "So long before the deadline.").example("\"1d\""),
        key("after", Kind::Term, "So long after it.").example("\"1 working day\""),
    ],
};

/// The follow-up.
pub static FOLLOW_UP: Section = Section {
    path: "kinds.NAME.follow_up",
    about: "After the resolution the owner asks the customer whether it is so (回访). Each attempt \
            comes to the owner as a contact of the channel callback, while doors are open. Without \
            this section a resolved case closes after close_after.",
    extends: None,
    defaults: || json!({"attempts": 3}),
    keys: &[
        key(
            "after",
            Kind::Term,
            "When the first attempt is due, since the resolution.",
        )
        .required()
        .example("\"1d\""),
        key(
            "every",
            Kind::Term,
            "From one attempt to the next. Elapsed time is kept as it is; working days move to \
             another time of day than that of the attempt before.",
        )
        .required()
        .example("\"7h\""),
        key(
            "attempts",
            Kind::Whole {
                min: 1,
                max: ATTEMPTS_MAX as i64,
                off: false,
            },
            "The most attempts; then the case closes as not reached.",
        ),
        key(
            "queue",
            Kind::Name,
            "The queue through which the owner gets it; without one the queue \"default\".",
        )
        .example("\"follow_ups\""),
    ],
};

/// Tasks for others.
pub static ASSIST: Section = Section {
    path: "kinds.NAME.assist",
    about: "A part of a case may be done by another agent or queue; the owner keeps the case.",
    extends: None,
    defaults: none,
    keys: &[
        key(
            "hand_on",
            duration(),
            "Within so long somebody must have taken the task; else the case is escalated.",
        )
        .example("\"1h\""),
        key("due", Kind::Term, "Within so long it must be done.").example("\"48h\""),
    ],
};

/// A calendar.
pub static CALENDAR: Section = Section {
    path: "calendars.NAME",
    about: "Which days are worked, and when doors are open. Without a week, Monday to Friday from \
            00:00 to 24:00.",
    extends: None,
    defaults: || json!({"holidays": [], "make_up": []}),
    keys: &[
        key(
            "base",
            Kind::Word(|| SHIPPED.iter().map(|(name, _)| *name).collect()),
            "A calendar that comes with the program and to which this one adds: \"china\" has the \
             public holidays and make-up days of the State Council, \"none\" works every day of \
             the year.",
        )
        .example("\"china\""),
        key(
            "file",
            Kind::Folder,
            "A file of its own that has the keys of a calendar, beside this file or by its whole \
             path; what is written here adds to it.",
        )
        .example("\"holidays.toml\""),
        key("zone", Kind::Text, "A time zone of the IANA database.").example("\"Asia/Shanghai\""),
        key(
            "holidays",
            Kind::Names,
            "Days that are not worked: \"2026-02-17\", or \"2026-02-15..2026-02-23\".",
        ),
        key(
            "make_up",
            Kind::Names,
            "Days that are worked although the week or the holidays say otherwise (调休).",
        ),
        key(
            "make_up_hours",
            Kind::Names,
            "The hours of those; without it, those of the first worked day of the week.",
        )
        .example("[\"09:00-17:30\"]"),
        key("week", Kind::Table(&WEEK), "The hours by weekday."),
    ],
};

static WEEK: Section = Section {
    path: "calendars.NAME.week",
    about: "Opening hours by weekday. A weekday that is not named is not worked.",
    extends: None,
    defaults: none,
    keys: &[
        weekday("mon"),
        weekday("tue"),
        weekday("wed"),
        weekday("thu"),
        weekday("fri"),
        weekday("sat"),
        weekday("sun"),
    ],
};

const fn weekday(name: &'static str) -> super::Key {
    key(name, Kind::Names, "Its spans, each from and to.")
        .example("[\"09:00-12:00\", \"13:00-17:30\"]")
}
