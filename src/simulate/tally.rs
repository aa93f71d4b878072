//! The counts of a running simulation.

use serde::Serialize;

use crate::figures::{Fate, Sums, Waits};
use crate::router::codes::Route;
use crate::router::ids::{AgentIdx, QueueIdx};
use crate::router::time::Timestamp;

use super::timeline::Timeline;

/// The counts of the contacts that arrived in one queue.
#[derive(Clone, Debug, Default)]
pub struct QueueTally {
    pub sums: Sums,
    /// Waits of served contacts, by route in the order of [`Route::ALL`].
    pub routes: [Waits; Route::ALL.len()],
    /// Waits of contacts that were not served: sum and number.
    pub not_served_wait_ms: i128,
    pub not_served: u64,
    pub talk_ms: i128,
    pub target_ms: i64,
}

impl QueueTally {
    /// The waits of served contacts, over all routes.
    pub fn waits(&self) -> Waits {
        let mut all = Waits::default();
        for waits in &self.routes {
            all.merge(waits);
        }
        all
    }
}

/// One agent's work.
#[derive(Clone, Copy, Debug, Default)]
pub struct AgentTally {
    pub served: u64,
    pub owner_hits: u64,
    /// Conversations now, and the time since when there is at least one.
    talks: u32,
    busy_since: Timestamp,
    /// Time with at least one conversation.
    pub busy_ms: i64,
    pub wrap_up_ms: i64,
}

/// Callbacks by owners: work that no other count includes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Callbacks {
    /// Contacts that ended with a promised callback.
    pub promised: u64,
    /// Callbacks that the owner has begun.
    pub made: u64,
}

/// A contact that reached an agent.
#[derive(Clone, Copy, Debug)]
pub struct Reached {
    pub queue: QueueIdx,
    pub agent: AgentIdx,
    pub route: Route,
    pub queued_at: Timestamp,
    pub at: Timestamp,
    /// Whether its case already had an owner, and whether this agent is the owner.
    pub repeat: bool,
    pub hit: bool,
}

/// All counts.
#[derive(Clone, Debug)]
pub struct Tally {
    pub timeline: Timeline,
    pub queues: Vec<QueueTally>,
    pub agents: Vec<AgentTally>,
    /// Callbacks promised instead of a wait for the owner, and those made.
    pub callbacks: Callbacks,
    pub first_arrival: Timestamp,
    /// The last end of a conversation or of a wait, or the last arrival.
    pub last_at: Timestamp,
    /// Steps of the router.
    pub decisions: u64,
}

impl Tally {
    pub fn new(first_arrival: Timestamp) -> Self {
        Self {
            timeline: Timeline::new(first_arrival),
            queues: Vec::new(),
            agents: Vec::new(),
            callbacks: Callbacks::default(),
            first_arrival,
            last_at: first_arrival,
            decisions: 0,
        }
    }

    pub fn queue(&mut self, queue: QueueIdx) -> &mut QueueTally {
        if self.queues.len() <= queue.at() {
            self.queues.resize_with(queue.at() + 1, QueueTally::default);
        }
        &mut self.queues[queue.at()]
    }

    fn agent(&mut self, agent: AgentIdx) -> &mut AgentTally {
        if self.agents.len() <= agent.at() {
            self.agents.resize_with(agent.at() + 1, AgentTally::default);
        }
        &mut self.agents[agent.at()]
    }

    /// A contact arrives, and waits from now on.
    pub fn arrived(&mut self, at: Timestamp, queue: QueueIdx) {
        self.last_at = at;
        self.queue(queue).sums.ends.contacts += 1;
        self.timeline.change(at, 1, 0);
        self.timeline.bucket(at).sums.ends.contacts += 1;
    }

    pub fn connected(&mut self, reached: &Reached) {
        let Reached { at, queued_at, .. } = *reached;
        let wait_ms = at - queued_at;
        self.timeline.change(at, -1, 1);
        let queue = self.queue(reached.queue);
        let within = wait_ms <= queue.target_ms;
        queue.sums.served(within, reached.repeat, reached.hit);
        queue.routes[reached.route as usize].add(wait_ms);
        let bucket = self.timeline.bucket(queued_at);
        bucket.sums.served(within, reached.repeat, reached.hit);
        bucket.wait_ms += wait_ms;
        bucket.wait_max_ms = bucket.wait_max_ms.max(wait_ms);
        let agent = self.agent(reached.agent);
        agent.served += 1;
        agent.owner_hits += u64::from(reached.hit);
        self.talk_begins(at, reached.agent);
    }

    /// Waits of served contacts by route, in the order of [`Route::ALL`].
    pub fn routes(&self) -> Vec<Waits> {
        let mut all = vec![Waits::default(); Route::ALL.len()];
        for queue in &self.queues {
            for (all, waits) in all.iter_mut().zip(&queue.routes) {
                all.merge(waits);
            }
        }
        all
    }

    /// An owner begins a callback: work, but no arrival.
    pub fn called_back(&mut self, at: Timestamp, agent: AgentIdx) {
        self.callbacks.made += 1;
        self.talk_begins(at, agent);
    }

    fn talk_begins(&mut self, at: Timestamp, agent: AgentIdx) {
        let agent = self.agent(agent);
        if agent.talks == 0 {
            agent.busy_since = at;
        }
        agent.talks += 1;
    }

    pub fn talk_ends(&mut self, at: Timestamp, agent: AgentIdx) {
        self.last_at = at;
        let agent = self.agent(agent);
        agent.talks -= 1;
        if agent.talks == 0 {
            agent.busy_ms += at - agent.busy_since;
        }
    }

    /// The conversation of an arrival ends.
    pub fn talked(&mut self, at: Timestamp, queue: QueueIdx, talk_ms: i64) {
        self.timeline.change(at, 0, -1);
        self.queue(queue).talk_ms += i128::from(talk_ms);
    }

    pub fn wrapped_up(&mut self, agent: AgentIdx, wrap_up_ms: i64) {
        self.agent(agent).wrap_up_ms += wrap_up_ms;
    }

    /// A contact ends without having reached an agent.
    pub fn ended_unserved(
        &mut self,
        at: Timestamp,
        queue: QueueIdx,
        queued_at: Timestamp,
        fate: Fate,
    ) {
        self.last_at = at;
        self.timeline.change(at, -1, 0);
        self.timeline.bucket(queued_at).sums.ends.ended(fate);
        let queue = self.queue(queue);
        queue.sums.ends.ended(fate);
        match fate {
            Fate::Served | Fate::Blocked | Fate::Rejected => {}
            Fate::Abandoned | Fate::Timeout | Fate::Overflowed | Fate::Unserved => {
                queue.not_served += 1;
                queue.not_served_wait_ms += i128::from(at - queued_at);
            }
        }
    }
}
