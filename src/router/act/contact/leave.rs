//! Leaving a contact that goes on, and taking back what was passed on (rule 23).

use crate::router::api::codes::{ContactState, Presence, Route, Rule};
use crate::router::api::command::ContactAgent;
use crate::router::api::effect::Count;
use crate::router::api::event::{ContactEvent, ContactRef, OfferReason};
use crate::router::api::ids::{AgentIdx, ContactIdx};
use crate::router::api::reject::Reject;
use crate::router::state::contact::Talk;
use crate::router::state::contact_cold::Passed;
use crate::router::state::deadline::Deadline;
use crate::router::{Router, Subject};

use super::transfer::GoesOn;

impl Router {
    /// `contact.leave`.
    pub(super) fn contact_leave(&mut self, of: &ContactAgent) -> Result<Subject, Reject> {
        let idx = self.book.find_contact(&of.contact)?;
        let agent = self.book.find_agent(&of.agent)?;
        let contact = self.book.contact(idx);
        let conflict = |message: String| Err(Reject::conflict("contact", &of.contact, message));
        let talks = contact.talks();
        if talks.iter().any(|talk| talk.agent == agent) {
            if talks.len() == 1 && !contact.seeking() {
                return conflict(format!(
                    "agent \"{}\" is the last in contact \"{}\": use contact.end",
                    of.agent, of.contact
                ));
            }
            self.remember(idx, Rule::Leave, None, Some(agent));
            self.leaves(idx, agent);
        } else if contact.state() == ContactState::Connected && contact.offer_to(agent).is_some() {
            self.remember(idx, Rule::Leave, None, Some(agent));
            self.stop_ringing(idx, |at| at == agent);
        } else {
            return conflict(format!(
                "agent \"{}\" is not in contact \"{}\", which is {}",
                of.agent,
                of.contact,
                contact.state()
            ));
        }
        Ok(Subject::Contact(idx))
    }

    /// In a consultation the first agent leaves and the contact goes on with the second, who may
    /// still be ringing or looked for. Returns whether there was a consultation.
    pub(super) fn first_agent_leaves(&mut self, idx: ContactIdx) -> bool {
        let contact = self.book.contact(idx);
        let Some(first) = contact.talks().first().copied() else {
            return false;
        };
        if contact.talks().len() == 1 && !contact.seeking() {
            return false;
        }
        self.leaves(idx, first.agent);
        true
    }

    /// An agent leaves a contact that has another, or looks for one.
    fn leaves(&mut self, idx: ContactIdx, agent: AgentIdx) {
        let contact = self.book.contact(idx);
        let talks = contact.talks();
        let place = talks.iter().position(|talk| talk.agent == agent);
        let place = place.expect("who leaves is in it");
        let talk = talks[place];
        if talks.len() > 1 {
            let goes = if place == 0 {
                GoesOn::WithOthers
            } else {
                GoesOn::WithTheFirst
            };
            self.leave(idx, &talk, goes);
            self.talks_on(idx);
            return;
        }
        let ringing = !contact.offers().is_empty();
        self.leave(idx, &talk, GoesOn::Waiting);
        if ringing {
            self.book.set_state(idx, ContactState::Offered);
        } else {
            self.unsettled.push(idx);
        }
        self.start_lease_if_gone(idx);
    }

    /// A contact goes on with those who are still in it.
    pub(super) fn talks_on(&mut self, idx: ContactIdx) {
        self.back_to_its_queue(idx);
        if self.book.contact(idx).deadline(Deadline::Firm).is_some() {
            let min_handle = self.book.policy_of(idx).ownership.min_handle_ms.0;
            self.watch_firm(idx, min_handle);
        }
        let last = self.book.contact(idx).talks().last();
        if let Some((agent, route)) = last.map(|talk| (talk.agent, talk.route)) {
            let contact = self.book.contact_mut(idx);
            contact.last_agent = Some(agent);
            contact.route = Some(route);
        }
    }

    /// A consultation stops ringing at some; it ends when it rings nowhere any more.
    fn stop_ringing(&mut self, idx: ContactIdx, which: impl Fn(AgentIdx) -> bool) {
        self.revoke_offers(idx, OfferReason::TakenBack, |offer| which(offer.agent));
        if self.book.contact(idx).offers().is_empty() {
            self.book.end_search(idx);
            self.back_to_its_queue(idx);
        }
    }

    /// `contact.retrieve`.
    pub(super) fn contact_retrieve(&mut self, of: &ContactAgent) -> Result<Subject, Reject> {
        let idx = self.book.find_contact(&of.contact)?;
        let agent = self.book.find_agent(&of.agent)?;
        let contact = self.book.contact(idx);
        let first = contact.talks().first().map(|talk| talk.agent);
        let passed = contact.passed().filter(|passed| passed.by == agent);
        match (contact.state(), passed) {
            (ContactState::Connected, _) if first == Some(agent) && contact.talks().len() > 1 => {
                let second = contact.talks()[1];
                self.remember(idx, Rule::Retrieve, None, Some(agent));
                self.leave(idx, &second, GoesOn::WithTheFirst);
                self.talks_on(idx);
            }
            (ContactState::Connected, _) if first == Some(agent) && contact.seeking() => {
                self.remember(idx, Rule::Retrieve, None, Some(agent));
                self.stop_ringing(idx, |_| true);
            }
            (ContactState::Waiting | ContactState::Offered, Some(passed)) => {
                self.check_free_again(idx, of, agent)?;
                self.remember(idx, Rule::Retrieve, None, Some(agent));
                self.revoke_offers(idx, OfferReason::TakenBack, |_| true);
                self.connect_again(idx, &passed);
            }
            (state, _) => {
                let message = format!(
                    "contact \"{}\" is {state}: agent \"{}\" has passed nothing on that could be \
                     taken back",
                    of.contact, of.agent
                );
                return Err(Reject::conflict("contact", &of.contact, message));
            }
        }
        self.emit(|book| {
            let of = ContactRef {
                agent: Some(book.agent_name(agent)),
                ..book.about(idx)
            };
            (of, ContactEvent::Retrieved)
        });
        Ok(Subject::Contact(idx))
    }

    /// Refuses where an agent has taken up something else since it passed a contact on. Its wrap-up
    /// for that contact is nothing else.
    fn check_free_again(
        &self,
        idx: ContactIdx,
        of: &ContactAgent,
        agent: AgentIdx,
    ) -> Result<(), Reject> {
        let entry = self.book.agent(agent);
        let contact = self.book.contact(idx);
        let wraps_other = entry.wraps().iter().any(|wrap| wrap.contact != idx);
        let is_there = entry.presence() == Presence::Available && !wraps_other;
        let has_room = entry.has_room(contact.channel, self.book.channels());
        if is_there && has_room && !self.book.shut_out(contact, agent) {
            return Ok(());
        }
        let message = format!(
            "agent \"{}\" is {} and no longer free for contact \"{}\"",
            of.agent,
            entry.state(),
            of.contact
        );
        Err(Reject::conflict("agent", &of.agent, message).in_field("agent"))
    }

    /// The conversation goes on with the agent who passed it on, through the queue of before.
    fn connect_again(&mut self, idx: ContactIdx, passed: &Passed) {
        self.book.end_search(idx);
        let at = self.book.at();
        let agent = passed.by;
        if let Some(wrap) = self.book.take_wrap_of(agent, idx)
            && let Some(part) = wrap.part
        {
            let spent = self.book.spend_wrap_up(agent, idx, &part, at);
            self.account(&part, &spent);
        }
        let queue = self.book.contact(idx).queue();
        self.book.queue_mut(queue).stats.moved_out(at);
        self.count(|book| Count::MovedOut {
            queue: book.queue_name(idx),
        });
        let route = if self.book.owns(self.book.contact(idx), agent) {
            Route::Owner
        } else {
            Route::Direct
        };
        let talk = Talk {
            agent,
            since: at,
            route,
            queue: Some(passed.queue),
        };
        self.book.begin_talk(idx, talk, false);
        self.back_to_its_queue(idx);
        let owner_before = self.take_responsibility(idx, agent);
        self.tell_owner(idx, agent, route, owner_before);
        self.start_lease_if_gone(idx);
    }
}
