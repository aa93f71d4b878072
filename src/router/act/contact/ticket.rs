//! Tickets of a walk-in counter, drawn in order of arrival.

use crate::router::Router;
use crate::router::api::ids::{ContactIdx, Name};
use crate::router::state::queue::Roll;

/// The channel whose contacts draw a ticket.
const COUNTER: &str = "counter";

impl Router {
    /// Gives a contact at the counter its ticket, unless it has one.
    pub(super) fn draw_ticket(&mut self, idx: ContactIdx) {
        let contact = self.book.contact(idx);
        let held = contact.cold.as_ref().and_then(|cold| cold.ticket.as_ref());
        if held.is_some() || self.book.channels().name(contact.channel).as_str() != COUNTER {
            return;
        }
        let queue = contact.queue();
        let policy = &self.book.queue(queue).policy().ticket;
        let Some(prefix) = policy.prefix.clone() else {
            return;
        };
        let zone = match self.book.calendar_of_queue(queue) {
            Some(calendar) => &calendar.zone,
            None => &self.book.settings().zone.0,
        };
        let (day, from) = (policy.day(self.book.at(), zone), policy.from);
        let digits = usize::from(policy.digits.get());
        let roll = &mut self.book.queue_mut(queue).roll;
        // Where the clocks go back over midnight, the day that has begun goes on.
        let goes_back = roll.drawn > 0 && day == roll.day - 1;
        if roll.day != day && !goes_back {
            *roll = Roll { day, drawn: 0 };
        }
        let number = from.saturating_add(roll.drawn);
        roll.drawn = roll.drawn.saturating_add(1);
        let ticket = Name::of(&format!("{prefix}{number:0digits$}"));
        self.book.contact_mut(idx).cold_mut().ticket = Some(ticket);
    }
}
