//! A queue: its policy with names resolved, its contacts, its counts.

use super::line::Line;
use super::pace::Pace;
use super::skill::{Interner, Levels};
use super::stats::Stats;
use crate::router::api::codes::{ContactState, Widen};
use crate::router::api::ids::{AgentIdx, Name, SkillIdx};
use crate::router::api::policy::Policy;
use crate::stored::stored;

/// A queue.
#[derive(Clone, Debug)]
pub struct Queue {
    pub id: Name,
    pub exists: bool,
    pub(super) policy: Policy,
    pub(super) counts: Counts,
    /// The last agent offered a contact, for the strategy `round_robin`.
    pub last_offered: Option<AgentIdx>,
    /// For the estimate of waits.
    pub pace: Pace,
    pub stats: Stats,
    /// The tickets drawn so far.
    pub roll: Roll,
    pub(super) requires: Levels,
    pub(super) steps: Vec<ResolvedStep>,
    /// All waiting contacts, in order.
    pub(super) waiting: Line,
}

stored! {
    Queue {
        1 id, 2 exists, 3 policy, 4 counts, 5 last_offered, 6 pace, 7 stats, 8 roll,
    }
    made anew { requires, steps, waiting }
}

/// A step of the policy with its skills resolved.
#[derive(Clone, Debug, Default)]
pub struct ResolvedStep {
    pub after_ms: i64,
    pub replace: Option<Levels>,
    pub drop: Vec<SkillIdx>,
    pub widen_any: bool,
}

/// Contacts of a queue or a tenant by state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub scheduled: u32,
    pub waiting: u32,
    pub offered: u32,
    pub connected: u32,
    pub wrap_up: u32,
}

stored! { Counts { 1 scheduled, 2 waiting, 3 offered, 4 connected, 5 wrap_up } }

impl Counts {
    /// Waiting, offered or connected: what takes a trunk.
    pub fn in_system(&self) -> u32 {
        self.waiting + self.offered + self.connected
    }

    /// In conversation or wrap-up: what occupies an agent.
    pub fn serving(&self) -> u32 {
        self.connected + self.wrap_up
    }

    pub fn live(&self) -> u32 {
        self.scheduled + self.in_system() + self.wrap_up
    }

    pub fn add(&mut self, state: ContactState) {
        if let Some(count) = self.of(state) {
            *count += 1;
        }
    }

    pub fn take(&mut self, state: ContactState) {
        if let Some(count) = self.of(state) {
            *count -= 1;
        }
    }

    fn of(&mut self, state: ContactState) -> Option<&mut u32> {
        match state {
            ContactState::Scheduled => Some(&mut self.scheduled),
            ContactState::Waiting => Some(&mut self.waiting),
            ContactState::Offered => Some(&mut self.offered),
            ContactState::Connected => Some(&mut self.connected),
            ContactState::WrapUp => Some(&mut self.wrap_up),
            ContactState::Ended => None,
        }
    }
}

impl Queue {
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Its contacts by state.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// All waiting contacts, in order.
    pub fn waiting(&self) -> &Line {
        &self.waiting
    }

    /// Its requirement before any of its steps.
    pub fn requires(&self) -> &Levels {
        &self.requires
    }

    /// The steps of its policy, in order of time.
    pub fn steps(&self) -> &[ResolvedStep] {
        &self.steps
    }

    pub fn new(id: Name, policy: Policy, skills: &mut Interner) -> Self {
        let mut queue = Self {
            id,
            exists: true,
            policy,
            counts: Counts::default(),
            last_offered: None,
            pace: Pace::default(),
            stats: Stats::default(),
            roll: Roll::default(),
            requires: Levels::new(),
            steps: Vec::new(),
            waiting: Line::default(),
        };
        queue.resolve(skills);
        queue
    }

    /// Resolves the names of the policy again.
    pub fn resolve(&mut self, skills: &mut Interner) {
        self.requires = skills.levels(&self.policy.requires);
        self.steps = self
            .policy
            .steps
            .iter()
            .map(|step| ResolvedStep {
                after_ms: step.after_ms.0,
                replace: step.requires.as_ref().map(|map| skills.levels(map)),
                drop: step
                    .drop
                    .iter()
                    .map(|name| SkillIdx::of(skills.intern(name)))
                    .collect(),
                widen_any: step.widen == Some(Widen::Any),
            })
            .collect();
        self.steps.sort_by_key(|step| step.after_ms);
    }

    /// The queue's own requirement after this many steps.
    pub fn requires_after(&self, steps: u32) -> Levels {
        let mut requires = self.requires.clone();
        for step in self.steps.iter().take(steps as usize) {
            if let Some(replace) = &step.replace {
                requires = replace.clone();
            }
            requires.retain(|(skill, _)| !step.drop.contains(skill));
            if step.widen_any {
                requires.clear();
            }
        }
        requires
    }
}

/// The tickets of a queue drawn so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Roll {
    pub day: i64,
    /// Tickets drawn on that day.
    pub drawn: u32,
}

stored! { Roll { 1 day, 2 drawn } }
