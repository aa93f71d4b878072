//! The estimated wait told to callers, compared with their actual wait.
//!
//! A small simulation plays platform, callers and agents. Over all callers who got an estimate and
//! stayed until answered, the mean estimate and the mean wait must agree within the tolerance of
//! each test.

#![expect(clippy::wildcard_enum_match_arm, reason = "tests look at one variant")]

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use firsthand::router::answer::Answer;
use firsthand::router::command::{
    AgentCommand, CaseCommand, Command, ContactCommand, OfferCommand, QueueCommand, Stamped,
};
use firsthand::router::effect::Effects;
use firsthand::router::event::{ContactEvent, EventBody};
use firsthand::router::ids::OfferId;
use firsthand::router::{Detail, Router};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Exp};
use serde_json::{Value, json};

/// A centre of equal agents.
#[derive(Clone)]
struct Centre {
    agents: usize,
    /// Offered load per agent: arrivals times handling time, wrap-up included.
    load: f64,
    talk_ms: f64,
    wrap_up_ms: i64,
    /// Mean patience of nine callers in ten; the tenth stays and is measured.
    patience_ms: Option<f64>,
    queues: Vec<(&'static str, f64)>,
    policy: Value,
    owners: bool,
    contacts: usize,
}

/// Means over those who waited, got an estimate, stayed and were answered.
#[derive(Debug, Default)]
struct Found {
    asked: usize,
    told_ms: f64,
    waited_ms: f64,
}

impl Found {
    fn note(&mut self, told_ms: i64, waited_ms: i64) {
        self.asked += 1;
        self.told_ms += told_ms as f64;
        self.waited_ms += waited_ms as f64;
    }

    fn assert_unbiased(&self, what: &str, tolerance: f64) {
        let (told, waited) = (self.told_ms, self.waited_ms);
        let asked = self.asked as f64;
        assert!(self.asked > 1_000, "{what}: only {asked} were asked");
        assert!(
            (told / waited - 1.0).abs() <= tolerance,
            "{what}: told {:.0} ms, waited {:.0} ms on average of {asked}",
            told / asked,
            waited / asked
        );
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Happens {
    End,
    HangUp,
    Arrival,
}

struct Caller {
    at: i64,
    told: Option<i64>,
    stays: bool,
    /// Whether the test measures this one.
    counts: bool,
    answered: bool,
}

struct Run {
    router: Router,
    effects: Effects,
    random: ChaCha8Rng,
    agenda: BinaryHeap<Reverse<(i64, Happens, usize)>>,
    callers: BTreeMap<usize, Caller>,
    talk: Exp<f64>,
    found: Found,
}

impl Run {
    fn apply(&mut self, at: i64, command: Command) -> Option<Answer> {
        let stamped = Stamped {
            at,
            chance: 0,
            source: None,
            key: None,
            actor: None,
            command,
        };
        self.effects.clear();
        let answer = self.router.apply(&stamped, &mut self.effects);
        let answer = answer.expect("a right command");
        let offered: Vec<OfferId> = self
            .effects
            .events
            .iter()
            .filter_map(|event| match event.body {
                EventBody::Contact(_, ContactEvent::Offered { offer, .. }) => Some(offer),
                _ => None,
            })
            .collect();
        for offer in offered {
            self.accept(at, offer);
        }
        Some(answer)
    }

    fn accept(&mut self, at: i64, offer: OfferId) {
        let accept = Command::Offer(OfferCommand::Accept(of(json!({ "offer": offer }))));
        let Some(Answer::Contact(view)) = self.apply(at, accept) else {
            panic!("an accept answers the contact");
        };
        let number: usize = view.contact.as_str().parse().expect("a number");
        let talk_ms = self.talk.sample(&mut self.random).round() as i64;
        self.agenda
            .push(Reverse((at + talk_ms, Happens::End, number)));
        // A caller answered at once is still being submitted.
        if let Some(caller) = self.callers.get_mut(&number) {
            caller.answered = true;
            if let Some(told) = caller.told.filter(|_| caller.counts && caller.stays) {
                self.found.note(told, at - caller.at);
            }
        }
    }

    /// Lets the router carry out what is due by then.
    fn tick(&mut self, by: i64) {
        while let Some(due) = self.router.next_deadline().filter(|due| *due <= by) {
            self.apply(due, Command::Tick);
        }
    }
}

fn of<T: serde::de::DeserializeOwned>(params: Value) -> T {
    serde_json::from_value(params).expect("right parameters")
}

impl Run {
    /// A router with the queues, the agents, and a case owned by each of them.
    fn new(centre: &Centre, seed: u64) -> Self {
        let detail = Detail {
            events: true,
            ..Detail::BARE
        };
        let mut run = Self {
            router: Router::with_detail(detail),
            effects: Effects::default(),
            random: ChaCha8Rng::seed_from_u64(seed),
            agenda: BinaryHeap::new(),
            callers: BTreeMap::new(),
            talk: Exp::new(1.0 / centre.talk_ms).expect("above 0"),
            found: Found::default(),
        };
        let bare = json!({ "keep_ended_ms": 0, "keep_ended_max": 0, "repeat_supervise": 0 });
        run.apply(0, Command::Settings(of(bare)));
        for (queue, _) in &centre.queues {
            let mut policy = centre.policy.clone();
            policy["wrap_up_ms"] = json!(centre.wrap_up_ms);
            let set = json!({ "queue": queue, "policy": policy });
            run.apply(0, Command::Queue(QueueCommand::Set(of(set))));
        }
        for n in 0..centre.agents {
            let agent = format!("a{n}");
            run.apply(
                0,
                Command::Agent(AgentCommand::Set(of(json!({ "agent": agent })))),
            );
            let presence = json!({ "agent": agent, "presence": "available" });
            run.apply(0, Command::Agent(AgentCommand::Presence(of(presence))));
            let case = json!({ "case": agent, "customer": agent, "owner": agent });
            run.apply(0, Command::Case(CaseCommand::Open(of(case))));
        }
        run
    }

    /// A caller arrives. `counts` selects by the code of the wait whose estimate is measured.
    fn arrive(&mut self, at: i64, number: usize, centre: &Centre, counts: impl Fn(&str) -> bool) {
        let draw: f64 = self.random.random();
        let queue = centre.queues.iter().find(|(_, upto)| draw < *upto);
        let (queue, _) = queue.expect("shares up to 1");
        let mut submit = json!({ "contact": number.to_string(), "queue": queue });
        if centre.owners {
            let owner = self.random.random_range(0..centre.agents);
            submit["case"] = json!(format!("a{owner}"));
        }
        let answer = self.apply(at, Command::Contact(ContactCommand::Submit(of(submit))));
        let Some(Answer::Submitted(submitted)) = answer else {
            panic!("a submission answers so");
        };
        if submitted.position.is_none() {
            return;
        }
        let stays = centre.patience_ms.is_none() || self.random.random_bool(0.1);
        // The first tenth only fills the centre.
        let warm = number > centre.contacts / 10;
        let caller = Caller {
            at,
            told: submitted.estimated_wait_ms,
            stays,
            counts: warm && counts(submitted.why.as_str()),
            answered: false,
        };
        self.callers.insert(number, caller);
        if let Some(mean_ms) = centre.patience_ms.filter(|_| !stays) {
            let patience = Exp::new(1.0 / mean_ms).expect("above 0");
            let limit = patience.sample(&mut self.random).round() as i64;
            self.agenda
                .push(Reverse((at + limit, Happens::HangUp, number)));
        }
    }
}

/// Runs a centre to its end.
fn run(centre: &Centre, seed: u64, counts: impl Fn(&str) -> bool) -> Found {
    let mut run = Run::new(centre, seed);
    let service_ms = centre.talk_ms + centre.wrap_up_ms as f64;
    let rate = centre.load * centre.agents as f64 / service_ms;
    let gap = Exp::new(rate).expect("above 0");
    run.agenda.push(Reverse((0, Happens::Arrival, 0)));
    while let Some(Reverse((at, happens, number))) = run.agenda.pop() {
        run.tick(at);
        let waits = run.callers.get(&number).is_some_and(|c| !c.answered);
        match happens {
            Happens::End => {
                let end = json!({ "contact": number.to_string(), "outcome": "open" });
                run.callers.remove(&number);
                run.apply(at, Command::Contact(ContactCommand::End(of(end))));
            }
            Happens::HangUp if waits => {
                let cancel = json!({ "contact": number.to_string(), "reason": "abandoned" });
                run.callers.remove(&number);
                run.apply(at, Command::Contact(ContactCommand::Cancel(of(cancel))));
            }
            Happens::HangUp => {}
            Happens::Arrival => {
                run.arrive(at, number, centre, &counts);
                if number < centre.contacts {
                    let next = at + gap.sample(&mut run.random).round() as i64;
                    run.agenda
                        .push(Reverse((next, Happens::Arrival, number + 1)));
                }
            }
        }
    }
    run.found
}

fn plain() -> Centre {
    Centre {
        agents: 10,
        load: 0.9,
        talk_ms: 180_000.0,
        wrap_up_ms: 0,
        patience_ms: None,
        queues: vec![("q", 1.0)],
        policy: json!({}),
        owners: false,
        contacts: 12_000,
    }
}

#[test]
fn erlang_c_at_several_loads() {
    for (agents, load) in [(3, 0.7), (10, 0.8), (10, 0.95), (50, 0.95)] {
        let centre = Centre {
            agents,
            load,
            ..plain()
        };
        let found = run(&centre, 1, |_| true);
        found.assert_unbiased(&format!("{agents} agents, load {load}"), 0.06);
    }
}

#[test]
fn wrap_up_keeps_agents_too() {
    let centre = Centre {
        wrap_up_ms: 60_000,
        ..plain()
    };
    run(&centre, 2, |_| true).assert_unbiased("wrap-up", 0.06);
}

#[test]
fn callers_who_hang_up_shorten_the_wait_of_those_who_stay() {
    for (load, patience_ms) in [(0.95, 360_000.0), (1.3, 180_000.0)] {
        let centre = Centre {
            load,
            patience_ms: Some(patience_ms),
            contacts: 25_000,
            ..plain()
        };
        let found = run(&centre, 3, |_| true);
        found.assert_unbiased(&format!("patience, load {load}"), 0.06);
    }
}

#[test]
fn queues_that_share_their_agents() {
    let centre = Centre {
        queues: vec![("small", 0.3), ("large", 1.0)],
        ..plain()
    };
    run(&centre, 4, |_| true).assert_unbiased("two queues", 0.1);
}

#[test]
fn contacts_kept_for_their_owner() {
    for (busy_ms, load) in [(20_000, 0.6), (300_000, 0.6)] {
        let wait = json!({ "busy_ms": busy_ms, "wrap_up_ms": busy_ms });
        let centre = Centre {
            load,
            owners: true,
            policy: json!({ "ownership": { "wait": wait } }),
            ..plain()
        };
        let found = run(&centre, 5, |why| why == "owner_busy_waiting");
        found.assert_unbiased(&format!("kept {busy_ms} ms for the owner"), 0.15);
    }
}
