//! Looking for an agent: how a contact enters, keeps and leaves the waiting index.
//!
//! A contact that looks for an agent is *seeking*. While none of its offers rings it has a place in
//! the index; while one rings it is at most listed among those that may be offered to more agents.
//! The deadlines of the search (steps, aging, patience, owner wait) are armed and cleared here.

use crate::router::Router;
use crate::router::api::codes::{ContactState, Rule, Why};
use crate::router::api::event::ContactEvent;
use crate::router::api::ids::ContactIdx;
use crate::router::state::deadline::Deadline;

impl Router {
    /// Starts the search in the contact's present queue.
    pub(in crate::router::act) fn begin_seeking(&mut self, idx: ContactIdx) {
        let search = self.book.search(self.book.contact(idx));
        self.book.begin_search(idx, search);
        self.unsettled.push(idx);
    }

    /// Gives a waiting contact its place, or a new one if it changed.
    pub(in crate::router) fn enter_index(&mut self, idx: ContactIdx) {
        let contact = self.book.contact(idx);
        if contact.direct.is_some() {
            // It waits for nobody: its only agent is being asked or was asked.
            return;
        }
        let requirement = self.book.requirement(contact);
        let key = self.book.wait_key(contact);
        let reach = self.book.reach(contact, &requirement);
        let reach = self.book.reach_until_chosen(contact, &requirement, reach);
        self.book.take_place(idx, key, reach, &requirement);
    }

    /// Records whether a ringing contact may be offered to more agents.
    pub(in crate::router) fn note_ringing(&mut self, idx: ContactIdx) {
        let contact = self.book.contact(idx);
        let wants_more = contact.seeking()
            && !contact.offers().is_empty()
            && !contact.overdue
            && contact.direct.is_none()
            && !self.book.is_cut_off(contact)
            && !contact.rings_by_name()
            && self.book.may_ring_more(contact);
        let key = wants_more.then(|| self.book.wait_key(contact));
        if self.book.set_ringing(idx, key) {
            let requirement = self.book.requirement(self.book.contact(idx));
            self.book.announce(&requirement);
        }
    }

    /// The rounds of parallel offers have been made: until all of one have ended, none is added.
    pub(in crate::router) fn end_rounds(&mut self) {
        for idx in self.book.take_rounds() {
            if self.book.contacts().get(idx).is_some() {
                self.note_ringing(idx);
            }
        }
    }

    /// A contact without an agent waits: it takes its place and, if new here, reports that.
    pub(in crate::router::act) fn wait(&mut self, idx: ContactIdx, announce: bool) {
        self.enter_index(idx);
        let contact = self.book.contact(idx);
        if let Some(place) = contact.place() {
            self.book.contact_mut(idx).why = place.reach.why;
        }
        self.watch_no_agent(idx);
        if self.book.contact(idx).case().is_some() {
            self.tell_of_no_number(idx);
        }
        if !announce {
            return;
        }
        let contact = self.book.contact(idx);
        let why = contact.why;
        let until = contact.deadline(Deadline::OwnerWait);
        let rule = if why == Why::PlatformGone {
            Rule::Lease
        } else if until.is_some() {
            Rule::OwnerWait
        } else {
            Rule::Skill
        };
        self.remember_search(idx, rule, why, None, until);
        // A consultation is connected and does not wait.
        if self.book.contact(idx).talks().is_empty() {
            self.emit_contact(idx, |book| ContactEvent::Waiting {
                state: book.contact(idx).state(),
                position: book.position(idx),
                why,
            });
        }
    }

    /// Tracks whether anyone who could serve a waiting contact is logged in.
    pub(in crate::router::act) fn watch_no_agent(&mut self, idx: ContactIdx) {
        let contact = self.book.contact(idx);
        let policy = &self.book.queue(contact.queue()).policy();
        let Some(limit) = policy.no_agent_ms else {
            return;
        };
        // A consultation is watched too; it has no state of its own.
        let asks = !contact.talks().is_empty() && contact.offers().is_empty();
        let watched = contact.seeking() && (contact.state() == ContactState::Waiting || asks);
        if !watched || contact.is_promised_call() {
            return;
        }
        if self.book.someone_could_serve(contact) {
            self.book.contact_mut(idx).drop_deadline(Deadline::NoAgent);
        } else if contact.deadline(Deadline::NoAgent).is_none() {
            let at = self.book.at().saturating_add(limit.0);
            self.book.set_deadline(idx, Deadline::NoAgent, Some(at));
        }
    }
}
