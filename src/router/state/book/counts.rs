//! Where a contact's state and queue change, and nowhere else: those of each state are counted by
//! queue and in all.

use super::Book;
use crate::router::api::codes::ContactState;
use crate::router::api::ids::{ContactIdx, QueueIdx};
use crate::router::state::contact::Contact;

impl Book {
    /// Takes in a contact that is not in any state yet: it is counted when it is given one.
    pub(in crate::router) fn enter_contact(&mut self, mut contact: Contact) -> ContactIdx {
        contact.state = ContactState::Ended;
        self.contacts.insert(contact)
    }

    /// Moves a contact to another state; the only place where a state changes.
    pub(in crate::router) fn set_state(&mut self, contact: ContactIdx, state: ContactState) {
        let entry = &mut self.contacts[contact];
        let counts = &mut self.queues[entry.queue.at()].counts;
        counts.take(entry.state);
        counts.add(state);
        self.counts.take(entry.state);
        self.counts.add(state);
        entry.state = state;
    }

    /// Moves a contact to another queue; the only place where its queue changes.
    pub(in crate::router) fn set_queue(&mut self, contact: ContactIdx, queue: QueueIdx) {
        let entry = &mut self.contacts[contact];
        self.queues[entry.queue.at()].counts.take(entry.state);
        self.queues[queue.at()].counts.add(entry.state);
        entry.queue = queue;
    }
}
