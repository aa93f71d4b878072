//! The model by itself, on stories small enough to be followed by hand.

use firsthand::router::codes::{ContactState, Route};
use firsthand::router::command::{Command, Stamped};
use firsthand::router::ids::Name;
use firsthand::router::reject::RejectKind;
use serde_json::{Value, json};

use crate::model::{Contact, Model, Verdict};
use crate::workload::Workload;

struct Story {
    model: Model,
}

impl Story {
    fn new() -> Self {
        Self {
            model: Model::new(None),
        }
    }

    /// Applies a command after everything that is due before it.
    fn apply(&mut self, at: i64, command: Command) -> Verdict {
        while let Some(due) = self.model.next_deadline()
            && due <= at
        {
            let due = due.max(self.model.now);
            let _ = self.model.apply(&stamped(due, Command::Tick));
        }
        self.model.apply(&stamped(at, command))
    }

    fn at(&mut self, at: i64, method: &str, params: Value) -> Verdict {
        self.apply(at, command(method, params))
    }

    fn ok(&mut self, at: i64, method: &str, params: Value) {
        assert_eq!(self.at(at, method, params), Ok(()), "{method} at {at}");
    }

    fn agent(&mut self, agent: &str) {
        self.ok(0, "agent.set", json!({"agent": agent}));
        self.ok(
            0,
            "agent.presence",
            json!({"agent": agent, "presence": "available"}),
        );
    }

    fn contact(&self, contact: &str) -> &Contact {
        let contact = self.model.contact(&Name::of(contact));
        contact.expect("the contact is known")
    }

    /// State and the agents asked.
    fn says(&self, contact: &str) -> (ContactState, Vec<(&str, Route)>) {
        let contact = self.contact(contact);
        let offers = contact.offers.iter();
        let offers = offers.map(|offer| (offer.agent.as_str(), offer.route));
        (contact.state(), offers.collect())
    }

    fn owner(&self, contact: &str) -> Option<&str> {
        let case = self.contact(contact).case?;
        self.model.cases[case].owner.as_ref().map(Name::as_str)
    }
}

fn stamped(at: i64, command: Command) -> Stamped {
    Stamped {
        at,
        chance: 0,
        source: None,
        key: None,
        command,
    }
}

/// A command as it stands on the wire.
fn command(method: &str, params: Value) -> Command {
    fn read<T: serde::de::DeserializeOwned>(params: Value) -> T {
        serde_json::from_value(params).expect("the story is told rightly")
    }
    match method {
        "tick" => Command::Tick,
        "agent.set" => Command::AgentSet(read(params)),
        "agent.presence" => Command::AgentPresence(read(params)),
        "agent.remove" => Command::AgentRemove(read(params)),
        "queue.set" => Command::QueueSet(read(params)),
        "customer.exclude" => Command::CustomerExclude(read(params)),
        "contact.submit" => Command::ContactSubmit(read(params)),
        "contact.cancel" => Command::ContactCancel(read(params)),
        "contact.end" => Command::ContactEnd(read(params)),
        "contact.transfer" => Command::ContactTransfer(read(params)),
        "offer.accept" => Command::OfferAccept(read(params)),
        "offer.decline" => Command::OfferDecline(read(params)),
        other => panic!("no story tells of {other}"),
    }
}

#[test]
fn the_longest_idle_is_asked_and_the_first_human_owns() {
    let mut story = Story::new();
    story.agent("amy");
    story.agent("ben");
    story.ok(
        10,
        "contact.submit",
        json!({"contact": "k1", "customer": "c1"}),
    );
    assert_eq!(
        story.says("k1"),
        (ContactState::Offered, vec![("amy", Route::Skill)])
    );
    story.ok(20, "offer.accept", json!({"contact": "k1", "agent": "amy"}));
    assert_eq!(story.owner("k1"), Some("amy"));
    story.ok(
        30,
        "contact.end",
        json!({"contact": "k1", "outcome": "open"}),
    );
    // Ben is longer idle, but the matter is Amy's.
    story.ok(
        40,
        "contact.submit",
        json!({"contact": "k2", "customer": "c1"}),
    );
    assert_eq!(
        story.says("k2"),
        (ContactState::Offered, vec![("amy", Route::Owner)])
    );
    let late = story.at(50, "offer.accept", json!({"contact": "k1", "agent": "amy"}));
    assert_eq!(late, Err(RejectKind::Conflict));
}

#[test]
fn a_wait_for_the_owner_ends_with_the_deputy() {
    let mut story = Story::new();
    story.agent("amy");
    story.agent("ben");
    story.agent("cho");
    story.ok(1, "agent.set", json!({"agent": "amy", "deputy": "cho"}));
    story.ok(
        10,
        "contact.submit",
        json!({"contact": "k1", "customer": "c1"}),
    );
    story.ok(10, "offer.accept", json!({"contact": "k1", "agent": "amy"}));
    story.ok(
        20,
        "contact.submit",
        json!({"contact": "k2", "customer": "c1"}),
    );
    assert_eq!(story.says("k2"), (ContactState::Waiting, vec![]));
    // The default wait for a busy owner is 20 s from joining.
    story.ok(20_019, "tick", json!({}));
    assert_eq!(story.says("k2"), (ContactState::Waiting, vec![]));
    story.ok(20_020, "tick", json!({}));
    assert_eq!(
        story.says("k2"),
        (ContactState::Offered, vec![("cho", Route::Deputy)])
    );
    story.ok(
        20_030,
        "offer.accept",
        json!({"contact": "k2", "agent": "cho"}),
    );
    assert_eq!(story.owner("k2"), Some("amy"));
}

#[test]
fn a_missed_offer_goes_on_and_a_break_follows_the_last() {
    let mut story = Story::new();
    let policy = json!({"ring_ms": 1_000, "max_missed": 2});
    story.ok(
        0,
        "queue.set",
        json!({"queue": "default", "policy": policy}),
    );
    story.agent("amy");
    story.ok(0, "contact.submit", json!({"contact": "k1"}));
    story.ok(1_000, "tick", json!({}));
    assert_eq!(story.says("k1"), (ContactState::Waiting, vec![]));
    story.ok(6_000, "tick", json!({}));
    assert_eq!(
        story.says("k1"),
        (ContactState::Offered, vec![("amy", Route::Skill)])
    );
    story.ok(7_000, "tick", json!({}));
    assert_eq!(story.says("k1"), (ContactState::Waiting, vec![]));
    let amy = &story.model.agents[0];
    assert_eq!(amy.presence, firsthand::router::codes::Presence::Break);
    assert_eq!(amy.missed, 0);
}

#[test]
fn an_exclusion_overrides_ownership() {
    let mut story = Story::new();
    story.agent("amy");
    story.agent("ben");
    story.ok(
        10,
        "contact.submit",
        json!({"contact": "k1", "customer": "c1"}),
    );
    story.ok(10, "offer.accept", json!({"contact": "k1", "agent": "amy"}));
    story.ok(
        20,
        "contact.end",
        json!({"contact": "k1", "outcome": "open"}),
    );
    story.ok(
        30,
        "customer.exclude",
        json!({"customer": "c1", "agent": "amy", "on": true, "reason": "related"}),
    );
    story.ok(
        40,
        "contact.submit",
        json!({"contact": "k2", "customer": "c1"}),
    );
    assert_eq!(
        story.says("k2"),
        (ContactState::Offered, vec![("ben", Route::Skill)])
    );
    assert_eq!(story.owner("k2"), Some("amy"));
}

#[test]
fn a_freed_agent_takes_its_own_before_the_longest_waiting() {
    let mut story = Story::new();
    story.agent("amy");
    story.ok(
        10,
        "contact.submit",
        json!({"contact": "k1", "customer": "c1"}),
    );
    story.ok(10, "offer.accept", json!({"contact": "k1", "agent": "amy"}));
    story.ok(20, "contact.submit", json!({"contact": "k2"}));
    story.ok(
        30,
        "contact.submit",
        json!({"contact": "k3", "customer": "c1"}),
    );
    story.ok(
        40,
        "contact.end",
        json!({"contact": "k1", "outcome": "open"}),
    );
    assert_eq!(story.says("k2"), (ContactState::Waiting, vec![]));
    assert_eq!(
        story.says("k3"),
        (ContactState::Offered, vec![("amy", Route::Owner)])
    );
}

#[test]
fn a_removed_owner_is_succeeded_or_stays() {
    let mut story = Story::new();
    story.agent("amy");
    story.ok(
        10,
        "contact.submit",
        json!({"contact": "k1", "customer": "c1"}),
    );
    story.ok(10, "offer.accept", json!({"contact": "k1", "agent": "amy"}));
    story.ok(
        20,
        "contact.end",
        json!({"contact": "k1", "outcome": "open"}),
    );
    let alone = story.at(30, "agent.remove", json!({"agent": "amy"}));
    assert_eq!(alone, Err(RejectKind::Conflict));
    story.agent("ben");
    let params = json!({"agent": "amy", "successor": "ben"});
    story.ok(40, "agent.remove", params);
    assert_eq!(story.owner("k1"), Some("ben"));
}

/// The model walks through a workload without a router beside it, and nothing in it breaks.
#[test]
fn the_model_walks_alone() {
    for seed in 0..8 {
        let mut workload = Workload::new(seed);
        let mut story = Story::new();
        let mut done = 0;
        for step in 0..600 {
            let deadline = story.model.next_deadline();
            let next = workload.next(step, &story.model, deadline);
            done += u32::from(story.apply(next.at, next.command).is_ok());
            if let Some(due) = story.model.next_deadline() {
                assert!(due > story.model.now, "seed {seed}: time stands still");
            }
        }
        assert!(
            done > 200,
            "seed {seed}: most moves are sensible, {done} were"
        );
    }
}
