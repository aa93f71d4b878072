//! Drawing the consequences until nothing moves any more.
//!
//! Three lists are worked off, in this order of precedence, each in an order that depends on
//! nothing but the state: agents whose situation changed, whose waiting contacts are judged anew
//! (rule 15); contacts that look for an agent (first in the common order first); and agents that
//! became free (longest idle first; rule 2 and rule 14 from their side).
//!
//! When all three are empty, no contact waits that a free agent may take.

use crate::router::Router;
use crate::router::api::codes::{ContactState, OwnershipMode, Pick, Presence, Route, Rule, Why};
use crate::router::api::ids::{AgentIdx, ChannelIdx, ContactIdx};
use crate::router::decide::judge::Situation;
use crate::router::decide::plan::Plan;
use crate::router::state::contact::Contact;
use crate::router::state::line::Line;
use crate::router::state::skill::{meets, proficiency};
use crate::router::state::waiting::WaitKey;

/// A waiting contact that a freed agent may take.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    contact: ContactIdx,
    key: WaitKey,
    level: u8,
    /// It is another's, whom it waits for as long as there is anything else to take.
    kept: bool,
}

/// The channels for which an agent is free, one bit each.
#[derive(Clone, Copy, Debug)]
struct Free(u32);

impl Free {
    fn has(self, channel: ChannelIdx) -> bool {
        self.0 & 1 << channel.number() != 0
    }
}

impl Candidate {
    /// The order in which a freed agent takes contacts.
    fn order(&self) -> (i64, bool, u8, i64, u64) {
        (
            self.key.minus_priority,
            self.kept,
            u8::MAX - self.level,
            self.key.joined_at,
            self.key.seq,
        )
    }
}

impl Router {
    pub(in crate::router) fn settle(&mut self) {
        loop {
            if let Some(agent) = self.next_changed() {
                self.agents[agent.at()].changed = false;
                self.judge_owned(agent);
            } else if !self.dirty_contacts.is_empty() {
                self.settle_contacts();
            } else if !self.pending_agents.is_empty() {
                self.settle_agent();
            } else {
                break;
            }
        }
        self.idle.settle(&mut self.agents);
    }

    /// An agent whose situation changed. One that is about to choose is judged when it has chosen:
    /// until then its contacts are kept for it as they were.
    fn next_changed(&mut self) -> Option<AgentIdx> {
        let mut changed = self.changed_agents.iter();
        let place = changed.position(|agent| !self.is_about_to_choose(*agent))?;
        Some(self.changed_agents.swap_remove(place))
    }

    pub(super) fn is_about_to_choose(&self, agent: AgentIdx) -> bool {
        let entry = &self.agents[agent.at()];
        let mut channels = (0..self.channels.len()).map(|n| ChannelIdx::of(n as u32));
        entry.pending && channels.any(|channel| entry.free_for(channel, &self.channels).is_ok())
    }

    fn settle_contacts(&mut self) {
        let mut dirty = std::mem::take(&mut self.dirty_contacts);
        if dirty.len() > 1 {
            dirty.sort_by_key(|idx| self.contacts.get(*idx).map(|c| self.wait_key(c)));
            dirty.dedup();
        }
        for idx in &dirty {
            self.look_for_agent(*idx);
        }
        if self.dirty_contacts.is_empty() {
            dirty.clear();
            self.dirty_contacts = dirty;
        }
    }

    /// The contact's side: offers it to whom it goes now, or lets it wait.
    fn look_for_agent(&mut self, idx: ContactIdx) {
        let Some(contact) = self.contacts.get(idx) else {
            return;
        };
        if !contact.seeking {
            return;
        }
        if contact.overdue && contact.offers.is_empty() {
            self.give_up(idx, Why::WaitedTooLong);
            return;
        }
        let new_here = contact.place.is_none();
        let direct = contact.direct;
        loop {
            self.announce_requirement(idx);
            match self.plan(&self.contacts[idx]) {
                Plan::Offer { agent, route, why } => {
                    self.make_offer(idx, agent, route, why, None);
                    if self.answered_at_once {
                        return;
                    }
                }
                Plan::CallbackByOwner => {
                    self.end_as_callback(idx);
                    return;
                }
                Plan::Wait => break,
            }
        }
        if !self.contacts[idx].offers.is_empty() {
            self.note_hunger(idx);
            return;
        }
        if direct.is_some() {
            self.direct_failed(idx);
            // In its own place in the order, not after those who look now.
            self.look_for_agent(idx);
            return;
        }
        if self.contacts[idx].state == ContactState::Offered {
            self.set_state(idx, ContactState::Waiting);
        }
        if let Some(owner) = self.sought_owner(&self.contacts[idx])
            && self.is_about_to_choose(owner)
        {
            // If the owner chooses something else, it looks again.
            self.agents[owner.at()].passed_over = true;
        }
        self.wait(idx, new_here);
    }

    /// Makes sure that the idle order can be asked for the contact's requirement.
    fn announce_requirement(&mut self, idx: ContactIdx) {
        let contact = &self.contacts[idx];
        let plain =
            contact.requires.is_empty() && self.queues[contact.queue.at()].requires.is_empty();
        if !plain || contact.steps_passed > 0 {
            let requirement = self.requirement(contact);
            self.idle.require(&requirement, &self.agents);
        }
        self.idle.settle(&mut self.agents);
    }

    /// Takes the longest idle of the agents that became free and lets it choose.
    fn settle_agent(&mut self) {
        let first = self
            .pending_agents
            .iter()
            .enumerate()
            .min_by(|(_, a), (_, b)| {
                let (a, b) = (&self.agents[a.at()], &self.agents[b.at()]);
                (a.idle_since, &a.id).cmp(&(b.idle_since, &b.id))
            })
            .map(|(place, _)| place);
        let Some(place) = first else { return };
        let agent = self.pending_agents.swap_remove(place);
        self.agents[agent.at()].pending = false;
        while let Some(contact) = self.pick(agent) {
            let (route, why) = self.route_freed(&self.contacts[contact], agent);
            let rule = if route == Route::Owner {
                Rule::FreedOwner
            } else {
                Rule::FreedAgent
            };
            self.make_offer(contact, agent, route, why, Some(rule));
            self.note_hunger(contact);
        }
        self.refresh(agent);
        self.note_changed(agent);
        self.leave_to_owners();
        if std::mem::take(&mut self.agents[agent.at()].passed_over) {
            // What others left to it and it did not take is theirs again.
            let left = self.agents[agent.at()].owned_waiting.values();
            self.dirty_contacts.extend(left);
        }
    }

    /// Notes the owners who are still to choose: an agent that chose before them left what they
    /// own alone.
    fn leave_to_owners(&mut self) {
        for n in 0..self.pending_agents.len() {
            let entry = &mut self.agents[self.pending_agents[n].at()];
            entry.passed_over |= !entry.owned_waiting.is_empty();
        }
    }

    /// Whether a contact is left to its owner, who has just become free too and chooses later: a
    /// free owner comes before longer-idle agents (rule 14).
    fn is_left_to_owner(&self, contact: &Contact, agent: AgentIdx) -> bool {
        if self.pending_agents.is_empty() {
            return false;
        }
        let owner = self.sought_owner(contact);
        owner.is_some_and(|owner| {
            owner != agent && self.agents[owner.at()].pending && {
                let requirement = self.requirement(contact);
                self.situation(contact, &requirement, owner) == Situation::Free
            }
        })
    }

    /// The agent's side: the waiting contact that a freed agent takes.
    fn pick(&self, agent: AgentIdx) -> Option<ContactIdx> {
        let entry = &self.agents[agent.at()];
        if entry.presence != Presence::Available || !entry.exists {
            return None;
        }
        let free = Free(entry.free_mask(&self.channels));
        if free.0 == 0 {
            return None;
        }
        let common = self.pick_common(agent, free);
        let owned = self.pick_owned(agent, free, common);
        owned
            .or(common)
            .map(|found| found.contact)
            .or_else(|| self.pick_hungry(agent, free))
    }

    /// The first of the contacts that the agent may take in the common order.
    fn pick_common(&self, agent: AgentIdx, free: Free) -> Option<Candidate> {
        let entry = &self.agents[agent.at()];
        let strongest = self.settings.pick == Pick::StrongestSkill;
        let mut best: Option<Candidate> = None;
        let mut consider = |found: Candidate| {
            if best.is_none_or(|best| found.order() < best.order()) {
                best = Some(found);
            }
        };
        for class in self.waiting.classes_for(&entry.skills) {
            if !free.has(class.channel) || !meets(&entry.skills, &class.requires) {
                continue;
            }
            let level = if strongest {
                proficiency(&entry.skills, &class.requires)
            } else {
                0
            };
            let first = class.waiting.iter().find(|(_, contact)| {
                let waiting = &self.contacts[*contact];
                !self.excluded(waiting, agent) && !self.is_left_to_owner(waiting, agent)
            });
            if let Some((key, contact)) = first {
                consider(Candidate {
                    contact,
                    key,
                    level,
                    kept: class.kept,
                });
            }
        }
        let team = entry
            .team
            .and_then(|team| self.waiting.teams.get(team.at()));
        let by_name = entry.named_waiting.iter().map(|(key, idx)| (*key, *idx));
        let owned = entry.owned_waiting.iter().map(|(key, idx)| (*key, *idx));
        let in_team = team.into_iter().flat_map(Line::iter);
        let lists = [
            self.first_of(agent, free, by_name, false),
            self.first_of(agent, free, owned, false),
            self.first_of(agent, free, in_team, true),
        ];
        lists.into_iter().flatten().for_each(consider);
        best
    }

    /// The first, in the order of a freed agent, of a list in the order of waiting: whoever is
    /// named in it may take it, a team only with the skill. It goes on no further than something
    /// better could come.
    fn first_of(
        &self,
        agent: AgentIdx,
        free: Free,
        list: impl Iterator<Item = (WaitKey, ContactIdx)>,
        by_team: bool,
    ) -> Option<Candidate> {
        let skills = &self.agents[agent.at()].skills;
        let strongest = self.settings.pick == Pick::StrongestSkill;
        let mut best: Option<Candidate> = None;
        for (key, contact) in list {
            if let Some(best) = &best {
                let same = best.key.minus_priority == key.minus_priority;
                if !same || !strongest && !best.kept {
                    break;
                }
            }
            let waiting = &self.contacts[contact];
            let may = free.has(waiting.channel)
                && !self.excluded(waiting, agent)
                && !self.is_left_to_owner(waiting, agent);
            if !may {
                continue;
            }
            let requirement = self.requirement(waiting);
            let policy = &self.queues[waiting.queue.at()].policy.ownership;
            if (by_team || policy.owner_skill_check) && !meets(skills, &requirement) {
                continue;
            }
            let reach = waiting.place.map(|place| place.reach);
            let found = Candidate {
                contact,
                key,
                level: if strongest {
                    proficiency(skills, &requirement)
                } else {
                    0
                },
                kept: reach.is_some_and(|reach| {
                    reach.owner_only_until.is_some() && reach.owner != Some(agent)
                }),
            };
            if best.is_none_or(|best| found.order() < best.order()) {
                best = Some(found);
            }
        }
        best
    }

    /// The first contact that the agent owns, where it goes before the common order (rule 14).
    fn pick_owned(
        &self,
        agent: AgentIdx,
        free: Free,
        common: Option<Candidate>,
    ) -> Option<Candidate> {
        let (key, contact) =
            self.agents[agent.at()]
                .owned_waiting
                .iter()
                .find(|(_, contact)| {
                    let waiting = &self.contacts[**contact];
                    let policy = &self.queues[waiting.queue.at()].policy.ownership;
                    let kept = waiting
                        .place
                        .is_some_and(|place| place.reach.owner_only_until.is_some());
                    (policy.own_first || kept) && self.owner_may_take(waiting, agent, free)
                })?;
        let waiting = &self.contacts[*contact];
        let overtake = self.queues[waiting.queue.at()].policy.ownership.overtake_ms;
        let held_back = common.is_some_and(|common| {
            common.key.minus_priority < key.minus_priority
                || overtake.is_some_and(|limit| {
                    common.key.joined_at < key.joined_at.saturating_sub(limit.0)
                })
        });
        (!held_back).then_some(Candidate {
            contact: *contact,
            key: *key,
            level: 0,
            kept: false,
        })
    }

    fn owner_may_take(&self, waiting: &Contact, owner: AgentIdx, free: Free) -> bool {
        let policy = &self.queues[waiting.queue.at()].policy.ownership;
        free.has(waiting.channel)
            && !self.excluded(waiting, owner)
            && (!policy.owner_skill_check
                || meets(&self.agents[owner.at()].skills, &self.requirement(waiting)))
    }

    /// A contact that rings elsewhere and may ring here too, when nobody waits for the agent.
    fn pick_hungry(&self, agent: AgentIdx, free: Free) -> Option<ContactIdx> {
        let entry = &self.agents[agent.at()];
        self.waiting.hungry.contacts().find(|idx| {
            let contact = &self.contacts[*idx];
            free.has(contact.channel) && self.may_join_ringing(contact, agent, &entry.skills)
        })
    }

    fn may_join_ringing(
        &self,
        contact: &Contact,
        agent: AgentIdx,
        skills: &crate::router::state::skill::Levels,
    ) -> bool {
        if contact.offer_to(agent).is_some() || self.excluded(contact, agent) {
            return false;
        }
        let requirement = self.requirement(contact);
        let reach = self.reach(contact, &requirement);
        let in_team = reach.team.is_some() && self.agents[agent.at()].team == reach.team;
        (reach.anyone || in_team) && meets(skills, &requirement)
    }

    /// Judges the waiting contacts of an owner anew.
    fn judge_owned(&mut self, owner: AgentIdx) {
        let owned = self.agents[owner.at()].owned_waiting.values().copied();
        let concerned: Vec<ContactIdx> = owned
            .filter(|contact| {
                let contact = &self.contacts[*contact];
                let place = contact.place;
                let kept = place.is_some_and(|place| place.reach.owner_only_until.is_some());
                let longest = self.longest_owner_wait(contact);
                kept || self.at <= contact.wait_from.saturating_add(longest)
            })
            .collect();
        self.dirty_contacts.extend(concerned);
    }

    /// After so long no situation of the owner keeps a contact for it any more.
    fn longest_owner_wait(&self, contact: &Contact) -> i64 {
        let ownership = &self.queues[contact.queue.at()].policy.ownership;
        if ownership.mode == OwnershipMode::Require {
            return i64::MAX;
        }
        let wait = &ownership.wait;
        let longest = wait
            .busy_ms
            .max(wait.wrap_up_ms)
            .max(wait.break_ms)
            .max(wait.offline_ms);
        longest.0
    }

    /// Notes that an agent's situation changed, for the contacts that wait for it.
    pub(super) fn note_changed(&mut self, agent: AgentIdx) {
        let entry = &mut self.agents[agent.at()];
        if !entry.changed && !entry.owned_waiting.is_empty() {
            entry.changed = true;
            self.changed_agents.push(agent);
        }
    }

    /// Notes that an agent may be able to take more than before.
    pub(super) fn note_freed(&mut self, agent: AgentIdx) {
        let entry = &mut self.agents[agent.at()];
        if !entry.pending {
            entry.pending = true;
            self.pending_agents.push(agent);
        }
        self.refresh(agent);
    }

    /// Brings the idle order in line with what an agent is doing.
    pub(in crate::router) fn refresh(&mut self, agent: AgentIdx) {
        let entry = &mut self.agents[agent.at()];
        let free = if entry.pending {
            0
        } else {
            entry.free_mask(&self.channels)
        };
        self.idle.show_free(entry, free);
    }
}
