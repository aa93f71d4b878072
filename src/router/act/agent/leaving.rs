//! Going on break or offline when the present offers and conversations are over (rule 27).

use crate::router::Router;
use crate::router::api::codes::Presence;
use crate::router::api::command::AgentPresence;
use crate::router::api::event::AgentEvent;
use crate::router::api::ids::AgentIdx;
use crate::router::api::time::Timestamp;
use crate::router::state::whereabouts::NextPresence;

impl Router {
    /// `agent.presence` with `after`: the agent is offered nothing new, what it has goes on.
    pub(super) fn leave_after_this(&mut self, idx: AgentIdx, set: &AgentPresence) {
        let next = NextPresence {
            presence: set.presence,
            reason: set.reason.clone(),
            until_at: set.until_at,
        };
        if self.book.agent(idx).next() == Some(&next) {
            return;
        }
        self.book.set_next(idx, Some(next));
        self.tell_next(idx);
        self.watch_no_agent_everywhere();
    }

    /// What was said to begin later does not. Answers whether there was anything. Who counts as
    /// there is looked at afterwards, when its presence is set.
    pub(super) fn stay(&mut self, idx: AgentIdx) -> bool {
        let before = self.book.set_next(idx, None);
        if before.is_some() {
            self.tell_next(idx);
        }
        before.is_some()
    }

    /// An agent who is leaving goes, if its offers and conversations are over.
    pub(in crate::router) fn leave_now(&mut self, idx: AgentIdx) {
        if self.book.agent(idx).next().is_none() || self.book.agent(idx).load() > 0 {
            return;
        }
        if let Some(next) = self.book.set_next(idx, None) {
            self.begin_presence(idx, next.presence, next.reason, next.until_at);
        }
    }

    /// A break is over at its time, whether it has begun or not. What was said to begin later and
    /// has another end is not touched by that.
    pub(in crate::router) fn presence_ends(&mut self, idx: AgentIdx, at: Timestamp) {
        let next = self.book.agent(idx).next();
        if next.is_some_and(|next| next.until_at != Some(at)) {
            self.begin_presence(idx, Presence::Available, None, None);
        } else {
            self.set_presence(idx, Presence::Available, None, None);
        }
    }

    fn tell_next(&mut self, idx: AgentIdx) {
        self.emit(|book| {
            let entry = book.agent(idx);
            let next = entry.next();
            AgentEvent::AfterCurrent {
                agent: entry.id.clone(),
                presence: next.map(|next| next.presence),
                reason: next.and_then(|next| next.reason.clone()),
                until_at: next.and_then(|next| next.until_at),
            }
        });
    }
}
