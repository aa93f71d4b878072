//! What a customer's profile means for its contacts: priority by tier and special care, the
//! language and the grid area (网格) as wished-for skills, the manager of the grid.
//!
//! A wish is kept only for a while, and only where somebody has the skill at all, so that no
//! contact is stranded by what stands in a profile.

use crate::router::Router;
use crate::router::api::answer::PriorityView;
use crate::router::api::codes::Rule;
use crate::router::api::ids::{ContactIdx, CustomerIdx, Name, SkillIdx};
use crate::router::api::time::Millis;
use crate::router::state::contact::Contact;
use crate::router::state::extra::Extra;
use crate::router::state::skill::Levels;
use crate::router::state::timers::Timer;

impl Router {
    /// What the profile of a customer means for a new contact, if anything.
    pub(in crate::router::act) fn by_customer(
        &self,
        customer: Option<CustomerIdx>,
    ) -> Option<Box<Extra>> {
        let settings = &self.settings.by_customer;
        let profile = &self.customers[customer?].extra()?.profile;
        let tier = profile
            .tier
            .as_ref()
            .and_then(|tier| Name::new(&tier.0).ok());
        let by_tier = tier.and_then(|tier| settings.tier.get(&tier).copied());
        let by_care = profile.special_care == Some(true);
        let care = if by_care { settings.special_care.0 } else { 0 };
        let wished = [
            (&settings.language_skill, &profile.language),
            (&settings.grid_skill, &profile.grid),
        ];
        let mut extra = Extra {
            bonus: by_tier.map_or(0, |priority| priority.0) + care,
            ..Extra::default()
        };
        for (pattern, word) in wished {
            let name = pattern.as_ref().zip(word.as_ref());
            let name = name.and_then(|(pattern, word)| pattern.skill(word));
            let skill = name.and_then(|name| self.skill_of_somebody(&name));
            extra.wishes.extend(skill.map(|skill| (skill, 1)));
        }
        extra.wishes.sort_unstable();
        extra.wishes.dedup();
        extra.wishing = !extra.wishes.is_empty() && settings.wish_wait_ms != Some(Millis::ZERO);
        let grid = profile
            .grid
            .as_ref()
            .and_then(|grid| Name::new(&grid.0).ok());
        let manager = grid.and_then(|grid| settings.grids.get(&grid));
        extra.manager = manager.and_then(|manager| self.find_agent(manager).ok());
        (extra != Extra::default()).then(|| Box::new(extra))
    }

    /// A skill that some agent has.
    fn skill_of_somebody(&self, name: &Name) -> Option<SkillIdx> {
        let skill = SkillIdx::of(self.skills.get(name)?);
        self.skilled.has(skill).then_some(skill)
    }

    /// The wishes of a contact count from now.
    pub(in crate::router::act) fn begin_wishing(&mut self, idx: ContactIdx) {
        let wait = self.settings.by_customer.wish_wait_ms;
        let until = wait.map(|wait| self.at.saturating_add(wait.0));
        let Some(extra) = &mut self.contacts[idx].extra else {
            return;
        };
        extra.wishing = !extra.wishes.is_empty() && wait != Some(Millis::ZERO);
        extra.wish_until = until.filter(|_| extra.wishing);
        let tells = extra.wishing || extra.bonus != 0;
        if let Some(until) = extra.wish_until {
            self.timers.arm(until, Timer::Wish, idx.number());
        }
        if tells {
            self.remember(idx, Rule::Customer, None, None);
        }
    }

    /// The wishes have been kept for long enough.
    pub(in crate::router::act) fn end_wishing(&mut self, idx: ContactIdx) {
        let extra = self.contacts[idx].extra_mut();
        extra.wish_until = None;
        extra.wishing = false;
        if self.contacts[idx].seeking {
            self.remember(idx, Rule::Customer, None, None);
            self.dirty_contacts.push(idx);
        }
    }

    /// Nobody has some skills any more: what was wished for because somebody had them is wished
    /// for no longer.
    pub(in crate::router::act) fn end_wishes_for(&mut self, lost: &Levels) {
        if lost.is_empty() {
            return;
        }
        let wishes = |idx: &ContactIdx| {
            let wishes = self.contacts[*idx].wishes();
            let is_lost = |(skill, _): &(SkillIdx, u8)| lost.iter().any(|(gone, _)| gone == skill);
            wishes.is_some_and(|wishes| wishes.iter().any(is_lost))
        };
        let queues = self.queues.iter();
        let waiting = queues.flat_map(|queue| queue.waiting.contacts());
        for idx in waiting.filter(wishes).collect::<Vec<ContactIdx>>() {
            let wishes = &mut self.contacts[idx].extra_mut().wishes;
            wishes.retain(|(skill, _)| !lost.iter().any(|(gone, _)| gone == skill));
            if wishes.is_empty() {
                self.end_wishing(idx);
            } else {
                self.dirty_contacts.push(idx);
            }
        }
    }

    /// What a contact's priority is made of, where its customer adds to it.
    pub(in crate::router) fn priority_view(&self, contact: &Contact) -> Option<PriorityView> {
        let customer = contact.bonus();
        (customer != 0).then(|| PriorityView {
            own: contact.priority,
            queue: self.queues[contact.queue.at()].policy.priority.0,
            waiting: contact.aged,
            customer,
        })
    }
}
