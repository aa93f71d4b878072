//! A centre in memory for benchmarks: agents with random skills, owners, waiting contacts, and
//! rounds that are the same in every run.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "benches look at one variant"
)]
// Each benchmark uses a part of it.
#![allow(dead_code)]

pub mod growth;

use std::hint::black_box;
use std::time::Duration;

use firsthand::router::answer::Answer;
use firsthand::router::codes::{Outcome, Presence};
use firsthand::router::command::{
    AgentCommand, AgentPresence, AgentSet, CaseCommand, CaseOpen, Command, ContactCancel,
    ContactCommand, ContactEnd, ContactSubmit, CustomerCommand, CustomerLink, OfferCommand,
    OfferRef, QueueCommand, QueueSet, SettingsPatch, Stamped,
};
use firsthand::router::effect::Effects;
use firsthand::router::ids::{Name, OfferId, Text};
use firsthand::router::policy::{Level, Policy, Priority, SkillMap};
use firsthand::router::time::Millis;
use firsthand::router::{DEFAULT_QUEUE, Router};

const SKILLS_PER_AGENT: usize = 5;

/// A small random number generator, the same in every run.
pub struct Draw(u64);

impl Draw {
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888);
        (self.0 >> 33) as usize % limit
    }
}

/// Size of a centre.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    pub agents: usize,
    /// One agent in this many is available, the others are on break.
    pub idle_one_in: usize,
    /// Skills that exist; an agent has five of them.
    pub skills: usize,
    pub queues: usize,
}

impl Size {
    pub fn agents(agents: usize) -> Self {
        Self {
            agents,
            idle_one_in: 50,
            skills: 50,
            queues: 1,
        }
    }
}

pub struct Centre {
    pub router: Router,
    pub effects: Effects,
    pub at: i64,
    size: Size,
    contacts: u64,
    draw: Draw,
    customers: usize,
    /// Contacts in conversation, oldest first.
    talking: std::collections::VecDeque<Name>,
}

fn skill(n: usize) -> Name {
    Name::numbered("skill", n as u64)
}

fn agent_name(n: usize) -> Name {
    Name::numbered("agent", n as u64)
}

fn queue_name(n: usize) -> Name {
    Name::numbered("queue", n as u64)
}

fn needing(skill: Name) -> SkillMap {
    let mut requires = SkillMap::new();
    requires.insert(skill, Level(1));
    requires
}

/// Processor time of this thread. Unlike wall time it excludes other load.
pub fn processor_time() -> Duration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    let seconds = u64::try_from(now.tv_sec).expect("no time before the start");
    Duration::new(
        seconds,
        u32::try_from(now.tv_nsec).expect("less than a second"),
    )
}

/// Nanoseconds of processor time per round, the least of several tries.
pub fn nanoseconds(centre: &mut Centre, round: fn(&mut Centre)) -> f64 {
    const ROUNDS: u32 = 20_000;
    let mut least = Duration::MAX;
    for _ in 0..5 {
        let began = processor_time();
        for _ in 0..ROUNDS {
            round(centre);
        }
        least = least.min(processor_time() - began);
    }
    least.as_nanos() as f64 / f64::from(ROUNDS)
}

impl Centre {
    pub fn new(size: Size) -> Self {
        let mut centre = Self {
            router: Router::new(),
            effects: Effects::default(),
            at: 0,
            size,
            contacts: 0,
            draw: Draw(7),
            customers: 0,
            talking: std::collections::VecDeque::new(),
        };
        for n in 0..size.queues {
            centre.apply(Command::Queue(QueueCommand::Set(Box::new(QueueSet {
                queue: queue_name(n),
                policy: Policy::default(),
            }))));
        }
        for n in 0..size.agents {
            centre.add_agent(n);
            let presence = if n % size.idle_one_in == 0 {
                Presence::Available
            } else {
                Presence::Break
            };
            centre.set_presence(n, presence);
            centre.at += 1;
        }
        centre
    }

    fn set_presence(&mut self, n: usize, presence: Presence) {
        self.apply(Command::Agent(AgentCommand::Presence(AgentPresence::of(
            agent_name(n),
            presence,
        ))));
    }

    fn add_agent(&mut self, n: usize) {
        let mut skills = SkillMap::new();
        while skills.len() < SKILLS_PER_AGENT.min(self.size.skills) {
            let level = Level(1 + self.draw.below(10) as u8);
            skills.insert(skill(self.draw.below(self.size.skills)), level);
        }
        self.apply(Command::Agent(AgentCommand::Set(Box::new(AgentSet {
            skills,
            ..AgentSet::of(agent_name(n))
        }))));
    }

    /// Adds customers with an open case, each owned by an available agent.
    pub fn with_owners(mut self, owners: usize) -> Self {
        let idle = self.size.idle_one_in;
        for n in 0..owners {
            let owner = self.draw.below(self.size.agents / idle) * idle;
            self.apply(Command::Case(CaseCommand::Open(Box::new(CaseOpen {
                case: Name::of(&format!("k{n}")),
                customer: Name::of(&format!("u{n}")),
                topic: None,
                kind: None,
                owner: Some(agent_name(owner)),
                of_nobody: false,
            }))));
        }
        self.customers = owners;
        self
    }

    /// Adds a customer without a case.
    pub fn know_customer(&mut self, n: usize) {
        self.apply(Command::Customer(CustomerCommand::Link(Box::new(
            CustomerLink {
                customer: Name::of(&format!("tel:+86{n:011}")),
                identities: Vec::new(),
                profile: None,
                merge: false,
            },
        ))));
    }

    /// Adds contacts that wait for a skill nobody has.
    pub fn with_waiting(mut self, waiting: usize) -> Self {
        for _ in 0..waiting {
            self.submit(None, needing(Name::of("nobody")));
        }
        self
    }

    /// Ended contacts are forgotten soon.
    pub fn with_short_memory(mut self) -> Self {
        self.apply(Command::Settings(Box::new(SettingsPatch {
            keep_ended_max: Some(100),
            ..SettingsPatch::default()
        })));
        self
    }

    /// A millisecond of wrap-up after each conversation.
    pub fn with_wrap_up(mut self) -> Self {
        self.apply(Command::Queue(QueueCommand::Set(Box::new(QueueSet {
            queue: Name::of(DEFAULT_QUEUE),
            policy: Policy {
                wrap_up_ms: Millis(1),
                ..Policy::default()
            },
        }))));
        self
    }

    /// Adds contacts that wait for a skill nobody has, every other one in front of those with
    /// priority 1.
    pub fn with_two_priorities(mut self, waiting: usize) -> Self {
        for n in 0..waiting {
            self.submit_before(2 * (n as i32 % 2));
        }
        self
    }

    fn submit_before(&mut self, priority: i32) -> Name {
        let requires = needing(Name::of("nobody"));
        let mut command = self.submission(None, requires);
        if let Command::Contact(ContactCommand::Submit(submit)) = &mut command {
            submit.priority = Priority(priority);
        }
        let contact = contact_of(&command);
        black_box(self.apply(command));
        contact
    }

    /// Makes all agents busy and adds contacts waiting for any of them.
    pub fn with_backlog(mut self, waiting: usize) -> Self {
        loop {
            let (contact, answer) = self.submit(None, SkillMap::new());
            let Some(offer) = offer_of(&answer) else {
                break;
            };
            self.accept(offer);
            self.talking.push_back(contact);
        }
        for _ in 1..waiting {
            self.submit(None, SkillMap::new());
        }
        self
    }

    pub fn apply(&mut self, command: Command) -> Answer {
        let stamped = Stamped {
            at: self.at,
            chance: 0,
            source: None,
            key: None,
            actor: None,
            command,
        };
        self.effects.clear();
        self.router
            .apply(&stamped, &mut self.effects)
            .expect("a command that fits")
    }

    /// A submission ready to be applied.
    pub fn submission(&mut self, customer: Option<Name>, requires: SkillMap) -> Command {
        self.contacts += 1;
        self.at += 1;
        let queue = self.draw.below(self.size.queues.max(1));
        Command::Contact(ContactCommand::Submit(Box::new(ContactSubmit {
            queue: (self.size.queues > 1).then(|| queue_name(queue)),
            customer,
            requires,
            ..ContactSubmit::of(Name::numbered("c", self.contacts))
        })))
    }

    pub fn submit(&mut self, customer: Option<Name>, requires: SkillMap) -> (Name, Answer) {
        let command = self.submission(customer, requires);
        (Name::numbered("c", self.contacts), self.apply(command))
    }

    pub fn some_skill(&mut self) -> SkillMap {
        needing(skill(self.draw.below(self.size.skills)))
    }

    pub fn some_customer(&mut self) -> Name {
        Name::numbered("u", self.draw.below(self.customers) as u64)
    }

    fn accept(&mut self, offer: OfferId) {
        self.apply(Command::Offer(OfferCommand::Accept(OfferRef {
            offer: Some(offer),
            contact: None,
            agent: None,
        })));
    }

    fn end(&mut self, contact: Name) {
        let end = ContactEnd {
            outcome: Some(Outcome::Open),
            ..ContactEnd::of(contact)
        };
        black_box(self.apply(Command::Contact(ContactCommand::End(end))));
    }

    /// The rest of a life after its submission.
    pub fn finish(&mut self, contact: Name, answer: &Answer) {
        match offer_of(answer) {
            Some(offer) => {
                self.accept(offer);
                self.end(contact);
            }
            None => {
                let reason = Text("abandoned".into());
                black_box(
                    self.apply(Command::Contact(ContactCommand::Cancel(ContactCancel {
                        contact,
                        reason,
                    }))),
                );
            }
        }
    }

    fn life(&mut self, customer: Option<Name>, requires: SkillMap) {
        let (contact, answer) = self.submit(customer, requires);
        self.finish(contact, &answer);
    }

    /// A contact without an owner.
    pub fn life_by_skill(&mut self) {
        let requires = self.some_skill();
        self.life(None, requires);
    }

    /// A contact of a customer whose owner is free.
    pub fn life_by_owner(&mut self) {
        let customer = self.some_customer();
        self.life(Some(customer), SkillMap::new());
    }

    /// A contact that joins in the middle of those waiting, and hangs up.
    pub fn life_in_the_middle(&mut self) {
        let contact = self.submit_before(1);
        let reason = Text("abandoned".into());
        black_box(
            self.apply(Command::Contact(ContactCommand::Cancel(ContactCancel {
                contact,
                reason,
            }))),
        );
    }

    /// One contact joins the backlog, the oldest conversation ends, its agent takes the first
    /// contact waiting.
    pub fn life_in_backlog(&mut self) {
        self.submit(None, SkillMap::new());
        let oldest = self.talking.pop_front().expect("all agents are busy");
        self.end(oldest);
        let (offer, contact) = self.offered().expect("the freed agent is offered the next");
        self.accept(offer);
        self.talking.push_back(contact);
    }

    /// The offer among the last events.
    fn offered(&self) -> Option<(OfferId, Name)> {
        use firsthand::router::event::{ContactEvent, EventBody};
        self.effects
            .events
            .iter()
            .find_map(|event| match &event.body {
                EventBody::Contact(of, ContactEvent::Offered { offer, .. }) => {
                    Some((*offer, of.contact.clone()))
                }
                _ => None,
            })
    }
}

pub fn contact_of(command: &Command) -> Name {
    match command {
        Command::Contact(ContactCommand::Submit(submit)) => submit.contact.clone(),
        _ => panic!("a submission"),
    }
}

pub fn offer_of(answer: &Answer) -> Option<OfferId> {
    match answer {
        Answer::Submitted(submitted) => submitted.offer.as_ref().map(|offer| offer.offer),
        _ => panic!("an answer to a submission"),
    }
}
