//! Scenarios small enough to check by hand, run against the router and the model.

use firsthand::router::codes::{ContactState, Outcome, Presence, Route};
use firsthand::router::command::{
    AgentCommand, CaseCommand, Command, ContactCommand, CustomerCommand, OfferCommand,
    QueueCommand, Stamped,
};
use firsthand::router::ids::Name;
use firsthand::router::reject::RejectKind;
use serde_json::{Value, json};

use crate::compare::Width;
use crate::model::{Agent, Contact, Verdict};
use crate::pair::Pair;

pub struct Story {
    pub pair: Pair,
}

impl Story {
    pub fn new() -> Self {
        Self {
            pair: Pair::new(None, 1),
        }
    }

    /// Applies a command after everything due before it.
    pub fn at(&mut self, at: i64, method: &str, params: Value) -> Verdict {
        self.apply(Stamped {
            at,
            chance: 0,
            source: None,
            key: None,
            actor: None,
            command: command(method, params),
        })
    }

    pub fn apply(&mut self, stamped: Stamped) -> Verdict {
        let passed = self.pair.pass_time(stamped.at, || 0, |_, _| {});
        let told = passed.and_then(|()| self.pair.apply(stamped, Width::Everything));
        told.unwrap_or_else(|difference| panic!("the router and the model differ:\n{difference}"))
    }

    pub fn ok(&mut self, at: i64, method: &str, params: Value) {
        assert_eq!(self.at(at, method, params), Ok(()), "{method} at {at}");
    }

    /// Sets agents that are available from the start.
    pub fn agents(&mut self, names: &[&str]) {
        for agent in names {
            self.ok(0, "agent.set", json!({"agent": agent}));
            let params = json!({"agent": agent, "presence": "available"});
            self.ok(0, "agent.presence", params);
        }
    }

    pub fn queue(&mut self, at: i64, queue: &str, policy: Value) {
        self.ok(at, "queue.set", json!({"queue": queue, "policy": policy}));
    }

    /// Submits a contact of a customer and lets the agent accept it, who then owns the case.
    pub fn owned(&mut self, at: i64, contact: &str, customer: &str, agent: &str) {
        let params = json!({"contact": contact, "customer": customer, "prefer": agent});
        self.ok(at, "contact.submit", params);
        let params = json!({"contact": contact, "agent": agent});
        self.ok(at, "offer.accept", params);
    }

    pub fn contact(&self, contact: &str) -> &Contact {
        let contact = self.pair.model.contact(&Name::of(contact));
        contact.expect("the contact is known")
    }

    pub fn agent(&self, agent: &str) -> &Agent {
        let agent = self.pair.model.agent(&Name::of(agent));
        agent.expect("the agent is known")
    }

    /// The state, and the agents asked with their routes.
    pub fn says(&self, contact: &str) -> (ContactState, Vec<(&str, Route)>) {
        let contact = self.contact(contact);
        let offers = contact.offers.iter();
        let offers = offers.map(|offer| (offer.agent.as_str(), offer.route));
        (contact.state(), offers.collect())
    }

    pub fn owner(&self, contact: &str) -> Option<&str> {
        let case = self.contact(contact).case?;
        self.pair.model.cases[case].owner.as_ref().map(Name::as_str)
    }

    pub fn outcome(&self, contact: &str) -> Option<Outcome> {
        self.contact(contact).outcome
    }
}

/// A command from its form on the wire.
fn command(method: &str, params: Value) -> Command {
    fn read<T: serde::de::DeserializeOwned>(params: Value) -> T {
        serde_json::from_value(params).expect("the story is told rightly")
    }
    match method {
        "tick" => Command::Tick,
        "agent.set" => Command::Agent(AgentCommand::Set(read(params))),
        "agent.presence" => Command::Agent(AgentCommand::Presence(read(params))),
        "agent.remove" => Command::Agent(AgentCommand::Remove(read(params))),
        "queue.set" => Command::Queue(QueueCommand::Set(read(params))),
        "settings.set" => Command::Settings(read(params)),
        "customer.link" => Command::Customer(CustomerCommand::Link(read(params))),
        "customer.unlink" => Command::Customer(CustomerCommand::Unlink(read(params))),
        "customer.exclude" => Command::Customer(CustomerCommand::Exclude(read(params))),
        "contact.submit" => Command::Contact(ContactCommand::Submit(read(params))),
        "contact.update" => Command::Contact(ContactCommand::Update(read(params))),
        "contact.cancel" => Command::Contact(ContactCommand::Cancel(read(params))),
        "contact.end" => Command::Contact(ContactCommand::End(read(params))),
        "contact.transfer" => Command::Contact(ContactCommand::Transfer(read(params))),
        "offer.accept" => Command::Offer(OfferCommand::Accept(read(params))),
        "offer.decline" => Command::Offer(OfferCommand::Decline(read(params))),
        "case.open" => Command::Case(CaseCommand::Open(read(params))),
        "case.reopen" => Command::Case(CaseCommand::Reopen(read(params))),
        "case.close" => Command::Case(CaseCommand::Close(read(params))),
        other => panic!("no story tells of {other}"),
    }
}

#[test]
fn the_longest_idle_is_asked_and_the_first_human_owns() {
    let mut story = Story::new();
    story.agents(&["amy", "ben"]);
    let first = json!({"contact": "k1", "customer": "c1"});
    story.ok(10, "contact.submit", first);
    let asked = (ContactState::Offered, vec![("amy", Route::Skill)]);
    assert_eq!(story.says("k1"), asked);
    story.ok(20, "offer.accept", json!({"contact": "k1", "agent": "amy"}));
    assert_eq!(story.owner("k1"), Some("amy"));
    let end = json!({"contact": "k1", "outcome": "open"});
    story.ok(30, "contact.end", end);
    // Ben is longer idle, but Amy owns the case.
    let again = json!({"contact": "k2", "customer": "c1"});
    story.ok(40, "contact.submit", again);
    let asked = (ContactState::Offered, vec![("amy", Route::Owner)]);
    assert_eq!(story.says("k2"), asked);
    let late = json!({"contact": "k1", "agent": "amy"});
    let late = story.at(50, "offer.accept", late);
    assert_eq!(late, Err(RejectKind::Conflict));
}

#[test]
fn a_wait_for_the_owner_ends_with_the_deputy() {
    let mut story = Story::new();
    story.agents(&["amy", "ben", "cho"]);
    let amy = json!({"agent": "amy", "deputy": "cho"});
    story.ok(1, "agent.set", amy);
    story.owned(10, "k1", "c1", "amy");
    let again = json!({"contact": "k2", "customer": "c1"});
    story.ok(20, "contact.submit", again);
    assert_eq!(story.says("k2"), (ContactState::Waiting, vec![]));
    // The default wait for a busy owner is 20 s from joining.
    story.ok(20_019, "tick", json!({}));
    assert_eq!(story.says("k2"), (ContactState::Waiting, vec![]));
    story.ok(20_020, "tick", json!({}));
    let asked = (ContactState::Offered, vec![("cho", Route::Deputy)]);
    assert_eq!(story.says("k2"), asked);
    let params = json!({"contact": "k2", "agent": "cho"});
    story.ok(20_030, "offer.accept", params);
    assert_eq!(story.owner("k2"), Some("amy"));
}

#[test]
fn a_missed_offer_goes_on_and_a_break_follows_the_last() {
    let mut story = Story::new();
    story.queue(0, "default", json!({"ring_ms": 1_000, "max_missed": 2}));
    story.agents(&["amy"]);
    story.ok(0, "contact.submit", json!({"contact": "k1"}));
    story.ok(1_000, "tick", json!({}));
    assert_eq!(story.says("k1"), (ContactState::Waiting, vec![]));
    story.ok(6_000, "tick", json!({}));
    let asked = (ContactState::Offered, vec![("amy", Route::Skill)]);
    assert_eq!(story.says("k1"), asked);
    story.ok(7_000, "tick", json!({}));
    assert_eq!(story.says("k1"), (ContactState::Waiting, vec![]));
    assert_eq!(story.agent("amy").presence, Presence::Break);
    assert_eq!(story.agent("amy").missed, 0);
}

#[test]
fn an_exclusion_overrides_ownership() {
    let mut story = Story::new();
    story.agents(&["amy", "ben"]);
    story.owned(10, "k1", "c1", "amy");
    let end = json!({"contact": "k1", "outcome": "open"});
    story.ok(20, "contact.end", end);
    let params = json!({"customer": "c1", "agent": "amy", "on": true, "reason": "related"});
    story.ok(30, "customer.exclude", params);
    let again = json!({"contact": "k2", "customer": "c1"});
    story.ok(40, "contact.submit", again);
    let asked = (ContactState::Offered, vec![("ben", Route::Skill)]);
    assert_eq!(story.says("k2"), asked);
    assert_eq!(story.owner("k2"), Some("amy"));
}

#[test]
fn a_freed_agent_takes_its_own_before_the_longest_waiting() {
    let mut story = Story::new();
    story.agents(&["amy"]);
    story.owned(10, "k1", "c1", "amy");
    story.ok(20, "contact.submit", json!({"contact": "k2"}));
    let again = json!({"contact": "k3", "customer": "c1"});
    story.ok(30, "contact.submit", again);
    let end = json!({"contact": "k1", "outcome": "open"});
    story.ok(40, "contact.end", end);
    assert_eq!(story.says("k2"), (ContactState::Waiting, vec![]));
    let asked = (ContactState::Offered, vec![("amy", Route::Owner)]);
    assert_eq!(story.says("k3"), asked);
}

#[test]
fn a_removed_owner_is_succeeded_or_stays() {
    let mut story = Story::new();
    story.agents(&["amy"]);
    story.owned(10, "k1", "c1", "amy");
    let end = json!({"contact": "k1", "outcome": "open"});
    story.ok(20, "contact.end", end);
    let alone = story.at(30, "agent.remove", json!({"agent": "amy"}));
    assert_eq!(alone, Err(RejectKind::Conflict));
    story.agents_at(40, "ben");
    let params = json!({"agent": "amy", "successor": "ben"});
    story.ok(40, "agent.remove", params);
    assert_eq!(story.owner("k1"), Some("ben"));
}

impl Story {
    /// Adds an available agent at the given time.
    pub fn agents_at(&mut self, at: i64, agent: &str) {
        self.ok(at, "agent.set", json!({"agent": agent}));
        let params = json!({"agent": agent, "presence": "available"});
        self.ok(at, "agent.presence", params);
    }
}
