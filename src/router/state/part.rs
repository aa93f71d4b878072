//! An agent's part of a contact: what it spent on it, and through which queue it got it. The one account
//! of time, from which figures, estimates and events come.

use super::contact::{Contact, Talk};
use crate::router::api::ids::{AgentIdx, QueueIdx};
use crate::router::api::time::{MaybeAt, Timestamp};
use crate::stored::stored;

/// What agents spent on a contact, or one of them on its part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// In conversation, without hold.
    pub talk_ms: i64,
    pub hold_ms: i64,
    pub wrap_up_ms: i64,
}

stored! { Spent { 1 talk_ms = 0, 2 hold_ms = 0, 3 wrap_up_ms = 0 } }

impl Spent {
    pub const fn handle_ms(&self) -> i64 {
        self.talk_ms + self.hold_ms + self.wrap_up_ms
    }

    pub fn add(&mut self, other: &Self) {
        self.talk_ms += other.talk_ms;
        self.hold_ms += other.hold_ms;
        self.wrap_up_ms += other.wrap_up_ms;
    }
}

/// A part whose conversation is over. Its account is complete when its wrap-up is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Through which the agent got the contact.
    pub queue: QueueIdx,
    pub over_at: Timestamp,
    pub talk_ms: i64,
    pub hold_ms: i64,
}

stored! { Part { 1 queue, 2 over_at, 3 talk_ms = 0, 4 hold_ms = 0 } }

impl Part {
    /// The account with a wrap-up that ends now.
    pub fn wrapped_up(&self, at: Timestamp) -> Spent {
        Spent {
            talk_ms: self.talk_ms,
            hold_ms: self.hold_ms,
            wrap_up_ms: (at - self.over_at).max(0),
        }
    }
}

/// How long an agent has had a contact on hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hold {
    pub agent: AgentIdx,
    /// Since when it is on hold now.
    pub since_at: MaybeAt,
    /// On hold before.
    pub held_ms: i64,
}

stored! { Hold { 1 agent, 2 since_at, 3 held_ms = 0 } }

impl Contact {
    /// The queue through which an agent got the contact.
    pub fn queue_of(&self, talk: &Talk) -> QueueIdx {
        talk.queue.unwrap_or(self.queue)
    }

    /// Since when an agent has it on hold, if it has.
    pub fn on_hold_since(&self, agent: AgentIdx) -> Option<Timestamp> {
        self.hold_of(agent)?.since_at.get()
    }

    /// Since when anybody who is in it has it on hold.
    pub fn held_since(&self) -> Option<Timestamp> {
        let talks = self.talks().iter();
        talks
            .filter_map(|talk| self.on_hold_since(talk.agent))
            .min()
    }

    fn hold_of(&self, agent: AgentIdx) -> Option<&Hold> {
        let holds = &self.cold.as_ref()?.holds;
        holds.iter().find(|hold| hold.agent == agent)
    }

    /// An agent puts it on hold, or takes it back.
    pub fn hold(&mut self, agent: AgentIdx, on: bool, at: Timestamp) {
        let holds = &mut self.cold_mut().holds;
        let place = holds.iter().position(|hold| hold.agent == agent);
        let place = place.unwrap_or_else(|| {
            holds.push(Hold {
                agent,
                since_at: MaybeAt::NONE,
                held_ms: 0,
            });
            holds.len() - 1
        });
        let hold = &mut holds[place];
        if let Some(since) = hold.since_at.get() {
            hold.held_ms += (at - since).max(0);
        }
        hold.since_at = if on { MaybeAt::at(at) } else { MaybeAt::NONE };
    }

    /// The part of an agent that leaves, and what is kept of it beside the other parts.
    pub(super) fn end_part(&mut self, talk: &Talk, over_at: Timestamp, goes_on: bool) -> Part {
        let hold_ms = self.end_hold(talk.agent, over_at);
        let part = Part {
            queue: self.queue_of(talk),
            over_at,
            talk_ms: ((over_at - talk.since).max(0) - hold_ms).max(0),
            hold_ms,
        };
        let is_only = self.talks.iter().all(|other| other.agent == talk.agent)
            && !goes_on
            && hold_ms == 0
            && self.spent_before().is_none();
        if !is_only {
            self.spend(&part.wrapped_up(over_at));
        }
        part
    }

    fn end_hold(&mut self, agent: AgentIdx, at: Timestamp) -> i64 {
        let Some(cold) = self.cold.as_mut().filter(|cold| !cold.holds.is_empty()) else {
            return 0;
        };
        let Some(place) = cold.holds.iter().position(|hold| hold.agent == agent) else {
            return 0;
        };
        let hold = cold.holds.remove(place);
        let now = hold.since_at.get().map_or(0, |since| (at - since).max(0));
        hold.held_ms + now
    }

    /// Adds to what is kept of the parts that are over.
    pub(super) fn spend(&mut self, spent: &Spent) {
        self.cold_mut().spent.get_or_insert_default().add(spent);
    }

    /// What is kept of the parts that are over. The only part of a contact is not kept: it follows
    /// from when it was connected and ended.
    pub(super) fn spent_before(&self) -> Option<&Spent> {
        self.cold.as_ref()?.spent.as_ref()
    }

    /// What was spent on it by the parts that are over, where the conversation ended some time ago.
    pub fn spent(&self, at: Timestamp) -> Option<Spent> {
        let connected_at = self.connected_at.get()?;
        if let Some(spent) = self.spent_before() {
            return Some(*spent);
        }
        let ended_at = self.ended_at.get().unwrap_or(at);
        let wrapped_up_at = self.wrapped_up_at.get();
        Some(Spent {
            talk_ms: (ended_at - connected_at).max(0),
            hold_ms: 0,
            wrap_up_ms: wrapped_up_at.map_or(0, |until| until - ended_at),
        })
    }
}
