//! Where agents can be reached: desktops that open and close, beats, telephones (rule 27).

use crate::router::api::codes::{Device, Presence};
use crate::router::api::command::{AgentDevice, AgentPresence, AgentQueue, Desktop};
use crate::router::api::event::{AgentEvent, OfferReason};
use crate::router::api::ids::{AgentIdx, ContactIdx, Name, SourceIdx, Text};
use crate::router::api::reject::Reject;
use crate::router::{Router, Subject};

/// The reason of an agent who is offline because nothing showed that it is there.
const CONNECTION_LOST: &str = "connection_lost";

impl Router {
    /// Binds a presence to its session or its beat, as `agent.presence` says. What was bound stays
    /// so where it says nothing.
    pub(super) fn tie(&mut self, idx: AgentIdx, set: &AgentPresence) -> Result<(), Reject> {
        if set.bound == Some(true) && set.session.is_none() {
            let right = "a presence is bound to a session: session.open comes first, on a \
                         connection that stays";
            return Err(Reject::invalid("agent", "bound", right).with_id(&set.agent));
        }
        if set.presence == Presence::Offline {
            return Ok(());
        }
        match (set.bound, set.session, &set.beat_ms) {
            (_, _, Some(beat_ms)) => self.book.keep_beat(idx, beat_ms.get()),
            (Some(true), Some(session), None) => self.book.bind_desktop(idx, session),
            (Some(false), _, None) => self.book.unbind(idx),
            (Some(true) | None, _, None) => self.book.find_again(idx),
        }
        Ok(())
    }

    /// A session to which agents are bound is over: those who have no other get no new offers.
    pub(in crate::router::act) fn desktop_closed(
        &mut self,
        of: &Desktop,
    ) -> Result<Subject, Reject> {
        for idx in self.book.close_desktop(of.session) {
            self.settle_device(idx, None);
        }
        Ok(Subject::Nothing)
    }

    /// Nothing has shown for too long that an agent is there.
    pub(in crate::router::act) fn desktop_is_gone(&mut self, idx: AgentIdx) {
        let reason = Some(Text(CONNECTION_LOST.into()));
        self.set_presence(idx, Presence::Offline, reason, None);
    }

    /// `agent.device`.
    pub(super) fn agent_device(
        &mut self,
        set: &AgentDevice,
        source: Option<&Name>,
    ) -> Result<Subject, Reject> {
        let idx = self.book.find_agent(&set.agent)?;
        let source = source.map(|name| self.book.sources_mut().intern(name));
        self.take_device(idx, set.device, source);
        Ok(Subject::Agent(idx))
    }

    fn take_device(&mut self, idx: AgentIdx, device: Device, source: Option<SourceIdx>) {
        let before = self.book.agent(idx).device();
        self.book.set_device(idx, device, source);
        if before == device {
            return;
        }
        let revoked = match device {
            Device::Idle => None,
            // Our own call rings.
            Device::Ringing if self.book.rings_by_telephone(idx) => None,
            Device::Ringing | Device::Busy => Some(OfferReason::BusyElsewhere),
            Device::Gone => Some(OfferReason::Unreachable),
        };
        self.emit(|book| AgentEvent::Device {
            agent: book.agent_name(idx),
            device,
        });
        self.settle_device(idx, revoked);
    }

    /// Revokes what rings where it no longer can be answered, and reconsiders what waits.
    fn settle_device(&mut self, idx: AgentIdx, revoked: Option<OfferReason>) {
        if let Some(reason) = revoked {
            self.revoke_all_of(idx, reason);
        }
        self.book.refresh(idx);
        self.book.note_changed(idx);
    }

    /// `agent.queue`.
    pub(super) fn agent_queue(&mut self, set: &AgentQueue) -> Result<Subject, Reject> {
        let idx = self.book.find_agent(&set.agent)?;
        let queue = self.book.find_queue(&set.queue)?;
        let out = (!set.on).then(|| set.reason.clone());
        if !self.book.set_out(idx, queue, out) {
            return Ok(Subject::Agent(idx));
        }
        self.emit(|_| AgentEvent::Queue {
            agent: set.agent.clone(),
            queue: set.queue.clone(),
            on: set.on,
            reason: set.reason.clone(),
        });
        if set.on {
            self.book.leave_to(idx);
            self.book.note_freed(idx);
        } else {
            let offered = self.book.agent(idx).reserved().iter();
            let out: Vec<ContactIdx> = offered
                .map(|held| held.contact)
                .filter(|contact| self.book.is_out(self.book.contact(*contact), idx))
                .collect();
            for contact in out {
                self.revoke_offers(contact, OfferReason::AgentGone, |offer| offer.agent == idx);
                self.unsettled.push(contact);
            }
            // What rang and what waits for this agent look together, in the common order.
            self.judge_owned(idx);
        }
        self.book.note_changed(idx);
        self.watch_no_agent_everywhere();
        Ok(Subject::Agent(idx))
    }

    /// A platform that is gone cannot say any more what its telephones are doing.
    pub(in crate::router::act) fn forget_telephones_of(&mut self, source: SourceIdx) {
        for idx in self.book.telephones_of(source) {
            self.take_device(idx, Device::Idle, None);
        }
    }
}
