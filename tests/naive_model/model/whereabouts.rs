//! Rule 27: desktops, beats, telephones, queues that an agent is out of, and leaving after the
//! current contact.

use firsthand::router::codes::{After, AgentState, Device, NoAgentCounts, Presence};
use firsthand::router::command::{AgentDevice, AgentPresence, AgentQueue, AgentSet, AgentUpdate};
use firsthand::router::ids::Name;
use firsthand::router::reject::RejectKind;
use firsthand::router::time::Timestamp;

use super::{Agent, Contact, Model, Verdict};

/// Where an agent can be reached.
#[derive(Clone, Debug, Default)]
pub struct Whereabouts {
    /// The open sessions to which its presence is bound.
    pub desktops: Vec<u64>,
    /// Offline then, because the last of them closed.
    pub lost_until: Option<Timestamp>,
    /// Offline then, unless it is said again; and how long that lasts.
    pub beat: Option<(Timestamp, i64)>,
    pub device: Option<Device>,
    pub device_by: Option<Name>,
    pub out: Vec<Name>,
    /// Begins when its offers and conversations are over.
    pub next: Option<(Presence, Option<Timestamp>)>,
}

impl Agent {
    /// Its presence for whatever is not offered yet.
    pub fn heading(&self) -> Presence {
        self.at.next.map_or(self.presence, |(next, _)| next)
    }

    /// When a break that is on, or is to come, ends by itself.
    pub fn back_at(&self) -> Option<Timestamp> {
        self.at.next.map_or(self.until_at, |(_, until)| until)
    }

    /// Its telephone or its desktop keeps it from being asked.
    pub fn is_barred(&self) -> bool {
        self.at.device.is_some() || self.at.lost_until.is_some()
    }

    /// When it is offline unless it shows that it is there.
    pub fn lapses_at(&self) -> Option<Timestamp> {
        self.at.lost_until.or(self.at.beat.map(|(at, _)| at))
    }

    /// Its state while it is available and has nothing to do.
    pub fn idle_state(&self) -> AgentState {
        match self.at.device {
            Some(Device::Gone) => AgentState::Unreachable,
            Some(Device::Ringing | Device::Busy) => AgentState::BusyElsewhere,
            Some(Device::Idle) | None if self.at.lost_until.is_some() => AgentState::Unreachable,
            Some(Device::Idle) | None => AgentState::Available,
        }
    }
}

impl Model {
    /// Whether an agent is out of a contact's queue and not asked by name.
    pub fn is_out(&self, agent: &Agent, contact: &Contact) -> bool {
        let assigned = contact.assigned.as_ref().map(|(to, _)| to);
        agent.at.out.contains(&contact.queue)
            && contact.direct.as_ref() != Some(&agent.name)
            && assigned != Some(&agent.name)
    }

    /// Rule 6: whether an agent counts as somebody who is there for a contact.
    pub fn counts_as_there(&self, agent: &Agent, contact: &Contact) -> bool {
        let there = match self.policy(&contact.queue).no_agent_counts {
            NoAgentCounts::LoggedIn => agent.presence != Presence::Offline,
            NoAgentCounts::Available => agent.heading() == Presence::Available,
        };
        there && !self.is_out(agent, contact)
    }

    /// Changes where an agent can be reached; who can be asked again by that chooses for itself.
    pub(super) fn change(&mut self, name: &Name, change: impl FnOnce(&mut Whereabouts)) {
        let agent = self.agent_mut(name);
        let before = agent.is_barred() || agent.at.next.is_some();
        change(&mut agent.at);
        if before && !agent.is_barred() && agent.at.next.is_none() {
            self.free(name);
        }
    }

    fn has_work(&self, name: &Name) -> bool {
        self.held_by(name).next().is_some() || self.offered_to(name).next().is_some()
    }

    /// `agent.presence`, after its times were checked.
    pub(super) fn say_presence(&mut self, set: &AgentPresence) -> Verdict {
        if set.bound == Some(true) && set.session.is_none() {
            return Err(RejectKind::Invalid);
        }
        let now = self.now;
        if set.presence != Presence::Offline {
            self.change(&set.agent, |at| {
                at.lost_until = None;
                match (set.bound, set.session, set.beat_ms) {
                    (_, _, Some(beat)) => {
                        at.desktops.clear();
                        at.beat = Some((now + beat.get(), beat.get()));
                    }
                    (Some(true), Some(session), None) => {
                        at.beat = None;
                        at.desktops.retain(|open| *open != session);
                        at.desktops.push(session);
                    }
                    (Some(false), _, None) => {
                        at.desktops.clear();
                        at.beat = None;
                    }
                    (Some(true) | None, _, None) => {}
                }
            });
        }
        if set.after == Some(After::Current) && self.has_work(&set.agent) {
            self.agent_mut(&set.agent).at.next = Some((set.presence, set.until_at));
        } else {
            self.enter_presence(&set.agent, set.presence, set.until_at);
        }
        Ok(())
    }

    /// The agents whose work is over go where they said. Returns whether anyone did.
    pub(super) fn leave_now(&mut self) -> bool {
        let mut leaving = self.agents.iter().filter(|agent| agent.at.next.is_some());
        let leaves = leaving.find(|agent| !self.has_work(&agent.name));
        let Some((name, next)) = leaves.map(|agent| (agent.name.clone(), agent.at.next)) else {
            return false;
        };
        if let Some((presence, until)) = next {
            self.enter_presence(&name, presence, until);
        }
        true
    }

    /// A break is over at its time, whether it has begun or not.
    pub(super) fn presence_ends(&mut self, name: &Name, at: Timestamp) {
        let next = self.agent_mut(name).at.next;
        self.enter_presence(name, Presence::Available, None);
        self.agent_mut(name).at.next = next.filter(|(_, until)| *until != Some(at));
    }

    pub(super) fn desktop_closed(&mut self, session: u64) -> Verdict {
        let lost_until = self.now + self.settings.bound_grace_ms.0;
        for agent in &mut self.agents {
            if agent.at.desktops.contains(&session) {
                agent.at.desktops.retain(|open| *open != session);
                if agent.at.desktops.is_empty() {
                    agent.at.lost_until = Some(lost_until);
                }
            }
        }
        Ok(())
    }

    /// A start: no session is open, and a beat lasts a whole one again.
    pub(super) fn all_desktops_closed(&mut self) {
        let lost_until = self.now + self.settings.bound_grace_ms.0;
        for agent in &mut self.agents {
            if !agent.at.desktops.is_empty() || agent.at.lost_until.is_some() {
                agent.at.desktops.clear();
                agent.at.lost_until = Some(lost_until);
            } else if let Some((at, beat_ms)) = &mut agent.at.beat {
                *at = self.now + *beat_ms;
            }
        }
    }

    pub(super) fn agent_device(&mut self, set: &AgentDevice, source: Option<&Name>) -> Verdict {
        if self.agent(&set.agent).is_none() {
            return Err(RejectKind::NotFound);
        }
        self.take_device(&set.agent, set.device, source);
        Ok(())
    }

    fn take_device(&mut self, name: &Name, device: Device, source: Option<&Name>) {
        let before = self.agent_mut(name).at.device;
        let new = Some(device).filter(|device| *device != Device::Idle);
        self.change(name, |at| {
            at.device = new;
            at.device_by = source.filter(|_| new.is_some()).cloned();
        });
        if new == before {
            return;
        }
        let ours = {
            let mut offered = self.offered_to(name);
            offered.any(|contact| self.channel_rule(&contact.channel).exclusive)
        };
        match device {
            Device::Idle => {}
            Device::Ringing if ours => {}
            Device::Ringing | Device::Busy | Device::Gone => self.revoke_offers_of(name),
        }
    }

    /// A platform that is gone says nothing about its telephones any more.
    pub(super) fn forget_telephones_of(&mut self, client: &Name) {
        let held = self.agents.iter();
        let held = held.filter(|agent| agent.at.device_by.as_ref() == Some(client));
        for name in held.map(|agent| agent.name.clone()).collect::<Vec<_>>() {
            self.take_device(&name, Device::Idle, None);
        }
    }

    pub(super) fn agent_queue(&mut self, set: &AgentQueue) -> Verdict {
        let queue = self.queues.iter().find(|queue| queue.name == set.queue);
        if self.agent(&set.agent).is_none() || queue.is_none_or(|queue| !queue.exists) {
            return Err(RejectKind::NotFound);
        }
        let out = &mut self.agent_mut(&set.agent).at.out;
        if out.contains(&set.queue) != set.on {
            return Ok(());
        }
        if set.on {
            out.retain(|queue| *queue != set.queue);
            self.free(&set.agent);
            return Ok(());
        }
        out.push(set.queue.clone());
        for (idx, _) in self.offers_of(&set.agent) {
            let agent = self.agent(&set.agent).expect("asked before");
            if self.is_out(agent, &self.contacts[idx]) {
                let offers = &mut self.contacts[idx].offers;
                offers.retain(|offer| offer.agent != set.agent);
                self.offer_is_over(idx);
                self.free(&set.agent);
            }
        }
        Ok(())
    }

    /// `agent.update`: as `agent.set` with what it does not name as it is.
    pub(super) fn agent_update(&mut self, update: &AgentUpdate) -> Verdict {
        let agent = self.agent(&update.agent).ok_or(RejectKind::NotFound)?;
        let mut set = AgentSet {
            kind: agent.kind,
            skills: agent.skills.clone(),
            capacity: agent.capacity.clone(),
            team: agent.team.clone(),
            deputy: agent.deputy.clone(),
            leader: agent.leader.clone(),
            wrap_up_ms: agent.wrap_up_ms.map(firsthand::router::time::Millis),
            rank: agent.rank,
            ..AgentSet::of(agent.name.clone())
        };
        update.apply_to(&mut set);
        self.agent_set(&set)
    }
}
