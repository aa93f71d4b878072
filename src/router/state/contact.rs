//! A contact: from its submission to its end.
//!
//! Plain state and queries on it. A contact always has exactly one [`ContactState`], which only
//! `Book::set_state` changes.

use smallvec::SmallVec;

use super::contact_cold::ContactCold;
use super::deadline::{Deadline, Deadlines};
use super::duty::Duty;
use super::place::Place;
use super::skill::Levels;
use super::waiting::WaitKey;
use crate::router::api::codes::{ContactState, EndedBy, Outcome, Route, Rule, Verdict, Why};
use crate::router::api::command::Attributes;
use crate::router::api::ids::{
    AgentIdx, CaseIdx, ChannelIdx, CustomerIdx, Name, OfferId, QueueIdx, SourceIdx, Text,
};
use crate::router::api::time::{MaybeAt, Millis, Timestamp};
use crate::router::store::small_list::SmallList;
use crate::stored::stored;

/// The most steps kept for `contact.explain`; beyond that the oldest but the first few are dropped.
pub const STEPS_KEPT_MAX: usize = 64;

/// A contact.
#[derive(Clone, Debug)]
pub struct Contact {
    pub id: Name,
    pub(super) queue: QueueIdx,
    pub channel: ChannelIdx,
    pub(super) customer: Option<CustomerIdx>,
    pub topic: Option<Name>,
    pub(super) case: Option<CaseIdx>,
    /// The last owner of a closed case of the same matter: a preference only.
    pub last_owner: Option<AgentIdx>,
    pub prefer: Option<AgentIdx>,
    pub priority: i32,
    pub requires: Levels,
    pub max_wait_ms: Option<Millis>,
    pub attributes: Option<Attributes>,
    pub(super) source: Option<SourceIdx>,

    pub(super) state: ContactState,
    pub outcome: Option<Outcome>,
    pub why: Why,
    pub reason: Option<Text>,

    pub submitted_at: Timestamp,
    /// The time that determines its place in the order.
    pub joined_at: Timestamp,
    /// The arrival sequence; it decides between equal times.
    pub seq: u64,
    /// When it entered the present queue; the queue's `max_wait_ms` counts from here.
    pub entered_at: Timestamp,
    /// Overflows in the millisecond in which it entered the present queue.
    pub hops: u32,
    /// When the present wait began, on arrival or on transfer; steps, the wait for an owner and its
    /// own `max_wait_ms` count from here, and this wait is reported.
    pub wait_from: Timestamp,
    pub not_before_at: MaybeAt,
    pub connected_at: MaybeAt,
    pub ended_at: MaybeAt,
    pub wait_ms: Option<i64>,
    pub within_target: bool,

    /// Steps of the queue passed by waiting.
    pub(super) steps_passed: u32,
    /// Steps of priority gained by waiting.
    pub(super) aged: i32,
    /// Its time ran out; it stays only until its offers are decided.
    pub overdue: bool,
    /// It was transferred to a queue and the owner is not asked again.
    pub passed_on: bool,
    /// A callback that only the owner makes.
    pub by_owner_only: bool,
    /// Why the router created it, if it did.
    pub duty: Option<Duty>,
    /// It waits for this agent as others wait for their owner.
    pub(super) kept_for: Option<AgentIdx>,
    /// Only this agent is asked.
    pub direct: Option<AgentIdx>,
    /// It looks for an agent: it waits or is offered, also during a consultation.
    pub(super) seeking: bool,

    pub(super) offers: SmallVec<[Offer; 1]>,
    pub offers_made: u32,
    pub(super) talks: SmallVec<[Talk; 1]>,
    /// The first human has accepted it: whether it is a repeat is judged.
    pub judged: bool,
    pub ended_by: Option<EndedBy>,
    /// When its last wrap-up ended, if it had one.
    pub wrapped_up_at: MaybeAt,
    /// The agent of the last conversation.
    pub last_agent: Option<AgentIdx>,
    pub route: Option<Route>,

    pub(super) deadlines: Deadlines,

    pub trail: Vec<StepTaken>,
    pub trail_dropped: u64,

    /// Agents still in wrap-up for it.
    pub(super) wrapping: SmallList<AgentIdx>,
    pub cold: Option<Box<ContactCold>>,
    /// Its place in the waiting index.
    pub(super) place: Option<Place>,
    /// Its place among the ringing contacts that may be offered to more agents.
    pub(super) ringing: Option<Box<WaitKey>>,
}

stored! {
    Contact {
        1 id, 2 queue, 3 channel, 4 customer, 5 topic, 6 case, 7 last_owner, 8 prefer,
        9 priority = 0, 10 requires, 11 max_wait_ms, 12 attributes, 13 source, 14 state, 15 outcome,
        16 why, 17 reason, 18 submitted_at, 19 joined_at, 20 seq = 0, 21 entered_at, 22 hops = 0,
        23 wait_from, 24 not_before_at, 25 connected_at, 26 ended_at, 27 wait_ms,
        28 within_target = false, 29 steps_passed = 0, 30 aged = 0, 31 overdue = false,
        32 passed_on = false, 33 by_owner_only = false, 34 duty, 35 kept_for, 36 direct,
        37 seeking = false, 38 offers, 39 offers_made = 0, 40 talks, 41 last_agent, 42 route,
        43 deadlines, 44 trail, 45 trail_dropped = 0, 46 wrapping, 47 cold,
        48 judged = false, 49 ended_by, 50 wrapped_up_at,
    }
    made anew { place, ringing }
}

/// An open offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    pub id: OfferId,
    pub agent: AgentIdx,
    pub route: Route,
    pub why: Why,
    pub expires_at: Timestamp,
}

stored! { Offer { 1 id, 2 agent, 3 route, 4 why, 5 expires_at } }

/// A conversation with one agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Talk {
    pub agent: AgentIdx,
    pub since: Timestamp,
    pub route: Route,
    /// Through which the agent got the contact, where the contact is in another one by now.
    pub queue: Option<QueueIdx>,
}

stored! { Talk { 1 agent, 2 since, 3 route, 4 queue } }

/// One step of a contact, kept for `contact.explain`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepTaken {
    pub at: Timestamp,
    pub rule: Rule,
    pub why: Option<Why>,
    pub agent: Option<AgentIdx>,
    pub until_at: Option<Timestamp>,
    pub candidates: Box<[Considered]>,
}

stored! { StepTaken { 1 at, 2 rule, 3 why, 4 agent, 5 until_at, 6 candidates } }

/// A considered agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Considered {
    pub agent: AgentIdx,
    pub route: Route,
    pub verdict: Verdict,
}

stored! { Considered { 1 agent, 2 route, 3 verdict } }

impl Contact {
    /// A contact with all optional fields unset.
    pub fn new(
        id: Name,
        queue: QueueIdx,
        channel: ChannelIdx,
        customer: Option<CustomerIdx>,
        requires: Levels,
        at: Timestamp,
        seq: u64,
    ) -> Self {
        Self {
            id,
            queue,
            channel,
            customer,
            topic: None,
            case: None,
            last_owner: None,
            prefer: None,
            priority: 0,
            requires,
            max_wait_ms: None,
            attributes: None,
            source: None,
            state: ContactState::Waiting,
            outcome: None,
            why: Why::NoAgentAvailable,
            reason: None,
            submitted_at: at,
            joined_at: at,
            seq,
            entered_at: at,
            hops: 0,
            wait_from: at,
            not_before_at: MaybeAt::NONE,
            connected_at: MaybeAt::NONE,
            ended_at: MaybeAt::NONE,
            wait_ms: None,
            within_target: false,
            steps_passed: 0,
            aged: 0,
            overdue: false,
            passed_on: false,
            by_owner_only: false,
            duty: None,
            kept_for: None,
            direct: None,
            seeking: false,
            offers: SmallVec::new(),
            offers_made: 0,
            talks: SmallVec::new(),
            judged: false,
            ended_by: None,
            wrapped_up_at: MaybeAt::NONE,
            last_agent: None,
            route: None,
            deadlines: Deadlines::default(),
            trail: Vec::new(),
            trail_dropped: 0,
            wrapping: SmallList::None,
            place: None,
            ringing: None,
            cold: None,
        }
    }

    /// A new contact with the same wishes that joins now, without this one's history.
    pub fn afresh(&self, id: Name, at: Timestamp, seq: u64) -> Self {
        let (queue, channel) = (self.queue, self.channel);
        let mut fresh = Self::new(
            id,
            queue,
            channel,
            self.customer,
            self.requires.clone(),
            at,
            seq,
        );
        fresh.topic = self.topic.clone();
        fresh.last_owner = self.last_owner;
        fresh.prefer = self.prefer;
        fresh.priority = self.priority;
        fresh.attributes = self.attributes.clone();
        fresh.why = self.why;
        fresh.passed_on = self.passed_on;
        fresh.cold = self.cold.clone();
        if let Some(cold) = &mut fresh.cold {
            cold.slot = None;
            cold.holds.clear();
            cold.spent = None;
            cold.passed = None;
            cold.assigned = None;
            cold.tries = 0;
            cold.told_no_number = false;
            cold.code = None;
            cold.told_at = None;
        }
        fresh
    }

    /// The same contact in a case.
    pub fn of_case(mut self, case: Option<CaseIdx>) -> Self {
        self.case = case;
        self
    }

    /// The same contact, kept for an agent as others are for their owner.
    pub fn for_agent(mut self, agent: Option<AgentIdx>) -> Self {
        self.kept_for = agent;
        self
    }

    /// The same contact after so many steps of its queue.
    pub fn after_steps(mut self, steps_passed: u32) -> Self {
        self.steps_passed = steps_passed;
        self
    }

    /// The same contact with so many steps of priority gained by waiting.
    pub fn after_aging(mut self, aged: i32) -> Self {
        self.aged = aged;
        self
    }

    /// The same contact in another queue.
    pub fn as_if_in(&self, queue: QueueIdx) -> Self {
        let mut trial = self.clone();
        trial.queue = queue;
        trial.place = None;
        trial
    }

    /// Whether it has not ended.
    pub fn is_live(&self) -> bool {
        self.state != ContactState::Ended
    }

    pub fn state(&self) -> ContactState {
        self.state
    }

    pub fn queue(&self) -> QueueIdx {
        self.queue
    }

    pub fn customer(&self) -> Option<CustomerIdx> {
        self.customer
    }

    pub fn case(&self) -> Option<CaseIdx> {
        self.case
    }

    pub fn source(&self) -> Option<SourceIdx> {
        self.source
    }

    pub fn talks(&self) -> &[Talk] {
        &self.talks
    }

    /// Agents still in wrap-up for it.
    pub fn wrapping(&self) -> &[AgentIdx] {
        self.wrapping.as_slice()
    }

    pub fn seeking(&self) -> bool {
        self.seeking
    }

    /// Steps of the queue passed by waiting.
    pub fn steps_passed(&self) -> u32 {
        self.steps_passed
    }

    /// Steps of priority gained by waiting.
    pub fn aged(&self) -> i32 {
        self.aged
    }

    /// The agent it waits for as others wait for their owner.
    pub fn kept_for(&self) -> Option<AgentIdx> {
        self.kept_for
    }

    /// When it ended completely, wrap-up included, or that was told.
    pub fn over_at(&self) -> Option<Timestamp> {
        let told_at = self.cold.as_ref().and_then(|cold| cold.told_at);
        told_at.or(self.wrapped_up_at.get()).or(self.ended_at.get())
    }

    /// Its open offers.
    pub fn offers(&self) -> &[Offer] {
        &self.offers
    }

    /// Its place in the waiting index.
    pub fn place(&self) -> Option<Place> {
        self.place
    }

    /// Where it stands among those that ring and may be offered to more agents.
    pub fn ringing(&self) -> Option<WaitKey> {
        self.ringing.as_deref().copied()
    }

    pub fn deadline(&self, deadline: Deadline) -> Option<Timestamp> {
        self.deadlines.0[deadline as usize].get()
    }

    /// Clears a deadline. `Book::set_deadline` arms one.
    pub fn drop_deadline(&mut self, deadline: Deadline) {
        self.deadlines.0[deadline as usize] = MaybeAt::NONE;
    }

    /// Whether its own list excludes an agent.
    pub fn excludes(&self, agent: AgentIdx) -> bool {
        self.exclude().contains(&agent)
    }

    pub fn offer_to(&self, agent: AgentIdx) -> Option<&Offer> {
        self.offers.iter().find(|offer| offer.agent == agent)
    }

    /// Whether an offer by name (owner, deputy, leader, direct) is open: then nobody else is asked.
    pub fn rings_by_name(&self) -> bool {
        self.offers.iter().any(|offer| match offer.route {
            Route::Owner | Route::Deputy | Route::Leader | Route::Direct | Route::Assigned => true,
            Route::Team | Route::Skill => false,
        })
    }

    /// Records a step for `contact.explain`.
    pub fn remember(&mut self, step: StepTaken) {
        const FIRST_KEPT: usize = 8;
        if self.trail.len() == STEPS_KEPT_MAX {
            self.trail.remove(FIRST_KEPT);
            self.trail_dropped += 1;
        }
        if self.trail.capacity() == 0 {
            // Most waiting contacts have one step; growing to four would waste memory.
            self.trail.reserve_exact(1);
        }
        self.trail.push(step);
    }
}
