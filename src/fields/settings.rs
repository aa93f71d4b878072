//! The fields of a tenant's settings.

use super::Type::{Bool, Limit, List, Map, Name, Object, Priority, SkillPattern, Words, Zone};
use super::{CAPACITY, COUNT, Field, Fields, MILLIS, Type};
use crate::router::by_customer::{ByCustomer, GRIDS_MAX, TIERS_MAX};
use crate::router::codes::{MailCase, Pick};
use crate::router::identities::LISTED_MAX;
use crate::router::policy::{CHANNELS_MAX, ChannelRule};

const IDENTITIES: Type = List(&Name, LISTED_MAX);

/// The settings, for the wire and for the file.
pub static SETTINGS: &[Field] = &[
    Field::may(
        "pick",
        Words(Pick::WORDS),
        "which waiting contact of one priority a freed agent takes",
    )
    .manual(
        "Which contact a freed agent takes first, within one priority: the one waiting \
         longest, or the one it has the strongest skill for.",
    ),
    Field::may(
        "max_in_system",
        Limit(&COUNT),
        "the most contacts of the tenant that wait, are offered or connected",
    )
    .note("Trunks: a contact over it is refused and counted as blocked."),
    Field::may(
        "lease_ms",
        Limit(&MILLIS),
        "how long a contact outlives its platform, in ms",
    )
    .note(
        "Counted from the close of the last session of its client. Then it ends as dropped, and \
         its agent is free again.",
    ),
    Field::may(
        "platform_grace_ms",
        MILLIS,
        "how long offers ring on when the platform of their contact is gone, in ms",
    )
    .note("No new ones are made meanwhile, and none that rings is counted as missed."),
    Field::may(
        "bound_grace_ms",
        MILLIS,
        "how long an agent whose last desktop is gone stays logged in, in ms",
    )
    .note("It is offered nothing new meanwhile; then it is offline, reason connection_lost."),
    Field::may(
        "repeat_supervise",
        COUNT,
        "so many contacts on one open case raise case.escalated; 0 = never",
    )
    .note("It goes to the supervisor. Three is the index of State Grid and Southern Grid."),
    Field::may("repeat_window_ms", MILLIS, "within this time, in ms")
        .manual("The contacts of repeat_supervise are counted within so long."),
    Field::may(
        "close_after_ms",
        Limit(&MILLIS),
        "when a resolved case closes by itself, in ms",
    )
    .note("Until then it can be reopened with its owner."),
    Field::may(
        "channels",
        Map(&Object(&CHANNEL), CHANNELS_MAX),
        "channel and rule; a channel not named keeps its rule",
    ),
    Field::may(
        "keep_ended_ms",
        MILLIS,
        "how long an ended contact can be asked for, in ms",
    )
    .note("Its id is known as used for so long."),
    Field::may("keep_ended_max", COUNT, "the most ended contacts kept")
        .note("The oldest go first."),
    Field::may(
        "keep_keys_ms",
        MILLIS,
        "how long an idempotency key is remembered, in ms",
    ),
    Field::may("keep_keys_max", COUNT, "the most keys remembered").note("The oldest go first."),
    Field::may(
        "by_customer",
        Object(&BY_CUSTOMER),
        "what a customer's profile means for its contacts; replaces what was said before",
    ),
    Field::may(
        "zone",
        Zone,
        "the time zone in whose days tickets are counted where the queue has no calendar",
    )
    .example("\"Asia/Shanghai\""),
    Field::may(
        "country",
        Limit(&Type::Country),
        "whose telephone numbers are written without a calling code; null = nobody's",
    )
    .manual(
        "The country whose telephone numbers are written without a calling code: its two letters \
         of ISO 3166. \"off\" = only international numbers are brought into one form. A change \
         counts for what comes later; what is stored keeps its form.",
    )
    .example("\"CN\""),
    Field::may(
        "nobody",
        IDENTITIES,
        "identities that are nobody, such as withheld numbers; replaces the list",
    )
    .manual(
        "Identities that are nobody, such as what the platform sends for a withheld number. The \
         default holds the usual ones ([customers](customers.md#withheld-and-shared-numbers)); \
         what is written here replaces the list. A number or word counts with `tel:`, with `sip:` and \
         any host, and without a scheme; capitals do not.",
    )
    .example("[\"tel:\", \"anonymous\", \"unknown\", \"0\"]"),
    Field::may(
        "shared",
        IDENTITIES,
        "numbers behind which many persons stand, such as a switchboard; replaces the list",
    )
    .manual("Numbers behind which many persons stand, such as the switchboard of a company.")
    .example("[\"tel:+861012345678\"]"),
    Field::may(
        "mail_case",
        Words(MailCase::WORDS),
        "whether capitals count before the @ of an e-mail address",
    )
    .manual("Whether capitals count before the @ of an e-mail address; they never do behind it.")
    .example("\"keep\""),
    Field::may(
        "sip_is_tel",
        Bool,
        "a sip: address whose user is a number is that number",
    )
    .manual("Whether a `sip:` address whose user is a number is the customer of that number.")
    .example("true"),
];

/// `settings.set`: absent fields keep their value.
pub static SETTINGS_SET: Fields = Fields::new(SETTINGS);

static CHANNEL: Fields = Fields::of::<ChannelRule>(&[
    Field::may("exclusive", Bool, "an offer reserves the whole agent")
        .note("For voice, counter and callback the default is true."),
    Field::may(
        "capacity",
        CAPACITY,
        "contacts at once of an agent who does not name the channel",
    ),
    Field::may(
        "live",
        Bool,
        "a contact that waits needs its platform, and is offered to nobody while that is gone",
    )
    .note("Without it: false for email, counter, callback and task, true for all others.")
    .example("true"),
])
.about(
    "The channels voice, chat, email, counter, callback and task exist from the start; others are \
     added by naming them here, up to 16 in all.",
);

const _: () = assert!(
    CHANNELS_MAX == 16,
    "the text of the channels names the number"
);

static BY_CUSTOMER: Fields = Fields::of::<ByCustomer>(&[
    Field::may(
        "tier",
        Map(&Priority, TIERS_MAX),
        "tier and what it adds to the priority",
    )
    .manual("What each tier adds to the priority.")
    .example("{ gold = 2, silver = 1 }"),
    Field::may(
        "special_care",
        Priority,
        "what special care adds to the priority",
    )
    .manual("What special care (the old, the disabled) adds to the priority."),
    Field::may(
        "language_skill",
        SkillPattern,
        "the skill for a language, such as lang:{}; wished for where an agent has it",
    )
    .manual("The skill for a language; {} stands for it. Wished for where an agent has it.")
    .example("\"lang:{}\""),
    Field::may(
        "grid_skill",
        SkillPattern,
        "the skill for a grid area, such as grid:{}",
    )
    .manual("The skill for a grid area (网格); {} stands for it.")
    .example("\"grid:{}\""),
    Field::may(
        "wish_wait_ms",
        Limit(&MILLIS),
        "how long only agents with the wished-for skills are asked, in ms",
    )
    .note("\"off\" = as long as it waits."),
    Field::may(
        "grids",
        Map(&Name, GRIDS_MAX),
        "grid area and the agent in charge, who is asked first for a matter without owner",
    )
    .manual(
        "The agent in charge of each grid area (网格员), who is asked first for a matter \
         without owner.",
    )
    .example("{ chaoyang-07 = \"ada\" }"),
])
.about(
    "What the profile of a customer means for its contacts. A language or grid area is a wish for \
     a skill: only agents who have it are asked, for a while; one that no agent has is not waited \
     for.",
);
