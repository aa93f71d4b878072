//! The presence of agents, when they become free, and their wrap-ups.

use crate::router::api::codes::{After, AgentState, Presence};
use crate::router::api::command::AgentPresence;
use crate::router::api::event::{AgentEvent, OfferReason};
use crate::router::api::ids::{AgentIdx, ContactIdx, Name, Text};
use crate::router::api::reject::Reject;
use crate::router::api::time::Timestamp;
use crate::router::state::contact::Talk;
use crate::router::{Router, Subject};

impl Router {
    pub(super) fn agent_presence(&mut self, set: &AgentPresence) -> Result<Subject, Reject> {
        let idx = self.book.find_agent(&set.agent)?;
        if let Some(until) = set.until_at {
            let wrong = if set.presence == Presence::Available {
                Some("until_at goes with break or offline: leave it out".to_owned())
            } else if until <= self.book.at() {
                Some(format!(
                    "{until} is over: give a time after {}",
                    self.book.at()
                ))
            } else {
                None
            };
            if let Some(message) = wrong {
                return Err(Reject::invalid("agent", "until_at", message).with_id(&set.agent));
            }
        }
        self.tie(idx, set)?;
        if set.after == Some(After::Current) && self.book.agent(idx).load() > 0 {
            self.leave_after_this(idx, set);
        } else {
            self.set_presence(idx, set.presence, set.reason.clone(), set.until_at);
        }
        Ok(Subject::Agent(idx))
    }

    /// Sets an agent's presence, with all consequences; no effect if it is unchanged.
    pub(in crate::router) fn set_presence(
        &mut self,
        idx: AgentIdx,
        presence: Presence,
        reason: Option<Text>,
        until_at: Option<Timestamp>,
    ) {
        if self.stay(idx) && self.is_as_before(idx, presence, reason.as_ref(), until_at) {
            self.watch_no_agent_everywhere();
        }
        self.begin_presence(idx, presence, reason, until_at);
    }

    fn is_as_before(
        &self,
        idx: AgentIdx,
        presence: Presence,
        reason: Option<&Text>,
        until_at: Option<Timestamp>,
    ) -> bool {
        let entry = self.book.agent(idx);
        entry.presence() == presence && entry.reason() == reason && entry.until_at() == until_at
    }

    /// The same, apart from a presence that begins later.
    pub(super) fn begin_presence(
        &mut self,
        idx: AgentIdx,
        presence: Presence,
        reason: Option<Text>,
        until_at: Option<Timestamp>,
    ) {
        if self.is_as_before(idx, presence, reason.as_ref(), until_at) {
            return;
        }
        let before = self.book.agent(idx).presence();
        self.book.note_presence(idx, presence, reason, until_at);
        if presence == Presence::Offline {
            self.book.unbind(idx);
        }
        self.emit(|book| {
            let entry = book.agent(idx);
            // An agent who goes away loses its offers; the event has the state after that.
            let mut state = entry.state();
            if presence != Presence::Available && state == AgentState::Reserved {
                state = entry.state_without_offers();
            }
            AgentEvent::Presence {
                agent: entry.id.clone(),
                presence,
                state,
                reason: entry.reason().cloned(),
            }
        });
        if presence != Presence::Offline {
            self.came_in(idx);
        }
        if (before == Presence::Available) != (presence == Presence::Available) {
            self.brief(idx, before == Presence::Available);
        }
        match presence {
            Presence::Available if before != presence => self.book.become_idle(idx),
            Presence::Available => {}
            Presence::Break | Presence::Offline => {
                let is_new = self.book.agent(idx).idle_since().is_none();
                if presence == Presence::Break && is_new {
                    // Its first login: it enters the idle order now.
                    self.book.stand_last(idx);
                }
                self.revoke_all_of(idx, OfferReason::AgentGone);
                self.book.refresh(idx);
            }
        }
        self.book.note_changed(idx);
        // Also where only what was to begin later changed.
        self.watch_no_agent_everywhere();
    }

    /// Revokes all offers to an agent; the contacts are routed again at once.
    pub(super) fn revoke_all_of(&mut self, idx: AgentIdx, reason: OfferReason) {
        let offered: Vec<ContactIdx> = self
            .book
            .agent(idx)
            .reserved()
            .iter()
            .map(|held| held.contact)
            .collect();
        for contact in offered {
            self.revoke_offers(contact, reason, |offer| offer.agent == idx);
            self.unsettled.push(contact);
        }
    }

    /// How long an agent wraps up after its part of a contact: as it says itself, else as the queue
    /// does through which it got the contact (rule 8).
    pub(in crate::router::act) fn wrap_up_ms(&self, idx: ContactIdx, talk: &Talk) -> i64 {
        let queue = self.book.contact(idx).queue_of(talk);
        let own = self.book.agent(talk.agent).wrap_up_ms;
        own.unwrap_or_else(|| self.book.queue(queue).policy().wrap_up_ms)
            .0
    }

    pub(super) fn wrap_up_end(&mut self, name: &Name) -> Result<Subject, Reject> {
        let idx = self.book.find_agent(name)?;
        if self.book.agent(idx).wraps().is_empty() {
            let message = format!("agent \"{name}\" is not in wrap-up");
            return Err(Reject::conflict("agent", name, message));
        }
        self.end_wrap_ups(idx, Timestamp::MAX);
        Ok(Subject::Agent(idx))
    }

    /// Ends an agent's wrap-ups due by a time.
    pub(in crate::router) fn end_wrap_ups(&mut self, idx: AgentIdx, by: Timestamp) {
        let over = self.book.take_wraps(idx, by);
        if over.is_empty() {
            return;
        }
        for wrap in over {
            if let Some(part) = wrap.part {
                let spent = self
                    .book
                    .spend_wrap_up(idx, wrap.contact, &part, self.book.at());
                self.account(&part, &spent);
            }
            if wrap.ends_contact {
                self.wrapped_up(wrap.contact, idx);
            }
        }
        self.book.become_idle(idx);
    }
}
