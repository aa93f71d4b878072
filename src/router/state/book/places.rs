//! The places of contacts that look for an agent.
//!
//! Such a contact is *seeking*. While none of its offers rings it has a place in the order of its
//! queue, and in the class or the lists of those who may take it; while one rings it is at most
//! listed among those that may be offered to more agents. The contact's record of its places, the
//! lists and the deadlines of the search change here together.

use super::Book;
use crate::router::api::codes::{Route, Why};
use crate::router::api::ids::{AgentIdx, ContactIdx};
use crate::router::api::time::Timestamp;
use crate::router::state::contact_cold::{Assigned, Passed};
use crate::router::state::deadline::Deadline;
use crate::router::state::place::{Place, Reach, Search};
use crate::router::state::skill::Levels;
use crate::router::state::waiting::WaitKey;

impl Book {
    /// A contact begins to look for an agent in its present queue.
    pub(in crate::router) fn begin_search(&mut self, idx: ContactIdx, search: Search) {
        let contact = &mut self.contacts[idx];
        contact.seeking = true;
        contact.overdue = false;
        contact.steps_passed = search.steps_passed;
        contact.aged = search.aged;
        // The earlier queue's or policy's deadline no longer applies.
        contact.drop_deadline(Deadline::NoAgent);
        contact.drop_deadline(Deadline::OwnerWait);
        let deadlines = [
            (Deadline::MaxWait, search.max_wait_at),
            (Deadline::Age, search.age_at),
            (Deadline::Step, search.step_at),
        ];
        for (deadline, at) in deadlines {
            contact.deadlines.0[deadline as usize] = at.into();
            if let Some(at) = at {
                self.timers.arm(at, deadline.timer(), idx.number());
            }
        }
        self.note_seeking(idx);
    }

    /// A contact is passed on by one of its agents.
    pub(in crate::router) fn pass_on(&mut self, idx: ContactIdx, passed: Passed) {
        self.contacts[idx].cold_mut().passed = Some(passed);
        if passed.to_queue {
            self.passed.insert(idx);
        }
    }

    /// The contacts that do not go back to who passed them on, while others could serve them.
    pub(in crate::router) fn passed_to_queues(&mut self) -> Vec<ContactIdx> {
        let contacts = &self.contacts;
        self.passed.retain(|idx| {
            let contact = contacts.get(*idx);
            contact.is_some_and(|c| c.seeking && c.passed_to_queue_by().is_some())
        });
        self.passed.iter().copied().collect()
    }

    /// A contact has passed so many steps of its queue; sets the deadline of the next.
    pub(in crate::router) fn pass_steps(
        &mut self,
        idx: ContactIdx,
        passed: u32,
        next_at: Option<Timestamp>,
    ) {
        self.contacts[idx].steps_passed = passed;
        self.set_deadline(idx, Deadline::Step, next_at);
    }

    /// A contact gains priority by waiting; sets the deadline of the next gain. The caller gives the
    /// contact its new place.
    pub(in crate::router) fn gain_priority(
        &mut self,
        idx: ContactIdx,
        gained: i32,
        next_at: Timestamp,
    ) {
        let contact = &mut self.contacts[idx];
        contact.aged = contact.aged.saturating_add(gained);
        self.set_deadline(idx, Deadline::Age, Some(next_at));
    }

    /// Ends the search, whatever its result.
    pub(in crate::router) fn end_search(&mut self, idx: ContactIdx) {
        self.leave_index(idx);
        let contact = &mut self.contacts[idx];
        let sought = std::mem::take(&mut contact.seeking);
        contact.overdue = false;
        contact.direct = None;
        contact.drop_deadline(Deadline::Step);
        contact.drop_deadline(Deadline::OwnerWait);
        contact.drop_deadline(Deadline::MaxWait);
        contact.drop_deadline(Deadline::NoAgent);
        contact.drop_deadline(Deadline::Age);
        let unattached = contact.customer.filter(|_| contact.case.is_none());
        let is_kept = contact.kept_for.is_some();
        if sought {
            self.note_seeking(idx);
        }
        if is_kept {
            self.unassign(idx);
        }
        if let Some(customer) = unattached {
            self.customers.leave_unattached(customer, idx);
        }
    }

    /// Records for its case, and for the agent it is kept for, whether a contact looks for an
    /// agent.
    pub(in crate::router) fn note_seeking(&mut self, idx: ContactIdx) {
        let contact = &self.contacts[idx];
        if let Some(agent) = contact.kept_for {
            self.waiting.note_kept(agent, idx, contact.seeking);
        }
        let Some(case) = contact.case else { return };
        self.cases.note_seeking(case, idx, contact.seeking);
    }

    /// Gives a contact to one agent by hand: from now on it is kept for that agent. The caller has
    /// taken it out of the index.
    pub(in crate::router) fn assign(&mut self, idx: ContactIdx, agent: AgentIdx) {
        self.unassign(idx);
        let at = self.at();
        let contact = &mut self.contacts[idx];
        let before = contact.kept_for.replace(agent);
        contact.cold_mut().assigned = Some(Assigned { since: at, before });
        for offer in contact.offers.iter_mut().filter(|o| o.agent == agent) {
            // It rings there already.
            offer.why = Why::Assigned;
            if offer.route != Route::Owner {
                offer.route = Route::Assigned;
            }
        }
        let seeking = contact.seeking;
        if let Some(before) = before {
            self.waiting.note_kept(before, idx, false);
        }
        self.waiting.note_kept(agent, idx, seeking);
    }

    /// Ends the assignment of a contact, if there is one: it is kept for whom it was kept before.
    pub(in crate::router) fn unassign(&mut self, idx: ContactIdx) {
        let contact = &mut self.contacts[idx];
        let cold = contact.cold.as_mut();
        let Some(assigned) = cold.and_then(|cold| cold.assigned.take()) else {
            return;
        };
        let agent = std::mem::replace(&mut contact.kept_for, assigned.before);
        let seeking = contact.seeking;
        if let Some(agent) = agent {
            self.waiting.note_kept(agent, idx, false);
        }
        if let Some(before) = assigned.before {
            self.waiting.note_kept(before, idx, seeking);
        }
    }

    /// Gives a waiting contact its place, or a new one if it changed.
    pub(in crate::router) fn take_place(
        &mut self,
        idx: ContactIdx,
        key: WaitKey,
        reach: Reach,
        requirement: &Levels,
    ) {
        let contact = &self.contacts[idx];
        let queue = contact.queue;
        let kept = reach.owner_only_until.is_some();
        let class = reach
            .anyone
            .then(|| self.waiting.class(contact.channel, requirement, kept));
        if reach.anyone || reach.team.is_some() {
            self.idle.require(requirement, &self.agents);
        }
        let place = Place { key, reach, class };
        if contact.place == Some(place) {
            return;
        }
        self.leave_index(idx);
        self.queues[queue.at()].waiting.insert(key, idx);
        if let Some(class) = class {
            self.waiting.insert(class, key, idx);
        }
        if let Some(owner) = reach.owner {
            self.agents[owner.at()].owned_waiting.insert(key, idx);
        }
        for named in [reach.deputy, reach.leader].into_iter().flatten() {
            self.agents[named.at()].named_waiting.insert(key, idx);
        }
        if let Some(team) = reach.team {
            self.waiting.teams[team.at()].insert(key, idx);
        }
        let contact = &mut self.contacts[idx];
        contact.place = Some(place);
        let until = reach
            .owner_only_until
            .filter(|until| *until < Timestamp::MAX);
        if contact.deadline(Deadline::OwnerWait) != until {
            self.set_deadline(idx, Deadline::OwnerWait, until);
        }
    }

    /// Removes a contact from the waiting index and from the ringing ones.
    pub(in crate::router) fn leave_index(&mut self, idx: ContactIdx) {
        let contact = &mut self.contacts[idx];
        if let Some(key) = contact.ringing.take() {
            self.waiting.ringing.remove(*key);
        }
        let Some(place) = contact.place.take() else {
            return;
        };
        let queue = contact.queue;
        self.queues[queue.at()].waiting.remove(place.key);
        self.leave_lists(place);
    }

    fn leave_lists(&mut self, place: Place) {
        let Place { key, reach, class } = place;
        if let Some(class) = class {
            self.waiting.remove(class, key);
        }
        if let Some(owner) = reach.owner {
            self.agents[owner.at()].owned_waiting.remove(&key);
        }
        for named in [reach.deputy, reach.leader].into_iter().flatten() {
            self.agents[named.at()].named_waiting.remove(&key);
        }
        if let Some(team) = reach.team {
            self.waiting.teams[team.at()].remove(key);
        }
    }

    /// Sets or clears the place of a contact among those ringing that may be offered to more
    /// agents. Returns whether it has a new place.
    pub(in crate::router) fn set_ringing(&mut self, idx: ContactIdx, key: Option<WaitKey>) -> bool {
        let contact = &mut self.contacts[idx];
        if contact.ringing.as_deref() == key.as_ref() {
            return false;
        }
        if let Some(old) = contact.ringing.take() {
            self.waiting.ringing.remove(*old);
        }
        let Some(key) = key else { return false };
        self.waiting.ringing.insert(key, idx);
        contact.ringing = Some(Box::new(key));
        true
    }
}
