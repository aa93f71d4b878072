//! The beginnings and ends of shifts in order of time.

use std::collections::BTreeMap;

use crate::router::Router;
use crate::router::codes::Presence;
use crate::router::command::{AgentCommand, AgentSet, Command};
use crate::router::ids::{AgentIdx, Name};
use crate::router::time::Timestamp;
use crate::trace::Roster;

use super::agenda::{Kind, Moment};
use super::error::SimulateError;

/// The beginning or end of a shift.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Turn {
    at: Timestamp,
    kind: Kind,
    /// The agent's rank in the order of ids.
    rank: u64,
    agent: AgentIdx,
    profile: usize,
}

/// All turns, with a position before the next.
#[derive(Debug)]
pub(super) struct Rota {
    turns: Vec<Turn>,
    next: usize,
    profiles: Vec<AgentSet>,
    /// By agent number: rank in the order of ids, current profile, shifts it is on.
    ranks: Vec<u64>,
    current: Vec<usize>,
    depth: Vec<u32>,
}

impl Rota {
    /// Adds the agents to the router. A shift without a beginning begins at `start`.
    pub fn new(
        router: &mut Router,
        roster: &Roster,
        start: Timestamp,
    ) -> Result<Self, SimulateError> {
        let mut numbers: BTreeMap<Name, AgentIdx> = BTreeMap::new();
        let mut first: BTreeMap<AgentIdx, usize> = BTreeMap::new();
        for shift in &roster.shifts {
            if numbers.contains_key(&shift.agent) {
                continue;
            }
            let set = roster.profiles[shift.profile].clone();
            router
                .command_bulk(start, Command::Agent(AgentCommand::Set(Box::new(set))))
                .map_err(|refusal| SimulateError::Usage(refusal.message))?;
            if let Some(agent) = router.agent_named(&shift.agent) {
                numbers.insert(shift.agent.clone(), agent);
                first.insert(agent, shift.profile);
            }
        }
        let known = router.agents_known();
        let mut ranks = vec![u64::MAX >> 33; known];
        for (rank, agent) in numbers.values().enumerate() {
            ranks[agent.at()] = rank as u64;
        }
        let mut current = vec![usize::MAX; known];
        for (agent, profile) in first {
            current[agent.at()] = profile;
        }
        let mut turns = Vec::with_capacity(2 * roster.shifts.len());
        for shift in &roster.shifts {
            let from = shift.from.unwrap_or(start);
            let Some(agent) = numbers.get(&shift.agent).copied() else {
                continue;
            };
            if shift.to.is_some_and(|to| to <= from) {
                continue;
            }
            let turn = |at, kind| Turn {
                at,
                kind,
                rank: ranks[agent.at()],
                agent,
                profile: shift.profile,
            };
            turns.push(turn(from, Kind::StartOfShift));
            turns.extend(shift.to.map(|to| turn(to, Kind::EndOfShift)));
        }
        turns.sort_unstable();
        Ok(Self {
            turns,
            next: 0,
            profiles: roster.profiles.clone(),
            ranks,
            current,
            depth: vec![0; known],
        })
    }

    /// Time and kind of the next turn.
    pub fn next(&self) -> Moment {
        self.turns
            .get(self.next)
            .map_or(Moment::NEVER, |turn| Moment::new(turn.at, turn.kind))
    }

    /// The rank of an agent in the order of ids.
    pub fn rank(&self, agent: AgentIdx) -> u64 {
        self.ranks
            .get(agent.at())
            .copied()
            .unwrap_or(u64::MAX >> 33)
    }

    /// Carries out the next turn. Overlapping shifts of one agent are joined.
    pub fn turn(&mut self, router: &mut Router) {
        let Some(turn) = self.turns.get(self.next).copied() else {
            return;
        };
        self.next += 1;
        let agent = turn.agent;
        let depth = &mut self.depth[agent.at()];
        if turn.kind == Kind::EndOfShift {
            *depth -= 1;
            if *depth == 0 {
                router.presence_bulk(turn.at, agent, Presence::Offline);
            }
            return;
        }
        *depth += 1;
        let begins = *depth == 1;
        if self.current[agent.at()] != turn.profile {
            self.current[agent.at()] = turn.profile;
            let set = self.profiles[turn.profile].clone();
            let command = Command::Agent(AgentCommand::Set(Box::new(set)));
            // The same profile was checked when the rota was made.
            let _ = router.command_bulk(turn.at, command);
        }
        if begins {
            router.presence_bulk(turn.at, agent, Presence::Available);
        }
    }

    /// How long each agent is on shift within a span, by agent number.
    pub fn on_shift(&self, from: Timestamp, to: Timestamp) -> Vec<i64> {
        let mut on = vec![0; self.depth.len()];
        for (agent, begin, end) in self.stretches(from, to) {
            on[agent.at()] += end - begin;
        }
        on
    }

    /// The stretches of each agent's shifts within a span; overlapping shifts are joined.
    pub fn stretches(
        &self,
        from: Timestamp,
        to: Timestamp,
    ) -> Vec<(AgentIdx, Timestamp, Timestamp)> {
        let mut stretches = Vec::new();
        let mut depth = vec![0_u32; self.depth.len()];
        let mut since = vec![from; self.depth.len()];
        let mut note = |agent: AgentIdx, begin: Timestamp, end: Timestamp| {
            let (begin, end) = (begin.max(from), end.min(to));
            if begin < end {
                stretches.push((agent, begin, end));
            }
        };
        for turn in &self.turns {
            let n = turn.agent.at();
            if turn.kind == Kind::StartOfShift {
                depth[n] += 1;
                if depth[n] == 1 {
                    since[n] = turn.at;
                }
            } else {
                depth[n] -= 1;
                if depth[n] == 0 {
                    note(turn.agent, since[n], turn.at);
                }
            }
        }
        for (n, depth) in depth.iter().enumerate() {
            if *depth > 0 {
                note(AgentIdx::from_usize(n), since[n], to);
            }
        }
        stretches
    }
}
