//! Drawing a ticket of a walk-in counter, in the order of coming.

use crate::router::Router;
use crate::router::api::ids::{ContactIdx, Name};
use crate::router::state::queue::Roll;

/// The channel whose contacts draw a ticket.
const COUNTER: &str = "counter";

impl Router {
    /// Gives a contact that comes to the counter its ticket, unless it has one.
    pub(super) fn draw_ticket(&mut self, idx: ContactIdx) {
        let contact = self.book.contact(idx);
        let held = contact
            .extra
            .as_ref()
            .and_then(|extra| extra.ticket.as_ref());
        if held.is_some() || self.book.channels().name(contact.channel).as_str() != COUNTER {
            return;
        }
        let (queue, at) = (contact.queue(), self.book.at());
        let queue = self.book.queue_mut(queue);
        let policy = &queue.policy.ticket;
        let Some(prefix) = &policy.prefix else { return };
        let day = policy.day(at);
        if queue.roll.day != day {
            queue.roll = Roll { day, drawn: 0 };
        }
        let number = policy.from.saturating_add(queue.roll.drawn);
        queue.roll.drawn = queue.roll.drawn.saturating_add(1);
        let digits = usize::from(policy.digits);
        let ticket = Name::of(&format!("{prefix}{number:0digits$}"));
        self.book.contact_mut(idx).extra_mut().ticket = Some(ticket);
    }
}
