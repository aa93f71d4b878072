//! What a routing decision costs, in process, and that the cost does not grow with the centre.
//!
//! A round is the whole life of a contact: submit, offer, accept, end, and the agent free again.
//! Beside criterion's figures two ratios of the same run are printed: 100,000 agents to 1,000, and
//! 100,000 waiting contacts to 10. `ROUTE_OWNERS=10000000` makes the owner path as large as a
//! province (it needs some 10 GB of memory; the default is 1,000,000).

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use firsthand::router::Router;
use firsthand::router::answer::Answer;
use firsthand::router::codes::{AgentKind, Outcome, Presence};
use firsthand::router::command::{
    AgentPresence, AgentSet, CaseOpen, Command, ContactCancel, ContactEnd, ContactSubmit, OfferRef,
    Stamped,
};
use firsthand::router::effect::Effects;
use firsthand::router::ids::{Name, Text};
use firsthand::router::policy::{Level, Priority, SkillMap};

const SKILLS: usize = 50;
const SKILLS_PER_AGENT: usize = 5;
/// Rounds of which one figure is made.
const ROUNDS: u64 = 20_000;

/// A small generator of numbers, the same in every run.
struct Draw(u64);

impl Draw {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888);
        (self.0 >> 33) as usize % limit
    }
}

struct Centre {
    router: Router,
    effects: Effects,
    at: i64,
    contacts: u64,
    draw: Draw,
    agents: usize,
    customers: usize,
}

fn skill(n: usize) -> Name {
    Name::of(&format!("skill{n}"))
}

fn agent_name(n: usize) -> Name {
    Name::of(&format!("agent{n}"))
}

impl Centre {
    /// Agents with random skills; one in `idle_one_in` of them available, the others on break.
    fn new(agents: usize, idle_one_in: usize) -> Self {
        let mut centre = Self {
            router: Router::new(),
            effects: Effects::default(),
            at: 0,
            contacts: 0,
            draw: Draw(7),
            agents,
            customers: 0,
        };
        for n in 0..agents {
            centre.add_agent(n);
            let available = n % idle_one_in == 0;
            let presence = if available {
                Presence::Available
            } else {
                Presence::Break
            };
            centre.apply(Command::AgentPresence(AgentPresence {
                agent: agent_name(n),
                presence,
                reason: None,
                until_at: None,
            }));
            centre.at += 1;
        }
        centre
    }

    fn add_agent(&mut self, n: usize) {
        let mut skills = SkillMap::new();
        while skills.len() < SKILLS_PER_AGENT {
            let level = Level(1 + self.draw.below(10) as u8);
            skills.insert(skill(self.draw.below(SKILLS)), level);
        }
        self.apply(Command::AgentSet(Box::new(AgentSet {
            agent: agent_name(n),
            name: None,
            kind: AgentKind::Human,
            skills,
            capacity: Default::default(),
            team: None,
            deputy: None,
            leader: None,
            address: None,
            wrap_up_ms: None,
            rank: 0,
            mentor: None,
            max_open_cases: None,
            absences: None,
        })));
    }

    /// As many customers with an open case, each owned by an agent who is available.
    fn with_owners(mut self, owners: usize, idle_one_in: usize) -> Self {
        for n in 0..owners {
            let owner = self.draw.below(self.agents / idle_one_in) * idle_one_in;
            self.apply(Command::CaseOpen(Box::new(CaseOpen {
                case: Name::of(&format!("k{n}")),
                customer: Name::of(&format!("u{n}")),
                topic: None,
                kind: None,
                owner: Some(agent_name(owner)),
            })));
        }
        self.customers = owners;
        self
    }

    /// As many contacts that wait for a skill nobody has.
    fn with_waiting(mut self, waiting: usize) -> Self {
        for _ in 0..waiting {
            let mut requires = SkillMap::new();
            requires.insert(Name::of("nobody"), Level(1));
            self.submit(None, requires);
        }
        self
    }

    fn apply(&mut self, command: Command) -> Answer {
        let stamped = Stamped {
            at: self.at,
            chance: 0,
            source: None,
            key: None,
            command,
        };
        self.effects.clear();
        self.router
            .apply(&stamped, &mut self.effects)
            .expect("a command that fits")
    }

    fn submit(&mut self, customer: Option<Name>, requires: SkillMap) -> (Name, Answer) {
        self.contacts += 1;
        self.at += 1;
        let contact = Name::of(&format!("c{}", self.contacts));
        let answer = self.apply(Command::ContactSubmit(Box::new(ContactSubmit {
            contact: contact.clone(),
            queue: None,
            channel: None,
            customer,
            requires,
            priority: Priority(0),
            topic: None,
            case: None,
            kind: None,
            max_wait_ms: None,
            joined_at: None,
            prefer: None,
            exclude: Vec::new(),
            not_before_at: None,
            attributes: None,
        })));
        (contact, answer)
    }

    fn life(&mut self, customer: Option<Name>, requires: SkillMap) {
        let (contact, answer) = self.submit(customer, requires);
        let Answer::Submitted(submitted) = answer else {
            panic!("an answer to a submission")
        };
        let Some(offer) = submitted.offer else {
            let reason = Text("abandoned".into());
            black_box(self.apply(Command::ContactCancel(ContactCancel { contact, reason })));
            return;
        };
        let offer = Some(offer.offer);
        self.apply(Command::OfferAccept(OfferRef {
            offer,
            contact: None,
            agent: None,
        }));
        let end = ContactEnd {
            contact,
            outcome: Outcome::Open,
            note: None,
            learnt: None,
        };
        black_box(self.apply(Command::ContactEnd(end)));
    }

    fn life_by_skill(&mut self) {
        let mut requires = SkillMap::new();
        requires.insert(skill(self.draw.below(SKILLS)), Level(1));
        self.life(None, requires);
    }

    fn life_by_owner(&mut self) {
        let customer = Name::of(&format!("u{}", self.draw.below(self.customers)));
        self.life(Some(customer), SkillMap::new());
    }
}

/// Nanoseconds of a round, the least of several tries: the machine may be busy with others.
fn nanoseconds(centre: &mut Centre, round: fn(&mut Centre)) -> f64 {
    let mut least = Duration::MAX;
    for _ in 0..5 {
        let began = Instant::now();
        for _ in 0..ROUNDS {
            round(centre);
        }
        least = least.min(began.elapsed());
    }
    least.as_nanos() as f64 / ROUNDS as f64
}

fn ratios(_: &mut Criterion) {
    let by_agents: Vec<f64> = [1_000, 10_000, 100_000]
        .iter()
        .map(|agents| nanoseconds(&mut Centre::new(*agents, 50), Centre::life_by_skill))
        .collect();
    println!(
        "life of a contact by agents: 1k {:.0} ns, 10k {:.0} ns, 100k {:.0} ns; 100k/1k = {:.2}",
        by_agents[0],
        by_agents[1],
        by_agents[2],
        by_agents[2] / by_agents[0]
    );
    let by_waiting: Vec<f64> = [10, 100_000]
        .iter()
        .map(|waiting| {
            let mut centre = Centre::new(1_000, 50).with_waiting(*waiting);
            nanoseconds(&mut centre, Centre::life_by_skill)
        })
        .collect();
    println!(
        "life of a contact by waiting: 10 {:.0} ns, 100k {:.0} ns; 100k/10 = {:.2}",
        by_waiting[0],
        by_waiting[1],
        by_waiting[1] / by_waiting[0]
    );
}

fn lives(criterion: &mut Criterion) {
    for agents in [1_000, 10_000, 100_000] {
        let mut centre = Centre::new(agents, 50);
        criterion.bench_function(&format!("life by skill, {agents} agents"), |bench| {
            bench.iter(|| centre.life_by_skill());
        });
    }
    let owners = std::env::var("ROUTE_OWNERS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(1_000_000);
    let mut centre = Centre::new(10_000, 50).with_owners(owners, 50);
    criterion.bench_function(&format!("life by owner, {owners} owners"), |bench| {
        bench.iter(|| centre.life_by_owner());
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20).measurement_time(Duration::from_secs(2));
    targets = ratios, lives
}
criterion_main!(benches);
