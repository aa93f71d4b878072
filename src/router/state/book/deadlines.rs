//! Deadlines: the record on a contact, a case or an agent changes together with its timer.
//!
//! A timer's entry is not removed when its deadline is: when it comes up, the deadline is checked.

use super::Book;
use crate::router::api::ids::{CaseIdx, ContactIdx, SourceIdx};
use crate::router::api::time::Timestamp;
use crate::router::state::clock::Clock;
use crate::router::state::deadline::Deadline;
use crate::router::state::progress::{Progress, Wait};
use crate::router::state::timers::{Due, Timer};

impl Book {
    /// Sets or removes a deadline of a contact.
    pub(in crate::router) fn set_deadline(
        &mut self,
        contact: ContactIdx,
        deadline: Deadline,
        at: Option<Timestamp>,
    ) {
        self.contacts[contact].deadlines.0[deadline as usize] = at.into();
        if let Some(at) = at {
            self.timers.arm(at, deadline.timer(), contact.number());
        }
    }

    /// When a resolved case closes automatically. `None` = never.
    pub(in crate::router) fn close_case_at(&mut self, case: CaseIdx, at: Option<Timestamp>) {
        self.cases[case].cold_mut().close_at = at.into();
        if let Some(at) = at {
            self.timers.arm(at, Timer::CloseCase, case.number());
        }
    }

    /// Arms the next moment of a case's clocks.
    pub(in crate::router) fn arm_clocks(&mut self, case: CaseIdx) {
        let progress = self.cases[case].make_progress();
        let next = progress.clocks.iter().filter_map(Clock::next_at).min();
        if progress.clock_at == next {
            return;
        }
        progress.clock_at = next;
        if let Some(at) = next {
            self.timers.arm(at, Timer::CaseClock, case.number());
        }
    }

    /// When the wishes of a contact end. `None` = never.
    pub(in crate::router) fn set_wish_until(&mut self, idx: ContactIdx, at: Option<Timestamp>) {
        if let Some(cold) = &mut self.contacts[idx].cold {
            cold.wish_until = at;
        }
        if let Some(at) = at {
            self.timers.arm(at, Timer::Wish, idx.number());
        }
    }

    /// A clock of a case has run out.
    pub(in crate::router) fn note_overdue(&mut self, is_overdue: bool) {
        self.cases.overdue += u64::from(is_overdue);
    }

    /// A clock that may have run out has ended.
    pub(in crate::router) fn note_no_longer_overdue(&mut self, was_overdue: bool) {
        self.cases.overdue -= u64::from(was_overdue);
    }

    /// Starts a wait of a case, which may have an end.
    pub(in crate::router) fn set_wait(&mut self, case: CaseIdx, wait: Wait) {
        let until = wait.until_at;
        self.cases[case].make_progress().wait = Some(wait);
        if let Some(at) = until {
            self.timers.arm(at, Timer::CaseWait, case.number());
        }
    }

    /// When a pending follow-up is checked next. `None` = never.
    pub(in crate::router) fn follow_up_at(&mut self, case: CaseIdx, at: Option<Timestamp>) {
        let progress = self.cases[case].progress_mut();
        if let Some(pending) = progress.and_then(|progress| progress.follow_up.as_mut()) {
            pending.next_at = at;
        }
        if let Some(at) = at {
            self.timers.arm(at, Timer::FollowUp, case.number());
        }
    }

    /// Removes the first entry if due before now, or now and of a kind up to `through`.
    pub(in crate::router) fn pop_due(&mut self, through: Timer) -> Option<Due> {
        self.timers.pop_due(self.at, through)
    }

    /// Drops stale entries from the front, so that the next deadline is a real one.
    pub(in crate::router) fn prune_timers(&mut self) {
        if self.timers.are_many() {
            let mut timers = std::mem::take(&mut self.timers);
            timers.retain(|due| self.is_current(due));
            self.timers = timers;
        }
        while let Some(due) = self.timers.first() {
            if self.is_current(due) {
                return;
            }
            self.timers.pop_due(Timestamp::MAX, Timer::LAST);
        }
    }

    /// Whether an entry is still the deadline of its entity.
    pub(in crate::router) fn is_current(&self, due: Due) -> bool {
        let agent = || &self.agents[due.of as usize];
        let contact = || self.contacts.get(ContactIdx::of(due.of));
        let deadline =
            |deadline| contact().and_then(|contact| contact.deadline(deadline)) == Some(due.at);
        let progress = |deadline: fn(&Progress) -> Option<Timestamp>| {
            let case = self.cases.get(CaseIdx::of(due.of));
            let progress = case.and_then(|case| case.progress());
            progress.and_then(deadline) == Some(due.at)
        };
        match due.timer {
            Timer::WrapUp => agent().wraps().iter().any(|wrap| wrap.until_at == due.at),
            Timer::Desktop => agent().lapses_at() == Some(due.at),
            Timer::Presence => {
                let next = agent().next().and_then(|next| next.until_at);
                agent().until_at() == Some(due.at) || next == Some(due.at)
            }
            Timer::Absence => agent().bonds().absence_at() == Some(due.at),
            Timer::Succession => {
                let plan = agent().bonds().succession();
                plan.is_some_and(|plan| plan.next_at == due.at)
            }
            Timer::Retry => agent().retry_at() == Some(due.at),
            Timer::Offer => {
                contact().is_some_and(|c| c.offers().iter().any(|offer| offer.expires_at == due.at))
            }
            Timer::Lease => deadline(Deadline::Lease),
            Timer::Platform => {
                let source = SourceIdx::of(due.of);
                self.sources().get(source).grace_at() == Some(due.at)
            }
            Timer::Firm => deadline(Deadline::Firm),
            Timer::OwnerWait => deadline(Deadline::OwnerWait),
            Timer::Step => deadline(Deadline::Step),
            Timer::Age => deadline(Deadline::Age),
            Timer::NoAgent => deadline(Deadline::NoAgent),
            Timer::MaxWait => deadline(Deadline::MaxWait),
            Timer::Scheduled => deadline(Deadline::Scheduled),
            Timer::Wish => {
                let cold = contact().and_then(|contact| contact.cold.as_ref());
                cold.is_some_and(|cold| cold.wish_until == Some(due.at))
            }
            Timer::CaseWait => progress(|p| p.wait.as_ref()?.until_at),
            Timer::CaseClock => progress(|p| p.clock_at),
            Timer::FollowUp => progress(|p| p.follow_up.as_ref()?.next_at),
            Timer::CloseCase => self
                .cases()
                .get(CaseIdx::of(due.of))
                .is_some_and(|case| case.close_at() == Some(due.at)),
        }
    }

    /// All deadlines, as the timers should have them.
    pub(in crate::router) fn deadlines(&self) -> Vec<Due> {
        let mut due: Vec<Due> = Vec::new();
        let mut add = |at: Option<Timestamp>, timer, of| {
            due.extend(at.map(|at| Due { at, timer, of }));
        };
        for (agent, of) in self.agents.iter().zip(0..) {
            for wrap in &agent.wraps {
                add(Some(wrap.until_at), Timer::WrapUp, of);
            }
            add(agent.until_at, Timer::Presence, of);
            let next = agent.next().and_then(|next| next.until_at);
            add(next.filter(|_| next != agent.until_at), Timer::Presence, of);
            add(agent.lapses_at(), Timer::Desktop, of);
            add(agent.retry_at, Timer::Retry, of);
            add(agent.bonds.absence_at, Timer::Absence, of);
            let plan = agent.bonds.succession();
            add(plan.map(|plan| plan.next_at), Timer::Succession, of);
        }
        for (source, of) in self.sources.slots.iter().zip(0..) {
            add(source.grace_at(), Timer::Platform, of);
        }
        for (contact, of) in self.contacts.slots.iter().zip(0..) {
            let Some(contact) = contact else { continue };
            for offer in &contact.offers {
                add(Some(offer.expires_at), Timer::Offer, of);
            }
            for deadline in Deadline::ALL {
                add(contact.deadline(deadline), deadline.timer(), of);
            }
            let cold = contact.cold.as_ref();
            add(cold.and_then(|cold| cold.wish_until), Timer::Wish, of);
        }
        for (case, of) in self.cases.slots.iter().zip(0..) {
            let Some(case) = case else { continue };
            let progress = case.progress();
            let wait = progress.and_then(|p| p.wait.as_ref());
            let follow_up = progress.and_then(|p| p.follow_up.as_ref());
            add(wait.and_then(|w| w.until_at), Timer::CaseWait, of);
            add(progress.and_then(|p| p.clock_at), Timer::CaseClock, of);
            add(follow_up.and_then(|f| f.next_at), Timer::FollowUp, of);
            add(case.close_at(), Timer::CloseCase, of);
        }
        due
    }
}
