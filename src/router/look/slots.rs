//! The free slots of a queue (`booking.slots`).

use crate::router::api::answer::{Answer, SlotView, SlotsView};
use crate::router::api::query::{BookingSlots, PageLimit};
use crate::router::api::reject::Reject;
use crate::router::api::time::Timestamp;
use crate::router::decide::slots::Wanted;
use crate::router::state::book::Book;

/// How far ahead free slots are listed by default: a week.
const LISTED_MS_DEFAULT: i64 = 7 * 24 * 3_600_000;

impl Book {
    /// `booking.slots`.
    pub(super) fn booking_slots(&self, at: Timestamp, of: &BookingSlots) -> Result<Answer, Reject> {
        let queue = self.find_queue(&of.queue)?;
        let policy = &self.queue(queue).policy().booking;
        let Some(capacity) = policy.capacity else {
            let message = format!(
                "queue \"{}\" does not count bookings: give it booking.capacity",
                of.queue
            );
            return Err(Reject::conflict("queue", &of.queue, message));
        };
        let case = match (&of.case, &of.customer) {
            (Some(case), _) => Some(self.find_case(case)?),
            (None, Some(customer)) => {
                let customer = self.person(customer);
                customer.and_then(|customer| self.matter(customer, of.topic.as_ref()).case)
            }
            (None, None) => None,
        };
        let wanted = Wanted {
            queue,
            case,
            contact: None,
        };
        let now = at.max(self.at());
        let from = of.from_at.map_or(now, |from| from.max(now));
        let to = of.to_at.unwrap_or(from.saturating_add(LISTED_MS_DEFAULT));
        let limit = of.limit.unwrap_or(PageLimit::DEFAULT).get() as usize;
        let items = self.free_slots(wanted, from, to).take(limit).map(|slot| {
            let whole = policy.slot(slot.from_at);
            let agent = self.booked_agent(queue, case, whole);
            SlotView {
                from_at: slot.from_at,
                to_at: slot.to_at,
                free: capacity - self.places_taken(wanted, whole),
                agent: agent.map(|agent| self.agent_name(agent)),
            }
        });
        Ok(Answer::Slots(SlotsView {
            queue: of.queue.clone(),
            slot_ms: policy.slot_ms.get(),
            capacity,
            items: items.collect(),
        }))
    }
}
