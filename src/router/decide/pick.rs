//! The choice of a freed agent: which waiting contact it takes (rules 2 and 14).

use super::judge::Situation;
use crate::router::api::codes::{Pick, Presence};
use crate::router::api::ids::{AgentIdx, ChannelIdx, ContactIdx};
use crate::router::state::book::Book;
use crate::router::state::contact::Contact;
use crate::router::state::line::Line;
use crate::router::state::skill::{Levels, meets, proficiency};
use crate::router::state::waiting::WaitKey;

/// A waiting contact that a freed agent may take.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    contact: ContactIdx,
    key: WaitKey,
    level: u8,
    /// It is kept for its owner; this agent takes it only if it has nothing else to take.
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
    /// The order in which freed agents take contacts.
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

impl Book {
    /// Whether a contact is left to its owner, who has just become free too and chooses later: a
    /// free owner comes before longer-idle agents (rule 14).
    fn is_left_to_owner(&self, contact: &Contact, agent: AgentIdx) -> bool {
        if self.pending_agents().is_empty() {
            return false;
        }
        let owner = self.sought_owner(contact);
        owner.is_some_and(|owner| {
            owner != agent && self.agent(owner).pending() && {
                let requirement = self.requirement(contact);
                self.situation(contact, &requirement, owner) == Situation::Free
            }
        })
    }

    /// The waiting contact that a freed agent takes.
    pub(in crate::router) fn pick(&self, agent: AgentIdx) -> Option<ContactIdx> {
        let entry = self.agent(agent);
        if entry.presence() != Presence::Available || !entry.exists() {
            return None;
        }
        let free = Free(entry.free_mask(self.channels()));
        if free.0 == 0 {
            return None;
        }
        if let Some(assigned) = self.pick_assigned(agent, free) {
            return Some(assigned);
        }
        let common = self.pick_common(agent, free);
        let owned = self.pick_owned(agent, free, common);
        owned
            .or(common)
            .map(|found| found.contact)
            .or_else(|| self.pick_ringing(agent, free))
    }

    /// The first contact that was assigned to the agent: it is the next one.
    fn pick_assigned(&self, agent: AgentIdx, free: Free) -> Option<ContactIdx> {
        let kept = self.waiting().kept_for(agent);
        let assigned = kept.filter_map(|idx| {
            let contact = self.contact(idx);
            let place = contact.place().filter(|_| contact.is_assigned_to(agent))?;
            let may = free.has(contact.channel)
                && place.reach.owner == Some(agent)
                && !self.excluded(contact, agent);
            may.then_some((place.key, idx))
        });
        assigned.min().map(|(_key, idx)| idx)
    }

    /// The first contact in the common order that the agent may take.
    fn pick_common(&self, agent: AgentIdx, free: Free) -> Option<Candidate> {
        let entry = self.agent(agent);
        let strongest = self.settings().pick == Pick::StrongestSkill;
        let mut best: Option<Candidate> = None;
        let mut consider = |found: Candidate| {
            if best.is_none_or(|best| found.order() < best.order()) {
                best = Some(found);
            }
        };
        for class in self.waiting().classes_for(entry.skills()) {
            if !free.has(class.channel) || !meets(entry.skills(), &class.requires) {
                continue;
            }
            let level = if strongest {
                proficiency(entry.skills(), &class.requires)
            } else {
                0
            };
            let first = class.waiting.iter().find(|(_, contact)| {
                let waiting = self.contact(*contact);
                !self.not_asked(waiting, agent) && !self.is_left_to_owner(waiting, agent)
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
            .and_then(|team| self.waiting().teams.get(team.at()));
        let by_name = entry.named_waiting().iter().map(|(key, idx)| (*key, *idx));
        let owned = entry.owned_waiting().iter().map(|(key, idx)| (*key, *idx));
        let in_team = team.into_iter().flat_map(Line::iter);
        let lists = [
            self.first_of(agent, free, by_name, false),
            self.first_of(agent, free, owned, false),
            self.first_of(agent, free, in_team, true),
        ];
        lists.into_iter().flatten().for_each(consider);
        best
    }

    /// The first contact, in the order of freed agents, of a list in waiting order. Agents named in
    /// the list may take it, a team only with the skill. The search stops when nothing better can
    /// follow.
    fn first_of(
        &self,
        agent: AgentIdx,
        free: Free,
        list: impl Iterator<Item = (WaitKey, ContactIdx)>,
        by_team: bool,
    ) -> Option<Candidate> {
        let skills = self.agent(agent).skills();
        let strongest = self.settings().pick == Pick::StrongestSkill;
        let mut best: Option<Candidate> = None;
        for (key, contact) in list {
            if let Some(best) = &best {
                let same = best.key.minus_priority == key.minus_priority;
                if !same || !strongest && !best.kept {
                    break;
                }
            }
            let waiting = self.contact(contact);
            let may = free.has(waiting.channel)
                && !self.not_asked(waiting, agent)
                && !self.is_left_to_owner(waiting, agent);
            if !may {
                continue;
            }
            let requirement = self.requirement(waiting);
            if (by_team || self.asks_skill_of_owners(waiting)) && !meets(skills, &requirement) {
                continue;
            }
            let reach = waiting.place().map(|place| place.reach);
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

    /// The first contact that the agent owns, if it precedes the common order (rule 14).
    fn pick_owned(
        &self,
        agent: AgentIdx,
        free: Free,
        common: Option<Candidate>,
    ) -> Option<Candidate> {
        let (key, contact) = self
            .agent(agent)
            .owned_waiting()
            .iter()
            .find(|(_, contact)| {
                let waiting = self.contact(**contact);
                let policy = &self.queue(waiting.queue()).policy().ownership;
                let kept = waiting
                    .place()
                    .is_some_and(|place| place.reach.owner_only_until.is_some());
                (policy.own_first || kept) && self.owner_may_take(waiting, agent, free)
            })?;
        let waiting = self.contact(*contact);
        let overtake = self.queue(waiting.queue()).policy().ownership.overtake_ms;
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
        free.has(waiting.channel)
            && !self.not_asked(waiting, owner)
            && self.is_trusted(waiting, &self.requirement(waiting), owner)
    }

    /// A contact that rings elsewhere and may ring here too, if no contact waits for the agent.
    fn pick_ringing(&self, agent: AgentIdx, free: Free) -> Option<ContactIdx> {
        let entry = self.agent(agent);
        self.waiting().ringing.contacts().find(|idx| {
            let contact = self.contact(*idx);
            free.has(contact.channel) && self.may_join_ringing(contact, agent, entry.skills())
        })
    }

    fn may_join_ringing(&self, contact: &Contact, agent: AgentIdx, skills: &Levels) -> bool {
        if contact.offer_to(agent).is_some() || self.not_asked(contact, agent) {
            return false;
        }
        let requirement = self.requirement(contact);
        let reach = self.reach(contact, &requirement);
        let in_team = reach.team.is_some() && self.agent(agent).team == reach.team;
        (reach.anyone || in_team) && meets(skills, &requirement)
    }
}
