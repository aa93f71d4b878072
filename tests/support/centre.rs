//! A small call centre in a router: requests with their times, events out.

use firsthand::router::Router;
use firsthand::router::command::{Command, Stamped};
use firsthand::router::effect::Effects;
use firsthand::router::event::Event;
use firsthand::wire::limits::Limits;
use firsthand::wire::request::{Message, Request, parse};
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
            actor: None,
            command,
        };
        let mut effects = Effects::default();
        let answer = self.router.apply(&stamped, &mut effects);
        assert!(answer.is_ok(), "{at}: {:?}: {answer:?}", stamped.command);
        self.events.append(&mut effects.events);
    }
}

/// The command of a request.
fn command(method: &str, params: Value) -> Command {
    let line = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).to_string();
    let Message::One(call) = parse(line.as_bytes(), &Limits::default()) else {
        panic!("one request: {line}");
    };
    match call.request {
        Ok(Request::Command(command)) => command,
        other => panic!("{line}: {other:?}"),
    }
}
