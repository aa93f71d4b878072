//! The sections of the file, and its keys beyond the fields of the wire.

use crate::calendar::Written;
use crate::config::Customer;
use crate::config::calendars::SHIPPED_NAMES;
use crate::fields::Type::{List, Map, Object, Path, Text, Words};
use crate::fields::agent::AGENT_SET;
use crate::fields::calendar::{DAYS, SPANS};
use crate::fields::customer::{IDENTITIES, PROFILE};
use crate::fields::kind::KIND_SET;
use crate::fields::queue::QUEUE_SET;
use crate::fields::settings::SETTINGS;
use crate::fields::{ANY, Field, Fields, join};
use crate::router::policy::Settings;

use super::process::{JOURNAL, METRICS, SERVER, SIMULATION, TOKEN};

/// The most tokens.
const TOKENS_MAX: usize = 10_000;

/// The top level of the file.
pub(super) static ROOT: Fields = Fields::new(&[
    Field::may("server", Object(&SERVER), "sockets, limits and the log"),
    Field::may(
        "journal",
        Object(&JOURNAL),
        "where and how changes are kept",
    ),
    Field::may("tenant", Object(&TENANT), "what holds over all queues"),
    QUEUES,
    AGENTS,
    CUSTOMERS,
    Field::may(
        "kinds",
        Map(&Object(&KIND_SET), ANY),
        "the kinds of cases by name",
    ),
    Field::may(
        "calendars",
        Map(&Object(&CALENDAR), ANY),
        "the calendars by name",
    ),
    Field::may(
        "tokens",
        List(&Object(&TOKEN), TOKENS_MAX),
        "who may come in over TCP and HTTP",
    ),
    Field::may("metrics", Object(&METRICS), "what is measured"),
    Field::may(
        "simulation",
        Object(&SIMULATION),
        "how simulated agents behave",
    ),
    Field::may(
        "tenants",
        Map(&Object(&OTHER_TENANT), ANY),
        "further organisations",
    ),
]);

static QUEUES: Field = Field::may(
    "queues",
    Map(&Object(&QUEUE_SET), ANY),
    "the queues by name",
);
static AGENTS: Field = Field::may(
    "agents",
    Map(&Object(&AGENT_SET), ANY),
    "the agents by name",
);
static CUSTOMERS: Field = Field::may(
    "customers",
    Map(&Object(&CUSTOMER), ANY),
    "the customers by name",
);

static TENANT: Fields = Fields::of::<Settings>(SETTINGS).about("What holds over all queues.");

/// A further tenant: its settings, queues, agents and customers under one name.
static OTHER_TENANT: Fields = Fields::of::<Settings>(&join::<{ SETTINGS.len() + 3 }>(&[
    SETTINGS,
    &[QUEUES, AGENTS, CUSTOMERS],
]))
.about(
    "A further organisation in the same process; it shares nothing with the others. Under its \
         name stand the keys of [tenant], and its own queues, agents and customers, for example \
         [tenants.acme.queues.billing]. What stands at the top of the file belongs to the tenant \
         \"default\".",
);

static CUSTOMER: Fields = Fields::of::<Customer>(&join::<{ PROFILE.len() + 2 }>(&[
    &[IDENTITIES],
    PROFILE,
    &[Field::may(
        "exclude",
        Map(&Text, ANY),
        "agents who never serve this customer, owner or not, each with the reason (回避)",
    )
    .example("{ bo = \"complaint of 12 May\" }")],
]))
.about(
    "Whoever contacts. Customers need not be listed: an unknown one is made with its first \
     contact. List those with several identities, a profile or an exclusion. A reload adds \
     identities; it takes none away.",
);

static CALENDAR: Fields = Fields::of::<Written>(&join::<{ DAYS.len() + 3 }>(&[
    &[
        Field::may(
            "base",
            Words(&SHIPPED_NAMES),
            "a calendar that comes with the program and to which this one adds",
        )
        .note(
            "\"china\" has the public holidays and make-up days of the State Council, \"none\" works \
             every day of the year.",
        )
        .example("\"china\""),
        Field::may("file", Path(ANY), "a file of its own that has the keys of a calendar")
            .note(
                "Beside this file, or by its whole path; what is written here adds to it.",
            )
            .example("\"holidays.toml\""),
    ],
    DAYS,
    &[THE_WEEK],
]))
.about(
    "Which days are worked, and when doors are open. Without a week, Monday to Friday from 00:00 \
     to 24:00.",
);

const THE_WEEK: Field = Field::may("week", Object(&WEEK), "the hours by weekday");

/// The keys of a calendar in a file of its own.
pub(super) static CALENDAR_FILE: Fields =
    Fields::of::<Written>(&join::<{ DAYS.len() + 1 }>(&[DAYS, &[THE_WEEK]]));

static WEEK: Fields = Fields::new(&[
    weekday("mon"),
    weekday("tue"),
    weekday("wed"),
    weekday("thu"),
    weekday("fri"),
    weekday("sat"),
    weekday("sun"),
])
.about(
    "Opening hours by weekday. A weekday that is not named is not worked. A span may pass midnight, \
     \"22:00-06:00\"; it belongs to the day on which it begins.",
);

const fn weekday(name: &'static str) -> Field {
    Field::may(name, SPANS, "its spans, each from and to")
        .example("[\"09:00-12:00\", \"13:00-17:30\"]")
}
