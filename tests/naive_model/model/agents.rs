//! Agents: presence, derived state, capacity, wrap-up, removal.

use firsthand::router::codes::{
    AgentKind, AgentState, CaseState, ContactState, OwnershipMode, Presence,
};
use firsthand::router::command::{AgentPresence, AgentRemove, AgentSet};
use firsthand::router::ids::Name;
use firsthand::router::policy::ChannelRule;
use firsthand::router::reject::RejectKind;
use firsthand::router::time::Timestamp;

use super::whereabouts::Whereabouts;
use super::{Agent, Contact, Model, Verdict};

impl Model {
    pub(super) fn agent_set(&mut self, set: &AgentSet) -> Verdict {
        if set
            .capacity
            .keys()
            .any(|channel| !self.settings.channels.contains_key(channel))
        {
            return Err(RejectKind::Invalid);
        }
        // A case whose owner was removed may have been reopened.
        let owns = !self.cases_owned_by(&set.agent).is_empty();
        if set.kind == AgentKind::Bot && owns {
            return Err(RejectKind::Conflict);
        }
        if self.agent(&set.agent).is_none() {
            // A new agent is offline until it says otherwise.
            self.removed.retain(|agent| agent.name != set.agent);
            self.agents.push(Agent {
                name: set.agent.clone(),
                kind: set.kind,
                skills: set.skills.clone(),
                capacity: set.capacity.clone(),
                team: None,
                deputy: None,
                leader: None,
                wrap_up_ms: None,
                rank: 0,
                presence: Presence::Offline,
                until_at: None,
                available_at: None,
                last_end_at: None,
                retry_at: None,
                wrap_ups: Vec::new(),
                missed: 0,
                handled: 0,
                talk_ms: 0,
                at: Whereabouts::default(),
            });
        }
        let agent = self.agent_mut(&set.agent);
        agent.kind = set.kind;
        agent.skills = set.skills.clone();
        agent.capacity = set.capacity.clone();
        agent.team = set.team.clone();
        agent.deputy = set.deputy.clone();
        agent.leader = set.leader.clone();
        agent.wrap_up_ms = set.wrap_up_ms.map(|ms| ms.0);
        agent.rank = set.rank;
        self.free(&set.agent);
        Ok(())
    }

    pub(super) fn agent_presence(&mut self, set: &AgentPresence) -> Verdict {
        if self.agent(&set.agent).is_none() {
            return Err(RejectKind::NotFound);
        }
        if set
            .until_at
            .is_some_and(|until| until <= self.now || set.presence == Presence::Available)
        {
            return Err(RejectKind::Invalid);
        }
        self.say_presence(set)
    }

    /// Rule 1: an agent who goes on break or offline has its open offers revoked.
    pub(super) fn enter_presence(
        &mut self,
        name: &Name,
        presence: Presence,
        until_at: Option<Timestamp>,
    ) {
        self.change(name, |at| {
            at.next = None;
            if presence == Presence::Offline {
                at.desktops.clear();
                at.lost_until = None;
                at.beat = None;
            }
        });
        let now = self.now;
        let agent = self.agent_mut(name);
        let before = agent.presence;
        agent.presence = presence;
        agent.until_at = until_at;
        if presence == Presence::Available {
            if before != Presence::Available {
                agent.available_at = Some(now);
                self.free(name);
            }
            return;
        }
        self.revoke_offers_of(name);
    }

    /// Revokes all offers to an agent; the contacts are routed again at once.
    pub(super) fn revoke_offers_of(&mut self, name: &Name) {
        for (idx, _) in self.offers_of(name) {
            let offers = &mut self.contacts[idx].offers;
            offers.retain(|offer| offer.agent != *name);
            self.offer_is_over(idx);
        }
    }

    pub(super) fn agent_remove(&mut self, remove: &AgentRemove) -> Verdict {
        let Some(agent) = self.agent(&remove.agent).cloned() else {
            return Err(RejectKind::NotFound);
        };
        if self.held_by(&remove.agent).next().is_some() {
            return Err(RejectKind::Conflict);
        }
        if let Some(successor) = &remove.successor {
            if *successor == remove.agent {
                return Err(RejectKind::Invalid);
            }
            self.must_own(successor)?;
        }
        let cases = self.cases_owned_by(&remove.agent);
        if !cases.is_empty() {
            // Rule 13: succession is one of the three ways in which ownership ends.
            let stand_ins = [&agent.deputy, &agent.leader];
            let named = remove.successor.clone();
            let successor = named.or_else(|| {
                stand_ins
                    .into_iter()
                    .flatten()
                    .find(|name| **name != remove.agent && self.must_own(name).is_ok())
                    .cloned()
            });
            let Some(successor) = successor else {
                return Err(RejectKind::Conflict);
            };
            self.agent_mut(&remove.agent).presence = Presence::Offline;
            for case in cases {
                self.hand_over(case, &successor);
            }
        }
        self.agent_mut(&remove.agent).presence = Presence::Offline;
        self.end_wrap_ups(&remove.agent, None);
        self.revoke_offers_of(&remove.agent);
        self.agents.retain(|other| other.name != remove.agent);
        self.removed.push(agent);
        self.freed.retain(|name| *name != remove.agent);
        Ok(())
    }

    /// Rule 8: a wrap-up ends at its deadline or at `wrap_up.end`.
    pub(super) fn wrap_up_end(&mut self, name: &Name) -> Verdict {
        let agent = self.agent(name).ok_or(RejectKind::NotFound)?;
        if !self.in_wrap_up(agent) {
            return Err(RejectKind::Conflict);
        }
        self.end_wrap_ups(name, None);
        Ok(())
    }

    /// Ends the wrap-up of one contact, or all of an agent.
    pub(super) fn end_wrap_ups(&mut self, name: &Name, only: Option<&Name>) {
        let now = self.now;
        let mut ended = false;
        for contact in &mut self.contacts {
            if only.is_some_and(|only| *only != contact.name) {
                continue;
            }
            let before = contact.wrap_ups.len();
            contact.wrap_ups.retain(|wrap_up| wrap_up.agent != *name);
            ended |= contact.wrap_ups.len() < before;
        }
        let agent = self.agent_mut(name);
        if only.is_none() {
            ended |= !agent.wrap_ups.is_empty();
            agent.wrap_ups.clear();
        }
        if ended {
            agent.last_end_at = Some(now);
            self.free(name);
        }
    }

    /// Ends a wrap-up for a contact that went on without the agent.
    pub(super) fn end_passed_wrap_up(&mut self, name: &Name, at: Timestamp) {
        let now = self.now;
        let agent = self.agent_mut(name);
        agent.wrap_ups.retain(|until| *until != at);
        agent.last_end_at = Some(now);
        self.free(name);
    }

    pub fn in_wrap_up(&self, agent: &Agent) -> bool {
        let mut of_contacts = self.contacts.iter().flat_map(|contact| &contact.wrap_ups);
        !agent.wrap_ups.is_empty() || of_contacts.any(|wrap_up| wrap_up.agent == agent.name)
    }

    pub fn wrap_up_until(&self, name: &Name) -> Option<Timestamp> {
        let wrap_ups = self.contacts.iter().flat_map(|contact| &contact.wrap_ups);
        let of_contacts = wrap_ups
            .filter(|wrap_up| wrap_up.agent == *name)
            .map(|wrap_up| wrap_up.until_at);
        let passed = self
            .agent(name)
            .into_iter()
            .flat_map(|agent| &agent.wrap_ups);
        of_contacts.chain(passed.copied()).max()
    }

    /// The contacts an agent is in conversation with.
    pub fn held_by<'a>(&'a self, name: &'a Name) -> impl Iterator<Item = &'a Contact> {
        self.contacts.iter().filter(|contact| {
            contact.state() == ContactState::Connected
                && contact.legs.iter().any(|leg| leg.agent == *name)
        })
    }

    /// The contacts an agent is asked to take.
    pub fn offered_to<'a>(&'a self, name: &'a Name) -> impl Iterator<Item = &'a Contact> {
        self.contacts
            .iter()
            .filter(|contact| contact.offers.iter().any(|offer| offer.agent == *name))
    }

    pub fn channel_rule(&self, channel: &Name) -> ChannelRule {
        self.settings
            .channels
            .get(channel)
            .copied()
            .unwrap_or_default()
    }

    pub fn capacity(&self, agent: &Agent, channel: &Name) -> u32 {
        let own = agent.capacity.get(channel).copied();
        own.unwrap_or_else(|| self.channel_rule(channel).capacity)
            .get()
    }

    /// Rule 9: whether an agent has room for one more contact of a channel; an exclusive contact
    /// takes the whole agent.
    pub fn has_place(&self, agent: &Agent, channel: &Name) -> bool {
        let exclusive = self.channel_rule(channel).exclusive;
        let mut same = 0;
        for contact in &self.contacts {
            let held = contact.legs.iter().any(|leg| leg.agent == agent.name);
            let asked = contact.offers.iter().any(|offer| offer.agent == agent.name);
            if held || asked {
                if exclusive || self.channel_rule(&contact.channel).exclusive {
                    return false;
                }
                same += u32::from(contact.channel == *channel);
            }
        }
        same < self.capacity(agent, channel)
    }

    /// Rule 3: available, not in wrap-up or a retry delay, with a place left, not excluded, not
    /// asked already.
    pub fn is_free_for(&self, agent: &Agent, contact: &Contact) -> bool {
        self.is_available_for(agent, &contact.channel)
            && !self.is_excluded(&agent.name, contact)
            && !contact.offers.iter().any(|offer| offer.agent == agent.name)
            && !contact.legs.iter().any(|leg| leg.agent == agent.name)
            && !self.is_out(agent, contact)
    }

    pub fn is_available_for(&self, agent: &Agent, channel: &Name) -> bool {
        agent.heading() == Presence::Available
            && !agent.is_barred()
            && !self.in_wrap_up(agent)
            && agent.retry_at.is_none()
            && self.has_place(agent, channel)
    }

    /// Rules 17 and 23: shut out, or who passed it on to a queue where another could serve it.
    pub fn is_excluded(&self, agent: &Name, contact: &Contact) -> bool {
        let came_from = contact.passed_by.as_ref() == Some(agent)
            && self.sought_owner(contact) != Some(agent)
            && self.clone().could_be_served(contact, Some(agent));
        came_from || self.is_shut_out(agent, contact)
    }

    /// Rule 17: excluded by the contact itself or by its customer.
    pub fn is_shut_out(&self, agent: &Name, contact: &Contact) -> bool {
        let by_customer = contact
            .customer
            .is_some_and(|customer| self.customers[customer].excluded.contains(agent));
        by_customer || contact.exclude.contains(agent)
    }

    /// The state of an agent; a break begins when the current work is done.
    pub fn agent_state(&self, agent: &Agent) -> AgentState {
        if self.held_by(&agent.name).next().is_some() {
            return AgentState::Busy;
        }
        if self.offered_to(&agent.name).next().is_some() {
            return AgentState::Reserved;
        }
        if self.in_wrap_up(agent) {
            return AgentState::WrapUp;
        }
        match agent.presence {
            Presence::Offline => AgentState::Offline,
            Presence::Break => AgentState::Break,
            Presence::Available => agent.idle_state(),
        }
    }

    /// Rule 3: the later of the end of the last conversation and of becoming available.
    pub fn idle_since(&self, agent: &Agent) -> Option<Timestamp> {
        agent.available_at.max(agent.last_end_at)
    }

    /// The owner to ask for a contact, if there is one.
    pub fn sought_owner<'a>(&'a self, contact: &'a Contact) -> Option<&'a Name> {
        if let Some((agent, _)) = &contact.assigned {
            return Some(agent);
        }
        let off = self.policy(&contact.queue).ownership.mode == OwnershipMode::Off;
        let off = off && !contact.by_owner_only;
        if off || contact.passed_on {
            return None;
        }
        self.owner_of(contact)
    }

    /// The owner of the case of a contact. Rule 13: closing ends ownership.
    pub fn owner_of(&self, contact: &Contact) -> Option<&Name> {
        let case = &self.cases[contact.case?];
        case.owner
            .as_ref()
            .filter(|_| case.state != CaseState::Closed)
    }
}
