//! Policies, settings and agents that between them use every field of a queue's policy.

use std::collections::BTreeMap;

use firsthand::router::codes::{
    AgentKind, Fallback, NoAgentCounts, OverflowAction, OwnerHold, OwnershipKey, OwnershipMode,
    Pick, Strategy, Widen,
};
use firsthand::router::command::{
    AgentCommand, AgentSet, Command, QueueCommand, QueueSet, SettingsPatch,
};
use firsthand::router::ids::Name;
use firsthand::router::number::Whole;
use firsthand::router::policy::{
    Capacity, ChannelRule, Level, Overflow, OwnerWait, Ownership, ParallelOffers, Policy, Priority,
    Retry, RingTime, SkillMap, Step,
};
use firsthand::router::time::Millis;
use rand::Rng;
use rand::seq::IndexedRandom;

use super::Workload;

impl Workload {
    pub(super) fn queue_set(&mut self) -> Command {
        let nth = self.rng.random_range(0..self.shape.queues);
        self.queue_set_of(nth)
    }

    pub(super) fn queue_set_of(&mut self, nth: usize) -> Command {
        Command::Queue(QueueCommand::Set(Box::new(QueueSet {
            queue: Self::queue_at(nth),
            policy: self.policy(),
        })))
    }

    /// Changes few fields from their defaults at a time: a policy with everything set would let one
    /// rule hide another.
    fn policy(&mut self) -> Policy {
        let mut policy = Policy {
            ring_ms: RingTime::of(self.ms(20_000)),
            ..Policy::default()
        };
        if self.one_in(2) {
            policy.requires = self.requirement();
        }
        if self.one_in(2) {
            policy.strategy = *Strategy::ALL.choose(&mut self.rng).expect("not empty");
        }
        if self.one_in(4) {
            policy.priority = Priority(self.rng.random_range(-2..=2));
        }
        if self.one_in(5) {
            policy.age_priority_ms = Millis(self.ms(20_000));
        }
        if self.one_in(4) {
            policy.parallel_offers = ParallelOffers::of(self.rng.random_range(2..=3));
            policy.parallel_round = self.one_in(3);
        }
        if self.one_in(2) {
            policy.max_missed = self.rng.random_range(0..=3);
        }
        if self.one_in(2) {
            policy.retry = self.retry();
        }
        if self.one_in(3) {
            policy.steps = self.steps();
        }
        if self.one_in(3) {
            policy.max_wait_ms = Some(Millis(self.ms(60_000)));
        }
        if self.one_in(4) {
            policy.max_waiting = Some(self.rng.random_range(0..=4));
        }
        if self.one_in(5) {
            policy.no_agent_ms = Some(Millis(self.ms(30_000)));
            if self.one_in(2) {
                policy.no_agent_counts = NoAgentCounts::Available;
            }
        }
        if self.one_in(2) {
            policy.overflow = self.overflow();
        }
        if self.one_in(2) {
            policy.resume_ms = if self.one_in(4) {
                None
            } else {
                Some(Millis(self.ms(30_000)))
            };
        }
        if self.one_in(2) {
            policy.wrap_up_ms = Millis(self.ms(15_000));
        }
        if self.one_in(6) {
            policy.max_in_system = Some(self.rng.random_range(1..=8));
        }
        if self.one_in(2) {
            policy.ownership = self.ownership();
        }
        policy.pull = self.one_in(2);
        if self.one_in(2) {
            policy.callback.attempts = Whole::of(self.rng.random_range(1..=3));
            policy.callback.every_ms = Millis(self.ms(20_000));
        }
        policy
    }

    fn retry(&mut self) -> Retry {
        let mut delay = || {
            if self.one_in(5) {
                Millis::ZERO
            } else {
                Millis(self.ms(10_000))
            }
        };
        Retry {
            declined_ms: delay(),
            busy_ms: delay(),
            unreachable_ms: delay(),
            no_answer_ms: delay(),
        }
    }

    fn steps(&mut self) -> Vec<Step> {
        let mut after = 0;
        (0..self.rng.random_range(1..=3))
            .map(|_| {
                after += self.ms(15_000);
                let mut step = Step {
                    after_ms: Millis(after),
                    requires: None,
                    drop: Vec::new(),
                    widen: None,
                };
                match self.rng.random_range(0..3) {
                    0 => step.requires = Some(self.requirement()),
                    1 => step.drop = vec![self.skill_name()],
                    _ => step.widen = Some(Widen::Any),
                }
                step
            })
            .collect()
    }

    fn overflow(&mut self) -> Overflow {
        if self.one_in(2) {
            return Overflow {
                to: Some(self.queue_name()),
                action: None,
            };
        }
        Overflow {
            to: None,
            action: OverflowAction::ALL.choose(&mut self.rng).copied(),
        }
    }

    fn ownership(&mut self) -> Ownership {
        let mut limit = || match self.rng.random_range(0..3) {
            0 => Millis::ZERO,
            _ => Millis(self.ms(30_000)),
        };
        let wait = OwnerWait {
            busy_ms: limit(),
            wrap_up_ms: limit(),
            break_ms: limit(),
            offline_ms: limit(),
        };
        let mut fallback = vec![
            Fallback::Deputy,
            Fallback::Leader,
            Fallback::Team,
            Fallback::Skill,
        ];
        if self.one_in(3) {
            fallback.retain(|_| self.rng.random_bool(0.6));
        }
        if self.one_in(5) {
            fallback.reverse();
        }
        if self.one_in(8) {
            let nth = self.rng.random_range(0..=fallback.len());
            fallback.insert(nth, Fallback::CallbackByOwner);
        }
        Ownership {
            mode: match self.rng.random_range(0..8) {
                0 => OwnershipMode::Off,
                1 => OwnershipMode::Require,
                _ => OwnershipMode::Prefer,
            },
            wait,
            fallback,
            own_first: !self.one_in(3),
            overtake_ms: match self.rng.random_range(0..4) {
                0 => None,
                1 => Some(Millis::ZERO),
                _ => Some(Millis(self.ms(30_000))),
            },
            owner_skill_check: self.one_in(4),
            min_handle_ms: if self.one_in(4) {
                Millis(self.ms(8_000))
            } else {
                Millis::ZERO
            },
            affinity_ms: if self.one_in(2) {
                Millis(self.ms(120_000))
            } else {
                Millis::ZERO
            },
            hold: if self.one_in(4) {
                OwnerHold::WhileBusy
            } else {
                OwnerHold::Always
            },
            key: if self.one_in(5) {
                OwnershipKey::Last
            } else {
                OwnershipKey::First
            },
        }
    }

    pub(super) fn requirement(&mut self) -> SkillMap {
        let mut skills = SkillMap::new();
        while self.one_in(2) && skills.len() < 2 {
            skills.insert(self.skill_name(), Level(self.rng.random_range(1..=7)));
        }
        skills
    }

    pub(super) fn settings_set(&mut self) -> Command {
        let mut patch = SettingsPatch::default();
        match self.rng.random_range(0..10) {
            9 => patch.platform_grace_ms = Some(Millis(self.ms(20_000))),
            0 | 1 => patch.pick = Pick::ALL.choose(&mut self.rng).copied(),
            2 => {
                let most = self.rng.random_range(4..=20);
                patch.max_in_system = Some((!self.one_in(2)).then_some(most));
            }
            3 => {
                let lease = Millis(self.ms(60_000));
                patch.lease_ms = Some((!self.one_in(4)).then_some(lease));
            }
            4 => {
                patch.repeat_supervise = Some(self.rng.random_range(0..=4));
                patch.repeat_window_ms = Some(Millis(self.ms(600_000)));
            }
            5 => {
                let after = Millis(self.ms(300_000));
                patch.close_after_ms = Some((!self.one_in(4)).then_some(after));
            }
            6 => {
                patch.keep_ended_ms = Some(Millis(self.ms(600_000)));
                patch.keep_ended_max = Some(self.rng.random_range(8..=40));
            }
            7 => {
                patch.keep_keys_ms = Some(Millis(self.ms(60_000)));
                patch.keep_keys_max = Some(self.rng.random_range(0..=4));
            }
            _ => {
                let rule = ChannelRule {
                    exclusive: self.one_in(2),
                    capacity: Capacity::of(self.rng.random_range(1..=2)),
                    live: Some(self.rng.random_bool(0.7)),
                };
                let channel = self.channel_name();
                if channel.as_str() != "pigeon" {
                    patch.channels = Some(BTreeMap::from([(channel, rule)]));
                }
            }
        }
        Command::Settings(Box::new(patch))
    }

    pub(super) fn agent_set(&mut self) -> Command {
        let nth = self.rng.random_range(0..self.shape.agents);
        self.agent_set_of(nth)
    }

    pub(super) fn agent_set_of(&mut self, nth: usize) -> Command {
        let mut skills = SkillMap::new();
        for skill in 0..self.shape.skills {
            if self.rng.random_bool(0.6) {
                let level = Level(self.rng.random_range(1..=10));
                skills.insert(Name::of(&format!("s{skill}")), level);
            }
        }
        let mut capacity = BTreeMap::new();
        for channel in self.shape.channels.clone() {
            if self.one_in(3) {
                let places = if self.one_in(6) {
                    0
                } else {
                    self.rng.random_range(1..=3)
                };
                capacity.insert(channel, Capacity::of(places));
            }
        }
        let mut other = |one_in: u32| {
            let other = self.rng.random_range(0..self.shape.agents);
            (other != nth && self.one_in(one_in)).then(|| Name::of(&format!("a{other}")))
        };
        let (deputy, leader) = (other(2), other(3));
        let team = self.rng.random_range(0..3);
        Command::Agent(AgentCommand::Set(Box::new(AgentSet {
            agent: Name::of(&format!("a{nth}")),
            name: None,
            kind: if nth == 0 && self.shape.agents > 3 || self.one_in(40) {
                AgentKind::Bot
            } else {
                AgentKind::Human
            },
            skills,
            capacity,
            team: (team < 2).then(|| Name::of(&format!("team{team}"))),
            deputy,
            leader,
            address: None,
            wrap_up_ms: match self.rng.random_range(0..6) {
                0 => Some(Millis(self.ms(10_000))),
                1 => Some(Millis::ZERO),
                _ => None,
            },
            rank: self.rng.random_range(0..3),
            mentor: None,
            max_open_cases: None,
            absences: None,
        })))
    }
}
