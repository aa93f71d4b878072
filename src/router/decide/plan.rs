//! The next step of a contact: an offer, or why there is none.
//!
//! The order is: the target of a transfer; the preferred agent; the owner; the last owner of a
//! closed case; then, unless the contact is kept for its owner, the fallbacks. Pure: submission,
//! preview, decline and every other occasion use the same function.

use super::judge::{Situation, StandIn, stand_ins, why_stand_in};
use crate::router::api::codes::{CaseState, Fallback, OwnershipMode, Route, Why};
use crate::router::api::ids::AgentIdx;
use crate::router::state::book::Book;
use crate::router::state::contact::Contact;
use crate::router::state::skill::{Levels, meets};

/// The next step of a contact that looks for an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::router) enum Plan {
    Offer {
        agent: AgentIdx,
        route: Route,
        why: Why,
    },
    /// It ends, and the owner calls back.
    CallbackByOwner,
    Wait,
}

impl Book {
    pub(in crate::router) fn plan(&self, contact: &Contact) -> Plan {
        if contact.overdue || self.is_cut_off(contact) {
            return Plan::Wait;
        }
        let requirement = self.requirement(contact);
        if let Some(target) = contact.direct {
            return if self.free_for(contact, target) {
                Plan::Offer {
                    agent: target,
                    route: self.route_direct(contact, target),
                    why: Why::TransferTarget,
                }
            } else {
                Plan::Wait
            };
        }
        if contact.offers().is_empty() {
            if let Some(plan) = self.plan_by_name(contact, &requirement) {
                return plan;
            }
        } else if contact.rings_by_name() || !self.may_ring_more(contact) {
            return Plan::Wait;
        }
        self.plan_open(contact, &requirement)
    }

    /// Whether a contact may be offered to one more agent beside those where it rings.
    pub(in crate::router) fn may_ring_more(&self, contact: &Contact) -> bool {
        let policy = self.queue(contact.queue()).policy();
        contact.offers().len() < policy.parallel_offers.get() as usize
            && (!policy.parallel_round || self.round_is_open(contact))
    }

    /// Whether the offers at which a contact rings are of the round that is being made.
    fn round_is_open(&self, contact: &Contact) -> bool {
        let offer = contact.offers().first();
        let idx = offer.and_then(|offer| self.offered(offer.id));
        idx.is_some_and(|idx| self.is_in_round(idx))
    }

    /// Preferred agent, owner, last owner: asked first, without waiting.
    fn plan_by_name(&self, contact: &Contact, requirement: &Levels) -> Option<Plan> {
        if let Some((agent, _since)) = contact.assigned() {
            return self.plan_for(contact, requirement, agent);
        }
        // A preference applies on arrival only; nobody waits for it.
        let comes_in = contact.place().is_none() && contact.offers_made == 0;
        // A consultation asks the mentor first, without waiting.
        if let Some(mentor) = contact.mentor()
            && contact.place().is_none()
            && self.free_for(contact, mentor)
        {
            return Some(Plan::Offer {
                agent: mentor,
                route: self.route_direct(contact, mentor),
                why: Why::MentorAvailable,
            });
        }
        if let Some(agent) = contact.prefer
            && comes_in
            && self.eligible(contact, requirement, agent)
        {
            let route = self.route_direct(contact, agent);
            return Some(Plan::Offer {
                agent,
                route,
                why: Why::PreferredAvailable,
            });
        }
        if let Some(owner) = self.sought_owner(contact) {
            return self.plan_for(contact, requirement, owner);
        }
        let mode = self.queue(contact.queue()).policy().ownership.mode;
        if let Some(agent) = contact.last_owner
            && comes_in
            && mode != OwnershipMode::Off
            && self.eligible(contact, requirement, agent)
        {
            let route = self.route_direct(contact, agent);
            return Some(Plan::Offer {
                agent,
                route,
                why: Why::LastOwnerAvailable,
            });
        }
        let manager = contact.manager().filter(|_| comes_in)?;
        self.eligible(contact, requirement, manager)
            .then_some(Plan::Offer {
                agent: manager,
                route: Route::Direct,
                why: Why::GridManagerAvailable,
            })
    }

    /// The owner, or the agent for whom the contact is kept as for an owner.
    fn plan_for(&self, contact: &Contact, requirement: &Levels, owner: AgentIdx) -> Option<Plan> {
        if self.situation(contact, requirement, owner) != Situation::Free {
            return None;
        }
        if self.agent(owner).pending() {
            // The owner is about to choose, and takes its own contacts first.
            return Some(Plan::Wait);
        }
        let (route, why) = if contact.kept_for().is_some() {
            self.route_kept(contact, owner)
        } else {
            (Route::Owner, Why::OwnerAvailable)
        };
        Some(Plan::Offer {
            agent: owner,
            route,
            why,
        })
    }

    /// The route by which an agent takes a contact that is kept for it, and why.
    fn route_kept(&self, contact: &Contact, agent: AgentIdx) -> (Route, Why) {
        match (contact.assigned(), self.owns(contact, agent)) {
            (Some(_), true) => (Route::Owner, Why::Assigned),
            (Some(_), false) => (Route::Assigned, Why::Assigned),
            (None, true) => (Route::Owner, Why::AssistAsked),
            (None, false) => (Route::Direct, Why::AssistAsked),
        }
    }

    /// The step when nobody is asked by name: the fallbacks, or anyone by skill.
    fn plan_open(&self, contact: &Contact, requirement: &Levels) -> Plan {
        let reach = self.reach(contact, requirement);
        if reach.is_closed() {
            return Plan::Wait;
        }
        let Some(owner) = self.sought_owner(contact) else {
            return match self.choose(contact, requirement, None) {
                Some(agent) => Plan::Offer {
                    agent,
                    route: self.route_by_skill(contact, agent),
                    why: Why::AgentAvailable,
                },
                None => Plan::Wait,
            };
        };
        let situation = self.situation(contact, requirement, owner);
        let policy = &self.queue(contact.queue()).policy().ownership;
        for (fallback, who) in stand_ins(policy, &reach) {
            let found = match who {
                StandIn::Agent(agent) => self.stand_in(contact, requirement, agent),
                StandIn::Team(team) => self.choose(contact, requirement, Some(team)),
                StandIn::Anyone => self.choose(contact, requirement, None),
                StandIn::OwnerLater
                    if reach.owner_only_until.is_none()
                        && self.may_call_back(contact, situation) =>
                {
                    return Plan::CallbackByOwner;
                }
                StandIn::OwnerLater => None,
            };
            if let Some(agent) = found {
                return Plan::Offer {
                    agent,
                    route: route_of(fallback),
                    why: why_stand_in(situation, fallback),
                };
            }
        }
        if reach.anyone
            && !policy.fallback.contains(&Fallback::Skill)
            && let Some(agent) = self.choose(contact, requirement, None)
        {
            return Plan::Offer {
                agent,
                route: Route::Skill,
                why: why_stand_in(situation, Fallback::Skill),
            };
        }
        Plan::Wait
    }

    /// Whether the owner can call back instead: not for a callback itself, nor if the owner can
    /// never take it, nor if nobody can be called.
    fn may_call_back(&self, contact: &Contact, situation: Situation) -> bool {
        let busy = !contact.offers().is_empty() || !contact.talks().is_empty();
        !busy
            && !contact.by_owner_only
            && !matches!(situation, Situation::Never(_))
            && self.has_number(contact)
    }

    /// A deputy or leader, if free for the contact now; never beside another offer.
    fn stand_in(
        &self,
        contact: &Contact,
        requirement: &Levels,
        agent: AgentIdx,
    ) -> Option<AgentIdx> {
        let may = contact.offers().is_empty()
            && self.free_for(contact, agent)
            && self.is_trusted(contact, requirement, agent);
        may.then_some(agent)
    }

    /// `owner` if the agent owns the case already.
    fn route_direct(&self, contact: &Contact, agent: AgentIdx) -> Route {
        if self.owns(contact, agent) {
            Route::Owner
        } else {
            Route::Direct
        }
    }

    /// `owner` if the agent owns the case already.
    fn route_by_skill(&self, contact: &Contact, agent: AgentIdx) -> Route {
        if self.owns(contact, agent) {
            Route::Owner
        } else {
            Route::Skill
        }
    }

    pub(in crate::router) fn owns(&self, contact: &Contact, agent: AgentIdx) -> bool {
        contact.case().is_some_and(|case| {
            let case = self.case(case);
            case.owner() == Some(agent) && case.state() != CaseState::Closed
        })
    }

    /// The route by which a freed agent takes a waiting contact, and why.
    pub(in crate::router) fn route_freed(
        &self,
        contact: &Contact,
        agent: AgentIdx,
    ) -> (Route, Why) {
        if contact.is_assigned_to(agent) {
            return self.route_kept(contact, agent);
        }
        if self.owns(contact, agent) {
            return (Route::Owner, Why::OwnerAvailable);
        }
        let Some(owner) = self.sought_owner(contact) else {
            return (Route::Skill, Why::AgentAvailable);
        };
        if contact.kept_for() == Some(agent) {
            return self.route_kept(contact, agent);
        }
        let requirement = self.requirement(contact);
        let reach = self.reach(contact, &requirement);
        let situation = self.situation(contact, &requirement, owner);
        let policy = &self.queue(contact.queue()).policy().ownership;
        let entry = self.agent(agent);
        let skilled = meets(entry.skills(), &requirement);
        let trusted = skilled || !self.asks_skill_of_owners(contact);
        let as_whom = stand_ins(policy, &reach).find(|(_, who)| match who {
            StandIn::Agent(named) => *named == agent && trusted,
            StandIn::Team(team) => entry.team == Some(*team) && skilled,
            StandIn::Anyone => skilled,
            StandIn::OwnerLater => false,
        });
        let fallback = as_whom.map_or(Fallback::Skill, |(fallback, _)| fallback);
        (route_of(fallback), why_stand_in(situation, fallback))
    }
}

fn route_of(fallback: Fallback) -> Route {
    match fallback {
        Fallback::Deputy => Route::Deputy,
        Fallback::Leader => Route::Leader,
        Fallback::Team => Route::Team,
        Fallback::Skill | Fallback::CallbackByOwner => Route::Skill,
    }
}
