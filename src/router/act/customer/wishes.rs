//! How long the skills wished for by a customer's profile count for a contact.

use crate::router::Router;
use crate::router::api::codes::Rule;
use crate::router::api::ids::{ContactIdx, SkillIdx};
use crate::router::api::time::Millis;
use crate::router::state::skill::Levels;

impl Router {
    /// Starts the wishes of a contact.
    pub(in crate::router::act) fn begin_wishing(&mut self, idx: ContactIdx) {
        let wait = self.book.settings().by_customer.wish_wait_ms;
        let until = wait.map(|wait| self.book.at().saturating_add(wait.0));
        let Some(cold) = &mut self.book.contact_mut(idx).cold else {
            return;
        };
        cold.wishing = !cold.wishes.is_empty() && wait != Some(Millis::ZERO);
        let until = until.filter(|_| cold.wishing);
        let tells = cold.wishing || cold.bonus != 0;
        self.book.set_wish_until(idx, until);
        if tells {
            self.remember(idx, Rule::Customer, None, None);
        }
    }

    /// Ends the wishes of a contact after their time.
    pub(in crate::router::act) fn end_wishing(&mut self, idx: ContactIdx) {
        self.book.set_wish_until(idx, None);
        self.book.contact_mut(idx).cold_mut().wishing = false;
        if self.book.contact(idx).seeking() {
            self.remember(idx, Rule::Customer, None, None);
            self.unsettled.push(idx);
        }
    }

    /// No agent has these skills any more: contacts no longer wish for them.
    pub(in crate::router::act) fn end_wishes_for(&mut self, lost: &Levels) {
        if lost.is_empty() {
            return;
        }
        let wishes = |idx: &ContactIdx| {
            let wishes = self.book.contact(*idx).wishes();
            let is_lost = |(skill, _): &(SkillIdx, u8)| lost.iter().any(|(gone, _)| gone == skill);
            wishes.is_some_and(|wishes| wishes.iter().any(is_lost))
        };
        let queues = self.book.queues().iter();
        let waiting = queues.flat_map(|queue| queue.waiting().contacts());
        for idx in waiting.filter(wishes).collect::<Vec<ContactIdx>>() {
            let wishes = &mut self.book.contact_mut(idx).cold_mut().wishes;
            wishes.retain(|(skill, _)| !lost.iter().any(|(gone, _)| gone == skill));
            if wishes.is_empty() {
                self.end_wishing(idx);
            } else {
                self.unsettled.push(idx);
            }
        }
    }
}
