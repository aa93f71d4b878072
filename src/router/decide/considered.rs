//! Who was considered for a contact, and why not each of them: what `contact.explain` tells.

use smallvec::SmallVec;

use crate::router::api::codes::{Route, Verdict};
use crate::router::api::ids::AgentIdx;
use crate::router::state::book::Book;
use crate::router::state::contact::{Considered, Contact};
use crate::router::state::skill::{Levels, meets};

/// The most agents by skill that a step names beside those named by its rule.
const BY_SKILL_MAX: usize = 8;
/// In a larger centre than a small one fewer stand for the rest: nobody reads about all of them,
/// and to look at each is the dearest part of a decision.
const BY_SKILL_LARGE: usize = 4;
/// Room for those and for the ones named by a rule, of whom there are seldom many.
const ROOM: usize = BY_SKILL_MAX + 4;

/// Among so many agents, those without the skill or a place in the idle order are looked for too.
const SMALL_CENTRE: usize = 64;

impl Book {
    /// The agents considered for a contact: named ones first, then some by skill, longest idle
    /// first. The one chosen is marked so.
    pub(in crate::router) fn considered(
        &self,
        contact: &Contact,
        requirement: &Levels,
        chosen: Option<(AgentIdx, Route)>,
    ) -> SmallVec<[Considered; ROOM]> {
        let mut list: SmallVec<[Considered; ROOM]> = SmallVec::new();
        let mut add = |agent: AgentIdx, route: Route, check: bool| {
            if list.iter().any(|seen| seen.agent == agent) {
                return;
            }
            let verdict = if chosen.is_some_and(|(chosen, _)| chosen == agent) {
                Verdict::Chosen
            } else {
                self.verdict(contact, check.then_some(requirement), agent)
            };
            let route = chosen
                .filter(|(chosen, _)| *chosen == agent)
                .map_or(route, |(_, r)| r);
            list.push(Considered {
                agent,
                route,
                verdict,
            });
        };
        if let Some(target) = contact.direct {
            add(target, Route::Direct, false);
            return list;
        }
        if let Some(agent) = contact.prefer {
            add(agent, Route::Direct, true);
        }
        let check = self.asks_skill_of_owners(contact);
        if let Some(owner) = self.sought_owner(contact) {
            add(owner, Route::Owner, check);
            // Also while it is kept for the owner: they are those who come next.
            let reach = self.reach_in_the_end(contact, requirement);
            if let Some(deputy) = reach.deputy {
                add(deputy, Route::Deputy, check);
            }
            if let Some(leader) = reach.leader {
                add(leader, Route::Leader, check);
            }
        }
        for (agent, check) in contact.asked_besides() {
            add(agent, Route::Direct, check);
        }
        if let Some((agent, route)) = chosen {
            add(agent, route, false);
        }
        // The index may not know the requirement: then it is asked here, so that what is
        // remembered does not depend on what was looked up before.
        let known = self.idle().knows(requirement);
        let skilled = |agent: &AgentIdx| known || meets(self.agent(*agent).skills(), requirement);
        let able = self.idle().able(requirement).filter(skilled);
        let is_small = self.agents().len() <= SMALL_CENTRE;
        let most = if is_small {
            BY_SKILL_MAX
        } else {
            BY_SKILL_LARGE
        };
        for agent in able.take(most) {
            add(agent, Route::Skill, false);
        }
        self.leave_out_of_reach(contact, requirement, &mut list);
        self.add_the_others(contact, requirement, most, &mut list);
        list
    }

    /// A small centre is told of everybody, those without the skill too.
    fn add_the_others(
        &self,
        contact: &Contact,
        requirement: &Levels,
        most: usize,
        list: &mut SmallVec<[Considered; ROOM]>,
    ) {
        for (n, agent) in self.agents().iter().enumerate().take(SMALL_CENTRE) {
            if list.len() >= most {
                break;
            }
            let idx = AgentIdx::from_usize(n);
            let seen = list.iter().any(|seen| seen.agent == idx);
            if agent.exists() && !seen {
                let verdict = self.verdict(contact, Some(requirement), idx);
                list.push(Considered {
                    agent: idx,
                    route: Route::Skill,
                    verdict,
                });
            }
        }
    }

    /// Corrects the verdict of those who have the skill but to whom the fallback never comes.
    fn leave_out_of_reach(&self, contact: &Contact, requirement: &Levels, list: &mut [Considered]) {
        let reach = self.reach_in_the_end(contact, requirement);
        if reach.anyone {
            return;
        }
        for seen in list.iter_mut() {
            let in_team = reach.team.is_some() && self.agent(seen.agent).team == reach.team;
            if seen.verdict == Verdict::Eligible && seen.route == Route::Skill && !in_team {
                seen.verdict = Verdict::NotInFallback;
            }
        }
    }
}
