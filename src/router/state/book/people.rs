//! Changes of agents: skills, stand-ins, limits, removal. The counts and lists that depend on them
//! change here too.

use super::Book;
use crate::router::api::ids::{AgentIdx, Name, TeamIdx};
use crate::router::api::people::Absence;
use crate::router::state::agent::Agent;
use crate::router::state::bonds::{Bonds, Succession};
use crate::router::state::skill::Levels;
use crate::router::state::timers::Timer;

impl Book {
    /// The number of an agent, which may not have been set yet.
    pub(in crate::router) fn intern_agent(&mut self, name: &Name) -> AgentIdx {
        if let Some(idx) = self.agents_by_name.get(name) {
            return *idx;
        }
        let idx = AgentIdx::from_usize(self.agents.len());
        self.agents.push(Agent::new(name.clone(), self.at));
        self.agents_by_name.insert(name.clone(), idx);
        idx
    }

    pub(in crate::router) fn intern_team(&mut self, name: &Name) -> TeamIdx {
        let team = TeamIdx::of(self.teams.intern(name));
        if self.waiting.teams.len() <= team.at() {
            let teams = &mut self.waiting.teams;
            teams.resize_with(team.at() + 1, Default::default);
        }
        team
    }

    /// Sets an agent and its skills. Returns the previous skills that no agent has any more.
    pub(in crate::router) fn set_skills(&mut self, idx: AgentIdx, skills: Levels) -> Levels {
        if let Some(position) = self.agents[idx.at()].position {
            let before = &self.agents[idx.at()];
            self.idle.mark_skills(before, position, false);
        }
        self.skilled.add(&skills);
        let entry = &mut self.agents[idx.at()];
        let before = std::mem::replace(&mut entry.skills, skills);
        if entry.exists {
            self.skilled.take(&before);
        } else {
            entry.exists = true;
            self.bounded += u32::from(entry.bonds.is_bounded());
        }
        if let Some(position) = entry.position {
            self.idle.mark_skills(entry, position, true);
        }
        self.skilled.lost(&before)
    }

    /// Sets or removes an agent's deputy.
    pub(in crate::router) fn set_deputy(&mut self, idx: AgentIdx, deputy: Option<AgentIdx>) {
        let before = std::mem::replace(&mut self.agents[idx.at()].deputy, deputy);
        if let Some(before) = before {
            let of = &mut self.agents[before.at()].deputy_of;
            of.retain(|other| other != idx);
        }
        if let Some(deputy) = deputy {
            self.agents[deputy.at()].deputy_of.push(idx);
        }
    }

    /// The other bonds of an agent, to be changed.
    pub(in crate::router) fn bonds_mut(&mut self, idx: AgentIdx) -> &mut Bonds {
        &mut self.agents[idx.at()].bonds
    }

    /// Sets or removes the limit on an agent's open cases.
    pub(in crate::router) fn set_max_open_cases(&mut self, idx: AgentIdx, max: Option<u32>) {
        self.bind(idx, |bonds| bonds.max_open_cases = max);
    }

    /// Sets the succession plan of an agent; the next batch is due when it says.
    pub(in crate::router) fn set_succession(
        &mut self,
        idx: AgentIdx,
        succession: Option<Box<Succession>>,
    ) {
        let due = succession.as_ref().map(|plan| plan.next_at);
        self.bind(idx, |bonds| bonds.succession = succession);
        if let Some(at) = due {
            self.timers.arm(at, Timer::Succession, idx.number());
        }
    }

    /// Arms the begin of an agent's first absence, or its end if it has begun.
    pub(in crate::router) fn arm_absence(&mut self, idx: AgentIdx) {
        let bonds = &mut self.agents[idx.at()].bonds;
        let first = bonds.absences.first();
        let due = |first: &Absence| {
            if bonds.absent {
                first.to_at
            } else {
                first.from_at
            }
        };
        bonds.absence_at = first.map(due);
        if let Some(at) = bonds.absence_at {
            self.timers.arm(at, Timer::Absence, idx.number());
        }
    }

    /// Changes the bonds of an agent, and counts the agents with a limit on new cases.
    fn bind(&mut self, idx: AgentIdx, change: impl FnOnce(&mut Bonds)) {
        let entry = &mut self.agents[idx.at()];
        let before = entry.exists && entry.bonds.is_bounded();
        change(&mut entry.bonds);
        let after = entry.exists && entry.bonds.is_bounded();
        self.bounded = self.bounded + u32::from(after) - u32::from(before);
    }

    /// Removes an agent. Returns its skills that no agent has any more.
    pub(in crate::router) fn remove_agent(&mut self, idx: AgentIdx) -> Levels {
        self.idle.forget(&mut self.agents, idx);
        self.bind(idx, |bonds| *bonds = Bonds::default());
        self.logged_in.remove(&idx);
        let entry = &mut self.agents[idx.at()];
        self.skilled.take(&entry.skills);
        entry.exists = false;
        (entry.whereabouts, entry.barred) = (None, None);
        entry.idle_since = None;
        entry.retry_at = None;
        entry.missed = 0;
        entry.handled = 0;
        entry.talk_ms = 0;
        entry.hold_ms = 0;
        entry.wrap_up_ms_sum = 0;
        entry.since_at = self.at;
        entry.reason = None;
        self.skilled.lost(&entry.skills)
    }
}
