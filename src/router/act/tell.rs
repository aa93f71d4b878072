//! Telling: an event gets its number, a count goes to the metrics.

use crate::router::Router;
use crate::router::api::effect::Count;
use crate::router::api::event::{Event, EventBody};

impl Router {
    pub(in crate::router) fn emit(&mut self, body: EventBody) {
        self.event_seq += 1;
        self.out.events.push(Event {
            seq: self.event_seq,
            at: self.at,
            body,
        });
    }

    pub(super) fn count(&mut self, count: impl FnOnce(&Self) -> Count) {
        if self.detail.counts {
            let count = count(self);
            self.out.counts.push(count);
        }
    }
}
