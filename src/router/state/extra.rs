//! What a contact may have besides its way through the queue: a kind, agents it excludes, a note, a
//! booked slot, a ticket of the counter, a call promised, what its customer's profile asks for, what
//! was learnt of it.
//!
//! Most contacts have none of it, so it lies apart. Plain state; nothing is decided here.

use smallvec::SmallVec;

use super::contact::Contact;
use super::skill::Levels;
use crate::router::api::booking::Slot;
use crate::router::api::ids::{AgentIdx, Name, Text};
use crate::router::api::time::Timestamp;
use crate::stored::stored;

/// The state apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extra {
    pub kind: Option<Name>,
    /// Agents whom the contact itself excludes.
    pub exclude: SmallVec<[AgentIdx; 2]>,
    /// What the platform noted at its end.
    pub note: Option<Text>,
    pub(super) slot: Option<Slot>,
    pub ticket: Option<Name>,
    /// When the caller chose to be called back.
    pub callback_at: Option<Timestamp>,
    /// Where to call back.
    pub callback_to: Option<Text>,
    /// Priority by the customer's profile.
    pub bonus: i32,
    /// Skills wished for by the customer's profile, for as long as `wishing`.
    pub wishes: Levels,
    pub wishing: bool,
    /// When the wishes are given up. `None` = never.
    pub wish_until: Option<Timestamp>,
    /// The agent in charge of the customer's grid.
    pub manager: Option<AgentIdx>,
    /// The mentor who is asked first in a consultation.
    pub mentor: Option<AgentIdx>,
    /// Something was learnt of it that whoever is offered it should see.
    pub learnt: bool,
}

stored! {
    Extra {
        1 kind, 2 exclude, 3 note, 4 slot, 5 ticket, 6 callback_at, 7 callback_to, 8 bonus = 0,
        9 wishes, 10 wishing = false, 11 wish_until, 12 manager, 13 mentor, 14 learnt = false,
    }
}

impl Extra {
    /// Priority by the customer's profile, and nothing else.
    pub fn of_priority(bonus: i32) -> Self {
        Self {
            bonus,
            ..Self::default()
        }
    }
}

impl Contact {
    pub fn extra_mut(&mut self) -> &mut Extra {
        self.extra.get_or_insert_default()
    }

    /// Keeps something apart, where there is something.
    pub fn keep<T>(&mut self, value: Option<T>, place: fn(&mut Extra) -> &mut Option<T>) {
        if value.is_some() || self.extra.is_some() {
            *place(self.extra_mut()) = value;
        }
    }

    pub fn kind(&self) -> Option<&Name> {
        self.extra.as_ref()?.kind.as_ref()
    }

    /// The agents whom the contact itself excludes.
    pub fn exclude(&self) -> &[AgentIdx] {
        self.extra.as_ref().map_or(&[], |extra| &extra.exclude)
    }

    pub fn note(&self) -> Option<&Text> {
        self.extra.as_ref()?.note.as_ref()
    }

    pub fn slot(&self) -> Option<Slot> {
        self.extra.as_ref()?.slot
    }

    pub fn bonus(&self) -> i32 {
        self.extra.as_ref().map_or(0, |extra| extra.bonus)
    }

    pub fn ticket(&self) -> Option<Name> {
        self.extra.as_ref()?.ticket.clone()
    }

    /// The skills that are wished for now.
    pub fn wishes(&self) -> Option<&Levels> {
        let extra = self.extra.as_ref().filter(|extra| extra.wishing)?;
        Some(&extra.wishes)
    }

    pub fn manager(&self) -> Option<AgentIdx> {
        self.extra.as_ref()?.manager
    }

    pub fn mentor(&self) -> Option<AgentIdx> {
        self.extra.as_ref()?.mentor
    }

    /// Who is asked by name besides owner and preferred agent, and whether for the skill too.
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

    /// Whether its caller has hung up and is to be called, or there never was one.
    pub fn is_promised_call(&self) -> bool {
        let asked = self.extra.as_ref().and_then(|extra| extra.callback_at);
        self.by_owner_only || asked.is_some() || self.duty.is_some()
    }

    pub fn is_learnt(&self) -> bool {
        self.extra.as_ref().is_some_and(|extra| extra.learnt)
    }
}
