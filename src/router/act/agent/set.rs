//! Setting an agent: skills, team, deputy, limits.

use crate::router::api::codes::AgentKind;
use crate::router::api::command::{AgentSet, AgentUpdate};
use crate::router::api::event::AgentEvent;
use crate::router::api::policy::SKILLS_MAX;
use crate::router::api::reject::Reject;
use crate::router::state::skill::NAMES_MAX;
use crate::router::{Router, Subject};

impl Router {
    pub(super) fn agent_set(&mut self, set: &AgentSet) -> Result<Subject, Reject> {
        self.check_agent(set)?;
        let absences = self.absences_of(set)?;
        let idx = self.book.intern_agent(&set.agent);
        let mentor = set.mentor.as_ref().map(|name| self.book.intern_agent(name));
        self.book.bonds_mut(idx).mentor = mentor;
        self.book.set_max_open_cases(idx, set.max_open_cases);
        let pair_before = self.book.agent(idx).deputy();
        let deputy = set.deputy.as_ref().map(|name| self.book.intern_agent(name));
        let leader = set.leader.as_ref().map(|name| self.book.intern_agent(name));
        self.book.set_deputy(idx, deputy);
        let team = set.team.as_ref().map(|name| self.book.intern_team(name));
        let skills = self.book.skills_mut().levels(&set.skills);
        let capacity = set
            .capacity
            .iter()
            .filter_map(|(name, n)| {
                self.book
                    .channels()
                    .find(name)
                    .map(|channel| (channel, n.get()))
            })
            .collect();
        let lost = self.book.set_skills(idx, skills);
        self.book.set_capacity(idx, capacity);
        let entry = self.book.agent_mut(idx);
        entry.name = set.name.clone();
        entry.kind = set.kind;
        entry.team = team;
        entry.leader = leader;
        entry.address = set.address.clone();
        entry.wrap_up_ms = set.wrap_up_ms;
        entry.rank = set.rank;
        self.emit(|_| AgentEvent::Set {
            agent: set.agent.clone(),
            team: set.team.clone(),
        });
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
        self.unsettled.extend(owned);
        let named = self.book.agent(idx).named_waiting().values();
        self.unsettled.extend(named.copied());
        self.book.leave_to(idx);
        self.book.note_freed(idx);
        self.book.note_changed(idx);
        self.watch_no_agent_everywhere();
        Ok(Subject::Agent(idx))
    }

    /// `agent.update`: the agent is set as it is, with the fields that are given.
    pub(super) fn agent_update(&mut self, update: &AgentUpdate) -> Result<Subject, Reject> {
        let idx = self.book.find_agent(&update.agent)?;
        if let (["address"], Some(address)) = (&update.fields()[..], &update.address) {
            // Nothing is decided by it, and telephones may move often.
            self.book.agent_mut(idx).address = address.clone();
            self.emit(|book| AgentEvent::Set {
                agent: update.agent.clone(),
                team: book.team_name(idx),
            });
            return Ok(Subject::Agent(idx));
        }
        let mut set = self.book.as_set(idx);
        update.apply_to(&mut set);
        self.agent_set(&set)
    }

    fn check_agent(&self, set: &AgentSet) -> Result<(), Reject> {
        let bad = |field, message: String| {
            Err(Reject::invalid("agent", field, message).with_id(&set.agent))
        };
        let known = self.book.agent_numbered(&set.agent);
        let cases = known.map_or(0, |agent| self.book.agent(agent).cases().len());
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
        if !self.book.skills().has_room_for(&set.skills) {
            return bad("skills", format!("more than {} skills in all", NAMES_MAX));
        }
        for channel in set.capacity.keys() {
            let found = self.book.find_channel(channel, "agent", "capacity");
            found.map_err(|reject| reject.with_id(&set.agent))?;
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
}
