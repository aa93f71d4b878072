//! Looking for an agent: how a contact enters the waiting index, stands in it and leaves it.
//!
//! A contact that looks for an agent is *seeking*. While none of its offers rings it has a place
//! in the index; while one rings it has at most a place among the hungry. Deadlines that belong
//! to seeking (steps, aging, patience, owner wait) are armed here and cleared here.

use crate::router::Router;
use crate::router::api::codes::{ContactState, Rule};
use crate::router::api::event::ContactEvent;
use crate::router::api::ids::ContactIdx;
use crate::router::api::time::{MaybeAt, Timestamp};
use crate::router::state::contact::Place;
use crate::router::state::timers::Timer;

impl Router {
    /// Begins to look for an agent in the contact's present queue.
    pub(in crate::router::act) fn begin_seeking(&mut self, idx: ContactIdx) {
        let steps_passed = self.book.steps_passed(&self.book.contacts[idx]);
        let aged = self.book.aged_by_now(&self.book.contacts[idx]);
        let steps_aged = self.book.steps_aged(&self.book.contacts[idx]);
        let contact = &mut self.book.contacts[idx];
        let queue = &self.book.queues[contact.queue.at()];
        contact.seeking = true;
        contact.overdue = false;
        contact.steps_passed = steps_passed;
        contact.aged = aged;
        // What the queue left behind, or the policy before, asked for is not due any more.
        contact.age_at = MaybeAt::NONE;
        contact.no_agent_at = MaybeAt::NONE;
        contact.owner_until = MaybeAt::NONE;
        let own = contact.max_wait_ms.map(|limit| (contact.wait_from, limit));
        let of_queue = queue.policy.max_wait_ms;
        let limit = own.or(of_queue.map(|limit| (contact.entered_at, limit)));
        contact.max_wait_at = limit
            .map(|(from, limit)| from.saturating_add(limit.0))
            .into();
        let age = queue.policy.age_priority_ms.0;
        if age > 0 {
            contact.age_at = MaybeAt::at(contact.joined_at + (steps_aged + 1) * age);
        }
        contact.step_at = queue
            .steps
            .get(steps_passed as usize)
            .map(|step| contact.wait_from + step.after_ms)
            .into();
        let due = [
            (contact.max_wait_at.get(), Timer::MaxWait),
            (contact.age_at.get(), Timer::Age),
            (contact.step_at.get(), Timer::Step),
        ];
        for (at, timer) in due {
            if let Some(at) = at {
                self.book.timers.arm(at, timer, idx.number());
            }
        }
        self.note_seeking(idx);
        self.dirty_contacts.push(idx);
    }

    /// Ends the search: found, given up, or over.
    pub(super) fn end_seeking(&mut self, idx: ContactIdx) {
        self.leave_index(idx);
        let contact = &mut self.book.contacts[idx];
        let sought = std::mem::take(&mut contact.seeking);
        contact.overdue = false;
        contact.direct = None;
        contact.step_at = MaybeAt::NONE;
        contact.owner_until = MaybeAt::NONE;
        contact.max_wait_at = MaybeAt::NONE;
        contact.no_agent_at = MaybeAt::NONE;
        contact.age_at = MaybeAt::NONE;
        let unattached = contact.customer.filter(|_| contact.case.is_none());
        if sought {
            self.note_seeking(idx);
        }
        if let Some(customer) = unattached {
            self.book.customers.leave_unattached(customer, idx);
        }
    }

    /// Takes a contact out of the waiting index and out of the hungry.
    pub(in crate::router::act) fn leave_index(&mut self, idx: ContactIdx) {
        let contact = &mut self.book.contacts[idx];
        if let Some(key) = contact.hungry.take() {
            self.book.waiting.hungry.remove(*key);
        }
        let Some(place) = contact.place.take() else {
            return;
        };
        let queue = contact.queue;
        self.book.queues[queue.at()].waiting.remove(place.key);
        self.leave_lists(place);
    }

    fn leave_lists(&mut self, place: Place) {
        let Place { key, reach, class } = place;
        if let Some(class) = class {
            self.book.waiting.remove(class, key);
        }
        if let Some(owner) = reach.owner {
            self.book.agents[owner.at()].owned_waiting.remove(&key);
        }
        for named in [reach.deputy, reach.leader].into_iter().flatten() {
            self.book.agents[named.at()].named_waiting.remove(&key);
        }
        if let Some(team) = reach.team {
            self.book.waiting.teams[team.at()].remove(key);
        }
    }

    /// Gives a waiting contact its place, or a new one where anything about it has changed.
    pub(in crate::router) fn enter_index(&mut self, idx: ContactIdx) {
        let contact = &self.book.contacts[idx];
        let requirement = self.book.requirement(contact);
        let key = self.book.wait_key(contact);
        let reach = if contact.direct.is_some() {
            // It waits for nobody: the one it was for is asked or has been.
            None
        } else {
            Some(self.book.reach(contact, &requirement))
        };
        let Some(reach) = reach else { return };
        let reach = self.book.reach_until_chosen(contact, &requirement, reach);
        let channel = contact.channel;
        let queue = contact.queue;
        let kept = reach.owner_only_until.is_some();
        let class = reach
            .anyone
            .then(|| self.book.waiting.class(channel, &requirement, kept));
        if reach.anyone || reach.team.is_some() {
            self.book.idle.require(&requirement, &self.book.agents);
        }
        let place = Place { key, reach, class };
        if self.book.contacts[idx].place == Some(place) {
            return;
        }
        self.leave_index(idx);
        self.book.queues[queue.at()].waiting.insert(key, idx);
        if let Some(class) = class {
            self.book.waiting.insert(class, key, idx);
        }
        if let Some(owner) = reach.owner {
            self.book.agents[owner.at()].owned_waiting.insert(key, idx);
        }
        for named in [reach.deputy, reach.leader].into_iter().flatten() {
            self.book.agents[named.at()].named_waiting.insert(key, idx);
        }
        if let Some(team) = reach.team {
            self.book.waiting.teams[team.at()].insert(key, idx);
        }
        let contact = &mut self.book.contacts[idx];
        contact.place = Some(place);
        let until = reach
            .owner_only_until
            .filter(|until| *until < Timestamp::MAX);
        if contact.owner_until.get() != until {
            contact.owner_until = until.into();
            if let Some(until) = until {
                self.book.timers.arm(until, Timer::OwnerWait, idx.number());
            }
        }
    }

    /// Notes that a contact that rings could be offered to more agents, or no longer could.
    pub(in crate::router) fn note_hunger(&mut self, idx: ContactIdx) {
        let contact = &self.book.contacts[idx];
        let hungry = contact.seeking
            && !contact.offers.is_empty()
            && !contact.overdue
            && contact.direct.is_none()
            && !contact.rings_by_name()
            && contact.offers.len() < self.book.parallel_offers(contact);
        let key = hungry.then(|| self.book.wait_key(contact));
        if contact.hungry.as_deref() == key.as_ref() {
            return;
        }
        if let Some(old) = self.book.contacts[idx].hungry.take() {
            self.book.waiting.hungry.remove(*old);
        }
        if let Some(key) = key {
            self.book.waiting.hungry.insert(key, idx);
            self.book.contacts[idx].hungry = Some(Box::new(key));
            let requirement = self.book.requirement(&self.book.contacts[idx]);
            self.book.idle.require(&requirement, &self.book.agents);
        }
    }

    /// A contact that found nobody waits: it takes its place and, if it is new here, says so.
    pub(in crate::router::act) fn wait(&mut self, idx: ContactIdx, announce: bool) {
        self.enter_index(idx);
        let contact = &self.book.contacts[idx];
        if let Some(place) = contact.place {
            self.book.contacts[idx].why = place.reach.why;
        }
        self.watch_no_agent(idx);
        if !announce {
            return;
        }
        let contact = &self.book.contacts[idx];
        let why = contact.why;
        let until = contact.owner_until.get();
        let rule = if until.is_some() {
            Rule::OwnerWait
        } else {
            Rule::Skill
        };
        self.remember_search(idx, rule, why, None, until);
        // One that looks for a second agent is connected and does not wait.
        if self.book.contacts[idx].talks.is_empty() {
            self.emit_contact(idx, |book| ContactEvent::Waiting {
                state: book.contacts[idx].state,
                position: book.position(idx),
                why,
            });
        }
    }

    /// Watches whether anyone who could ever serve a waiting contact is logged in.
    pub(in crate::router::act) fn watch_no_agent(&mut self, idx: ContactIdx) {
        let contact = &self.book.contacts[idx];
        let policy = &self.book.queues[contact.queue.at()].policy;
        let Some(limit) = policy.no_agent_ms else {
            return;
        };
        let watched = contact.seeking && contact.state == ContactState::Waiting;
        if !watched || contact.is_promised_call() {
            return;
        }
        if self.book.someone_could_serve(contact) {
            self.book.contacts[idx].no_agent_at = MaybeAt::NONE;
        } else if contact.no_agent_at.is_none() {
            let at = self.book.at.saturating_add(limit.0);
            self.book.contacts[idx].no_agent_at = MaybeAt::at(at);
            self.book.timers.arm(at, Timer::NoAgent, idx.number());
        }
    }
}
