//! Overflow: a contact that its queue cannot hold any longer moves to another or ends (rules 6, 8).

use smallvec::SmallVec;

use crate::router::Router;
use crate::router::api::codes::{ContactState, Outcome, OverflowAction, Rule, Why};
use crate::router::api::effect::Count;
use crate::router::api::event::ContactEvent;
use crate::router::api::ids::{ContactIdx, QueueIdx};
use crate::router::decide::plan::Plan;
use crate::router::state::deadline::Deadline;

impl Router {
    /// A contact that cannot wait any longer overflows or ends.
    pub(in crate::router::act) fn give_up(&mut self, idx: ContactIdx, why: Why) {
        if !self.book.contact(idx).talks().is_empty() {
            // A consultation found nobody; the conversation goes on.
            self.remember(idx, Rule::Overflow, Some(why), None);
            self.book.end_search(idx);
            self.back_to_its_queue(idx);
            return;
        }
        if why == Why::WaitedTooLong {
            // Its own limit is used up; from here on the queue's counts.
            self.book.contact_mut(idx).max_wait_ms = None;
        }
        let mut left: SmallVec<[QueueIdx; 4]> = SmallVec::new();
        loop {
            left.push(self.book.contact(idx).queue());
            match self.book.overflow_target(self.book.contact(idx), &left) {
                Some(target) if self.book.is_open(target) && self.has_room(idx, target) => {
                    self.overflow_to(idx, target, why);
                    return;
                }
                // A full or closed target overflows in turn.
                Some(target) => self.move_to_queue(idx, target, why),
                None => break,
            }
        }
        let contact = self.book.contact(idx);
        let outcome = self.book.outcome_of_overflow(contact, why);
        let action = self.book.policy_of(idx).overflow.action;
        if let (Some(OverflowAction::Callback), Some(case)) = (action, contact.case())
            && outcome != Outcome::Callback
        {
            self.nobody_to_call(idx, case);
        }
        self.remember(idx, Rule::Overflow, Some(why), None);
        self.finish(idx, outcome, why);
    }

    fn overflow_to(&mut self, idx: ContactIdx, target: QueueIdx, why: Why) {
        self.remember(idx, Rule::Overflow, Some(why), None);
        self.move_to_queue(idx, target, why);
        self.begin_seeking(idx);
    }

    /// Moves a contact to another queue, where it is new but keeps its time of joining.
    fn move_to_queue(&mut self, idx: ContactIdx, target: QueueIdx, why: Why) {
        let from = self.book.queue_name(idx);
        self.book.leave_index(idx);
        if self.book.contact(idx).state() == ContactState::Offered {
            self.book.set_state(idx, ContactState::Waiting);
        }
        self.move_on(idx, target);
        self.enters(idx);
        let contact = self.book.contact_mut(idx);
        contact.hops += 1;
        contact.drop_deadline(Deadline::Step);
        contact.drop_deadline(Deadline::Age);
        contact.drop_deadline(Deadline::NoAgent);
        contact.drop_deadline(Deadline::OwnerWait);
        self.emit_contact(idx, |book| ContactEvent::Overflowed {
            from,
            to: book.queue_name(idx),
            why,
        });
    }

    /// Moves a contact that is not connected to another queue.
    pub(super) fn move_on(&mut self, idx: ContactIdx, target: QueueIdx) {
        if self.book.contact(idx).state() != ContactState::Scheduled {
            self.count(|book| Count::MovedOut {
                queue: book.queue_name(idx),
            });
            self.count(|book| Count::MovedIn {
                queue: book.queue(target).id.clone(),
            });
        }
        self.book.set_queue(idx, target);
    }

    /// A contact comes into its queue now; the queues of this millisecond are counted.
    pub(super) fn enters(&mut self, idx: ContactIdx) {
        let at = self.book.at();
        let contact = self.book.contact_mut(idx);
        if contact.entered_at != at {
            contact.hops = 0;
        }
        contact.entered_at = at;
    }

    /// Looks for an agent in a queue that a contact comes to, in whatever way; a queue that is
    /// closed or full turns it away (rule 6).
    pub(super) fn seek_or_overflow(&mut self, idx: ContactIdx) {
        let queue = self.book.contact(idx).queue();
        if !self.book.is_open(queue) {
            self.give_up(idx, Why::QueueClosed);
        } else if self.has_room(idx, queue) {
            self.begin_seeking(idx);
        } else {
            self.give_up(idx, Why::QueueFull);
        }
    }

    /// Whether a queue has room for a contact; one that can be offered at once never counts.
    pub(super) fn has_room(&mut self, idx: ContactIdx, queue: QueueIdx) -> bool {
        let entry = self.book.queue(queue);
        let Some(limit) = entry.policy().max_waiting else {
            return true;
        };
        let mut held = entry.counts().waiting + entry.counts().offered;
        let contact = self.book.contact(idx);
        if contact.queue() == queue && contact.talks().is_empty() {
            held -= 1;
        }
        if held < limit {
            return true;
        }
        let trial = self.book.as_if_in(self.book.contact(idx), queue);
        let requirement = self.book.requirement(&trial);
        self.book.announce(&requirement);
        self.book.settle_idle();
        matches!(self.book.plan(&trial), Plan::Offer { .. })
    }

    /// Ends the contact and creates a callback for its owner.
    pub(in crate::router::act) fn end_as_callback(&mut self, idx: ContactIdx) {
        let owner = self.book.sought_owner(self.book.contact(idx));
        self.remember(idx, Rule::Fallback, Some(Why::OwnerCallback), owner);
        self.finish(idx, Outcome::Callback, Why::OwnerCallback);
        self.schedule_owner_callback(idx);
    }
}
