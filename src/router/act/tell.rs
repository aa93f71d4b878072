//! Telling: an event gets its number, a count goes to the metrics.

use crate::router::Router;
use crate::router::api::effect::Count;
use crate::router::api::event::{Event, EventBody};
use crate::router::state::book::Book;

impl Router {
    /// Tells an event, which is made only where somebody listens: a run that takes no events does
    /// not number them either.
    #[inline]
    pub(in crate::router) fn emit(&mut self, event: impl FnOnce(&Book) -> EventBody) {
        if self.detail.events {
            let body = event(&self.book);
            self.event_seq += 1;
            self.out.events.push(Event {
                seq: self.event_seq,
                at: self.book.at,
                body,
            });
        }
    }

    pub(super) fn count(&mut self, count: impl FnOnce(&Book) -> Count) {
        if self.detail.counts {
            let count = count(&self.book);
            self.out.counts.push(count);
        }
    }
}
