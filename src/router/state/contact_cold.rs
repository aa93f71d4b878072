//! The cold part of a contact: rarely used fields, in a separate box. These are its kind, excluded
//! agents, note, booked slot, ticket, callback, what its customer's profile adds, and what was
//! learnt of it.

use smallvec::SmallVec;

use super::contact::Contact;
use super::part::{Hold, Spent};
use super::skill::Levels;
use crate::router::api::booking::Slot;
use crate::router::api::ids::{AgentIdx, Name, QueueIdx, Text};
use crate::router::api::time::Timestamp;
use crate::stored::stored;

/// The rarely used fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContactCold {
    pub kind: Option<Name>,
    /// Agents that the contact itself excludes.
    pub exclude: SmallVec<[AgentIdx; 2]>,
    /// The platform's note at its end.
    pub note: Option<Text>,
    pub(super) slot: Option<Slot>,
    pub ticket: Option<Name>,
    /// When the caller chose to be called back.
    pub callback_at: Option<Timestamp>,
    /// Where to call back.
    pub callback_to: Option<Text>,
    /// Priority from the customer's profile.
    pub bonus: i32,
    /// Skills wished for by the customer's profile, while `wishing`.
    pub wishes: Levels,
    pub wishing: bool,
    /// When the wishes end. `None` = never.
    pub wish_until: Option<Timestamp>,
    /// The agent in charge of the customer's grid.
    pub manager: Option<AgentIdx>,
    /// The mentor, asked first in a consultation.
    pub mentor: Option<AgentIdx>,
    /// Something was learnt of it that the next offered agent should see.
    pub learnt: bool,
    /// Agents who have, or had, it on hold.
    pub(super) holds: SmallVec<[Hold; 1]>,
    /// The account of the parts that are over, where it had several or was on hold.
    pub(super) spent: Option<Spent>,
    /// Who passed it on, until somebody takes it.
    pub passed: Option<Passed>,
    /// Its assignment by hand, until somebody takes it or that is over.
    pub(super) assigned: Option<Assigned>,
    /// How often its callback has been tried without reaching the customer.
    pub tries: u32,
    /// The leader was told that nobody can be called.
    pub told_no_number: bool,
    /// The centre's own code of its outcome.
    pub code: Option<Name>,
    /// When its end was told, where that was late.
    pub told_at: Option<Timestamp>,
    /// Its caller withheld who it is.
    pub withheld: bool,
    /// The number it came from, which many persons share.
    pub shared: Option<Name>,
}

/// A contact that was passed on and that nobody has taken yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passed {
    pub by: AgentIdx,
    /// Through which that agent got it.
    pub queue: QueueIdx,
    /// To a queue: it does not come back while others could serve it.
    pub to_queue: bool,
}

stored! { Passed { 1 by, 2 queue, 3 to_queue = false } }

/// An assignment by hand: the contact is kept for one agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Assigned {
    pub since: Timestamp,
    /// Whom it was kept for before.
    pub before: Option<AgentIdx>,
}

stored! { Assigned { 1 since, 2 before } }

stored! {
    ContactCold {
        1 kind, 2 exclude, 3 note, 4 slot, 5 ticket, 6 callback_at, 7 callback_to, 8 bonus = 0,
        9 wishes, 10 wishing = false, 11 wish_until, 12 manager, 13 mentor, 14 learnt = false,
        15 holds, 16 spent, 17 passed, 18 code, 19 told_at,
        30 withheld = false, 31 shared, 70 assigned, 71 tries = 0,
        72 told_no_number = false,
    }
}

impl ContactCold {
    /// Only a priority from the customer's profile.
    pub fn of_priority(bonus: i32) -> Self {
        Self {
            bonus,
            ..Self::default()
        }
    }
}

impl Contact {
    pub fn cold_mut(&mut self) -> &mut ContactCold {
        self.cold.get_or_insert_default()
    }

    /// Stores a value in the cold part, if there is one.
    pub fn keep<T>(&mut self, value: Option<T>, place: fn(&mut ContactCold) -> &mut Option<T>) {
        if value.is_some() || self.cold.is_some() {
            *place(self.cold_mut()) = value;
        }
    }

    pub fn kind(&self) -> Option<&Name> {
        self.cold.as_ref()?.kind.as_ref()
    }

    /// The agents that the contact itself excludes.
    pub fn exclude(&self) -> &[AgentIdx] {
        self.cold.as_ref().map_or(&[], |cold| &cold.exclude)
    }

    pub fn note(&self) -> Option<&Text> {
        self.cold.as_ref()?.note.as_ref()
    }

    /// Where its caller is called back.
    pub fn callback_address(&self) -> Option<&Text> {
        self.cold.as_ref()?.callback_to.as_ref()
    }

    pub fn slot(&self) -> Option<Slot> {
        self.cold.as_ref()?.slot
    }

    pub fn bonus(&self) -> i32 {
        self.cold.as_ref().map_or(0, |cold| cold.bonus)
    }

    pub fn ticket(&self) -> Option<Name> {
        self.cold.as_ref()?.ticket.clone()
    }

    /// The skills wished for now.
    pub fn wishes(&self) -> Option<&Levels> {
        let cold = self.cold.as_ref().filter(|cold| cold.wishing)?;
        Some(&cold.wishes)
    }

    pub fn manager(&self) -> Option<AgentIdx> {
        self.cold.as_ref()?.manager
    }

    /// Who passed it on, until somebody takes it.
    pub fn passed(&self) -> Option<Passed> {
        self.cold.as_ref()?.passed
    }

    /// The agent who passed it on to a queue.
    pub fn passed_to_queue_by(&self) -> Option<AgentIdx> {
        let passed = self.passed().filter(|passed| passed.to_queue);
        passed.map(|passed| passed.by)
    }

    /// The agent to whom it was given by hand, and since when.
    pub fn assigned(&self) -> Option<(AgentIdx, Timestamp)> {
        let agent = self.kept_for?;
        let assigned = self.cold.as_ref()?.assigned?;
        Some((agent, assigned.since))
    }

    /// Whether it was given to this agent by hand.
    pub fn is_assigned_to(&self, agent: AgentIdx) -> bool {
        self.kept_for == Some(agent) && self.assigned().is_some()
    }

    /// The same contact as if it were assigned to an agent.
    pub fn as_if_assigned_to(&self, agent: AgentIdx, since: Timestamp) -> Self {
        let mut trial = self.as_if_unassigned();
        let before = trial.kept_for.replace(agent);
        trial.cold_mut().assigned = Some(Assigned { since, before });
        trial
    }

    /// The same contact as if it were not assigned.
    pub fn as_if_unassigned(&self) -> Self {
        let mut trial = self.clone();
        let cold = trial.cold.as_mut();
        if let Some(assigned) = cold.and_then(|cold| cold.assigned.take()) {
            trial.kept_for = assigned.before;
        }
        trial
    }

    pub fn mentor(&self) -> Option<AgentIdx> {
        self.cold.as_ref()?.mentor
    }

    /// Who is asked by name besides owner and preferred agent, and whether their skills are
    /// checked.
    pub fn asked_besides(&self) -> impl Iterator<Item = (AgentIdx, bool)> + use<> {
        let asked = [
            (self.mentor(), false),
            (self.manager(), true),
            (self.last_owner, true),
        ];
        asked
            .into_iter()
            .filter_map(|(agent, skilled)| Some((agent?, skilled)))
    }

    /// Whether its caller has hung up and waits to be called back, or there never was a caller.
    pub fn is_promised_call(&self) -> bool {
        let asked = self.cold.as_ref().and_then(|cold| cold.callback_at);
        self.by_owner_only || asked.is_some() || self.duty.is_some()
    }

    pub fn is_withheld(&self) -> bool {
        self.cold.as_ref().is_some_and(|cold| cold.withheld)
    }

    /// The number that many persons share, if it came from one.
    pub fn shared(&self) -> Option<&Name> {
        self.cold.as_ref()?.shared.as_ref()
    }

    pub fn is_learnt(&self) -> bool {
        self.cold.as_ref().is_some_and(|cold| cold.learnt)
    }
}
