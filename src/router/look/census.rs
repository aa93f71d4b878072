//! Counts of the present state for the metrics, made in one pass. Changes nothing.

use crate::router::api::codes::AgentState;
use crate::router::api::ids::Name;
use crate::router::api::time::Timestamp;
use crate::router::state::book::Book;

/// Counts of the whole tenant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Census {
    pub queues: Vec<QueueCensus>,
    /// Agents in each state, in the order of [`AgentState::ALL`].
    pub agents: [u64; AgentState::ALL.len()],
    /// Cases that have an owner and are not closed.
    pub open_cases: u64,
    /// The most of them owned by one agent.
    pub open_cases_most: u64,
    /// Agents who have enough cases: new ones go to others.
    pub agents_full: u64,
    /// Deadlines that have passed while their work is not done.
    pub overdue: u64,
}

/// Counts of one queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueCensus {
    pub queue: Name,
    pub waiting: u32,
    pub offered: u32,
    pub connected: u32,
    /// When the longest waiting contact joined.
    pub oldest_joined_at: Option<Timestamp>,
}

/// The state and counts of one agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentCensus {
    pub agent: Name,
    pub state: AgentState,
    pub contacts: usize,
    pub open_cases: usize,
    pub handled: u64,
    pub talk_ms: i64,
}

impl Census {
    /// Whether any contact is being offered or in conversation.
    pub fn is_busy(&self) -> bool {
        self.queues
            .iter()
            .any(|queue| queue.offered + queue.connected > 0)
    }
}

impl Book {
    /// Counts the state.
    pub fn census(&self) -> Census {
        let mut census = Census::default();
        for queue in self.queues().iter().filter(|queue| queue.exists) {
            census.queues.push(QueueCensus {
                queue: queue.id.clone(),
                waiting: queue.counts().waiting,
                offered: queue.counts().offered,
                connected: queue.counts().connected,
                oldest_joined_at: queue.waiting().oldest_joined_at(),
            });
        }
        for agent in self.agents().iter().filter(|agent| agent.exists()) {
            let state = agent.state();
            for (count, known) in census.agents.iter_mut().zip(AgentState::ALL) {
                *count += u64::from(*known == state);
            }
            let cases = agent.cases().len();
            census.open_cases += cases as u64;
            census.open_cases_most = census.open_cases_most.max(cases as u64);
            census.agents_full += u64::from(agent.bonds().is_full(cases));
        }
        census.overdue = self.cases().overdue;
        census
    }

    /// Counts for each agent.
    pub fn agents_census(&self) -> Vec<AgentCensus> {
        let agents = self.agents().iter().filter(|agent| agent.exists());
        agents
            .map(|agent| AgentCensus {
                agent: agent.id.clone(),
                state: agent.state(),
                contacts: agent.talks().len(),
                open_cases: agent.cases().len(),
                handled: agent.handled,
                talk_ms: agent.talk_ms,
            })
            .collect()
    }
}
