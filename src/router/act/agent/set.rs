//! An agent is set: its skills, team, deputy, bounds.

use crate::router::api::codes::AgentKind;
use crate::router::api::command::AgentSet;
use crate::router::api::event::AgentEvent;
use crate::router::api::ids::{AgentIdx, Name, TeamIdx};
use crate::router::api::policy::{CAPACITY_MAX, SKILLS_MAX};
use crate::router::api::reject::Reject;
use crate::router::state::agent::Agent;
use crate::router::state::skill::Levels;
use crate::router::{Router, Subject};

impl Router {
    pub(super) fn agent_set(&mut self, set: &AgentSet) -> Result<Subject, Reject> {
        self.check_agent(set)?;
        let absences = self.absences_of(set)?;
        let idx = self.intern_agent(&set.agent);
        let mentor = set.mentor.as_ref().map(|name| self.intern_agent(name));
        self.bind(idx, |bonds| {
            bonds.mentor = mentor;
            bonds.max_open_cases = set.max_open_cases;
        });
        let was_there = self.book.agents[idx.at()].exists;
        let pair_before = self.book.agents[idx.at()].deputy;
        let deputy = set.deputy.as_ref().map(|name| self.intern_agent(name));
        let leader = set.leader.as_ref().map(|name| self.intern_agent(name));
        self.set_deputy(idx, deputy);
        let team = set.team.as_ref().map(|name| self.intern_team(name));
        let skills = self.book.skills.levels(&set.skills);
        let capacity = set
            .capacity
            .iter()
            .filter_map(|(name, n)| self.book.channels.find(name).map(|channel| (channel, *n)))
            .collect();
        if let Some(position) = self.book.agents[idx.at()].position {
            self.book
                .idle
                .mark_skills(&self.book.agents[idx.at()], position, false);
        }
        let lost = self.set_skills(idx, skills);
        let entry = &mut self.book.agents[idx.at()];
        entry.exists = true;
        entry.name = set.name.clone();
        entry.kind = set.kind;
        entry.capacity = capacity;
        entry.team = team;
        entry.leader = leader;
        entry.address = set.address.clone();
        entry.wrap_up_ms = set.wrap_up_ms;
        entry.rank = set.rank;
        if let Some(position) = entry.position {
            self.book
                .idle
                .mark_skills(&self.book.agents[idx.at()], position, true);
        }
        self.emit(|_| AgentEvent::Set {
            agent: set.agent.clone(),
            team: set.team.clone(),
        });
        if !was_there {
            self.book.bounded += u32::from(self.book.agents[idx.at()].bonds.is_bounded());
        }
        let plans = absences.is_some();
        if let Some(absences) = absences {
            self.take_absences(idx, absences);
        }
        if plans || deputy != pair_before {
            self.warn_of_pairs(idx, None);
        }
        self.end_wishes_for(&lost);
        // Stand-ins and skills decide who may take the contacts of its cases.
        let owned = self.waiting_on_cases_of(idx);
        self.dirty_contacts.extend(owned);
        self.book.agents[idx.at()].passed_over = true;
        self.note_freed(idx);
        self.note_changed(idx);
        self.watch_no_agent_everywhere();
        Ok(Subject::Agent(idx))
    }

    /// Gives an agent other skills; those that nobody has any more are answered.
    fn set_skills(&mut self, idx: AgentIdx, skills: Levels) -> Levels {
        self.book.skilled.add(&skills);
        let entry = &mut self.book.agents[idx.at()];
        let before = std::mem::replace(&mut entry.skills, skills);
        if entry.exists {
            self.book.skilled.take(&before);
        }
        self.book.skilled.lost(&before)
    }

    /// Gives an agent another deputy, or none.
    fn set_deputy(&mut self, idx: AgentIdx, deputy: Option<AgentIdx>) {
        let before = std::mem::replace(&mut self.book.agents[idx.at()].deputy, deputy);
        if let Some(before) = before {
            let of = &mut self.book.agents[before.at()].deputy_of;
            of.retain(|other| other != idx);
        }
        if let Some(deputy) = deputy {
            self.book.agents[deputy.at()].deputy_of.push(idx);
        }
    }

    fn check_agent(&self, set: &AgentSet) -> Result<(), Reject> {
        let bad = |field, message: String| {
            Err(Reject::invalid("agent", field, message).with_id(&set.agent))
        };
        let known = self.book.agents_by_name.get(&set.agent);
        let cases = known.map_or(0, |agent| self.book.agents[agent.at()].cases().len());
        if set.kind == AgentKind::Bot && cases > 0 {
            let message = format!(
                "agent \"{}\" owns {cases} open cases and a bot never owns: hand them over first",
                set.agent
            );
            return Err(Reject::conflict("agent", &set.agent, message).in_field("kind"));
        }
        if set.skills.len() > SKILLS_MAX {
            return bad(
                "skills",
                format!("{} skills: at most {SKILLS_MAX}", set.skills.len()),
            );
        }
        if !self.book.skills.has_room_for(&set.skills) {
            return bad(
                "skills",
                format!(
                    "more than {} skills in all",
                    crate::router::state::skill::NAMES_MAX
                ),
            );
        }
        for (channel, capacity) in &set.capacity {
            if self.book.channels.find(channel).is_none() {
                let known = self.book.channels.listed();
                return bad(
                    "capacity",
                    format!("no channel \"{channel}\": one of {known}"),
                );
            }
            if *capacity > CAPACITY_MAX {
                return bad(
                    "capacity",
                    format!("{capacity} contacts: at most {CAPACITY_MAX}"),
                );
            }
        }
        if set.deputy.as_ref() == Some(&set.agent) {
            return bad(
                "deputy",
                "an agent cannot be its own deputy: name another".to_owned(),
            );
        }
        if set.mentor.as_ref() == Some(&set.agent) {
            return bad(
                "mentor",
                "an agent cannot be its own mentor: name another".to_owned(),
            );
        }
        if set.leader.as_ref() == Some(&set.agent) {
            return bad(
                "leader",
                "an agent cannot be its own leader: name another".to_owned(),
            );
        }
        Ok(())
    }

    fn intern_team(&mut self, name: &Name) -> TeamIdx {
        let team = TeamIdx::of(self.book.teams.intern(name));
        if self.book.waiting.teams.len() <= team.at() {
            self.book
                .waiting
                .teams
                .resize_with(team.at() + 1, Default::default);
        }
        team
    }

    /// The number of an agent, which need not have been set yet.
    pub(in crate::router::act) fn intern_agent(&mut self, name: &Name) -> AgentIdx {
        if let Some(idx) = self.book.agents_by_name.get(name) {
            return *idx;
        }
        let idx = AgentIdx::from_usize(self.book.agents.len());
        self.book
            .agents
            .push(Agent::new(name.clone(), self.book.at));
        self.book.agents_by_name.insert(name.clone(), idx);
        idx
    }
}
