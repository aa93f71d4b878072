//! Platforms: which are there, and what happens to the contacts of one that is gone (rule 10).

use firsthand::router::codes::{ContactState, Outcome};
use firsthand::router::command::ContactSync;
use firsthand::router::ids::Name;
use firsthand::router::reject::RejectKind;

use super::{Contact, Model, Verdict};

impl Model {
    /// Rule 10: the platform is gone or has forgotten the contact; its agents are free at once.
    pub(super) fn repair(&mut self, idx: usize, outcome: Outcome) {
        if self.contacts[idx].state() != ContactState::Connected {
            if outcome == Outcome::Lost {
                self.leave_place(idx);
            }
            self.finish(idx, outcome);
            return;
        }
        let now = self.now;
        for leg in std::mem::take(&mut self.contacts[idx].legs) {
            let agent = self.agent_mut(&leg.agent);
            agent.talk_ms += now - leg.since_at;
            agent.last_end_at = Some(now);
            self.free(&leg.agent);
        }
        self.touch_case(idx);
        self.finish(idx, outcome);
    }

    /// Rule 10: listed contacts belong to that platform and are confirmed; those it no longer lists
    /// end. The list may come in parts: what any part names is confirmed, and so is what was
    /// submitted since the first.
    pub(super) fn contact_sync(&mut self, sync: &ContactSync, from: Option<&Name>) -> Verdict {
        let others = self.sessions.iter().filter(|open| **open == sync.source);
        let others = others.count() > usize::from(from == Some(&sync.source));
        let earlier = self.listed.iter().position(|(of, _)| *of == sync.source);
        let is_empty = sync.contacts.is_empty() && !sync.more && earlier.is_none();
        if is_empty && others && !sync.confirm {
            return Err(RejectKind::Conflict);
        }
        if self.is_there(&sync.source) {
            self.is_back(&sync.source);
        }
        let mut confirmed = earlier.map_or(Vec::new(), |nth| self.listed.swap_remove(nth).1);
        confirmed.extend(sync.contacts.iter().cloned());
        let mut missing = Vec::new();
        for (idx, contact) in self.contacts.iter_mut().enumerate() {
            if sync.contacts.contains(&contact.name) {
                contact.lease_at = None;
                contact.source = Some(sync.source.clone());
                contact.looks_for_more = true;
            }
            if sync.more || confirmed.contains(&contact.name) {
                continue;
            }
            let should_have = matches!(
                contact.state(),
                ContactState::Waiting | ContactState::Offered | ContactState::Connected
            );
            if should_have && contact.source.as_ref() == Some(&sync.source) {
                missing.push(idx);
            }
        }
        if sync.more {
            self.listed.push((sync.source.clone(), confirmed));
        }
        missing.sort_by_key(|idx| self.hinted_order(&self.contacts[*idx].name));
        for idx in missing {
            self.repair(idx, Outcome::Lost);
        }
        Ok(())
    }

    pub(super) fn session_opened(&mut self, client: &Name) -> Verdict {
        self.sessions.push(client.clone());
        if self.is_there(client) {
            self.is_back(client);
        }
        Ok(())
    }

    /// What waits for a client that is there again goes on.
    fn is_back(&mut self, client: &Name) {
        for contact in &mut self.contacts {
            if contact.source.as_ref() == Some(client) {
                contact.looks_for_more = true;
                if contact.legs.is_empty() {
                    contact.lease_at = None;
                }
            }
        }
    }

    /// A client is there. Returns whether it had been gone.
    fn is_there(&mut self, client: &Name) -> bool {
        let was_gone = self.gone.contains(client);
        self.gone.retain(|gone| gone != client);
        self.grace.retain(|(gone, _)| gone != client);
        was_gone
    }

    pub(super) fn session_closed(&mut self, client: &Name) -> Verdict {
        if let Some(nth) = self.sessions.iter().position(|open| open == client) {
            self.sessions.remove(nth);
        }
        if !self.sessions.contains(client) {
            self.listed.retain(|(of, _)| of != client);
        }
        if !self.sessions.contains(client) && !self.gone.contains(client) {
            self.gone.push(client.clone());
            self.lose_platform(client);
        }
        Ok(())
    }

    /// All earlier sessions are closed.
    pub(super) fn all_sessions_closed(&mut self) {
        self.listed.clear();
        let sources = self.contacts.iter();
        let sources = sources.filter_map(|contact| contact.source.clone());
        let telephones = self.agents.iter();
        let telephones = telephones.filter_map(|agent| agent.at.device_by.clone());
        let sessions = self.sessions.drain(..);
        let clients: Vec<Name> = sources.chain(telephones).chain(sessions).collect();
        for client in clients {
            if !self.gone.contains(&client) {
                self.gone.push(client);
            }
        }
    }

    /// What runs out without a platform runs from now on.
    pub(super) fn restarted(&mut self) -> Verdict {
        for client in self.gone.clone() {
            self.lose_platform(&client);
        }
        Ok(())
    }

    fn lose_platform(&mut self, client: &Name) {
        self.grace.retain(|(gone, _)| gone != client);
        let grace_at = self.now + self.settings.platform_grace_ms.0;
        self.grace.push((client.clone(), grace_at));
        for idx in 0..self.contacts.len() {
            let contact = &self.contacts[idx];
            if contact.source.as_ref() == Some(client) && contact.lease_at.is_none() {
                self.start_lease_if_gone(idx);
            }
        }
    }

    /// Rule 10: nobody is rung any more for a platform that is gone.
    pub(super) fn grace_ends(&mut self, client: &Name) {
        self.grace.retain(|(gone, _)| gone != client);
        for idx in 0..self.contacts.len() {
            let contact = &self.contacts[idx];
            if contact.source.as_ref() == Some(client)
                && !contact.offers.is_empty()
                && self.is_cut_off(contact)
            {
                self.revoke_all(idx);
                self.offer_is_over(idx);
            }
        }
        self.forget_telephones_of(client);
    }

    fn is_platform_gone(&self, contact: &Contact) -> bool {
        let source = contact.source.as_ref();
        source.is_some_and(|source| self.gone.contains(source))
    }

    /// Rule 10: a contact that needs its platform, which is gone, keeps its place and is offered to
    /// nobody.
    pub fn is_cut_off(&self, contact: &Contact) -> bool {
        self.is_platform_gone(contact)
            && self.channel_rule(&contact.channel).live != Some(false)
            && !contact.by_owner_only
            && !contact.came_later
    }

    /// Rule 10: a conversation whose platform is gone gets a lease, and a contact that waits for it.
    pub(super) fn start_lease_if_gone(&mut self, idx: usize) {
        let contact = &self.contacts[idx];
        let ends = match contact.state() {
            ContactState::Connected => self.is_platform_gone(contact),
            ContactState::Waiting | ContactState::Offered => self.is_cut_off(contact),
            ContactState::Scheduled | ContactState::WrapUp | ContactState::Ended => false,
        };
        if ends && let Some(lease) = self.settings.lease_ms {
            self.contacts[idx].lease_at = Some(self.now + lease.0);
        }
    }
}
