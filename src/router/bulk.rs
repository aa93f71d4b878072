//! The interface for bulk runs in this crate: the same steps as commands, by number and without
//! answers.
//!
//! A simulation takes millions of steps: it names entities by number, gets [`Move`]s instead of
//! events, and controls how far the deadlines of an instant are handled ([`Router::advance`]), so
//! that its own events are placed among them in a fixed order. Every step here uses the same
//! functions as [`Router::apply`].

use super::Router;
use super::act::contact::end::AfterWork;
use super::api::codes::{Outcome, Presence};
use super::api::command::{Command, Stamped};
use super::api::ids::{
    AgentIdx, CaseIdx, ChannelIdx, ContactIdx, CustomerIdx, Name, OfferId, QueueIdx,
};
use super::api::policy::SkillMap;
use super::api::reject::Reject;
use super::api::time::Timestamp;
use super::state::case::Case;
use super::state::skill::Levels;
use super::state::timers::Timer;

pub(crate) use super::api::moves::{Move, Taken};

/// How far the deadlines of one instant are handled; each stage includes those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    /// Agents come back: wrap-ups, breaks and retry delays end.
    Back = 0,
    /// Offers expire.
    Offers = 1,
    /// Waits for an owner end, requirements widen, priorities rise.
    OwnerWaits = 2,
    /// Contacts have waited long enough, and everything else.
    Patience = 3,
}

impl Stage {
    const fn of(timer: Timer) -> Self {
        match timer {
            Timer::WrapUp
            | Timer::Lease
            | Timer::Platform
            | Timer::Desktop
            | Timer::Presence
            | Timer::Absence
            | Timer::Retry => Self::Back,
            Timer::Offer => Self::Offers,
            Timer::Firm | Timer::OwnerWait | Timer::Step | Timer::Wish | Timer::Age => {
                Self::OwnerWaits
            }
            Timer::NoAgent
            | Timer::MaxWait
            | Timer::Succession
            | Timer::CaseWait
            | Timer::CaseClock
            | Timer::FollowUp
            | Timer::CloseCase
            | Timer::Scheduled => Self::Patience,
        }
    }

    const fn last(self) -> Timer {
        match self {
            Self::Back => Timer::Retry,
            Self::Offers => Timer::Offer,
            Self::OwnerWaits => Timer::Age,
            Self::Patience => Timer::Scheduled,
        }
    }
}

/// A submitted contact.
#[derive(Clone, Debug)]
pub(crate) struct Arrival<'a> {
    /// The id used in errors.
    pub contact: &'a Name,
    pub queue: QueueIdx,
    pub channel: ChannelIdx,
    pub customer: Option<CustomerIdx>,
    pub case: Option<CaseIdx>,
    pub topic: Option<&'a Name>,
    pub priority: i32,
    pub requires: &'a Levels,
}

/// The state after the end of a conversation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hung {
    /// The owner of the contact's case.
    pub owner: Option<AgentIdx>,
    pub wrap_up_until: Option<Timestamp>,
}

impl Router {
    /// Every customer is taken to have a number.
    pub(crate) fn assume_numbers(&mut self) {
        self.book.assume_numbers();
    }

    /// The next deadline and its stage.
    pub(crate) fn next_stage(&self) -> Option<(Timestamp, Stage)> {
        self.book
            .timers()
            .first()
            .map(|due| (due.at, Stage::of(due.timer)))
    }

    /// Handles everything due before `at`, and at `at` through a stage.
    pub(crate) fn advance(&mut self, at: Timestamp, through: Stage) {
        self.book.go_on_to(at);
        self.fire_due(through.last());
        self.forget_heard();
        self.book.prune_timers();
    }

    /// Records that the deadlines of a stage at an instant are handled, or that it has only begun.
    pub(crate) fn come_past(&mut self, at: Timestamp, stage: Option<Stage>) {
        self.book.go_on_to(at);
        self.book.come_past(stage.map_or(Timer::FIRST, Stage::last));
    }

    /// Takes the moves since the last call, in order.
    pub(crate) fn take_moves(&mut self, moves: &mut Vec<Move>) {
        moves.clear();
        std::mem::swap(&mut self.out.moves, moves);
        self.forget_heard();
    }

    /// Forgets ended contacts, except those whose end the caller has not yet taken: their numbers
    /// would be reused too early.
    fn forget_heard(&mut self) {
        if self.out.moves.is_empty() {
            self.book.forget_ended();
        }
    }

    fn step<T>(&mut self, at: Timestamp, act: impl FnOnce(&mut Self) -> T) -> T {
        self.book.go_on_to(at);
        let done = act(self);
        self.settle();
        self.forget_heard();
        done
    }

    /// Applies a command of the preparation.
    pub(crate) fn command_bulk(&mut self, at: Timestamp, command: Command) -> Result<(), Reject> {
        let stamped = Stamped {
            at,
            chance: self.book.chance(),
            source: None,
            key: None,
            actor: None,
            command,
        };
        self.step(at, |router| router.command(&stamped).map(|_subject| ()))
    }

    /// Submits a contact; `None` if no trunk is free.
    pub(crate) fn submit_bulk(
        &mut self,
        at: Timestamp,
        chance: u64,
        arrival: &Arrival<'_>,
    ) -> Option<ContactIdx> {
        self.book.set_chance(chance);
        self.book
            .check_trunks(arrival.queue, arrival.contact)
            .ok()?;
        Some(self.step(at, |router| {
            let resolved = router.book.resolve(
                arrival.queue,
                arrival.channel,
                arrival.customer,
                arrival.case,
                arrival.topic,
            );
            let seq = router.book.next_arrival();
            let id = arrival.contact.clone();
            let mut contact = router
                .book
                .blank(id, &resolved, arrival.requires.clone(), seq);
            contact.priority = arrival.priority;
            contact.topic = arrival.topic.cloned();
            router.enter_contact(contact, None, None, resolved.case, None)
        }))
    }

    /// Accepts an offer if it is still open.
    pub(crate) fn accept_bulk(&mut self, at: Timestamp, contact: ContactIdx, offer: OfferId) {
        let Some(entry) = self.book.contacts().get(contact) else {
            return;
        };
        let Some(offer) = entry.offers().iter().find(|open| open.id == offer).copied() else {
            return;
        };
        self.step(at, |router| router.accept(contact, &offer));
    }

    /// From now on every offer is accepted as it is made.
    pub(crate) fn answer_at_once(&mut self) {
        self.answered_at_once = true;
    }

    /// From now on contacts are known by number only, without names.
    pub(crate) fn know_by_number(&mut self) {
        self.book.know_by_number();
    }

    /// Ends a conversation; `wrap_up_ms` overrides the agent's and the queue's.
    pub(crate) fn end_bulk(
        &mut self,
        at: Timestamp,
        contact: ContactIdx,
        wrap_up_ms: Option<i64>,
    ) -> Hung {
        self.step(at, |router| {
            let owner = router.book.case_owner(contact);
            let agent = router.book.contact(contact).last_agent;
            let after = wrap_up_ms.map_or(AfterWork::Usual, AfterWork::Lasts);
            let at = router.book.at();
            router.end_conversation(contact, Outcome::Open, after, at);
            let wraps = agent.map(|agent| router.book.agent(agent).wraps());
            let wrap = wraps.and_then(|all| all.iter().find(|wrap| wrap.contact == contact));
            Hung {
                owner,
                wrap_up_until: wrap.map(|wrap| wrap.until_at),
            }
        })
    }

    /// Ends an agent's wrap-ups that are due by now.
    pub(crate) fn end_wrap_up_bulk(&mut self, at: Timestamp, agent: AgentIdx) {
        self.step(at, |router| router.end_wrap_ups(agent, at));
        self.book.prune_timers();
    }

    /// The caller of an unanswered contact hangs up.
    pub(crate) fn abandon_bulk(&mut self, at: Timestamp, contact: ContactIdx) {
        self.step(at, |router| router.cancel(contact, Outcome::Abandoned));
    }

    pub(crate) fn presence_bulk(&mut self, at: Timestamp, agent: AgentIdx, presence: Presence) {
        self.step(at, |router| {
            router.set_presence(agent, presence, None, None);
        });
    }

    /// Opens a case of a simulation, with its owner if known. Only the simulation knows its name.
    pub(crate) fn open_case_bulk(
        &mut self,
        at: Timestamp,
        id: &Name,
        customer: Option<CustomerIdx>,
        topic: Option<&Name>,
        owner: Option<AgentIdx>,
    ) -> CaseIdx {
        self.step(at, |router| {
            let case = Case::new(id.clone(), customer, topic.cloned(), None, router.book.at());
            let idx = router.book.enter_case(case, false);
            router.attach_others(idx);
            if let Some(owner) = owner {
                router.own(idx, owner, None);
            }
            idx
        })
    }

    /// Makes an agent the owner of a case that has none.
    pub(crate) fn own_case_bulk(&mut self, at: Timestamp, case: CaseIdx, owner: AgentIdx) {
        self.step(at, |router| router.own(case, owner, None));
    }

    /// Forgets a case that belonged to a single contact, which has ended.
    pub(crate) fn forget_case_bulk(&mut self, case: CaseIdx) {
        self.book.forget_unreferred(case);
    }

    pub(crate) fn owner_of_case(&self, case: CaseIdx) -> Option<AgentIdx> {
        self.book.case(case).owner()
    }

    pub(crate) fn customer_of_case(&self, case: CaseIdx) -> Option<CustomerIdx> {
        self.book.case(case).customer()
    }

    pub(crate) fn agent_named(&self, name: &Name) -> Option<AgentIdx> {
        self.book.find_agent(name).ok()
    }

    pub(crate) fn queue_named(&self, name: &Name) -> Option<QueueIdx> {
        self.book.find_queue(name).ok()
    }

    pub(crate) fn channel_named(&self, name: &Name) -> Option<ChannelIdx> {
        self.book.channels().find(name)
    }

    /// The channels, for error messages.
    pub(crate) fn channels_listed(&self) -> String {
        self.book.channels().listed()
    }

    /// The customer of an identity, created if unknown.
    pub(crate) fn customer_numbered(&mut self, identity: &Name) -> CustomerIdx {
        self.book.intern_customer(identity)
    }

    /// A requirement with numbered skills.
    pub(crate) fn levels_of(&mut self, requires: &SkillMap) -> Option<Levels> {
        self.book
            .skills()
            .has_room_for(requires)
            .then(|| self.book.skills_mut().levels(requires))
    }

    pub(crate) fn offers_made(&self, contact: ContactIdx) -> u32 {
        self.book
            .contacts()
            .get(contact)
            .map_or(0, |entry| entry.offers_made)
    }

    pub(crate) fn agents_known(&self) -> usize {
        self.book.agents().len()
    }

    pub(crate) fn agent_name_of(&self, agent: AgentIdx) -> &Name {
        &self.book.agent(agent).id
    }

    pub(crate) fn is_human(&self, agent: AgentIdx) -> bool {
        self.book.agent(agent).is_human()
    }

    pub(crate) fn queue_name_of(&self, queue: QueueIdx) -> &Name {
        &self.book.queue(queue).id
    }

    pub(crate) fn policy(&self, queue: QueueIdx) -> &super::api::policy::Policy {
        self.book.queue(queue).policy()
    }
}
