//! A small call centre in a router of its own: requests with their times, events out.

use firsthand::router::Router;
use firsthand::router::command::{Command, Stamped};
use firsthand::router::effect::Effects;
use firsthand::router::event::Event;
use serde_json::{Value, json};

/// The centre.
#[derive(Default)]
pub struct Centre {
    router: Router,
    pub events: Vec<Event>,
}

impl Centre {
    /// Carries out a request. It must not be refused.
    pub fn ask(&mut self, at: i64, method: &str, params: Value) -> &mut Self {
        while let Some(due) = self.router.next_deadline().filter(|due| *due <= at) {
            self.apply(due, Command::Tick);
        }
        self.apply(at, command(method, params));
        self
    }

    /// The agent accepts the contact.
    pub fn accept(&mut self, at: i64, contact: &str, agent: &str) -> &mut Self {
        let of = json!({"contact": contact, "agent": agent});
        self.ask(at, "offer.accept", of)
    }

    pub fn end(&mut self, at: i64, contact: &str, outcome: &str) -> &mut Self {
        let of = json!({"contact": contact, "outcome": outcome});
        self.ask(at, "contact.end", of)
    }

    fn apply(&mut self, at: i64, command: Command) {
        let stamped = Stamped {
            at,
            chance: 0,
            source: None,
            key: None,
            command,
        };
        let mut effects = Effects::default();
        let answer = self.router.apply(&stamped, &mut effects);
        assert!(answer.is_ok(), "{at}: {:?}: {answer:?}", stamped.command);
        self.events.append(&mut effects.events);
    }
}

/// The command that a request is, by the variant's name.
fn command(method: &str, params: Value) -> Command {
    match method {
        "queue.set" => return spread("QueueSet", "queue", "policy", params),
        "kind.set" => return spread("KindSet", "kind", "rules", params),
        _ => {}
    }
    let variant: String = method
        .split(['.', '_'])
        .map(|word| word[..1].to_uppercase() + &word[1..])
        .collect();
    serde_json::from_value(json!({(variant): params}))
        .unwrap_or_else(|error| panic!("{method}: {error}"))
}

/// The wire spreads a policy or rules over its parameters.
fn spread(variant: &str, name: &str, rules: &str, mut params: Value) -> Command {
    let named = params[name].take();
    params.as_object_mut().expect("an object").remove(name);
    let set = json!({(variant): {(name): named, (rules): params}});
    serde_json::from_value(set).unwrap_or_else(|error| panic!("{variant}: {error}"))
}
