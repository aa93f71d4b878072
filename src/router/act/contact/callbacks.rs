//! Callbacks: a caller hangs up and keeps the place, or the owner calls back instead of being
//! waited for (rules 15 and 25).
//!
//! A callback has no live call: it has no patience, is not given up because nobody is logged in,
//! and `contact.sync` does not expect it.

use super::duty::derived_name;
use crate::router::api::codes::{CaseState, ContactState, Fallback, Rule};
use crate::router::api::event::{ContactEvent, OfferReason};
use crate::router::api::ids::{CaseIdx, ContactIdx, Name};
use crate::router::api::moves::Move;
use crate::router::api::people::ContactCallback;
use crate::router::api::policy::CALLBACK_CHANNEL;
use crate::router::api::reject::Reject;
use crate::router::api::time::{MILLIS_MAX, Millis};
use crate::router::state::contact::Contact;
use crate::router::state::deadline::Deadline;
use crate::router::{Router, Subject};

impl Router {
    /// `contact.callback`.
    pub(super) fn contact_callback(&mut self, call: &ContactCallback) -> Result<Subject, Reject> {
        let idx = self.book.find_contact(&call.contact)?;
        let contact = self.book.contact(idx);
        let conflict = |message: String| Err(Reject::conflict("contact", &call.contact, message));
        if !matches!(
            contact.state(),
            ContactState::Waiting | ContactState::Offered
        ) {
            let state = contact.state();
            return conflict(format!(
                "contact \"{}\" is {state}: only one that waits can be called back instead",
                call.contact
            ));
        }
        if contact.is_promised_call() {
            return conflict(format!("contact \"{}\" is to be called back", call.contact));
        }
        if call.by_owner && !self.has_owner(contact) {
            let message = format!("contact \"{}\" has no owner who could call", call.contact);
            return Err(Reject::conflict("contact", &call.contact, message).in_field("by_owner"));
        }
        self.book
            .check_address(&call.contact, call.address.as_ref())?;
        if call.address.is_none() && !self.book.has_number(contact) {
            let customer = contact.customer();
            let customer = customer.map(|customer| self.book.customer(customer).id());
            return Err(self.book.no_number(&call.contact, customer.as_ref()));
        }
        self.revoke_offers(idx, OfferReason::Rerouted, |_| true);
        self.book.leave_index(idx);
        if self.book.contact(idx).state() == ContactState::Offered {
            self.book.set_state(idx, ContactState::Waiting);
        }
        let channel = self.book.channels().find(&Name::of(CALLBACK_CHANNEL));
        let at = self.book.at();
        let contact = self.book.contact_mut(idx);
        contact.channel = channel.unwrap_or(contact.channel);
        contact.max_wait_ms = Some(Millis(MILLIS_MAX));
        contact.direct = None;
        contact.drop_deadline(Deadline::Lease);
        contact.by_owner_only |= call.by_owner;
        let cold = contact.cold_mut();
        cold.callback_at = Some(at);
        let address = call.address.clone().or(cold.callback_to.take());
        cold.callback_to = address.clone();
        self.remember(idx, Rule::Callback, None, None);
        self.emit_contact(idx, |book| ContactEvent::Callback {
            joined_at: book.contact(idx).joined_at,
            address,
            by_owner: call.by_owner,
        });
        self.begin_seeking(idx);
        Ok(Subject::Contact(idx))
    }

    /// Whether the case of a contact has an owner who may serve it.
    fn has_owner(&self, contact: &Contact) -> bool {
        let case = contact.case().map(|case| self.book.case(case));
        let owner = case
            .filter(|case| case.state() != CaseState::Closed)
            .and_then(|case| case.owner());
        owner.is_some_and(|owner| {
            self.book.agent(owner).exists() && !self.book.excluded(contact, owner)
        })
    }

    /// Tells the leader of a contact whose owner was to call back and cannot, because nobody knows a
    /// number.
    pub(super) fn tell_of_no_number(&mut self, idx: ContactIdx) {
        let contact = self.book.contact(idx);
        let Some(case) = contact.case() else { return };
        let fallback = &self.book.policy_of(idx).ownership.fallback;
        let waits_on = contact.place().is_some_and(|place| {
            place.reach.owner.is_some() && place.reach.owner_only_until.is_none()
        });
        if !fallback.contains(&Fallback::CallbackByOwner)
            || !waits_on
            || contact.assigned().is_some()
            || self.book.sought_owner(contact).is_none()
            || self.book.has_number(contact)
        {
            return;
        }
        self.nobody_to_call(idx, case);
    }

    /// Tells the leader, once for each contact, that its customer cannot be called back.
    pub(super) fn nobody_to_call(&mut self, idx: ContactIdx, case: CaseIdx) {
        let cold = self.book.contact_mut(idx).cold_mut();
        if !std::mem::replace(&mut cold.told_no_number, true) {
            self.escalate_no_number(case);
        }
    }

    /// Creates the callback of an owner who is not waited for (rule 15).
    pub(super) fn schedule_owner_callback(&mut self, of: ContactIdx) {
        let base = self.book.contact(of).id.clone();
        let Some(id) = (1..)
            .map(|n| callback_name(&base, n))
            .find(|id| self.book.contacts().find(id).is_none())
        else {
            return;
        };
        let seq = self.book.next_arrival();
        let original = self.book.contact(of);
        let case = original.case();
        let callback = self.callback_of(original, id, seq);
        let idx = self.enter(callback, None, None);
        if let Some(case) = case {
            self.book.refer(idx, case);
        }
        self.book.set_state(idx, ContactState::Waiting);
        self.comes_in(idx);
        // What the call still wished for ends at its time.
        let wishes = self.book.contact(idx).cold.as_ref();
        let until = wishes.and_then(|cold| cold.wish_until);
        self.book.set_wish_until(idx, until);
        self.begin_seeking(idx);
        if self.detail.moves {
            self.out.moves.push(Move::CallsBack {
                contact: of,
                callback: idx,
            });
        }
    }

    /// A new contact that only the owner takes: with what the caller asked for, but without the
    /// history of the call.
    fn callback_of(&self, original: &Contact, id: Name, seq: u64) -> Contact {
        let channel = self.book.channels().find(&Name::of(CALLBACK_CHANNEL));
        let mut callback = original.afresh(id, self.book.at(), seq);
        callback.channel = channel.unwrap_or(original.channel);
        callback.by_owner_only = true;
        callback.max_wait_ms = Some(Millis(MILLIS_MAX));
        if let Some(cold) = &mut callback.cold {
            cold.note = None;
            cold.ticket = None;
            cold.mentor = None;
        }
        callback
    }
}

/// `<contact>/callback`, cut to the maximum length.
fn callback_name(base: &Name, n: u32) -> Name {
    match n {
        1 => derived_name(base, "/callback"),
        n => derived_name(base, &format!("/callback-{n}")),
    }
}
