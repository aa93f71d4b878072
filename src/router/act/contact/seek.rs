//! Looking for an agent: how a contact enters the waiting index, stands in it and leaves it.
//!
//! A contact that looks for an agent is *seeking*. While none of its offers rings it has a place
//! in the index; while one rings it has at most a place among the hungry. Deadlines that belong
//! to seeking (steps, aging, patience, owner wait) are armed here and cleared here.

use crate::router::Router;
use crate::router::api::codes::{ContactState, Rule, Why};
use crate::router::api::event::EventBody;
use crate::router::api::ids::ContactIdx;
use crate::router::api::time::{MaybeAt, Timestamp};
use crate::router::decide::judge::Situation;
use crate::router::state::contact::{Contact, Place, Reach};
use crate::router::state::skill::Levels;
use crate::router::state::timers::Timer;
use crate::router::state::waiting::WaitKey;

impl Router {
    /// The place of a contact in the common order.
    pub(in crate::router) fn wait_key(&self, contact: &Contact) -> WaitKey {
        let queue = &self.queues[contact.queue.at()];
        let priority = i64::from(queue.policy.priority.0)
            + i64::from(contact.priority)
            + i64::from(contact.bonus())
            + i64::from(contact.aged);
        WaitKey {
            minus_priority: -priority,
            joined_at: contact.joined_at,
            seq: contact.seq,
        }
    }

    /// How many steps of its queue a contact has passed by now.
    pub(in crate::router) fn steps_passed(&self, contact: &Contact) -> u32 {
        let steps = self.queues[contact.queue.at()].steps.iter();
        steps
            .take_while(|step| contact.wait_from + step.after_ms <= self.at)
            .count() as u32
    }

    /// The steps of priority that a contact has won by waiting by now, however many.
    fn steps_aged(&self, contact: &Contact) -> i64 {
        let age = self.queues[contact.queue.at()].policy.age_priority_ms.0;
        let waited = (self.at - contact.joined_at).max(0);
        waited.checked_div(age).unwrap_or(0)
    }

    /// The same, as far as they are added to its priority.
    pub(in crate::router) fn aged_by_now(&self, contact: &Contact) -> i32 {
        i32::try_from(self.steps_aged(contact)).unwrap_or(i32::MAX)
    }

    /// Begins to look for an agent in the contact's present queue.
    pub(in crate::router::act) fn begin_seeking(&mut self, idx: ContactIdx) {
        let steps_passed = self.steps_passed(&self.contacts[idx]);
        let aged = self.aged_by_now(&self.contacts[idx]);
        let steps_aged = self.steps_aged(&self.contacts[idx]);
        let contact = &mut self.contacts[idx];
        let queue = &self.queues[contact.queue.at()];
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
                self.timers.arm(at, timer, idx.number());
            }
        }
        self.note_seeking(idx);
        self.dirty_contacts.push(idx);
    }

    /// Ends the search: found, given up, or over.
    pub(super) fn end_seeking(&mut self, idx: ContactIdx) {
        self.leave_index(idx);
        let contact = &mut self.contacts[idx];
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
            self.customers.leave_unattached(customer, idx);
        }
    }

    /// Takes a contact out of the waiting index and out of the hungry.
    pub(in crate::router::act) fn leave_index(&mut self, idx: ContactIdx) {
        let contact = &mut self.contacts[idx];
        if let Some(key) = contact.hungry.take() {
            self.waiting.hungry.remove(*key);
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

    /// Gives a waiting contact its place, or a new one where anything about it has changed.
    pub(in crate::router) fn enter_index(&mut self, idx: ContactIdx) {
        let contact = &self.contacts[idx];
        let requirement = self.requirement(contact);
        let key = self.wait_key(contact);
        let reach = if contact.direct.is_some() {
            // It waits for nobody: the one it was for is asked or has been.
            None
        } else {
            Some(self.reach(contact, &requirement))
        };
        let Some(reach) = reach else { return };
        let reach = self.reach_until_chosen(contact, &requirement, reach);
        let channel = contact.channel;
        let queue = contact.queue;
        let kept = reach.owner_only_until.is_some();
        let class = reach
            .anyone
            .then(|| self.waiting.class(channel, &requirement, kept));
        if reach.anyone || reach.team.is_some() {
            self.idle.require(&requirement, &self.agents);
        }
        let place = Place { key, reach, class };
        if self.contacts[idx].place == Some(place) {
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
        if contact.owner_until.get() != until {
            contact.owner_until = until.into();
            if let Some(until) = until {
                self.timers.arm(until, Timer::OwnerWait, idx.number());
            }
        }
    }

    /// An owner that has just become free chooses for itself: until it has, a contact is kept for
    /// it as it was.
    fn reach_until_chosen(&self, contact: &Contact, requirement: &Levels, reach: Reach) -> Reach {
        let (Some(owner), Some(before)) = (reach.owner, contact.place) else {
            return reach;
        };
        let chooses = before.reach.owner == Some(owner)
            && self.is_about_to_choose(owner)
            && self.situation(contact, requirement, owner) == Situation::Free;
        if chooses { before.reach } else { reach }
    }

    /// Notes that a contact that rings could be offered to more agents, or no longer could.
    pub(in crate::router) fn note_hunger(&mut self, idx: ContactIdx) {
        let contact = &self.contacts[idx];
        let hungry = contact.seeking
            && !contact.offers.is_empty()
            && !contact.overdue
            && contact.direct.is_none()
            && !contact.rings_by_name()
            && contact.offers.len() < self.parallel_offers(contact);
        let key = hungry.then(|| self.wait_key(contact));
        if contact.hungry.as_deref() == key.as_ref() {
            return;
        }
        if let Some(old) = self.contacts[idx].hungry.take() {
            self.waiting.hungry.remove(*old);
        }
        if let Some(key) = key {
            self.waiting.hungry.insert(key, idx);
            self.contacts[idx].hungry = Some(Box::new(key));
            let requirement = self.requirement(&self.contacts[idx]);
            self.idle.require(&requirement, &self.agents);
        }
    }

    /// A contact that found nobody waits: it takes its place and, if it is new here, says so.
    pub(in crate::router) fn wait(&mut self, idx: ContactIdx, announce: bool) {
        self.enter_index(idx);
        let contact = &self.contacts[idx];
        if let Some(place) = contact.place {
            self.contacts[idx].why = place.reach.why;
        }
        self.watch_no_agent(idx);
        if !announce {
            return;
        }
        let contact = &self.contacts[idx];
        let why = contact.why;
        let until = contact.owner_until.get();
        let rule = if until.is_some() {
            Rule::OwnerWait
        } else {
            Rule::Skill
        };
        self.remember_search(idx, rule, why, None, until);
        let talking = !self.contacts[idx].talks.is_empty();
        if self.detail.events && !talking {
            // One that looks for a second agent is connected and does not wait.
            let of = self.about(idx);
            let position = self.position(idx);
            let state = self.contacts[idx].state;
            self.emit(EventBody::ContactWaiting {
                of,
                state,
                position,
                why,
            });
        }
    }

    /// The place of a waiting contact in its queue, counted from 1.
    pub(in crate::router) fn position(&self, idx: ContactIdx) -> Option<u32> {
        let contact = &self.contacts[idx];
        let key = contact.place?.key;
        let before = self.queues[contact.queue.at()].waiting.before(key);
        u32::try_from(before + 1).ok()
    }

    /// Watches whether anyone who could ever serve a waiting contact is logged in.
    pub(in crate::router::act) fn watch_no_agent(&mut self, idx: ContactIdx) {
        let contact = &self.contacts[idx];
        let policy = &self.queues[contact.queue.at()].policy;
        let Some(limit) = policy.no_agent_ms else {
            return;
        };
        let watched = contact.seeking && contact.state == ContactState::Waiting;
        if !watched || contact.is_promised_call() {
            return;
        }
        if self.someone_could_serve(contact) {
            self.contacts[idx].no_agent_at = MaybeAt::NONE;
        } else if contact.no_agent_at.is_none() {
            let at = self.at.saturating_add(limit.0);
            self.contacts[idx].no_agent_at = MaybeAt::at(at);
            self.timers.arm(at, Timer::NoAgent, idx.number());
        }
    }

    /// Whether anyone is logged in who could serve a contact, now or when free.
    pub(in crate::router::act) fn someone_could_serve(&self, contact: &Contact) -> bool {
        let logged_in = |agent: &crate::router::api::ids::AgentIdx| {
            let entry = &self.agents[agent.at()];
            entry.exists
                && entry.presence != crate::router::api::codes::Presence::Offline
                && entry.capacity_of(contact.channel, &self.channels) > 0
                && !self.excluded(contact, *agent)
        };
        // The steps to come count as well: "could ever".
        let queue = &self.queues[contact.queue.at()];
        let check = queue.policy.ownership.owner_skill_check;
        let steps = queue.steps.len() as u32;
        (contact.steps_passed..=steps.max(contact.steps_passed)).any(|passed| {
            let requirement = self.requirement_after(contact, passed);
            let reach = self.reach_in_the_end(contact, &requirement);
            let named = [reach.owner, reach.deputy, reach.leader];
            let trusted = |agent: crate::router::api::ids::AgentIdx| {
                !check
                    || crate::router::state::skill::meets(
                        &self.agents[agent.at()].skills,
                        &requirement,
                    )
            };
            let by_name = |agent| logged_in(&agent) && trusted(agent);
            named.into_iter().flatten().any(by_name)
                || (reach.anyone || reach.team.is_some())
                    && self.idle.able(&requirement).any(|agent| {
                        let entry = &self.agents[agent.at()];
                        (reach.anyone || entry.team == reach.team)
                            && logged_in(&agent)
                            && crate::router::state::skill::meets(&entry.skills, &requirement)
                    })
        })
    }

    /// The code of a contact that waits, for one that is only looked at.
    pub(in crate::router) fn why_waiting(&self, contact: &Contact) -> Why {
        let requirement = self.requirement(contact);
        self.reach(contact, &requirement).why
    }
}
