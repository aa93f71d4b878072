//! Emitting events, with their numbers, and counts for the metrics.

use crate::router::Router;
use crate::router::api::effect::Count;
use crate::router::api::event::{ContactEvent, Event, EventBody};
use crate::router::api::ids::ContactIdx;
use crate::router::state::book::Book;

impl Router {
    /// Emits an event, which is made only if wanted: a run without events does not number them
    /// either.
    #[inline]
    pub(in crate::router) fn emit<E: Into<EventBody>>(&mut self, event: impl FnOnce(&Book) -> E) {
        if self.detail.events {
            let body = event(&self.book).into();
            self.event_seq += 1;
            self.out.events.push(Event {
                seq: self.event_seq,
                at: self.book.at(),
                body,
            });
        }
    }

    /// Emits an event of a contact with its present fields.
    #[inline]
    pub(super) fn emit_contact(
        &mut self,
        idx: ContactIdx,
        event: impl FnOnce(&Book) -> ContactEvent,
    ) {
        self.emit(|book| (book.about(idx), event(book)));
    }

    pub(super) fn count(&mut self, count: impl FnOnce(&Book) -> Count) {
        if self.detail.counts {
            let count = count(&self.book);
            self.out.counts.push(count);
        }
    }
}
