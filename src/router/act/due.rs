//! Handling due deadlines. Each timer first checks that its entity still has that deadline;
//! otherwise it does nothing.

use crate::router::Router;
use crate::router::act::contact::accept::ROUTER;
use crate::router::api::codes::{Outcome, Rule, WaitEnd, Why};
use crate::router::api::ids::{AgentIdx, CaseIdx, ContactIdx, Name, SourceIdx};
use crate::router::state::deadline::Deadline;
use crate::router::state::timers::{Due, Timer};

impl Router {
    /// Handles everything due before now, and of what is due now the kinds up to `through`.
    /// Deadlines of one kind at one time are handled together, before settling.
    pub(in crate::router) fn fire_due(&mut self, through: Timer) {
        while let Some(due) = self.book.pop_due(through) {
            // Late deadlines are handled now; those due now in their order.
            if due.at == self.book.at() {
                self.book.come_past(due.timer);
            }
            if self.book.is_current(due) {
                self.fire(due);
            }
            let together = self
                .book
                .timers()
                .first()
                .is_some_and(|n| (n.at, n.timer) == (due.at, due.timer));
            if !together {
                self.settle();
            }
        }
        self.book.come_past(through);
    }

    fn fire(&mut self, due: Due) {
        let agent = AgentIdx::of(due.of);
        let contact = ContactIdx::of(due.of);
        match due.timer {
            Timer::WrapUp => self.end_wrap_ups(agent, due.at),
            Timer::Lease => self.repair(contact, "lease", Outcome::Dropped),
            Timer::Platform => self.platform_grace_ends(SourceIdx::of(due.of)),
            Timer::Desktop => self.desktop_is_gone(agent),
            Timer::Presence => self.presence_ends(agent, due.at),
            Timer::Retry => {
                self.book.end_delay(agent);
            }
            Timer::Absence => self.absence_due(agent),
            Timer::Succession => {
                self.succession_due(agent);
            }
            Timer::Wish => self.end_wishing(contact),
            Timer::Offer => self.expire_offers(contact),
            Timer::Firm => self.make_firm(contact),
            Timer::OwnerWait => {
                self.book
                    .contact_mut(contact)
                    .drop_deadline(Deadline::OwnerWait);
                self.remember(contact, Rule::OwnerWait, None, None);
                self.unsettled.push(contact);
            }
            Timer::Step => self.pass_step(contact),
            Timer::Age => self.age(contact),
            Timer::NoAgent => {
                self.book
                    .contact_mut(contact)
                    .drop_deadline(Deadline::NoAgent);
                if !self.book.someone_could_serve(self.book.contact(contact)) {
                    self.give_up(contact, Why::NobodyLoggedIn);
                }
            }
            Timer::MaxWait => {
                self.book
                    .contact_mut(contact)
                    .drop_deadline(Deadline::MaxWait);
                if self.book.contact(contact).offers().is_empty() {
                    self.give_up(contact, Why::WaitedTooLong);
                } else {
                    self.book.contact_mut(contact).overdue = true;
                    self.note_ringing(contact);
                }
            }
            Timer::CaseWait => self.end_wait(CaseIdx::of(due.of), WaitEnd::UntilAt, due.at),
            Timer::CaseClock => self.pass_moments(CaseIdx::of(due.of), due.at),
            Timer::FollowUp => self.pass_follow_up(CaseIdx::of(due.of), due.at),
            Timer::CloseCase => self.close(CaseIdx::of(due.of), Name::of(ROUTER), None),
            Timer::Scheduled => self.scheduled_arrives(contact),
        }
    }

    /// The requirement changes with the time waited (rule 5).
    fn pass_step(&mut self, idx: ContactIdx) {
        let passed = self.book.steps_passed(self.book.contact(idx));
        let next = self.book.next_step_at(self.book.contact(idx), passed);
        self.book.pass_steps(idx, passed, next);
        self.remember(idx, Rule::Step, None, None);
        self.unsettled.push(idx);
    }

    /// A contact gains a step of priority by waiting.
    fn age(&mut self, idx: ContactIdx) {
        let step = self.book.policy_of(idx).age_priority_ms.0.max(1);
        let at = self.book.at();
        let due_at = self.book.contact(idx).deadline(Deadline::Age);
        let due_at = due_at.unwrap_or(at);
        // Several at once, if deadlines were not handled for a while.
        let steps = 1 + (at - due_at).max(0) / step;
        let gained = i32::try_from(steps).unwrap_or(i32::MAX);
        self.book.gain_priority(idx, gained, due_at + steps * step);
        if self.book.contact(idx).place().is_some() {
            self.enter_index(idx);
        }
        self.note_ringing(idx);
    }
}
