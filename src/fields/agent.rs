//! The fields of an agent.

use super::Type::{Bool, Limit, List, Map, Millis, Name, Object, Text, Timestamp, Whole, Words};
use super::queue::QUEUE;
use super::{AFTER, AGENT, BY, CAPACITY, COUNT, Field, Fields, LIMIT, MILLIS, SKILLS};
use crate::router::bonds::{ABSENCES_MAX, SUCCESSION_EVERY_MIN, SUCCESSORS_MAX};
use crate::router::codes::{After, AgentKind, Device, Presence};
use crate::router::command::{AgentSet, BEAT_MS_MIN};
use crate::router::people::{AgentAbsence, AgentSuccession};
use crate::router::policy::CHANNELS_MAX;
use crate::router::time::MILLIS_MAX;

/// Names an agent.
pub static AGENT_REF: Fields = Fields::new(&[AGENT]);

/// `agent.set`.
pub static AGENT_SET: Fields = Fields::of::<AgentSet>(&[
    AGENT,
    Field::may("name", Text, "the name for people").example("\"Ada Lovelace\""),
    Field::may(
        "kind",
        Words(AgentKind::WORDS),
        "a bot serves but never owns a case",
    ),
    Field::may("skills", SKILLS, "skill and proficiency, 10 is best")
        .manual("What it can do, each with its level, 10 is best.")
        .example("{ billing = 7, zh = 10 }"),
    Field::may(
        "capacity",
        Map(&CAPACITY, CHANNELS_MAX),
        "channel and contacts at once; a channel not named follows the tenant's rule",
    )
    .manual(
        "Contacts at once by channel, where it differs from the channel's; 0 = does not \
         serve the channel.",
    )
    .example("{ chat = 3, email = 0 }"),
    Field::may("team", Name, "the team, where a queue falls back to it")
        .manual("Its team, which stands in as \"team\" of a fallback.")
        .example("\"north\""),
    Field::may(
        "deputy",
        Name,
        "the agent who serves while this one is away",
    )
    .manual(
        "The agent who serves while this one is away (B岗). By the A/B rule the two are \
         never away together.",
    )
    .example("\"bo\""),
    Field::may("leader", Name, "the agent who covers when both are away")
        .manual(
            "The agent who covers when this one and its deputy are both away, and who \
         receives escalations (班长).",
        )
        .example("\"cao\""),
    Field::may(
        "address",
        Text,
        "where the platform reaches the agent, such as PJSIP/101; comes back in every offer",
    )
    .example("\"sip:ada@example.com\""),
    Field::may("wrap_up_ms", MILLIS, "overrides the queue's wrap-up, in ms")
        .manual("Its own time for work after a conversation, in place of the queue's.")
        .example("\"30s\""),
    Field::may(
        "rank",
        Whole {
            min: i32::MIN as i64,
            max: i32::MAX as i64,
        },
        "for the strategy `ordered`, lowest first",
    )
    .manual("Its place for the strategy \"ordered\", lowest first."),
    Field::may(
        "mentor",
        Name,
        "the agent who is asked first when this one consults a queue",
    )
    .manual("The agent who is asked first when this one consults a queue (师傅).")
    .example("\"bo\""),
    Field::may(
        "max_open_cases",
        COUNT,
        "with so many open cases, new ones go to others who can take them",
    )
    .note("Those it owns still come to it.")
    .example("40"),
    Field::may(
        "absences",
        List(&Object(&ABSENCE), ABSENCES_MAX),
        "planned absences, in place of those before; without it they stay",
    ),
])
.about(
    "A person, or a bot, who takes contacts. A new agent is offline until it logs in; a reload \
     keeps the presence of every agent.",
);

const FROM_AT: Field = Field::must("from_at", Timestamp, "when it begins, in ms since 1970")
    .example("2026-10-01T08:00:00+08:00");
const TO_AT: Field = Field::must(
    "to_at",
    Timestamp,
    "when the agent is expected back, in ms since 1970",
)
.example("2026-10-08T08:00:00+08:00");
const REASON: Field = Field::may("reason", Text, "why, such as leave").example("\"leave\"");

static ABSENCE: Fields = Fields::new(&[FROM_AT, TO_AT, REASON]).about(
    "Planned absences: the deputy stands in from then on, without waiting. They may also be \
     written in one line: absences = [{ from = 2026-10-01T08:00:00+08:00, \
     to = 2026-10-08T08:00:00+08:00 }].",
);

/// `agent.absence`.
pub static AGENT_ABSENCE: Fields = Fields::of::<AgentAbsence>(&[
    AGENT,
    FROM_AT,
    TO_AT,
    REASON,
    Field::may(
        "on",
        Bool,
        "false takes back the absence that begins at `from_at`",
    ),
]);

/// `agent.update`.
pub static AGENT_UPDATE: Fields = Fields::new(&[
    AGENT,
    Field::may("name", Limit(&Text), "the name for people"),
    Field::may(
        "kind",
        Words(AgentKind::WORDS),
        "a bot serves but never owns a case",
    ),
    Field::may(
        "skills",
        SKILLS,
        "all of its skills, in place of those before",
    ),
    Field::may(
        "capacity",
        Map(&CAPACITY, CHANNELS_MAX),
        "channel and contacts at once, in place of all before",
    ),
    Field::may(
        "team",
        Limit(&Name),
        "the team, where a queue falls back to it",
    ),
    Field::may(
        "deputy",
        Limit(&Name),
        "the agent who serves while this one is away",
    ),
    Field::may(
        "leader",
        Limit(&Name),
        "the agent who covers when both are away",
    ),
    Field::may(
        "address",
        Limit(&Text),
        "where the platform reaches the agent; the only field that a platform may change",
    ),
    Field::may(
        "wrap_up_ms",
        Limit(&MILLIS),
        "overrides the queue's wrap-up, in ms; null: the queue's",
    ),
    Field::may(
        "rank",
        Whole {
            min: i32::MIN as i64,
            max: i32::MAX as i64,
        },
        "for the strategy `ordered`, lowest first",
    ),
    Field::may(
        "mentor",
        Limit(&Name),
        "the agent who is asked first when this one consults a queue",
    ),
    Field::may(
        "max_open_cases",
        Limit(&COUNT),
        "with so many open cases, new ones go to others who can take them",
    ),
    Field::may(
        "absences",
        List(&Object(&ABSENCE), ABSENCES_MAX),
        "planned absences, in place of those before",
    ),
]);

/// `agent.presence`.
pub static AGENT_PRESENCE: Fields = Fields::new(&[
    AGENT,
    Field::must(
        "presence",
        Words(Presence::WORDS),
        "what the agent says of itself",
    ),
    Field::may("reason", Text, "why, such as lunch"),
    Field::may(
        "until_at",
        Timestamp,
        "when a break ends by itself, in ms since 1970",
    ),
    Field::may(
        "after",
        Words(After::WORDS),
        "current: it begins when the agent's offers and conversations are over; without it at once",
    ),
    Field::may(
        "bound",
        Bool,
        "true: it is tied to this session, and ends some time after its close; false: to none any more",
    ),
    Field::may(
        "beat_ms",
        Millis {
            min: BEAT_MS_MIN,
            max: MILLIS_MAX,
        },
        "it lapses unless it is said again within so long, in ms; in place of bound",
    ),
]);

/// `agent.device`.
pub static AGENT_DEVICE: Fields = Fields::new(&[
    AGENT,
    Field::must(
        "device",
        Words(Device::WORDS),
        "what its telephone is doing",
    ),
]);

/// `agent.queue`.
pub static AGENT_QUEUE: Fields = Fields::new(&[
    AGENT,
    QUEUE,
    Field::must(
        "on",
        Bool,
        "false: it takes nothing from this queue until it is put back; true: it is put back",
    ),
    Field::may("reason", Text, "why"),
]);

/// `agent.remove`.
pub static AGENT_REMOVE: Fields = Fields::new(&[
    AGENT,
    Field::may(
        "successor",
        Name,
        "who gets the open cases; without one the deputy, else the leader",
    ),
    Field::may(
        "reason",
        Text,
        "why, such as left; `removed` if not said. It is the reason of the handovers too",
    )
    .example("\"left\""),
]);

/// `agent.list`.
pub static AGENT_LIST: Fields = Fields::new(&[
    Field::may("team", Name, "only this team"),
    Field::may("presence", Words(Presence::WORDS), "only this presence"),
    Field::may("address", Text, "only who is reached there"),
    AFTER,
    LIMIT,
]);

/// `agent.succession`.
pub static AGENT_SUCCESSION: Fields = Fields::of::<AgentSuccession>(&[
    AGENT,
    Field::must(
        "to",
        List(&Name, SUCCESSORS_MAX),
        "the successors; each case goes to the one with the fewest open cases; none takes the plan back",
    ),
    Field::may(
        "batch",
        Whole {
            min: 1,
            max: u32::MAX as i64,
        },
        "cases at a time; without it all at once",
    ),
    Field::may(
        "every_ms",
        Millis {
            min: SUCCESSION_EVERY_MIN.0,
            max: MILLIS_MAX,
        },
        "the time between two batches, in ms",
    ),
    Field::may(
        "start_at",
        Timestamp,
        "when the first batch goes, in ms since 1970; without it now",
    ),
    Field::must("reason", Text, "why; recorded with each handover"),
    BY,
]);
