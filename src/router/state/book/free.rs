//! What agents are busy with: conversations, wrap-ups, presence and retry delays change here
//! together with the place in the idle order and the channels for which it shows the agent as free.
//! Also the two lists of agents to be settled: freed ones, and those whose situation changed.

use smallvec::SmallVec;

use super::Book;
use crate::router::api::codes::{ContactState, Presence};
use crate::router::api::ids::{AgentIdx, ChannelIdx, ContactIdx, Text};
use crate::router::api::time::Timestamp;
use crate::router::state::agent::{Held, WrapUp};
use crate::router::state::contact::Talk;
use crate::router::state::idle::PRESENT;
use crate::router::state::part::{Part, Spent};
use crate::router::state::skill::Levels;
use crate::router::state::timers::Timer;

impl Book {
    /// Sets an agent's presence; `become_idle` is separate.
    pub(in crate::router) fn note_presence(
        &mut self,
        idx: AgentIdx,
        presence: Presence,
        reason: Option<Text>,
        until_at: Option<Timestamp>,
    ) {
        let entry = &mut self.agents[idx.at()];
        if entry.presence != presence {
            entry.since_at = self.at;
        }
        entry.presence = presence;
        if presence == Presence::Offline {
            self.logged_in.remove(&idx);
        } else {
            self.logged_in.insert(idx);
        }
        entry.reason = reason;
        entry.until_at = until_at;
        if let Some(until) = until_at {
            self.timers.arm(until, Timer::Presence, idx.number());
        }
    }

    /// The agent is idle from now on, and may be able to take more.
    pub(in crate::router) fn become_idle(&mut self, idx: AgentIdx) {
        self.stand_last(idx);
        self.note_freed(idx);
        self.note_changed(idx);
    }

    /// Gives an agent the last place in the idle order.
    pub(in crate::router) fn stand_last(&mut self, idx: AgentIdx) {
        self.agents[idx.at()].idle_since = Some(self.at);
        self.idle.place(&mut self.agents, idx, self.at);
    }

    /// Begins a conversation, which may be beside another in a consultation.
    pub(in crate::router) fn begin_talk(&mut self, idx: ContactIdx, talk: Talk, taken: bool) {
        let contact = &mut self.contacts[idx];
        let is_first = contact.talks.is_empty();
        contact.talks.push(talk);
        contact.last_agent = Some(talk.agent);
        contact.route = Some(talk.route);
        if let Some(cold) = &mut contact.cold {
            cold.passed = None;
        }
        let held = Held {
            contact: idx,
            channel: contact.channel,
            taken,
        };
        if is_first {
            self.set_state(idx, ContactState::Connected);
        }
        let entry = &mut self.agents[talk.agent.at()];
        entry.talks.push(held);
        entry.missed = 0;
        entry.handled += 1;
        self.refresh(talk.agent);
        self.note_changed(talk.agent);
    }

    /// Ends a conversation for its agent, who wraps up or is free. The contact ends with it, or
    /// goes on without this agent.
    pub(in crate::router) fn end_talk(
        &mut self,
        idx: ContactIdx,
        talk: &Talk,
        over_at: Timestamp,
        wraps_until: Option<Timestamp>,
        ends_contact: bool,
    ) -> Part {
        let agent = talk.agent;
        let contact = &mut self.contacts[idx];
        let part = contact.end_part(talk, over_at, !ends_contact);
        contact.talks.retain(|other| other.agent != agent);
        if wraps_until.is_some() && ends_contact {
            contact.wrapping.push(agent);
        }
        let entry = &mut self.agents[agent.at()];
        entry.talks.retain(|held| held.contact != idx);
        entry.talk_ms += part.talk_ms;
        entry.hold_ms += part.hold_ms;
        if let Some(until_at) = wraps_until {
            entry.wraps.push(WrapUp {
                contact: idx,
                until_at,
                ends_contact,
                part: Some(part),
            });
            self.timers.arm(until_at, Timer::WrapUp, agent.number());
            self.refresh(agent);
            self.note_changed(agent);
        } else {
            self.become_idle(agent);
        }
        part
    }

    /// A wrap-up is over: adds it to the account of its agent and its contact.
    pub(in crate::router) fn spend_wrap_up(
        &mut self,
        agent: AgentIdx,
        of: ContactIdx,
        part: &Part,
        at: Timestamp,
    ) -> Spent {
        let spent = part.wrapped_up(at);
        self.agents[agent.at()].wrap_up_ms_sum += spent.wrap_up_ms;
        // The contact may be forgotten by now, and its number may be another's.
        if let Some(contact) = self.contacts.get_mut(of)
            && contact.is_live()
            && contact.submitted_at <= part.over_at
            && contact.spent_before().is_some()
        {
            contact.spend(&Spent {
                wrap_up_ms: spent.wrap_up_ms,
                ..Spent::default()
            });
        }
        spent
    }

    /// Ends an agent's wrap-up for a contact that ends with it. Returns whether no other agent is
    /// in wrap-up for it.
    pub(in crate::router) fn end_wrap(&mut self, idx: ContactIdx, agent: AgentIdx) -> bool {
        let wrapping = &mut self.contacts[idx].wrapping;
        wrapping.retain(|other| other != agent);
        wrapping.is_empty()
    }

    /// Removes the wrap-up of an agent for one contact.
    pub(in crate::router) fn take_wrap_of(
        &mut self,
        agent: AgentIdx,
        of: ContactIdx,
    ) -> Option<WrapUp> {
        let wraps = &mut self.agents[agent.at()].wraps;
        let place = wraps.iter().position(|wrap| wrap.contact == of)?;
        Some(wraps.remove(place))
    }

    /// Removes the wrap-ups of an agent due by a time. The agent is idle once the contacts they end
    /// have ended.
    pub(in crate::router) fn take_wraps(
        &mut self,
        idx: AgentIdx,
        by: Timestamp,
    ) -> SmallVec<[WrapUp; 1]> {
        let wraps = &mut self.agents[idx.at()].wraps;
        let over = wraps.iter().filter(|wrap| wrap.until_at <= by).copied();
        let over: SmallVec<[WrapUp; 1]> = over.collect();
        if !over.is_empty() {
            wraps.retain(|wrap| wrap.until_at > by);
        }
        over
    }

    /// Delays offers to an agent until a time, unless they are delayed for longer already.
    pub(in crate::router) fn delay(&mut self, agent: AgentIdx, until: Timestamp) {
        let entry = &mut self.agents[agent.at()];
        if entry.retry_at.is_none_or(|at| at < until) {
            entry.retry_at = Some(until);
            self.timers.arm(until, Timer::Retry, agent.number());
        }
    }

    pub(in crate::router) fn end_delay(&mut self, agent: AgentIdx) {
        self.agents[agent.at()].retry_at = None;
        self.note_freed(agent);
        self.note_changed(agent);
    }

    /// Sets how many contacts an agent takes at once, where the channels' own rules do not hold.
    pub(in crate::router) fn set_capacity(
        &mut self,
        agent: AgentIdx,
        capacity: SmallVec<[(ChannelIdx, u32); 2]>,
    ) {
        self.agents[agent.at()].capacity = capacity;
        self.refresh(agent);
    }

    /// Records that an agent may be able to take more than before.
    pub(in crate::router) fn note_freed(&mut self, agent: AgentIdx) {
        let entry = &mut self.agents[agent.at()];
        if !entry.pending {
            entry.pending = true;
            self.pending_agents.push(agent);
        }
        self.refresh(agent);
    }

    /// Whether an agent became free, can take something and has not chosen yet.
    pub(in crate::router) fn is_about_to_choose(&self, agent: AgentIdx) -> bool {
        let entry = &self.agents[agent.at()];
        let mut channels = (0..self.channels.len()).map(|n| ChannelIdx::of(n as u32));
        entry.pending && channels.any(|channel| entry.free_for(channel, &self.channels).is_ok())
    }

    /// Removes the longest idle of the freed agents, which chooses next.
    pub(in crate::router) fn take_freed(&mut self) -> Option<AgentIdx> {
        let pending = self.pending_agents.iter().enumerate();
        let first = pending.min_by(|(_, a), (_, b)| {
            let (a, b) = (&self.agents[a.at()], &self.agents[b.at()]);
            (a.idle_since, &a.id).cmp(&(b.idle_since, &b.id))
        });
        let (place, _) = first?;
        let agent = self.pending_agents.swap_remove(place);
        self.agents[agent.at()].pending = false;
        Some(agent)
    }

    /// Marks the owners still to choose: agents that chose before them left their contacts alone.
    pub(in crate::router) fn leave_to_owners(&mut self) {
        for n in 0..self.pending_agents.len() {
            let entry = &mut self.agents[self.pending_agents[n].at()];
            entry.passed_over |= !entry.owned_waiting.is_empty();
        }
    }

    /// Records that a contact was left to an agent, which reconsiders all it owns after choosing.
    pub(in crate::router) fn leave_to(&mut self, owner: AgentIdx) {
        self.agents[owner.at()].passed_over = true;
    }

    /// Whether a contact was left to an agent; clears the mark.
    pub(in crate::router) fn take_passed_over(&mut self, agent: AgentIdx) -> bool {
        std::mem::take(&mut self.agents[agent.at()].passed_over)
    }

    /// Records that an agent's situation changed, for the contacts that wait for it, and for one who
    /// leaves when its work is over.
    pub(in crate::router) fn note_changed(&mut self, agent: AgentIdx) {
        let entry = &mut self.agents[agent.at()];
        if !entry.changed && (!entry.owned_waiting.is_empty() || entry.is_leaving()) {
            entry.changed = true;
            self.changed_agents.push(agent);
        }
    }

    /// Removes an agent whose situation changed. One about to choose comes after its choice; until
    /// then its contacts stay kept for it.
    pub(in crate::router) fn take_changed(&mut self) -> Option<AgentIdx> {
        let mut changed = self.changed_agents.iter();
        let place = changed.position(|agent| !self.is_about_to_choose(*agent))?;
        let agent = self.changed_agents.swap_remove(place);
        self.agents[agent.at()].changed = false;
        Some(agent)
    }

    /// Makes sure that the idle order has a requirement.
    pub(in crate::router) fn announce(&mut self, requirement: &Levels) {
        self.idle.require(requirement, &self.agents);
    }

    /// Sorts the agents that became idle at the same instant, before the order is read.
    pub(in crate::router) fn settle_idle(&mut self) {
        self.idle.settle(&mut self.agents);
    }

    /// Updates the idle order to what an agent is doing.
    pub(in crate::router) fn refresh(&mut self, agent: AgentIdx) {
        let entry = &mut self.agents[agent.at()];
        let free = if entry.pending {
            0
        } else {
            entry.free_mask(&self.channels)
        };
        let present = match entry.presence {
            Presence::Available => PRESENT,
            Presence::Break | Presence::Offline => 0,
        };
        self.idle.show(entry, free | present);
        if !entry.untold && entry.state() != entry.told {
            entry.untold = true;
            self.untold_agents.push_back(agent);
        }
    }

    /// Removes an agent whose state changed since it was told, and notes the state as told. The one
    /// whose change was noted last comes last.
    pub(in crate::router) fn take_untold(&mut self) -> Option<AgentIdx> {
        loop {
            let agent = self.untold_agents.pop_front()?;
            let entry = &mut self.agents[agent.at()];
            entry.untold = false;
            let state = entry.state();
            if state != entry.told {
                entry.told = state;
                entry.state_since_at = Some(self.at);
                return Some(agent);
            }
        }
    }
}
