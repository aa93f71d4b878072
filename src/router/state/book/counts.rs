//! The only place where a contact's state or queue changes, so that the counts by state, by queue
//! and in total stay right.

use super::Book;
use crate::router::api::booking::Slot;
use crate::router::api::codes::ContactState;
use crate::router::api::ids::{ContactIdx, QueueIdx, SourceIdx};
use crate::router::state::contact::Contact;

impl Book {
    /// Adds a contact without a state; it is counted once it has one.
    pub(in crate::router) fn enter_contact(
        &mut self,
        mut contact: Contact,
        source: Option<SourceIdx>,
        slot: Option<Slot>,
    ) -> ContactIdx {
        contact.state = ContactState::Ended;
        contact.source = source;
        if slot.is_some() {
            contact.cold_mut().slot = slot;
        }
        let idx = self.contacts.insert(contact);
        if let Some(source) = source {
            self.sources.join(source, idx);
        }
        idx
    }

    /// Moves a contact to the client program that now has it.
    pub(in crate::router) fn set_source(&mut self, idx: ContactIdx, source: SourceIdx) {
        if let Some(before) = self.contacts[idx].source.replace(source) {
            self.sources.leave(before, idx);
        }
        self.sources.join(source, idx);
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

    /// Moves a contact to another queue; the only place where its queue changes. Those who talk to it
    /// keep the queue through which they got it.
    pub(in crate::router) fn set_queue(&mut self, contact: ContactIdx, queue: QueueIdx) {
        let entry = &mut self.contacts[contact];
        let before = std::mem::replace(&mut entry.queue, queue);
        for talk in &mut entry.talks {
            let of = talk.queue.unwrap_or(before);
            talk.queue = (of != queue).then_some(of);
        }
        let state = entry.state;
        let waits = matches!(state, ContactState::Waiting | ContactState::Offered);
        let from = &mut self.queues[before.at()];
        from.counts.take(state);
        if waits {
            from.stats.moved_out(self.at);
        }
        let to = &mut self.queues[queue.at()];
        to.counts.add(state);
        if waits {
            to.stats.entered(self.at);
        }
    }
}
