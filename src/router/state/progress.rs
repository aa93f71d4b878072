//! The progress of a case: its stage and clocks, its wait, its assist tasks, and its follow-up.
//!
//! Plain state, created when needed; a case without a configured kind, wait or task has none.

use super::clock::{Clock, ClockOf};
use super::kind::KindIdx;
use crate::router::api::codes::{FollowUpResult, WaitOn};
use crate::router::api::ids::{AgentIdx, ContactIdx, Name, QueueIdx, Text};
use crate::router::api::time::Timestamp;
use crate::stored::stored;

/// The most clocks of a case that are kept; the oldest ended ones are dropped.
pub const CLOCKS_KEPT_MAX: usize = 64;
/// The most assist tasks of a case.
pub const ASSISTS_MAX: usize = 64;
/// The most follow-up results of a case that are kept; the oldest are dropped.
pub const RESULTS_KEPT_MAX: usize = 64;

/// The progress of a case.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    /// The rules under which it was opened.
    pub kind: Option<KindIdx>,
    /// The position of its stage, and when it entered it.
    pub stage: u16,
    pub stage_at: Timestamp,
    pub clocks: Vec<Clock>,
    /// When the next moment of any clock is due.
    pub clock_at: Option<Timestamp>,
    /// The people to be told at once have not been told.
    pub untold: bool,
    pub wait: Option<Wait>,
    pub assists: Vec<Assist>,
    /// The numbers of done tasks whose result the owner has not heard in a conversation.
    pub news: Vec<u32>,
    pub follow_up: Option<Pending>,
    /// Follow-up attempts over all rounds.
    pub follow_ups: u32,
    pub results: Vec<Asked>,
}

stored! {
    Progress {
        1 kind, 2 stage = 0, 3 stage_at, 4 clocks, 5 clock_at, 6 untold = false, 7 wait, 8 assists,
        9 news, 10 follow_up, 11 follow_ups = 0, 12 results,
    }
}

/// The wait of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    pub on: WaitOn,
    pub since: Timestamp,
    pub until_at: Option<Timestamp>,
}

stored! { Wait { 1 on, 2 since, 3 until_at } }

/// A task for another agent or queue.
#[derive(Clone, Debug)]
pub struct Assist {
    pub number: u32,
    pub agent: Option<AgentIdx>,
    pub queue: Option<QueueIdx>,
    pub request: Text,
    pub by: Option<Name>,
    pub asked_at: Timestamp,
    /// The contact that carries it, and its name, which is kept after the contact.
    pub contact: Option<ContactIdx>,
    pub contact_name: Name,
    pub taken_by: Option<AgentIdx>,
    pub taken_at: Option<Timestamp>,
    pub done_at: Option<Timestamp>,
    pub done_by: Option<Name>,
    pub result: Option<Text>,
    /// Withdrawn because the case was resolved or closed without it.
    pub withdrawn: bool,
}

stored! {
    Assist {
        1 number = 0, 2 agent, 3 queue, 4 request, 5 by, 6 asked_at, 7 contact, 8 contact_name,
        9 taken_by, 10 taken_at, 11 done_at, 12 done_by, 13 result, 14 withdrawn = false,
    }
}

impl Assist {
    pub fn is_open(&self) -> bool {
        self.done_at.is_none() && !self.withdrawn
    }
}

/// A follow-up under way, between the resolution and the close.
#[derive(Clone, Debug)]
pub struct Pending {
    /// Attempts of this round.
    pub attempts: u32,
    /// When the next attempt is due, or the present one is checked.
    pub next_at: Option<Timestamp>,
    /// The contact of the present attempt.
    pub contact: Option<ContactIdx>,
    /// Its contact has ended without a result.
    pub untold_result: bool,
    /// When the present or last attempt was due.
    pub tried_at: Option<Timestamp>,
    /// The escalation of the late attempt has been sent.
    pub told: bool,
}

stored! {
    Pending {
        1 attempts = 0, 2 next_at, 3 contact, 4 untold_result = false, 5 tried_at, 6 told = false,
    }
}

/// The result of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub at: Timestamp,
    pub attempt: u32,
    pub result: FollowUpResult,
    pub score: Option<u8>,
    pub by: Name,
}

stored! { Asked { 1 at, 2 attempt, 3 result, 4 score, 5 by } }

impl Progress {
    /// The clock of something that has not ended.
    pub fn open_clock(&self, of: ClockOf) -> Option<&Clock> {
        self.clocks.iter().find(|c| c.is_open() && c.of == of)
    }

    pub fn open_clock_mut(&mut self, of: ClockOf) -> Option<&mut Clock> {
        self.clocks.iter_mut().find(|c| c.is_open() && c.of == of)
    }

    /// The earliest open deadline, passed or future.
    pub fn due_at(&self) -> Option<Timestamp> {
        let open = self
            .clocks
            .iter()
            .filter(|c| c.is_open() && c.left.is_none());
        open.filter_map(|clock| clock.due_at).min()
    }

    /// The deadline of the whole case, if its clock runs.
    pub fn whole_due_at(&self) -> Option<Timestamp> {
        let whole = self.open_clock(ClockOf::Whole)?;
        whole.due_at.filter(|_| whole.left.is_none())
    }

    pub fn assist(&self, number: u32) -> Option<&Assist> {
        self.assists.iter().find(|assist| assist.number == number)
    }

    pub fn assist_mut(&mut self, number: u32) -> Option<&mut Assist> {
        self.assists.iter_mut().find(|a| a.number == number)
    }

    /// Adds a clock and drops the oldest ended one if there are too many.
    pub fn keep_clock(&mut self, clock: Clock) {
        if self.clocks.len() >= CLOCKS_KEPT_MAX
            && let Some(oldest) = self.clocks.iter().position(|clock| !clock.is_open())
        {
            self.clocks.remove(oldest);
        }
        self.clocks.push(clock);
    }
}
