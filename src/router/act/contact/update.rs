//! Changing a contact on its way: requirement, queue, booked time.

use crate::router::api::codes::{ContactState, Route, Rule};
use crate::router::api::command::ContactUpdate;
use crate::router::api::event::{ContactEvent, OfferReason};
use crate::router::api::ids::{ContactIdx, OfferId};
use crate::router::api::policy::SKILLS_MAX;
use crate::router::api::reject::Reject;
use crate::router::decide::slots::Rebooked;
use crate::router::state::skill::meets;
use crate::router::{Router, Subject};

impl Router {
    pub(super) fn contact_update(&mut self, update: &ContactUpdate) -> Result<Subject, Reject> {
        let idx = self.book.find_contact(&update.contact)?;
        let state = self.book.contact(idx).state();
        if !self.book.contact(idx).is_live() {
            let message = format!("contact \"{}\" has ended", update.contact);
            return Err(Reject::conflict("contact", &update.contact, message));
        }
        let target = match &update.queue {
            None => None,
            Some(name) => Some(self.book.find_queue(name)?),
        };
        let target = target.filter(|target| *target != self.book.contact(idx).queue());
        if target.is_some() && matches!(state, ContactState::Connected | ContactState::WrapUp) {
            let message = format!(
                "contact \"{}\" is {state}: use contact.transfer to move it",
                update.contact
            );
            return Err(Reject::conflict("contact", &update.contact, message).in_field("queue"));
        }
        let attributes = update.attributes.as_ref();
        let learnt = self.with_learnt(idx, attributes, update.learnt.as_ref())?;
        let booked = self.book.rebooking(idx, update, target)?;
        if let Some(requires) = &update.requires {
            if requires.len() > SKILLS_MAX || !self.book.skills().has_room_for(requires) {
                let message = format!("{} skills: at most {SKILLS_MAX}", requires.len());
                return Err(
                    Reject::invalid("contact", "requires", message).with_id(&update.contact)
                );
            }
            self.book.contact_mut(idx).requires = self.book.skills_mut().levels(requires);
        }
        if let Some(priority) = update.priority {
            self.book.contact_mut(idx).priority = priority.0;
        }
        if let Some(attributes) = attributes {
            self.book.contact_mut(idx).attributes = Some(attributes.clone());
        }
        self.take_learnt(idx, learnt);
        self.remember(idx, Rule::Update, None, None);
        if let Some(booked) = booked {
            self.rebook(idx, booked);
        }
        if let Some(target) = target {
            self.revoke_offers(idx, OfferReason::Rerouted, |_| true);
            self.book.leave_index(idx);
            if self.book.contact(idx).state() == ContactState::Offered {
                self.book.set_state(idx, ContactState::Waiting);
            }
            self.move_on(idx, target);
        }
        self.emit_contact(idx, |_| ContactEvent::Updated);
        self.updated(idx, target.is_some());
        Ok(Subject::Contact(idx))
    }

    /// Applies an update to a contact that looks for an agent.
    fn updated(&mut self, idx: ContactIdx, moved: bool) {
        if self.book.contact(idx).state() == ContactState::Scheduled {
            return;
        }
        if moved {
            // A direct transfer to one agent and an assignment end when the contact moves to another queue.
            self.book.contact_mut(idx).direct = None;
            self.book.unassign(idx);
            self.enters(idx);
            self.seek_or_overflow(idx);
            return;
        }
        if !self.book.contact(idx).seeking() {
            return;
        }
        let requirement = self.book.requirement(self.book.contact(idx));
        let unfit: Vec<OfferId> = self
            .book
            .contact(idx)
            .offers()
            .iter()
            .filter(|offer| {
                matches!(offer.route, Route::Skill | Route::Team)
                    && !meets(self.book.agent(offer.agent).skills(), &requirement)
            })
            .map(|offer| offer.id)
            .collect();
        self.revoke_offers(idx, OfferReason::Rerouted, |offer| {
            unfit.contains(&offer.id)
        });
        self.note_ringing(idx);
        self.unsettled.push(idx);
    }

    fn rebook(&mut self, idx: ContactIdx, booked: Rebooked) {
        self.book.set_slot(idx, booked.slot);
        if let Some(at) = booked.at {
            self.reschedule(idx, at);
        }
    }
}
