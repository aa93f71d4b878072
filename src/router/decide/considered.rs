//! Which agents were considered for a contact, and why each was not chosen, for `contact.explain`.
//!
//! First stand those whom a rule names, and the one chosen. In a small centre then come the others.
//! In a large one only those who came nearest: free ones with the skill, in the order of idleness;
//! those with the skill who are at work or on break; those here who lack one skill; those offline.

use smallvec::SmallVec;

use crate::router::api::codes::{Presence, Route, Verdict};
use crate::router::api::ids::AgentIdx;
use crate::router::state::book::Book;
use crate::router::state::contact::{Considered, Contact};
use crate::router::state::place::Reach;
use crate::router::state::skill::{Levels, level_of, meets};

/// The most agents by skill listed in a step, besides those named by its rule.
const BY_SKILL_MAX: usize = 8;
/// Likewise in a larger centre: nobody reads more, and examining agents is the most expensive part
/// of a decision.
const BY_SKILL_LARGE: usize = 4;
/// Room for those and the few named by a rule.
const ROOM: usize = BY_SKILL_MAX + 4;

/// Up to this many agents, those without the skill or a place in the idle order are listed too.
const SMALL_CENTRE: usize = 64;
/// The most agents of a large centre that are looked at for each way of coming near.
const LOOKED_AT_MAX: usize = 16;

impl Book {
    /// The agents considered for a contact: named ones first, then some by skill, longest idle
    /// first. The chosen one is marked.
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
        // Even while it is kept for the owner, since these agents come next.
        let reach = self.reach_in_the_end(contact, requirement);
        if let Some((agent, _since)) = contact.assigned() {
            add(agent, Route::Assigned, false);
        } else if let Some(owner) = self.sought_owner(contact) {
            add(owner, Route::Owner, check);
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
        if self.agents().len() > SMALL_CENTRE {
            self.add_the_nearest(contact, requirement, &reach, &mut list);
            self.leave_out_of_reach(&reach, &mut list);
            return list;
        }
        // The index may not have the requirement; then it is checked here, so that the record does
        // not depend on earlier lookups.
        let known = self.idle().knows(requirement);
        let skilled = |agent: &AgentIdx| known || meets(self.agent(*agent).skills(), requirement);
        let able = self.idle().able(requirement).filter(skilled);
        for agent in able.take(BY_SKILL_MAX) {
            add(agent, Route::Skill, false);
        }
        self.leave_out_of_reach(&reach, &mut list);
        self.add_the_others(contact, requirement, &mut list);
        list
    }

    /// In a large centre those are listed who came nearest to being chosen.
    fn add_the_nearest(
        &self,
        contact: &Contact,
        requirement: &Levels,
        reach: &Reach,
        list: &mut SmallVec<[Considered; ROOM]>,
    ) {
        let most = list.len() + BY_SKILL_LARGE;
        let mut add = |agents: &mut dyn Iterator<Item = AgentIdx>, check: bool| {
            while list.len() < most {
                let Some(agent) = agents.next() else { return };
                if list.iter().all(|seen| seen.agent != agent) {
                    list.push(Considered {
                        agent,
                        route: Route::Skill,
                        verdict: self.verdict(contact, check.then_some(requirement), agent),
                    });
                }
            }
        };
        // The index may not have the requirement; then it is checked here, so that the record does
        // not depend on earlier lookups.
        let idle = self.idle();
        let known = idle.knows(requirement);
        let skilled = |agent: &AgentIdx| meets(self.agent(*agent).skills(), requirement);
        let fits = |agent: &AgentIdx| known || skilled(agent);
        let team = reach.team.filter(|_| !reach.anyone);
        let in_reach = |agent: &AgentIdx| team.is_none() || self.agent(*agent).team == team;
        let free = idle.free(contact.channel, requirement).filter(fits);
        add(&mut free.take(LOOKED_AT_MAX).filter(in_reach), false);
        // Whoever has logged in once keeps a place in the idle order.
        let here = |agent: &AgentIdx| self.agent(*agent).presence() != Presence::Offline;
        let able = || idle.able(requirement).filter(fits).take(LOOKED_AT_MAX);
        add(&mut able().filter(here).filter(in_reach), false);
        // From here on nobody is left who could be asked soon.
        let logged_in = || self.logged_in().take(LOOKED_AT_MAX);
        add(&mut logged_in().filter(skilled), false);
        let lacks_one = |agent: &AgentIdx| {
            let has = self.agent(*agent).skills();
            let lacks = requirement.iter().filter(|(s, l)| level_of(has, *s) < *l);
            lacks.count() == 1
        };
        add(&mut logged_in().filter(lacks_one), true);
        add(&mut able().filter(in_reach), false);
    }

    /// In a small centre all agents are listed, those without the skill too.
    fn add_the_others(
        &self,
        contact: &Contact,
        requirement: &Levels,
        list: &mut SmallVec<[Considered; ROOM]>,
    ) {
        for (n, agent) in self.agents().iter().enumerate() {
            if list.len() >= BY_SKILL_MAX {
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

    /// Corrects the verdict of agents with the skill whom the fallbacks never reach.
    fn leave_out_of_reach(&self, reach: &Reach, list: &mut [Considered]) {
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
