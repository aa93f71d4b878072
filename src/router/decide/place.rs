//! The place of a contact among those waiting: its order, the steps it has passed, and whether
//! anyone could serve it.

use std::ops::RangeInclusive;

use super::judge::Situation;
use crate::router::api::codes::{NoAgentCounts, OwnershipMode, Presence, Why};
use crate::router::api::ids::{AgentIdx, ContactIdx};
use crate::router::api::time::Timestamp;
use crate::router::state::agent::Agent;
use crate::router::state::book::Book;
use crate::router::state::contact::Contact;
use crate::router::state::place::{Reach, Search};
use crate::router::state::skill::{Levels, meets};
use crate::router::state::waiting::WaitKey;

impl Book {
    /// The place of a contact in the common order.
    pub(in crate::router) fn wait_key(&self, contact: &Contact) -> WaitKey {
        let queue = self.queue(contact.queue());
        let priority = i64::from(queue.policy().priority.0)
            + i64::from(contact.priority)
            + i64::from(contact.bonus())
            + i64::from(contact.aged());
        WaitKey {
            minus_priority: -priority,
            joined_at: contact.joined_at,
            seq: contact.seq,
        }
    }

    /// How many steps of its queue a contact has passed.
    pub(in crate::router) fn steps_passed(&self, contact: &Contact) -> u32 {
        let steps = self.queue(contact.queue()).steps().iter();
        steps
            .take_while(|step| contact.wait_from + step.after_ms <= self.at())
            .count() as u32
    }

    /// When the requirement of a contact changes next, after this many steps.
    pub(in crate::router) fn next_step_at(
        &self,
        contact: &Contact,
        passed: u32,
    ) -> Option<Timestamp> {
        let step = self.queue(contact.queue()).steps().get(passed as usize)?;
        Some(contact.wait_from + step.after_ms)
    }

    /// The initial state of a contact's search in its present queue.
    pub(in crate::router) fn search(&self, contact: &Contact) -> Search {
        let policy = &self.queue(contact.queue()).policy();
        let own = contact.max_wait_ms.map(|limit| (contact.wait_from, limit));
        let of_queue = policy.max_wait_ms.map(|limit| (contact.entered_at, limit));
        let limit = own.or(of_queue);
        let age = policy.age_priority_ms.0;
        let steps_passed = self.steps_passed(contact);
        Search {
            steps_passed,
            aged: self.aged_by_now(contact),
            max_wait_at: limit.map(|(from, limit)| from.saturating_add(limit.0)),
            age_at: (age > 0).then(|| contact.joined_at + (self.steps_aged(contact) + 1) * age),
            step_at: self.next_step_at(contact, steps_passed),
        }
    }

    /// The steps of priority that a contact has gained by waiting, without a limit.
    pub(in crate::router) fn steps_aged(&self, contact: &Contact) -> i64 {
        let age = self.queue(contact.queue()).policy().age_priority_ms.0;
        let waited = (self.at() - contact.joined_at).max(0);
        waited.checked_div(age).unwrap_or(0)
    }

    /// Likewise, limited to the range of priorities.
    pub(in crate::router) fn aged_by_now(&self, contact: &Contact) -> i32 {
        i32::try_from(self.steps_aged(contact)).unwrap_or(i32::MAX)
    }

    /// The reach of a contact while its owner, just freed, has not chosen: it stays kept for the
    /// owner.
    pub(in crate::router) fn reach_until_chosen(
        &self,
        contact: &Contact,
        requirement: &Levels,
        reach: Reach,
    ) -> Reach {
        let (Some(owner), Some(before)) = (reach.owner, contact.place()) else {
            return reach;
        };
        let chooses = before.reach.owner == Some(owner)
            && self.is_about_to_choose(owner)
            && self.situation(contact, requirement, owner) == Situation::Free;
        if chooses { before.reach } else { reach }
    }

    /// The position of a waiting contact in its queue, from 1.
    pub(in crate::router) fn position(&self, idx: ContactIdx) -> Option<u32> {
        let contact = self.contact(idx);
        let key = contact.place()?.key;
        let before = self.queue(contact.queue()).waiting().before(key);
        u32::try_from(before + 1).ok()
    }

    /// Whether anyone logged in could serve a contact, now or when free.
    pub(in crate::router) fn someone_could_serve(&self, contact: &Contact) -> bool {
        self.could_be_served(contact, None)
    }

    /// The same, by anyone but one agent.
    pub(super) fn could_be_served(&self, contact: &Contact, but: Option<AgentIdx>) -> bool {
        let counts = |agent: &Agent| match self.queue(contact.queue()).policy().no_agent_counts {
            NoAgentCounts::LoggedIn => agent.presence() != Presence::Offline,
            NoAgentCounts::Available => agent.heading() == Presence::Available,
        };
        let serves = |agent: AgentIdx| {
            let entry = self.agent(agent);
            Some(agent) != but && counts(entry) && self.takes(contact, agent)
        };
        if contact.assigned().is_some_and(|(agent, _)| serves(agent)) {
            return true;
        }
        self.steps_left(contact).any(|passed| {
            let requirement = self.requirement_after(contact, passed);
            let reach = self.reach_in_the_end(contact, &requirement);
            self.named_for(contact, &requirement, &reach).any(serves)
                || self.skilled_for(&requirement, &reach).any(serves)
        })
    }

    /// From when somebody who could serve a contact, now or when free, is there: now, or when the
    /// first of them is back from a break. `None` while none is logged in, or no end is known.
    pub(in crate::router) fn served_from(&self, contact: &Contact) -> Option<Timestamp> {
        let mut first = None;
        let mut is_now = |agent: AgentIdx| {
            if self.takes(contact, agent) && !self.passed_it_on(contact, agent) {
                first = first.into_iter().chain(self.back_at(agent)).min();
            }
            first == Some(self.at())
        };
        if contact.assigned().is_some_and(|(agent, _)| is_now(agent)) {
            return Some(self.at());
        }
        for passed in self.steps_left(contact) {
            let requirement = self.requirement_after(contact, passed);
            let reach = self.reach_in_the_end(contact, &requirement);
            let mut named = self.named_for(contact, &requirement, &reach);
            let found =
                named.any(&mut is_now) || self.skilled_for(&requirement, &reach).any(&mut is_now);
            if found {
                return Some(self.at());
            }
        }
        first
    }

    /// When an agent is there: now, at the end of its break, or at no known time.
    fn back_at(&self, agent: AgentIdx) -> Option<Timestamp> {
        let entry = self.agent(agent);
        match entry.heading() {
            Presence::Available => Some(self.at()),
            Presence::Break => entry.back_at(),
            Presence::Offline => None,
        }
    }

    /// Whether an agent takes contacts of this channel, and this one is not kept from it.
    fn takes(&self, contact: &Contact, agent: AgentIdx) -> bool {
        let entry = self.agent(agent);
        entry.exists()
            && entry.capacity_of(contact.channel, self.channels()) > 0
            && !self.shut_out(contact, agent)
            && !self.is_out(contact, agent)
    }

    /// How many steps a contact has passed, now and later: "could ever" counts later ones too.
    fn steps_left(&self, contact: &Contact) -> RangeInclusive<u32> {
        let steps = self.queue(contact.queue()).steps().len() as u32;
        contact.steps_passed()..=steps.max(contact.steps_passed())
    }

    /// Those to whom a contact goes by name, and who are trusted with it.
    fn named_for<'a>(
        &'a self,
        contact: &'a Contact,
        requirement: &'a Levels,
        reach: &Reach,
    ) -> impl Iterator<Item = AgentIdx> + use<'a> {
        let named = [reach.owner, reach.deputy, reach.leader];
        let named = named.into_iter().flatten();
        named.filter(|agent| self.is_trusted(contact, requirement, *agent))
    }

    /// The agents logged in to whom a contact goes by their skills. Those present come first; all
    /// who have the skill are only looked through where none of those will do.
    fn skilled_for<'a>(
        &'a self,
        requirement: &'a Levels,
        reach: &'a Reach,
    ) -> impl Iterator<Item = AgentIdx> + use<'a> {
        let is_open = reach.anyone || reach.team.is_some();
        let on_break = |agent: &AgentIdx| self.agent(*agent).presence() == Presence::Break;
        let agents = is_open.then(move || {
            let skilled = self.idle().able(requirement);
            let present = self.idle().present(requirement);
            present.chain(skilled.filter(on_break))
        });
        agents.into_iter().flatten().filter(|agent| {
            let entry = self.agent(*agent);
            (reach.anyone || entry.team == reach.team) && meets(entry.skills(), requirement)
        })
    }

    /// The code of a waiting contact, for one that is only previewed.
    pub(in crate::router) fn why_waiting(&self, contact: &Contact) -> Why {
        let requirement = self.requirement(contact);
        self.reach(contact, &requirement).why
    }

    /// The longest wait for an owner, whatever its situation.
    pub(in crate::router) fn longest_owner_wait(&self, contact: &Contact) -> i64 {
        let ownership = &self.queue(contact.queue()).policy().ownership;
        if ownership.mode == OwnershipMode::Require {
            return i64::MAX;
        }
        let wait = &ownership.wait;
        let longest = wait
            .busy_ms
            .max(wait.wrap_up_ms)
            .max(wait.break_ms)
            .max(wait.offline_ms);
        longest.0
    }
}
