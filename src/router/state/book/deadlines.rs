//! Deadlines: what is noted on a contact, a case or an agent as its deadline is armed with it.
//!
//! An entry of the timers is never taken out when its deadline goes: whoever is woken looks whether
//! the deadline is still there.

use super::Book;
use crate::router::api::ids::{CaseIdx, ContactIdx};
use crate::router::api::time::Timestamp;
use crate::router::state::contact::Deadline;
use crate::router::state::timers::Timer;

impl Book {
    /// Gives a contact a deadline, or takes it away.
    pub(in crate::router) fn set_deadline(
        &mut self,
        contact: ContactIdx,
        deadline: Deadline,
        at: Option<Timestamp>,
    ) {
        self.contacts[contact].deadlines[deadline as usize] = at.into();
        if let Some(at) = at {
            self.timers.arm(at, deadline.timer(), contact.number());
        }
    }

    /// When a resolved case closes by itself. `None` = never.
    pub(in crate::router) fn close_case_at(&mut self, case: CaseIdx, at: Option<Timestamp>) {
        self.cases[case].extra_mut().close_at = at.into();
        if let Some(at) = at {
            self.timers.arm(at, Timer::CloseCase, case.number());
        }
    }
}
