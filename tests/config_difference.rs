//! The commands of a start and a reload: everything once, then only what changed.

#![expect(clippy::wildcard_enum_match_arm, reason = "tests look at one variant")]

use firsthand::config::{Config, Durability, Role};
use firsthand::router::codes::{OwnershipMode, Strategy};
use firsthand::router::command::{AgentCommand, Command, CustomerCommand, QueueCommand};
use firsthand::router::ids::Name;
use firsthand::router::policy::{Level, Policy, Settings};
use firsthand::router::time::Millis;

fn config(text: &str) -> Config {
    match Config::parse("test.toml", text.to_owned()) {
        Ok((config, _)) => config,
        Err(faults) => panic!("{faults}"),
    }
}

/// Commands in short: action and object.
fn short(commands: &[Command]) -> Vec<String> {
    commands
        .iter()
        .map(|command| match command {
            Command::Settings(_) => "settings".to_owned(),
            Command::Queue(QueueCommand::Set(set)) => format!("queue {}", set.queue),
            Command::Queue(QueueCommand::Remove(queue)) => format!("-queue {}", queue.queue),
            Command::Agent(AgentCommand::Set(set)) => format!("agent {}", set.agent),
            Command::Agent(AgentCommand::Remove(agent)) => format!("-agent {}", agent.agent),
            Command::Customer(CustomerCommand::Link(link)) => format!("customer {}", link.customer),
            Command::Customer(CustomerCommand::Exclude(exclude)) => {
                let sign = if exclude.on { '+' } else { '-' };
                format!("exclude {}{sign}{}", exclude.customer, exclude.agent)
            }
            other => panic!("a configuration never asks for {other:?}"),
        })
        .collect()
}

const BASE: &str = r#"
[tenant]
lease = "5m"
[tenant.channels.voice]
capacity = 2
[tenant.channels.video]
exclusive = true
[queues.sales]
[queues.billing]
ring = "30s"
[queues.default]
ring = "10s"
[agents.bo]
deputy = "ada"
[agents.ada]
skills = { billing = 7 }
deputy = "bo"
[customers.li]
identities = ["tel:1", "mail:li@example.com"]
exclude = { bo = "relative" }
[customers.wang]
language = "zh"
"#;

#[test]
fn a_fresh_router_gets_everything_in_a_stable_order() {
    let commands = config(BASE).commands();
    assert_eq!(
        short(&commands),
        [
            "settings",
            "queue billing",
            "queue default",
            "queue sales",
            "agent ada",
            "agent bo",
            "customer li",
            "exclude li+bo",
            "customer wang",
        ]
    );
    assert_eq!(commands, config(BASE).commands());
}

#[test]
fn an_empty_file_asks_for_nothing() {
    assert_eq!(config(""), Config::default());
    assert_eq!(config("").commands(), []);
    assert_eq!(config("[queues.a]\n").tenant.queues["a"], Policy::default());
    assert_eq!(config("[tenant]\n").tenant.settings, Settings::default());
}

#[test]
fn unchanged_parts_are_not_touched() {
    let old = config(BASE);
    assert_eq!(config(BASE).difference(&old), []);
    let changed = config(&BASE.replace(r#"ring = "30s""#, r#"ring = "31s""#));
    assert_eq!(short(&changed.difference(&old)), ["queue billing"]);
    let changed = config(&BASE.replace("billing = 7", "billing = 8"));
    assert_eq!(short(&changed.difference(&old)), ["agent ada"]);
    let changed = config(&BASE.replace(r#"language = "zh""#, r#"language = "en""#));
    assert_eq!(short(&changed.difference(&old)), ["customer wang"]);
    let changed = config(&BASE.replace("relative", "complaint"));
    assert_eq!(short(&changed.difference(&old)), ["exclude li+bo"]);
}

#[test]
fn settings_change_one_by_one_and_go_back_to_their_defaults() {
    let (old, new) = (config(BASE), config(""));
    let commands = new.difference(&old);
    let Some(Command::Settings(patch)) = commands.first() else {
        panic!("the settings come first: {commands:?}");
    };
    assert_eq!(patch.lease_ms, Some(Some(Millis::minutes(2))));
    assert_eq!(patch.pick, None, "what is unchanged stays out");
    let channels = patch.channels.as_ref().expect("channels changed");
    let rule = |name: &str| {
        channels
            .get(name)
            .map(|rule| (rule.exclusive, rule.capacity.get()))
    };
    assert_eq!(
        rule("voice"),
        Some((true, 1)),
        "back to what it was from the start"
    );
    assert_eq!(rule("video"), Some((false, 1)));
    assert_eq!(rule("chat"), None);

    let Some(Command::Settings(patch)) = old.commands().into_iter().next() else {
        panic!("the settings come first");
    };
    let channels = patch.channels.expect("channels are set");
    assert!(
        channels["voice"].exclusive,
        "what is not written about voice stays"
    );
    assert_eq!(channels["voice"].capacity.get(), 2);
}

#[test]
fn removals_come_last_and_the_default_queue_stays() {
    let old = config(BASE);
    let new = config("[queues.support]\n[agents.cao]\n");
    let commands = new.difference(&old);
    assert_eq!(
        short(&commands),
        [
            "settings",
            "queue support",
            "queue default",
            "agent cao",
            "exclude li-bo",
            "-agent ada",
            "-agent bo",
            "-queue billing",
            "-queue sales",
        ]
    );
    let default = commands.iter().find_map(|command| match command {
        Command::Queue(QueueCommand::Set(set)) if set.queue.as_str() == "default" => {
            Some(&set.policy)
        }
        _ => None,
    });
    assert_eq!(default, Some(&Policy::default()));
}

#[test]
fn keys_that_need_a_restart_are_named() {
    let old = config("");
    let new = config(
        "[server]\ntcp = \"127.0.0.1:7000\"\n[server.limits]\nidle = \"1m\"\n[journal]\n\
         durability = \"os\"\nsnapshot_every = \"off\"\n[queues.a]\n[metrics]\nagents = true\n",
    );
    assert_eq!(
        new.restart_keys(&old),
        [
            "server.limits.idle",
            "server.tcp",
            "journal.durability",
            "journal.snapshot_every",
        ]
    );
    assert_eq!(new.restart_keys(&new), Vec::<String>::new());
    assert_eq!(new.journal.durability, Durability::Os);
}

#[test]
fn every_key_reaches_its_field() {
    let config = config(
        r#"
[queues.vip]
requires = { billing = 7, "中文" = 10 }
strategy = "most_skilled"
priority = -5
max_wait = "1m30s"
max_waiting = 0
resume = "off"
overflow.to = "default"
service_level = { within = "15s", target = 0.95 }
ownership.mode = "require"
ownership.wait.busy = "45s"
ownership.overtake = "off"
ownership.fallback = []
[[queues.vip.steps]]
after = "30s"
requires = {}
[[queues.vip.steps]]
after = "1m"
drop = ["billing"]
widen = "any"
[queues.plain.overflow]
[[tokens]]
name = "pbx"
sha256 = "9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08"
role = "platform"
[simulation]
answer = "3s"
[server]
socket_mode = "0600"
tcp = "0.0.0.0:7878"
limits.line_bytes = "128 KiB"
limits.outbox_bytes = 1_000_000
"#,
    );
    let queue = &config.tenant.queues["vip"];
    assert_eq!(queue.requires[&Name::of("中文")], Level(10));
    assert_eq!(queue.strategy, Strategy::MostSkilled);
    assert_eq!(queue.priority.0, -5);
    assert_eq!(queue.max_wait_ms, Some(Millis::seconds(90)));
    assert_eq!(queue.max_waiting, Some(0));
    assert_eq!(queue.resume_ms, None);
    assert_eq!(queue.overflow.to, Some(Name::of("default")));
    assert_eq!(queue.overflow.action, None);
    assert!((queue.service_level.target.get() - 0.95).abs() < f64::EPSILON);
    assert_eq!(queue.ownership.mode, OwnershipMode::Require);
    assert_eq!(queue.ownership.wait.busy_ms, Millis::seconds(45));
    assert_eq!(queue.ownership.wait.wrap_up_ms, Millis::seconds(20));
    assert_eq!(queue.ownership.overtake_ms, None);
    assert!(queue.ownership.fallback.is_empty());
    assert_eq!(queue.steps.len(), 2);
    assert_eq!(
        queue.steps[0].requires.as_ref().map(|skills| skills.len()),
        Some(0)
    );
    assert_eq!(config.tenant.queues["plain"], Policy::default());
    assert_eq!(config.tokens[0].role, Role::Platform);
    assert_eq!(config.tokens[0].tenant.as_str(), "default");
    assert_eq!(config.tokens[0].digest()[..3], [0x9f, 0x86, 0xd0]);
    assert_eq!(config.simulation.answer_ms, Millis::seconds(3));
    assert_eq!(config.server.socket_mode, 0o600);
    assert_eq!(config.server.limits.line_bytes, 128 << 10);
    assert_eq!(config.server.limits.outbox_bytes, 1_000_000);
}

#[test]
fn further_tenants_have_the_same_structure_and_share_nothing() {
    let config = config(
        r#"
[agents.ada]
[tenants.acme]
pick = "strongest_skill"
[tenants.acme.channels.voice]
capacity = 3
[tenants.acme.queues.billing]
[tenants.acme.agents.ada]
name = "another Ada"
[tenants.acme.customers.li]
identities = ["tel:1"]
[customers.wang]
identities = ["tel:1"]
[[tokens]]
name = "acme desk"
sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
role = "agent"
tenant = "acme"
agent = "ada"
"#,
    );
    let acme = config.tenant_named("acme").expect("the tenant");
    assert_eq!(
        short(&acme.commands()),
        ["settings", "queue billing", "agent ada", "customer li"]
    );
    assert!(acme.channels()["voice"].exclusive);
    assert_eq!(short(&config.commands()), ["agent ada", "customer wang"]);
}
