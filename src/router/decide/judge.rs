//! Who may take a contact now, and how long it is kept for its owner (rules 14, 15 and 17).
//!
//! All functions are pure. A wait for an owner is not stored but decided again whenever the owner's
//! situation changes, so it cannot outlive its reason.

use crate::router::api::codes::{CaseState, Fallback, OwnerHold, OwnershipMode, Verdict, Why};
use crate::router::api::ids::{AgentIdx, TeamIdx};
use crate::router::api::policy::Ownership;
use crate::router::api::time::Timestamp;
use crate::router::state::agent::Unfree;
use crate::router::state::book::Book;
use crate::router::state::contact::Contact;
use crate::router::state::deadline::Deadline;
use crate::router::state::place::Reach;
use crate::router::state::skill::{Levels, meets, merged};
use crate::router::state::timers::Timer;

/// What the owner of a case is doing, as seen by one of its contacts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::router) enum Situation {
    Free,
    Busy,
    WrapUp,
    Break {
        until_at: Option<Timestamp>,
    },
    Offline {
        /// The end of its planned absence.
        until_at: Option<Timestamp>,
    },
    /// It can never take the contact.
    Never(Why),
}

impl Book {
    /// The present requirement of a contact: its queue's after the steps passed, its own, and the
    /// wishes of its customer.
    pub(in crate::router) fn requirement(&self, contact: &Contact) -> Levels {
        let lasting = self.requirement_after(contact, contact.steps_passed());
        self.with_wishes(contact, lasting)
    }

    /// The requirement of a contact after this many steps of its queue, without wishes.
    pub(in crate::router) fn requirement_after(&self, contact: &Contact, passed: u32) -> Levels {
        let queue = self.queue(contact.queue());
        if passed == 0 {
            return merged(queue.requires(), &contact.requires);
        }
        merged(&queue.requires_after(passed), &contact.requires)
    }

    /// A requirement with the wishes of the contact's customer.
    fn with_wishes(&self, contact: &Contact, requirement: Levels) -> Levels {
        match contact.wishes() {
            Some(wishes) => merged(&requirement, wishes),
            None => requirement,
        }
    }

    /// Whether an agent is not asked for a contact: it is shut out, or it passed the contact on to a
    /// queue where others could serve it (rule 23).
    pub(in crate::router) fn excluded(&self, contact: &Contact, agent: AgentIdx) -> bool {
        self.shut_out(contact, agent) || self.passed_it_on(contact, agent)
    }

    /// Whether an agent is not asked for a contact, whatever it is doing.
    pub(in crate::router) fn not_asked(&self, contact: &Contact, agent: AgentIdx) -> bool {
        self.excluded(contact, agent) || self.is_out(contact, agent)
    }

    /// Whether an agent passed a contact on to a queue, and another could serve it there.
    pub(in crate::router) fn passed_it_on(&self, contact: &Contact, agent: AgentIdx) -> bool {
        contact.passed_to_queue_by() == Some(agent)
            && self.sought_owner(contact) != Some(agent)
            && self.could_be_served(contact, Some(agent))
    }

    /// Whether the contact or its customer excludes an agent (回避). An agent already in the
    /// conversation cannot be consulted either.
    pub(in crate::router) fn shut_out(&self, contact: &Contact, agent: AgentIdx) -> bool {
        contact.excludes(agent)
            || contact.talks().iter().any(|talk| talk.agent == agent)
            || contact
                .customer()
                .is_some_and(|customer| self.customer(customer).excludes(agent))
    }

    /// Whether an agent is free for a contact, apart from skills. A freed agent that has not chosen
    /// yet does not count as free here.
    pub(in crate::router) fn free_for(&self, contact: &Contact, agent: AgentIdx) -> bool {
        let entry = self.agent(agent);
        !entry.pending()
            && entry.free_for(contact.channel, self.channels()).is_ok()
            && contact.offer_to(agent).is_none()
            && !self.not_asked(contact, agent)
    }

    /// Whether an agent is free for a contact and has the skills.
    pub(super) fn eligible(
        &self,
        contact: &Contact,
        requirement: &Levels,
        agent: AgentIdx,
    ) -> bool {
        self.free_for(contact, agent) && meets(self.agent(agent).skills(), requirement)
    }

    /// Whether a queue requires the skills of owners, and of stand-ins by name, too.
    pub(in crate::router) fn asks_skill_of_owners(&self, contact: &Contact) -> bool {
        let queue = self.queue(contact.queue());
        queue.policy().ownership.owner_skill_check
    }

    /// Whether an owner, deputy or leader may serve a contact as far as skills go.
    pub(in crate::router) fn is_trusted(
        &self,
        contact: &Contact,
        requirement: &Levels,
        agent: AgentIdx,
    ) -> bool {
        !self.asks_skill_of_owners(contact)
            || contact.is_assigned_to(agent)
            || meets(self.agent(agent).skills(), requirement)
    }

    /// Why an agent is or is not eligible for a contact.
    pub(in crate::router) fn verdict(
        &self,
        contact: &Contact,
        requirement: Option<&Levels>,
        agent: AgentIdx,
    ) -> Verdict {
        let entry = self.agent(agent);
        if !entry.exists() {
            return Verdict::Removed;
        }
        if self.shut_out(contact, agent) {
            return Verdict::Excluded;
        }
        if self.passed_it_on(contact, agent) {
            return Verdict::PassedItOn;
        }
        if self.is_out(contact, agent) {
            return Verdict::OutOfQueue;
        }
        if requirement.is_some_and(|requirement| !meets(entry.skills(), requirement)) {
            return Verdict::LacksSkill;
        }
        if contact.offer_to(agent).is_some() {
            return Verdict::AlreadyOffered;
        }
        match entry.free_for(contact.channel, self.channels()) {
            Ok(()) if self.leaves_to_others(contact, agent) => Verdict::HasEnoughCases,
            Ok(()) => Verdict::Eligible,
            Err(Unfree::Removed) => Verdict::Removed,
            Err(Unfree::Offline) => Verdict::Offline,
            Err(Unfree::Break) => Verdict::Break,
            Err(Unfree::WrapUp) => Verdict::WrapUp,
            Err(Unfree::RetryDelay) => Verdict::RetryDelay,
            Err(Unfree::NoChannel) => Verdict::NoChannel,
            Err(Unfree::Reserved) => Verdict::Reserved,
            Err(Unfree::AtCapacity) => Verdict::AtCapacity,
            Err(Unfree::BusyElsewhere) => Verdict::BusyElsewhere,
            Err(Unfree::Unreachable) => Verdict::Unreachable,
        }
    }

    /// The owner to ask for a contact, if its queue routes by owners; before that the agent to whom
    /// it was assigned.
    pub(in crate::router) fn sought_owner(&self, contact: &Contact) -> Option<AgentIdx> {
        if let Some((agent, _since)) = contact.assigned() {
            return Some(agent);
        }
        let policy = &self.queue(contact.queue()).policy().ownership;
        let off = policy.mode == OwnershipMode::Off && !contact.by_owner_only;
        if off || contact.passed_on || contact.direct.is_some() {
            return None;
        }
        if contact.kept_for().is_some() {
            return contact.kept_for();
        }
        let case = self.case(contact.case()?);
        case.owner().filter(|_| case.state() != CaseState::Closed)
    }

    /// The situation of an owner: presence first, then wrap-up, else busy.
    pub(in crate::router) fn situation(
        &self,
        contact: &Contact,
        requirement: &Levels,
        owner: AgentIdx,
    ) -> Situation {
        let entry = self.agent(owner);
        if self.excluded(contact, owner) {
            return Situation::Never(Why::OwnerExcluded);
        }
        if !self.is_trusted(contact, requirement, owner) {
            return Situation::Never(Why::NoOwnerSkill);
        }
        // Before its presence: nobody waits for an owner who never serves the channel.
        if entry.capacity_of(contact.channel, self.channels()) == 0 {
            return Situation::Never(Why::NoOwnerSkill);
        }
        if entry.exists() && self.is_out(contact, owner) {
            return Situation::Offline {
                until_at: entry.bonds().absent_until(),
            };
        }
        match entry.free_for(contact.channel, self.channels()) {
            Ok(()) => Situation::Free,
            Err(Unfree::Removed) => Situation::Never(Why::OwnerAwaySkill),
            Err(Unfree::NoChannel) => Situation::Never(Why::NoOwnerSkill),
            Err(Unfree::Offline) => Situation::Offline {
                until_at: entry.bonds().absent_until(),
            },
            Err(Unfree::Break) => Situation::Break {
                until_at: entry.back_at(),
            },
            Err(Unfree::WrapUp) => Situation::WrapUp,
            Err(
                Unfree::RetryDelay
                | Unfree::Reserved
                | Unfree::AtCapacity
                | Unfree::BusyElsewhere
                | Unfree::Unreachable,
            ) => Situation::Busy,
        }
    }

    /// Who may take a contact now.
    pub(in crate::router) fn reach(&self, contact: &Contact, requirement: &Levels) -> Reach {
        if self.is_cut_off(contact) {
            return Reach::nobody(Why::PlatformGone);
        }
        self.reach_on_line(contact, requirement)
    }

    /// Who may take a contact as long as its platform is there.
    fn reach_on_line(&self, contact: &Contact, requirement: &Levels) -> Reach {
        let anyone = Reach {
            anyone: true,
            ..Reach::nobody(Why::NoAgentAvailable)
        };
        let Some(owner) = self.sought_owner(contact) else {
            return anyone;
        };
        let policy = &self.queue(contact.queue()).policy().ownership;
        let situation = self.situation(contact, requirement, owner);
        if let Some((agent, since)) = contact.assigned() {
            return match self.kept_for_assigned(contact, since, situation) {
                Some(until) => Reach {
                    owner: Some(agent),
                    owner_only_until: Some(until),
                    ..Reach::nobody(Why::AssignedWaiting)
                },
                None => self.reach_on_line(&contact.as_if_unassigned(), requirement),
            };
        }
        if let Some((until, why)) = self.kept_for_owner(contact, policy, situation) {
            if policy.hold == OwnerHold::WhileBusy && until < Timestamp::MAX {
                // Others may take it, but only if they have nothing else to take.
                return Reach {
                    owner_only_until: Some(until),
                    why,
                    ..self.opened(contact, requirement, owner, situation)
                };
            }
            return Reach {
                owner: Some(owner),
                owner_only_until: Some(until),
                anyone: false,
                why,
                ..anyone
            };
        }
        self.opened(contact, requirement, owner, situation)
    }

    /// Who may take a contact once its platform is there and its wait for the owner is over, if it
    /// ends.
    pub(in crate::router) fn reach_in_the_end(
        &self,
        contact: &Contact,
        requirement: &Levels,
    ) -> Reach {
        if contact.assigned().is_some() {
            return self.reach_in_the_end(&contact.as_if_unassigned(), requirement);
        }
        let reach = self.reach_on_line(contact, requirement);
        match (reach.owner, reach.owner_only_until) {
            (Some(owner), Some(until)) if until < Timestamp::MAX => {
                let situation = self.situation(contact, requirement, owner);
                self.opened(contact, requirement, owner, situation)
            }
            _ => reach,
        }
    }

    /// Until when a contact is kept for its owner, if it is.
    fn kept_for_owner(
        &self,
        contact: &Contact,
        policy: &Ownership,
        situation: Situation,
    ) -> Option<(Timestamp, Why)> {
        let (limit, why, until_at) = wait_for(policy, situation)?;
        if policy.mode == OwnershipMode::Require || contact.by_owner_only {
            return Some((Timestamp::MAX, why));
        }
        let from = contact.wait_from;
        self.lasts_until(contact, from, limit, until_at)
            .map(|until| (until, why))
    }

    /// Until when a contact is kept for the agent to whom it was assigned, if it is: as long as for
    /// an owner, counted from the assignment. A free agent is about to take it.
    fn kept_for_assigned(
        &self,
        contact: &Contact,
        since: Timestamp,
        situation: Situation,
    ) -> Option<Timestamp> {
        if situation == Situation::Free {
            return Some(Timestamp::MAX);
        }
        let policy = &self.queue(contact.queue()).policy().ownership;
        let (limit, _why, until_at) = wait_for(policy, situation)?;
        self.lasts_until(contact, since, limit, until_at)
    }

    /// Whether a contact that is assigned to an agent now is offered to it, or waits for it.
    pub(in crate::router) fn waits_for_assigned(&self, contact: &Contact, agent: AgentIdx) -> bool {
        let requirement = self.requirement(contact);
        let trial = contact.as_if_assigned_to(agent, self.at());
        let situation = self.situation(&trial, &requirement, agent);
        contact.offer_to(agent).is_some()
            || self
                .kept_for_assigned(&trial, self.at(), situation)
                .is_some()
    }

    /// Whether a contact was assigned to an agent for whom it does not wait any longer.
    pub(in crate::router) fn assignment_is_over(&self, contact: &Contact) -> bool {
        contact.assigned().is_some_and(|(agent, since)| {
            let requirement = self.requirement(contact);
            let situation = self.situation(contact, &requirement, agent);
            contact.offer_to(agent).is_none()
                && !self.is_cut_off(contact)
                && self.kept_for_assigned(contact, since, situation).is_none()
        })
    }

    /// The end of a wait for an agent, if it lasts and the agent comes back before it.
    fn lasts_until(
        &self,
        contact: &Contact,
        from: Timestamp,
        limit: i64,
        until_at: Option<Timestamp>,
    ) -> Option<Timestamp> {
        let until = from.saturating_add(limit);
        // A wait that ends at this instant is ended by its deadline; none begins with no time left.
        let ends_in_turn = self.at() == until
            && contact.deadline(Deadline::OwnerWait) == Some(until)
            && self.come_to() < (self.at(), Timer::OwnerWait);
        let lasts = self.at() < until || ends_in_turn;
        let worth_it = until_at.is_none_or(|back_at| back_at <= until);
        (lasts && worth_it).then_some(until)
    }

    /// Who may take a contact after its wait for the owner: the owner still, and everyone in the
    /// fallbacks.
    fn opened(
        &self,
        contact: &Contact,
        requirement: &Levels,
        owner: AgentIdx,
        situation: Situation,
    ) -> Reach {
        let policy = &self.queue(contact.queue()).policy().ownership;
        let entry = self.agent(owner);
        let mut reach = Reach {
            owner: Some(owner),
            owner_only_until: None,
            deputy: None,
            leader: None,
            team: None,
            anyone: false,
            why: match situation {
                Situation::Never(why) => why,
                Situation::Free
                | Situation::Busy
                | Situation::WrapUp
                | Situation::Break { .. }
                | Situation::Offline { .. } => Why::NoAgentAvailable,
            },
        };
        if matches!(situation, Situation::Never(_)) {
            reach.owner = None;
        }
        let ever = |agent: Option<AgentIdx>| {
            agent.is_some_and(|agent| self.could_stand_in(contact, requirement, agent))
        };
        for fallback in &policy.fallback {
            match fallback {
                Fallback::Deputy => reach.deputy = entry.deputy().filter(|agent| *agent != owner),
                Fallback::Leader => reach.leader = entry.leader.filter(|agent| *agent != owner),
                Fallback::Team => reach.team = entry.team,
                Fallback::Skill => reach.anyone = true,
                Fallback::CallbackByOwner => {}
            }
        }
        if reach.owner.is_none()
            && reach.team.is_none()
            && !ever(reach.deputy)
            && !ever(reach.leader)
        {
            // The owner never comes, nor anybody whom the fallbacks name: anyone may take it.
            reach.anyone = true;
        }
        reach
    }

    /// Whether a deputy or leader may ever serve a contact, free or not.
    fn could_stand_in(&self, contact: &Contact, requirement: &Levels, agent: AgentIdx) -> bool {
        let entry = self.agent(agent);
        entry.exists()
            && !self.shut_out(contact, agent)
            && entry.capacity_of(contact.channel, self.channels()) > 0
            && self.is_trusted(contact, requirement, agent)
    }
}

/// How long an owner in this situation is waited for, how that is called, and when the owner is
/// back if that is known. `None` = it never comes.
fn wait_for(policy: &Ownership, situation: Situation) -> Option<(i64, Why, Option<Timestamp>)> {
    let wait = &policy.wait;
    Some(match situation {
        Situation::Never(_) => return None,
        Situation::Free => (0, Why::OwnerBusyWaiting, None),
        Situation::Busy => (wait.busy_ms.0, Why::OwnerBusyWaiting, None),
        Situation::WrapUp => (wait.wrap_up_ms.0, Why::OwnerWrapUpWaiting, None),
        Situation::Break { until_at } => (wait.break_ms.0, Why::OwnerBreakWaiting, until_at),
        Situation::Offline { until_at } => (wait.offline_ms.0, Why::OwnerOfflineWaiting, until_at),
    })
}

/// A stand-in named by a queue's fallbacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StandIn {
    /// A deputy or leader.
    Agent(AgentIdx),
    Team(TeamIdx),
    Anyone,
    /// The owner, by a callback.
    OwnerLater,
}

/// The stand-ins for the owner, in the order of the fallbacks (rule 15).
pub(super) fn stand_ins(
    policy: &Ownership,
    reach: &Reach,
) -> impl Iterator<Item = (Fallback, StandIn)> {
    policy.fallback.iter().filter_map(|fallback| {
        let who = match fallback {
            Fallback::Deputy => reach.deputy.map(StandIn::Agent),
            Fallback::Leader => reach.leader.map(StandIn::Agent),
            Fallback::Team => reach.team.map(StandIn::Team),
            Fallback::Skill => Some(StandIn::Anyone),
            Fallback::CallbackByOwner => Some(StandIn::OwnerLater),
        };
        Some((*fallback, who?))
    })
}

/// The code of a decision for a stand-in, by the owner's situation.
pub(super) fn why_stand_in(situation: Situation, fallback: Fallback) -> Why {
    let away = match situation {
        Situation::Never(why @ (Why::OwnerExcluded | Why::NoOwnerSkill)) => return why,
        Situation::Never(_) | Situation::Break { .. } | Situation::Offline { .. } => true,
        Situation::Free | Situation::Busy | Situation::WrapUp => false,
    };
    match (fallback, away) {
        (Fallback::Deputy, true) => Why::OwnerAwayDeputy,
        (Fallback::Deputy, false) => Why::OwnerBusyDeputy,
        (Fallback::Leader, true) => Why::OwnerAwayLeader,
        (Fallback::Leader, false) => Why::OwnerBusyLeader,
        (Fallback::Team, true) => Why::OwnerAwayTeam,
        (Fallback::Team, false) => Why::OwnerBusyTeam,
        (Fallback::Skill, true) => Why::OwnerAwaySkill,
        (Fallback::Skill, false) => Why::OwnerBusySkill,
        (Fallback::CallbackByOwner, _) => Why::OwnerCallback,
    }
}
