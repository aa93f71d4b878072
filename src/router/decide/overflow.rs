//! Whether a queue accepts a contact, and what happens to one that it cannot hold (rules 6, 8).

use smallvec::SmallVec;

use crate::calendar::Calendar;
use crate::router::api::codes::{Outcome, OverflowAction, Why};
use crate::router::api::ids::QueueIdx;
use crate::router::api::time::Timestamp;
use crate::router::state::book::Book;
use crate::router::state::contact::Contact;

impl Book {
    /// The outcome of a contact that its queue cannot hold and that overflows to no other.
    pub(in crate::router) fn outcome_of_overflow(&self, contact: &Contact, why: Why) -> Outcome {
        let action = self.queue(contact.queue()).policy().overflow.action;
        match (action.unwrap_or(OverflowAction::Reject), why) {
            (OverflowAction::Voicemail, _) => Outcome::Voicemail,
            (OverflowAction::Callback, _) if self.has_number(contact) => Outcome::Callback,
            (_, Why::QueueFull | Why::QueueClosed) => Outcome::Rejected,
            (_, Why::NobodyLoggedIn) => Outcome::NoAgent,
            (OverflowAction::Reject | OverflowAction::Callback, _) => Outcome::Timeout,
        }
    }

    /// The overflow target of a contact's queue. `None` if the contact has been there in this
    /// millisecond: queues that overflow into each other pass contacts round only as time passes.
    pub(in crate::router) fn overflow_target(
        &self,
        contact: &Contact,
        left: &[QueueIdx],
    ) -> Option<QueueIdx> {
        let hops = if contact.entered_at == self.at() {
            contact.hops as usize
        } else {
            0
        };
        if hops >= self.queues().len() {
            return None;
        }
        let to = self.queue(contact.queue()).policy().overflow.to.as_ref();
        to.and_then(|name| self.find_queue(name).ok())
            .filter(|target| !left.contains(target))
    }

    /// Whether a queue is open now by its calendar; a missing calendar closes nothing.
    pub(in crate::router) fn is_open(&self, queue: QueueIdx) -> bool {
        self.is_open_at(queue, self.at())
    }

    /// Whether a queue will be open by its calendar as it is now.
    pub(in crate::router) fn is_open_at(&self, queue: QueueIdx, at: Timestamp) -> bool {
        let calendar = self.calendar_of_queue(queue);
        calendar.is_none_or(|calendar| calendar.is_open(at))
    }

    /// The calendar that a queue names, if it exists.
    pub(in crate::router) fn calendar_of_queue(&self, queue: QueueIdx) -> Option<&Calendar> {
        let name = self.queue(queue).policy().calendar.as_ref()?;
        self.calendars().get(name)
    }

    /// Whether a contact that comes to a queue at a time finds it open, or another to which the
    /// closed ones overflow.
    pub(in crate::router) fn takes_in_at(&self, queue: QueueIdx, at: Timestamp) -> bool {
        let mut seen = SmallVec::<[QueueIdx; 4]>::new();
        let mut next = Some(queue);
        while let Some(queue) = next.filter(|queue| !seen.contains(queue)) {
            if self.is_open_at(queue, at) {
                return true;
            }
            seen.push(queue);
            let to = self.queue(queue).policy().overflow.to.as_ref();
            next = to.and_then(|name| self.find_queue(name).ok());
        }
        false
    }

    /// The contact as it would be on entering a queue now.
    pub(in crate::router) fn as_if_in(&self, contact: &Contact, queue: QueueIdx) -> Contact {
        let mut trial = contact.as_if_in(queue);
        trial.entered_at = self.at();
        trial.overdue = false;
        let steps_passed = self.steps_passed(&trial);
        trial.after_steps(steps_passed)
    }
}
