//! The keys of a tenant: settings, channels, agents, customers.
//!
//! Data only. The names are the wire's without `_ms`.

use serde_json::{Value, json};

use super::people::BY_CUSTOMER;
use super::queue::{count, count_or_off, duration, duration_or_off};
use super::{Kind, Section, key, object, words_of};
use crate::router::codes::{AgentKind, Pick};
use crate::router::command::{AgentSet, Profile};
use crate::router::policy::{CHANNELS_MAX, ChannelRule, Settings};

/// The settings of a tenant.
pub static TENANT: Section = Section {
    path: "tenant",
    about: "What holds over all queues.",
    extends: None,
    defaults: || object(Settings::default()),
    keys: &[
        key(
            "pick",
            Kind::Word(words_of!(Pick)),
            "Which contact a freed agent takes first, within one priority: the one waiting \
             longest, or the one it has the strongest skill for.",
        ),
        key(
            "max_in_system",
            count_or_off(),
            "Trunks: the most contacts waiting, offered and connected at once over all queues. A \
             contact over it is refused and counted as blocked.",
        ),
        key(
            "lease",
            duration_or_off(),
            "A conversation whose platform is gone for so long ends as dropped, and its agent is \
             free again.",
        ),
        key(
            "repeat_supervise",
            count(0),
            "So many contacts on one open case call the supervisor; 0 = never. Three is the index \
             of State Grid and Southern Grid.",
        ),
        key(
            "repeat_window",
            duration(),
            "The contacts of repeat_supervise are counted within so long.",
        ),
        key(
            "close_after",
            duration_or_off(),
            "A resolved case closes by itself after so long. Until then it can be reopened with \
             its owner.",
        ),
        key(
            "keep_ended",
            duration(),
            "An ended contact can be asked for, and its id is known as used, for so long.",
        ),
        key(
            "keep_ended_max",
            count(0),
            "The most ended contacts kept; the oldest go first.",
        ),
        key(
            "keep_keys",
            duration(),
            "An idempotency key is remembered for so long.",
        ),
        key(
            "keep_keys_max",
            count(0),
            "The most idempotency keys remembered; the oldest go first.",
        ),
        key("channels", Kind::Named(&CHANNEL), "The channels by name."),
        key(
            "by_customer",
            Kind::Table(&BY_CUSTOMER),
            "What a customer's profile means for its contacts.",
        ),
    ],
};

/// A channel.
pub static CHANNEL: Section = Section {
    path: "tenant.channels.NAME",
    about: "The channels voice, chat, email, counter, callback and task exist from the start; \
            others are added by naming them here, up to 16 in all.",
    extends: None,
    defaults: || object(ChannelRule::default()),
    keys: &[
        key(
            "exclusive",
            Kind::Flag,
            "An offer on this channel reserves the whole agent. For voice, counter and callback \
             the default is true.",
        ),
        key(
            "capacity",
            Kind::Whole {
                min: 0,
                max: crate::router::policy::CAPACITY_MAX as i64,
                off: false,
            },
            "Contacts at once for an agent whose own capacity does not name the channel.",
        ),
    ],
};

/// An agent.
pub static AGENT: Section = Section {
    path: "agents.NAME",
    about: "A person, or a bot, who takes contacts. A new agent is offline until it logs in; a \
            reload keeps the presence of every agent.",
    extends: None,
    defaults: agent_defaults,
    keys: &[
        key("name", Kind::Text, "The name that people read.").example("\"Ada Lovelace\""),
        key(
            "kind",
            Kind::Word(words_of!(AgentKind)),
            "A bot may serve; it never owns a case.",
        ),
        key(
            "skills",
            Kind::Skills,
            "What it can do, each with its level.",
        )
        .example("{ billing = 7, zh = 10 }"),
        key(
            "capacity",
            Kind::Capacity,
            "Contacts at once by channel, where it differs from the channel's; 0 = does not serve \
             the channel.",
        )
        .example("{ chat = 3, email = 0 }"),
        key(
            "team",
            Kind::Name,
            "Its team, which stands in as \"team\" of a fallback.",
        )
        .example("\"north\""),
        key(
            "deputy",
            Kind::Name,
            "The agent who serves while this one is away (B岗). By the A/B rule the two are never \
             away together.",
        )
        .example("\"bo\""),
        key(
            "leader",
            Kind::Name,
            "The agent who covers when this one and its deputy are both away, and who receives \
             escalations (班长).",
        )
        .example("\"cao\""),
        key(
            "address",
            Kind::Text,
            "Where the platform reaches it; handed back with each offer.",
        )
        .example("\"sip:ada@example.com\""),
        key(
            "wrap_up",
            duration(),
            "Its own time for work after a conversation, in place of the queue's.",
        )
        .example("\"30s\""),
        key(
            "rank",
            Kind::Whole {
                min: i32::MIN as i64,
                max: i32::MAX as i64,
                off: false,
            },
            "Its place for the strategy \"ordered\", lowest first.",
        ),
        key(
            "mentor",
            Kind::Name,
            "The agent who is asked first when this one consults a queue (师傅).",
        )
        .example("\"bo\""),
        key(
            "max_open_cases",
            count(0),
            "With so many open cases, new ones go to others who can take them; those it owns still \
             come to it.",
        )
        .example("40"),
        key(
            "absences",
            Kind::Absences,
            "Planned absences: the deputy stands in from then on, without waiting. Times need \
             their offset from UTC.",
        )
        .example(
            "[{ from = 2026-10-01T08:00:00+08:00, to = 2026-10-08T08:00:00+08:00, \
             reason = \"leave\" }]",
        ),
    ],
};

fn agent_defaults() -> Value {
    let agent: AgentSet =
        serde_json::from_value(json!({"agent": "x"})).expect("an agent needs no more than a name");
    object(agent)
}

/// A customer.
pub static CUSTOMER: Section = Section {
    path: "customers.NAME",
    about: "Whoever contacts. Customers need not be listed: an unknown one is made with its first \
            contact. List those with several identities, a profile or an exclusion. A reload adds \
            identities; it takes none away.",
    extends: None,
    defaults: customer_defaults,
    keys: &[
        key(
            "identities",
            Kind::Names,
            "By what it is known: telephone in E.164, e-mail, WeChat … Each belongs to one \
             customer only.",
        )
        .example("[\"tel:+8613800138000\", \"mail:li@example.com\"]"),
        key("name", Kind::Text, "The name that people read.").example("\"Li Hua\""),
        key("tier", Kind::Text, "How important it is, in your words.").example("\"gold\""),
        key("language", Kind::Text, "The language it speaks.").example("\"zh\""),
        key("special_care", Kind::Flag, "Whether it needs special care.").example("true"),
        key("grid", Kind::Text, "The service area it lives in.").example("\"chaoyang-07\""),
        key(
            "exclude",
            Kind::Reasons,
            "Agents who never serve this customer, owner or not, each with the reason (回避).",
        )
        .example("{ bo = \"complaint of 12 May\" }"),
    ],
};

fn customer_defaults() -> Value {
    let mut defaults = object(Profile::default());
    defaults["identities"] = json!([]);
    defaults["exclude"] = json!({});
    defaults
}

const _: () = assert!(
    CHANNELS_MAX == 16,
    "the text of the channels names the number"
);
