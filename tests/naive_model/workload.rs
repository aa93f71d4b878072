//! Random commands of a small call centre and its platforms, drawn from a seed.
//!
//! The moves consult the model to be mostly sensible, and are deliberately wrong now and then:
//! unknown names, late answers, repeated commands. Names come from small pools, so that they meet
//! again.

mod moves;
mod policies;
mod whereabouts;

use firsthand::router::command::{Command, SessionCommand, Stamped};
use firsthand::router::ids::{Key, Name};
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::model::Model;

/// The size and habits of one centre, drawn once for each seed.
#[derive(Clone, Debug)]
pub struct Shape {
    pub agents: usize,
    pub queues: usize,
    pub skills: usize,
    pub customers: usize,
    pub topics: usize,
    /// Every duration is a multiple of this; a coarse grain makes deadlines coincide.
    pub grain_ms: i64,
    /// Above this number of live contacts, fewer are submitted.
    pub crowd: usize,
    /// How many of 100 contacts have a customer.
    pub known_percent: u32,
    /// The channels in use, the most frequent first.
    pub channels: Vec<Name>,
}

pub struct Workload {
    pub rng: ChaCha8Rng,
    pub shape: Shape,
    next_contact: u64,
    next_key: u64,
    last_key: Option<(Key, Command)>,
    at: i64,
}

impl Workload {
    pub fn new(seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut channels: Vec<Name> = ["voice", "chat", "email", "counter"]
            .into_iter()
            .map(Name::of)
            .collect();
        let first = rng.random_range(0..2);
        channels.rotate_left(first);
        channels.truncate(rng.random_range(1..=4));
        let shape = Shape {
            agents: rng.random_range(2..=8),
            queues: rng.random_range(1..=3),
            skills: rng.random_range(1..=4),
            customers: rng.random_range(2..=6),
            topics: rng.random_range(0..=3),
            grain_ms: *[1, 1, 500, 1_000].choose(&mut rng).expect("not empty"),
            crowd: rng.random_range(3..=14),
            known_percent: rng.random_range(30..=100),
            channels,
        };
        Self {
            rng,
            shape,
            next_contact: 0,
            next_key: 0,
            last_key: None,
            at: 0,
        }
    }

    /// The next command. `deadline` is the router's next one.
    pub fn next(&mut self, step: u64, model: &Model, deadline: Option<i64>) -> Stamped {
        let command = match self.opening(step) {
            Some(command) => command,
            None => {
                self.pass_time(deadline);
                self.command(model)
            }
        };
        let mut stamped = Stamped {
            at: self.at,
            chance: self.rng.random(),
            source: self.source(model),
            key: None,
            actor: None,
            command,
        };
        self.maybe_keyed(&mut stamped);
        stamped
    }

    /// The opening commands: agents, queues, a session.
    fn opening(&mut self, step: u64) -> Option<Command> {
        let step = usize::try_from(step).expect("a small number");
        let (agents, queues) = (self.shape.agents, self.shape.queues);
        if step < queues {
            return Some(self.queue_set_of(step));
        }
        if step < queues + agents {
            return Some(self.agent_set_of(step - queues));
        }
        if step < queues + 2 * agents {
            return Some(self.available(step - queues - agents));
        }
        if step < queues + 2 * agents + 2 {
            return Some(self.session_opened(step - queues - 2 * agents));
        }
        None
    }

    fn pass_time(&mut self, deadline: Option<i64>) {
        let grain = self.shape.grain_ms;
        let dice = self.rng.random_range(0..100);
        let before = self.at;
        self.at += match dice {
            0..30 => 0,
            30..80 => self.rng.random_range(0..=3_000),
            80..90 => self.rng.random_range(0..=20_000),
            90..92 => self.rng.random_range(0..=600_000),
            // Exactly at the next deadline, or just before it.
            92..98 => {
                let due = deadline.unwrap_or(self.at).min(self.at + 3_600_000);
                (due - self.at - i64::from(dice % 2)).max(0)
            }
            _ => self.rng.random_range(0..=60_000),
        };
        if dice < 92 {
            self.at = (self.at / grain * grain).max(before);
        }
    }

    fn maybe_keyed(&mut self, stamped: &mut Stamped) {
        match self.rng.random_range(0..40) {
            0 | 1 => {
                self.next_key += 1;
                let key = Key {
                    name: Name::of(&format!("key{}", self.next_key)),
                    digest: self.rng.random_range(0..1_000_000),
                };
                self.last_key = Some((key.clone(), stamped.command.clone()));
                stamped.key = Some(key);
            }
            2 => {
                let Some((mut key, command)) = self.last_key.clone() else {
                    return;
                };
                if self.rng.random_bool(0.3) {
                    key.digest += 1;
                } else {
                    stamped.command = command;
                }
                stamped.key = Some(key);
            }
            _ => {}
        }
        if matches!(
            stamped.command,
            Command::Tick
                | Command::Restarted
                | Command::Reloaded
                | Command::Session(SessionCommand::Opened(_))
                | Command::Session(SessionCommand::Closed(_))
        ) {
            stamped.key = None;
        }
    }

    fn source(&mut self, model: &Model) -> Option<Name> {
        if self.rng.random_bool(0.3) {
            return None;
        }
        model.sessions.choose(&mut self.rng).cloned()
    }

    /// A duration on the grain, at least one grain.
    fn ms(&mut self, most: i64) -> i64 {
        let grain = self.shape.grain_ms;
        let grains = (most / grain).max(1);
        self.rng.random_range(1..=grains) * grain
    }

    fn one_in(&mut self, n: u32) -> bool {
        self.rng.random_ratio(1, n)
    }

    fn agent_name(&mut self) -> Name {
        let nth = self.rng.random_range(0..self.shape.agents);
        if self.one_in(60) {
            return Name::of("nobody");
        }
        Name::of(&format!("a{nth}"))
    }

    fn queue_name(&mut self) -> Name {
        if self.one_in(60) {
            return Name::of("nowhere");
        }
        let nth = self.rng.random_range(0..self.shape.queues);
        Self::queue_at(nth)
    }

    fn queue_at(nth: usize) -> Name {
        if nth == 0 {
            Name::of("default")
        } else {
            Name::of(&format!("q{nth}"))
        }
    }

    fn skill_name(&mut self) -> Name {
        let nth = self.rng.random_range(0..self.shape.skills);
        Name::of(&format!("s{nth}"))
    }

    fn customer_name(&mut self) -> Name {
        let nth = self.rng.random_range(0..self.shape.customers);
        if self.one_in(4) {
            Name::of(&format!("tel:+86{nth}"))
        } else {
            Name::of(&format!("c{nth}"))
        }
    }

    fn topic_name(&mut self) -> Option<Name> {
        if self.shape.topics == 0 || self.rng.random_bool(0.4) {
            return None;
        }
        let nth = self.rng.random_range(0..self.shape.topics);
        Some(Name::of(&format!("t{nth}")))
    }

    fn channel_name(&mut self) -> Name {
        if self.one_in(100) {
            return Name::of("pigeon");
        }
        if self.rng.random_bool(0.6) {
            return self.shape.channels[0].clone();
        }
        let channels = self.shape.channels.clone();
        channels.choose(&mut self.rng).expect("a channel").clone()
    }

    fn new_contact_name(&mut self) -> Name {
        self.next_contact += 1;
        Name::of(&format!("k{}", self.next_contact))
    }

    /// A contact of the past, or an unknown one.
    fn any_contact_name(&mut self) -> Name {
        let nth = self.rng.random_range(0..=self.next_contact + 1);
        Name::of(&format!("k{nth}"))
    }
}
