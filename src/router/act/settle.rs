//! Settling: draws the consequences of a change until nothing changes any more.
//!
//! Three lists are processed, in this order of precedence, each in an order that depends only on
//! the state: agents whose situation changed, for their waiting contacts (rule 15); contacts that
//! look for an agent, in the common order; and freed agents, longest idle first (rules 2 and 14
//! from their side).
//!
//! When all three are empty, no contact waits that a free agent may take.

use crate::router::Router;
use crate::router::api::codes::{ContactState, Route, Rule, Why};
use crate::router::api::ids::{AgentIdx, ContactIdx};
use crate::router::decide::plan::Plan;

impl Router {
    pub(in crate::router) fn settle(&mut self) {
        loop {
            if let Some(agent) = self.book.take_changed() {
                self.leave_now(agent);
                self.judge_owned(agent);
            } else if !self.unsettled.is_empty() {
                self.settle_contacts();
            } else if let Some(agent) = self.book.take_freed() {
                self.settle_agent(agent);
            } else {
                break;
            }
        }
        self.end_rounds();
        self.book.settle_idle();
        self.tell_states();
    }

    fn settle_contacts(&mut self) {
        let mut dirty = std::mem::take(&mut self.unsettled);
        if dirty.len() > 1 {
            dirty.sort_by_key(|idx| {
                self.book
                    .contacts()
                    .get(*idx)
                    .map(|c| self.book.wait_key(c))
            });
            dirty.dedup();
        }
        for idx in &dirty {
            self.look_for_agent(*idx);
        }
        if self.unsettled.is_empty() {
            dirty.clear();
            self.unsettled = dirty;
        }
    }

    /// The contact's side: offers it to the agent it should go to now, or lets it wait.
    fn look_for_agent(&mut self, idx: ContactIdx) {
        let Some(contact) = self.book.contacts().get(idx) else {
            return;
        };
        if !contact.seeking() {
            return;
        }
        if contact.overdue && contact.offers().is_empty() {
            self.give_up(idx, Why::WaitedTooLong);
            return;
        }
        if contact.kept_for().is_some() && self.book.assignment_is_over(contact) {
            self.end_assignment(idx);
        }
        let contact = self.book.contact(idx);
        let new_here = contact.place().is_none();
        let direct = contact.direct;
        loop {
            self.announce_requirement(idx);
            match self.book.plan(self.book.contact(idx)) {
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
        if !self.book.contact(idx).offers().is_empty() {
            self.note_ringing(idx);
            return;
        }
        if direct.is_some() {
            self.direct_failed(idx);
            // At its own place in the order, not after those that look now.
            self.look_for_agent(idx);
            return;
        }
        if self.book.contact(idx).state() == ContactState::Offered {
            self.book.set_state(idx, ContactState::Waiting);
        }
        if let Some(owner) = self.book.sought_owner(self.book.contact(idx))
            && self.book.is_about_to_choose(owner)
        {
            // If the owner chooses another contact, this one looks again.
            self.book.leave_to(owner);
        }
        self.wait(idx, new_here);
    }

    /// Makes sure that the idle order has the contact's requirement.
    fn announce_requirement(&mut self, idx: ContactIdx) {
        let contact = self.book.contact(idx);
        let plain =
            contact.requires.is_empty() && self.book.queue(contact.queue()).requires().is_empty();
        if !plain || contact.steps_passed() > 0 {
            let requirement = self.book.requirement(contact);
            self.book.announce(&requirement);
        }
        self.book.settle_idle();
    }

    /// Lets a freed agent choose.
    fn settle_agent(&mut self, agent: AgentIdx) {
        while let Some(contact) = self.book.pick(agent) {
            let (route, why) = self.book.route_freed(self.book.contact(contact), agent);
            let rule = if route == Route::Owner {
                Rule::FreedOwner
            } else {
                Rule::FreedAgent
            };
            self.make_offer(contact, agent, route, why, Some(rule));
            self.note_ringing(contact);
        }
        self.book.refresh(agent);
        self.book.note_changed(agent);
        self.book.leave_to_owners();
        if self.book.take_passed_over(agent) {
            // Contacts that others left to it and it did not take are open to others again.
            let left = self.book.agent(agent).owned_waiting().values();
            self.unsettled.extend(left);
        }
    }

    /// Decides again about the waiting contacts of an owner.
    pub(in crate::router::act) fn judge_owned(&mut self, owner: AgentIdx) {
        let owned = self.book.agent(owner).owned_waiting().values().copied();
        let concerned: Vec<ContactIdx> = owned
            .filter(|contact| {
                let contact = self.book.contact(*contact);
                let place = contact.place();
                let kept = place.is_some_and(|place| place.reach.owner_only_until.is_some());
                let longest = self.book.longest_owner_wait(contact);
                kept || self.book.at() <= contact.wait_from.saturating_add(longest)
            })
            .collect();
        self.unsettled.extend(concerned);
    }
}
