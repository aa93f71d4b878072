//! The agents' side: who they are, what they say of themselves, when they become free.

use crate::router::Router;
use crate::router::Subject;
use crate::router::api::answer::{AgentRemovedView, Answer};
use crate::router::api::codes::{AgentKind, AgentState, Presence};
use crate::router::api::command::{AgentPresence, AgentRemove, AgentSet};
use crate::router::api::event::{EventBody, OfferReason};
use crate::router::api::ids::{AgentIdx, CaseIdx, ContactIdx, Name, TeamIdx, Text};
use crate::router::api::policy::{CAPACITY_MAX, SKILLS_MAX};
use crate::router::api::reject::Reject;
use crate::router::api::time::Timestamp;
use crate::router::state::agent::{Agent, WrapUp};
use crate::router::state::skill::Levels;
use crate::router::state::timers::Timer;

impl Router {
    pub(in crate::router) fn agent_set(&mut self, set: &AgentSet) -> Result<Subject, Reject> {
        self.check_agent(set)?;
        let absences = self.absences_of(set)?;
        let idx = self.intern_agent(&set.agent);
        let mentor = set.mentor.as_ref().map(|name| self.intern_agent(name));
        self.bind(idx, |bonds| {
            bonds.mentor = mentor;
            bonds.max_open_cases = set.max_open_cases;
        });
        let was_there = self.agents[idx.at()].exists;
        let pair_before = self.agents[idx.at()].deputy;
        let deputy = set.deputy.as_ref().map(|name| self.intern_agent(name));
        let leader = set.leader.as_ref().map(|name| self.intern_agent(name));
        self.set_deputy(idx, deputy);
        let team = set.team.as_ref().map(|name| self.intern_team(name));
        let skills = self.skills.levels(&set.skills);
        let capacity = set
            .capacity
            .iter()
            .filter_map(|(name, n)| self.channels.find(name).map(|channel| (channel, *n)))
            .collect();
        if let Some(position) = self.agents[idx.at()].position {
            self.idle
                .mark_skills(&self.agents[idx.at()], position, false);
        }
        let lost = self.set_skills(idx, skills);
        let entry = &mut self.agents[idx.at()];
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
            self.idle
                .mark_skills(&self.agents[idx.at()], position, true);
        }
        if self.detail.events {
            self.emit(EventBody::AgentSet {
                agent: set.agent.clone(),
                team: set.team.clone(),
            });
        }
        if !was_there {
            self.bounded += u32::from(self.agents[idx.at()].bonds.is_bounded());
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
        self.agents[idx.at()].passed_over = true;
        self.note_freed(idx);
        self.note_changed(idx);
        self.watch_no_agent_everywhere();
        Ok(Subject::Agent(idx))
    }

    /// Gives an agent other skills; those that nobody has any more are answered.
    fn set_skills(&mut self, idx: AgentIdx, skills: Levels) -> Levels {
        self.skilled.add(&skills);
        let entry = &mut self.agents[idx.at()];
        let before = std::mem::replace(&mut entry.skills, skills);
        if entry.exists {
            self.skilled.take(&before);
        }
        self.skilled.lost(&before)
    }

    /// Gives an agent another deputy, or none.
    fn set_deputy(&mut self, idx: AgentIdx, deputy: Option<AgentIdx>) {
        let before = std::mem::replace(&mut self.agents[idx.at()].deputy, deputy);
        if let Some(before) = before {
            let of = &mut self.agents[before.at()].deputy_of;
            of.retain(|other| other != idx);
        }
        if let Some(deputy) = deputy {
            self.agents[deputy.at()].deputy_of.push(idx);
        }
    }

    fn check_agent(&self, set: &AgentSet) -> Result<(), Reject> {
        let bad = |field, message: String| {
            Err(Reject::invalid("agent", field, message).with_id(&set.agent))
        };
        let known = self.agents_by_name.get(&set.agent);
        let cases = known.map_or(0, |agent| self.agents[agent.at()].cases.len());
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
        if !self.skills.has_room_for(&set.skills) {
            return bad(
                "skills",
                format!(
                    "more than {} skills in all",
                    crate::router::state::skill::NAMES_MAX
                ),
            );
        }
        for (channel, capacity) in &set.capacity {
            if self.channels.find(channel).is_none() {
                let known = self.channels.listed();
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
        let team = TeamIdx::of(self.teams.intern(name));
        if self.waiting.teams.len() <= team.at() {
            self.waiting
                .teams
                .resize_with(team.at() + 1, Default::default);
        }
        team
    }

    /// The number of an agent, which need not have been set yet.
    pub(in crate::router::act) fn intern_agent(&mut self, name: &Name) -> AgentIdx {
        if let Some(idx) = self.agents_by_name.get(name) {
            return *idx;
        }
        let idx = AgentIdx::from_usize(self.agents.len());
        self.agents.push(Agent::new(name.clone(), self.at));
        self.agents_by_name.insert(name.clone(), idx);
        idx
    }

    pub(in crate::router) fn agent_presence(
        &mut self,
        set: &AgentPresence,
    ) -> Result<Subject, Reject> {
        let idx = self.find_agent(&set.agent)?;
        if let Some(until) = set.until_at {
            let wrong = if set.presence == Presence::Available {
                Some("until_at goes with break or offline: leave it out".to_owned())
            } else if until <= self.at {
                Some(format!("{until} is over: give a time after {}", self.at))
            } else {
                None
            };
            if let Some(message) = wrong {
                return Err(Reject::invalid("agent", "until_at", message).with_id(&set.agent));
            }
        }
        self.set_presence(idx, set.presence, set.reason.clone(), set.until_at);
        Ok(Subject::Agent(idx))
    }

    /// Sets an agent's presence with all that follows from it; nothing happens where nothing
    /// changes.
    pub(in crate::router) fn set_presence(
        &mut self,
        idx: AgentIdx,
        presence: Presence,
        reason: Option<Text>,
        until_at: Option<Timestamp>,
    ) {
        let at = self.at;
        let entry = &mut self.agents[idx.at()];
        let before = entry.presence;
        if before == presence && entry.reason == reason && entry.until_at == until_at {
            return;
        }
        entry.presence = presence;
        entry.reason = reason;
        entry.until_at = until_at;
        if before != presence {
            entry.since_at = at;
        }
        if let Some(until) = until_at {
            self.timers.arm(until, Timer::Presence, idx.number());
        }
        if self.detail.events {
            let entry = &self.agents[idx.at()];
            // Who goes away keeps no offer: the state told is the one after this step.
            let mut state = entry.state();
            if presence != Presence::Available && state == AgentState::Reserved {
                state = entry.state_without_offers();
            }
            self.emit(EventBody::AgentPresence {
                agent: entry.id.clone(),
                presence,
                state,
                reason: entry.reason.clone(),
            });
        }
        if presence != Presence::Offline {
            self.came_in(idx);
        }
        if (before == Presence::Available) != (presence == Presence::Available) {
            self.brief(idx, before == Presence::Available);
        }
        match presence {
            Presence::Available if before != presence => self.become_idle(idx),
            Presence::Available => {}
            Presence::Break | Presence::Offline => {
                let entry = &mut self.agents[idx.at()];
                if presence == Presence::Break && entry.idle_since.is_none() {
                    // Logged in for the first time: it has its place in the idle order from now.
                    entry.idle_since = Some(at);
                    self.idle.place(&mut self.agents, idx, at);
                }
                self.revoke_all_of(idx, OfferReason::AgentGone);
                self.refresh(idx);
            }
        }
        self.note_changed(idx);
        if (before == Presence::Offline) != (presence == Presence::Offline) {
            self.watch_no_agent_everywhere();
        }
    }

    /// The agent is idle since now.
    pub(super) fn become_idle(&mut self, idx: AgentIdx) {
        self.agents[idx.at()].idle_since = Some(self.at);
        self.idle.place(&mut self.agents, idx, self.at);
        self.note_freed(idx);
        self.note_changed(idx);
    }

    /// Takes back all that is offered to an agent; the contacts go on at once.
    pub(super) fn revoke_all_of(&mut self, idx: AgentIdx, reason: OfferReason) {
        let offered: Vec<ContactIdx> = self.agents[idx.at()]
            .reserved
            .iter()
            .map(|held| held.contact)
            .collect();
        for contact in offered {
            self.revoke_offers(contact, reason, |offer| offer.agent == idx);
            self.dirty_contacts.push(contact);
        }
    }

    /// A conversation of an agent is over: it wraps up, or is free.
    pub(in crate::router::act) fn release_agent(
        &mut self,
        idx: AgentIdx,
        contact: ContactIdx,
        since: Timestamp,
        wrap_up_ms: i64,
        ends_contact: bool,
    ) {
        let until_at = self.at.saturating_add(wrap_up_ms);
        let entry = &mut self.agents[idx.at()];
        entry.talks.retain(|held| held.contact != contact);
        entry.talk_ms += self.at - since;
        if wrap_up_ms > 0 {
            entry.wraps.push(WrapUp {
                contact,
                until_at,
                ends_contact,
            });
            self.timers.arm(until_at, Timer::WrapUp, idx.number());
            self.refresh(idx);
            self.note_changed(idx);
        } else {
            self.become_idle(idx);
        }
    }

    /// How long an agent wraps up after a contact.
    pub(in crate::router) fn wrap_up_ms(&self, idx: AgentIdx, contact: ContactIdx) -> i64 {
        let own = self.agents[idx.at()].wrap_up_ms;
        own.unwrap_or_else(|| self.policy_of(contact).wrap_up_ms).0
    }

    pub(in crate::router) fn wrap_up_end(&mut self, name: &Name) -> Result<Subject, Reject> {
        let idx = self.find_agent(name)?;
        if self.agents[idx.at()].wraps.is_empty() {
            let message = format!("agent \"{name}\" is not in wrap-up");
            return Err(Reject::conflict("agent", name, message));
        }
        self.end_wrap_ups(idx, Timestamp::MAX);
        Ok(Subject::Agent(idx))
    }

    /// Ends an agent's wrap-ups that are due by then.
    pub(in crate::router) fn end_wrap_ups(&mut self, idx: AgentIdx, by: Timestamp) {
        let over: smallvec::SmallVec<[WrapUp; 1]> = self.agents[idx.at()]
            .wraps
            .iter()
            .filter(|w| w.until_at <= by)
            .copied()
            .collect();
        if over.is_empty() {
            return;
        }
        self.agents[idx.at()]
            .wraps
            .retain(|wrap| wrap.until_at > by);
        for wrap in over {
            if wrap.ends_contact {
                self.wrapped_up(wrap.contact, idx);
            }
        }
        self.become_idle(idx);
    }

    pub(in crate::router) fn agent_remove(
        &mut self,
        remove: &AgentRemove,
    ) -> Result<Subject, Reject> {
        let idx = self.find_agent(&remove.agent)?;
        let entry = &self.agents[idx.at()];
        if !entry.talks.is_empty() {
            let n = entry.talks.len();
            let message = format!(
                "agent \"{}\" is in conversation ({n}): end or transfer its contacts first",
                remove.agent
            );
            return Err(Reject::conflict("agent", &remove.agent, message));
        }
        let cases: Vec<CaseIdx> = entry.cases.iter().copied().collect();
        let successor = self.successor(idx, remove)?;
        let plan = entry.bonds.succession.clone();
        let shared = plan.filter(|plan| remove.successor.is_none() && self.has_takers(plan));
        if successor.is_none() && shared.is_none() && !cases.is_empty() {
            let message = format!(
                "agent \"{}\" owns {} open cases and has neither deputy nor leader: name a \
                 successor",
                remove.agent,
                cases.len()
            );
            return Err(Reject::conflict("agent", &remove.agent, message).in_field("successor"));
        }
        self.end_wrap_ups(idx, Timestamp::MAX);
        self.set_presence(idx, Presence::Offline, Some(Text("removed".into())), None);
        let handed_over = cases.len() as u64;
        let went = shared
            .as_ref()
            .map_or(0, |plan| self.share_out(&cases, plan));
        if let Some(to) = successor {
            for case in cases.into_iter().skip(went as usize) {
                self.hand_over(case, to, Text("agent_removed".into()), remove.agent.clone());
            }
        }
        self.forget_agent(idx);
        let shared = shared
            .filter(|_| went > 0)
            .map_or(Vec::new(), |plan| plan.to);
        let successors = shared
            .iter()
            .map(|to| self.agents[to.at()].id.clone())
            .collect();
        let successor = successor.filter(|_| went < handed_over || handed_over == 0);
        let successor = successor.map(|to| self.agents[to.at()].id.clone());
        if self.detail.events {
            self.emit(EventBody::AgentRemoved {
                agent: remove.agent.clone(),
                successor: successor.clone(),
                cases: handed_over,
            });
        }
        Ok(Subject::Answer(Answer::AgentRemoved(AgentRemovedView {
            agent: remove.agent.clone(),
            removed: true,
            successor,
            handed_over,
            successors,
        })))
    }

    /// The agent is there no more; who waits for it is judged anew.
    fn forget_agent(&mut self, idx: AgentIdx) {
        self.idle.forget(&mut self.agents, idx);
        self.bind(idx, |bonds| {
            *bonds = crate::router::state::bonds::Bonds::default()
        });
        let at = self.at;
        let entry = &mut self.agents[idx.at()];
        self.skilled.take(&entry.skills);
        let lost = self.skilled.lost(&entry.skills);
        entry.exists = false;
        entry.idle_since = None;
        entry.retry_at = None;
        entry.missed = 0;
        entry.handled = 0;
        entry.talk_ms = 0;
        entry.since_at = at;
        entry.reason = None;
        let named = entry.named_waiting.values();
        let waiting = named.chain(entry.owned_waiting.values()).copied();
        self.dirty_contacts.extend(waiting);
        self.end_wishes_for(&lost);
    }

    /// To whom the open cases of a removed agent go: the successor named, else deputy, else leader.
    fn successor(&self, idx: AgentIdx, remove: &AgentRemove) -> Result<Option<AgentIdx>, Reject> {
        if let Some(name) = &remove.successor {
            let to = self
                .find_agent(name)
                .map_err(|reject| reject.in_field("successor"))?;
            if to == idx {
                let message = "an agent cannot succeed itself: name another";
                return Err(Reject::invalid("agent", "successor", message).with_id(name));
            }
            if !self.agents[to.at()].is_human() {
                let message = format!("agent \"{name}\" is a bot and never owns: name a human");
                return Err(Reject::invalid("agent", "successor", message).with_id(name));
            }
            return Ok(Some(to));
        }
        let entry = &self.agents[idx.at()];
        let fit = |agent: &AgentIdx| {
            *agent != idx && self.agents[agent.at()].exists && self.agents[agent.at()].is_human()
        };
        Ok(entry.deputy.filter(fit).or(entry.leader.filter(fit)))
    }

    /// Logging in or off may decide for every waiting contact whether anyone could serve it.
    fn watch_no_agent_everywhere(&mut self) {
        let watched: Vec<ContactIdx> = self
            .queues
            .iter()
            .filter(|queue| queue.policy.no_agent_ms.is_some())
            .flat_map(|queue| queue.waiting.contacts())
            .collect();
        for contact in watched {
            self.watch_no_agent(contact);
        }
    }
}
