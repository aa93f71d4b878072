//! Whether a queue accepts a contact, and what happens to one that it cannot hold (rules 6, 8).

use crate::router::api::codes::{Outcome, OverflowAction, Why};
use crate::router::api::ids::QueueIdx;
use crate::router::state::book::Book;
use crate::router::state::contact::Contact;

impl Book {
    /// The outcome of a contact that its queue cannot hold and that overflows to no other.
    pub(in crate::router) fn outcome_of_overflow(&self, contact: &Contact, why: Why) -> Outcome {
        let action = self.queue(contact.queue()).policy().overflow.action;
        match (action.unwrap_or(OverflowAction::Reject), why) {
            (OverflowAction::Voicemail, _) => Outcome::Voicemail,
            (OverflowAction::Callback, _) => Outcome::Callback,
            (OverflowAction::Reject, Why::QueueFull | Why::QueueClosed) => Outcome::Rejected,
            (OverflowAction::Reject, Why::NobodyLoggedIn) => Outcome::NoAgent,
            (OverflowAction::Reject, _) => Outcome::Timeout,
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
        let policy = &self.queue(queue).policy();
        let calendar = policy.calendar.as_ref();
        let calendar = calendar.and_then(|name| self.calendars().get(name));
        calendar.is_none_or(|calendar| calendar.is_open(self.at()))
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
