//! Offers: the records on contact and agent, the number and the deadline are added and removed
//! together.

use super::Book;
use crate::router::api::codes::ContactState;
use crate::router::api::ids::{ContactIdx, OfferId};
use crate::router::state::agent::Reserved;
use crate::router::state::contact::{Contact, Offer};
use crate::router::state::deadline::Deadline;
use crate::router::state::queue::Queue;
use crate::router::state::timers::Timer;

impl Book {
    /// The number of the next offer.
    pub(in crate::router) fn next_offer(&mut self) -> OfferId {
        self.offer_seq += 1;
        OfferId(self.offer_seq)
    }

    /// The arrival sequence of the next contact.
    pub(in crate::router) fn next_arrival(&mut self) -> u64 {
        self.arrival_seq += 1;
        self.arrival_seq
    }

    /// Opens an offer of a contact that has left its place.
    pub(in crate::router) fn open_offer(&mut self, idx: ContactIdx, offer: Offer) {
        let contact = &mut self.contacts[idx];
        count(contact, &mut self.queues[contact.queue.at()], &offer);
        contact.offers.push(offer);
        contact.drop_deadline(Deadline::NoAgent);
        let reserved = Reserved {
            contact: idx,
            channel: contact.channel,
            offer: offer.id,
        };
        if contact.state == ContactState::Waiting {
            self.set_state(idx, ContactState::Offered);
        }
        self.open_offers.insert(offer.id.0, idx);
        self.timers
            .arm(offer.expires_at, Timer::Offer, idx.number());
        self.agents[offer.agent.at()].reserved.push(reserved);
        self.refresh(offer.agent);
        self.note_changed(offer.agent);
    }

    /// Counts an offer that is accepted as it is made and never rings.
    pub(in crate::router) fn pass_offer(&mut self, idx: ContactIdx, offer: &Offer) {
        let contact = &mut self.contacts[idx];
        count(contact, &mut self.queues[contact.queue.at()], offer);
    }

    /// A round of parallel offers of a contact begins.
    pub(in crate::router) fn begin_round(&mut self, idx: ContactIdx) {
        self.rounds.push(idx);
    }

    /// The rounds that have been made end: nothing is added to them.
    pub(in crate::router) fn take_rounds(&mut self) -> Vec<ContactIdx> {
        std::mem::take(&mut self.rounds)
    }

    /// Whether a round of parallel offers of a contact is being made.
    pub(in crate::router) fn is_in_round(&self, idx: ContactIdx) -> bool {
        self.rounds.contains(&idx)
    }

    /// The contact of an open offer.
    pub(in crate::router) fn offered(&self, offer: OfferId) -> Option<ContactIdx> {
        self.open_offers.get(&offer.0).copied()
    }

    /// The number of open offers.
    pub(in crate::router) fn open_offers(&self) -> usize {
        self.open_offers.len()
    }

    /// Closes an offer. Whether its agent is free again is recorded separately.
    pub(in crate::router) fn close_offer(&mut self, idx: ContactIdx, offer: &Offer) {
        self.open_offers.remove(&offer.id.0);
        let offers = &mut self.contacts[idx].offers;
        offers.retain(|open| open.id != offer.id);
        let reserved = &mut self.agents[offer.agent.at()].reserved;
        reserved.retain(|held| held.offer != offer.id);
    }
}

/// Counts an offer on its contact, and for the strategy of its queue.
fn count(contact: &mut Contact, queue: &mut Queue, offer: &Offer) {
    contact.offers_made += 1;
    contact.why = offer.why;
    queue.last_offered = Some(offer.agent);
}
