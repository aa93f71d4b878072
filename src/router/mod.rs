//! The router: a deterministic state machine over commands.
//!
//! [`Router::apply`] is the only way to change it, and [`Router::book`] the only way to look into it:
//! a [`Book`] that cannot be changed from there. There is no clock, no input or output, no randomness, no logging and no iteration over a
//! hash map in this folder: time and chance come in with the command, so the same commands give
//! the same state, answers and events wherever they are applied.
//!
//! One command goes through three movements: what is due happens (`act/due`), the command changes
//! what it is about (in `act`, a folder for each noun), and then the consequences are drawn until
//! nothing moves any more (`act/settle`): contacts that look for an agent, agents that became free,
//! contacts whose owner's situation changed.
//!
//! The folders are rooms, and each says in its `mod.rs` what it may not do. The files beside them
//! are doors: they may name every room, and no room names them but for [`Router`] itself.

// The rooms, from the lowest. Each names only those before it.
mod api;
mod store;

mod state;

mod decide;
mod look;

mod act;

// Doors beside `apply` and `query`: simulations in bulk; the whole state as bytes and back.
pub(crate) mod bulk;
mod image;

pub mod rules;

// What comes in and what goes out, for those outside.
pub use act::case::follow_up;
pub use api::{
    answer, codes, command, effect, event, ids, join, kind, number, people, people_view, policy,
    query, reject, time,
};
pub(crate) use api::{booking, by_customer, ticket, words};
pub use look::ahead;
pub(crate) use look::census;
pub(crate) use state::{bonds, skill};

use api::answer::Answer;
use api::command::{Command, Stamped};
pub use api::detail::Detail;
use api::effect::Effects;
use api::event::ServerEvent;
use api::ids::{AgentIdx, CaseIdx, ContactIdx, Name, QueueIdx};
pub use api::policy::DEFAULT_QUEUE;
use api::reject::Reject;
use api::time::Timestamp;
pub use state::book::{Book, IMAGE_FORMAT};
use state::kind::KindIdx;
use state::timers::Timer;

/// One tenant's routing: what it knows, the consequences that are still to be drawn, and the effects
/// that go out.
#[derive(Debug)]
pub struct Router {
    book: Book,
    event_seq: u64,
    /// Contacts that are to look for an agent.
    unsettled: Vec<ContactIdx>,
    out: Effects,
    detail: Detail,
    /// Every offer is accepted as it is made; for bulk runs whose agents answer without delay.
    answered_at_once: bool,
}

impl Default for Router {
    fn default() -> Self {
        Self::new()
    }
}

impl Router {
    /// A router with the queue `default` and nothing else.
    pub fn new() -> Self {
        Self::with_detail(Detail::FULL)
    }

    /// A router that keeps and tells as much as asked. Detail never changes a decision.
    pub fn with_detail(detail: Detail) -> Self {
        Self {
            book: Book::new(),
            event_seq: 0,
            unsettled: Vec::new(),
            out: Effects::default(),
            detail,
            answered_at_once: false,
        }
    }

    /// What it knows: to be asked, and never changed but by commands.
    pub fn book(&self) -> &Book {
        &self.book
    }

    /// Carries out one command. Everything due up to `stamped.at` should have been done before by
    /// ticks (see [`Router::next_deadline`]); what is still due happens first, at `stamped.at`.
    /// A refusal has changed nothing.
    pub fn apply(&mut self, stamped: &Stamped, effects: &mut Effects) -> Result<Answer, Reject> {
        self.step_to(stamped, effects, |router| {
            let key = stamped.key.as_ref();
            match key.and_then(|key| router.book.keys().look_up(key)) {
                Some(earlier) => earlier,
                None => {
                    router.book.check_agrees(&stamped.command)?;
                    router.carry_out(stamped)
                }
            }
        })
    }

    /// Carries out a command that was carried out before, with the same events. Its answer is long
    /// given and its counts are counted: neither is made again, but where the answer is remembered.
    pub fn replay(&mut self, stamped: &Stamped, effects: &mut Effects) {
        if let Some(key) = &stamped.key {
            // What it was answered then, it is answered now.
            let _ = self.step_to(stamped, effects, |router| {
                let earlier = router.book.keys().look_up(key);
                earlier.unwrap_or_else(|| router.carry_out(stamped))
            });
            return;
        }
        let counts = std::mem::replace(&mut self.detail.counts, false);
        self.step_to(stamped, effects, |router| {
            if router.command(stamped).is_ok() {
                router.settle();
            }
        });
        self.detail.counts = counts;
    }

    fn step_to<T>(
        &mut self,
        stamped: &Stamped,
        effects: &mut Effects,
        carry_out: impl FnOnce(&mut Self) -> T,
    ) -> T {
        std::mem::swap(&mut self.out, effects);
        self.book.go_on_to(stamped.at);
        self.book.set_chance(stamped.chance);
        self.fire_due(Timer::LAST);
        let outcome = carry_out(self);
        self.book.forget_ended();
        self.book.prune_timers();
        std::mem::swap(&mut self.out, effects);
        outcome
    }

    fn carry_out(&mut self, stamped: &Stamped) -> Result<Answer, Reject> {
        let subject = self.command(stamped)?;
        self.settle();
        let answer = self.book.answer(subject);
        if let Some(key) = &stamped.key {
            self.book.remember_answer(key, &answer);
        }
        Ok(answer)
    }

    /// Each noun has its own list of commands, in the folder where they are carried out.
    fn command(&mut self, stamped: &Stamped) -> Result<Subject, Reject> {
        match &stamped.command {
            Command::Tick => Ok(Subject::Nothing),
            Command::Restarted => self.restarted(),
            Command::Reloaded => {
                self.emit(|_| ServerEvent::Reloaded);
                Ok(Subject::Nothing)
            }
            Command::Session(command) => self.session_command(command),
            Command::Agent(command) => self.agent_command(command),
            Command::Queue(command) => self.queue_command(command),
            Command::Settings(patch) => self.settings_set(patch),
            Command::Customer(command) => self.customer_command(command),
            Command::Contact(command) => self.contact_command(command, stamped.source.as_ref()),
            Command::Offer(command) => self.offer_command(command),
            Command::Case(command) => self.case_command(command),
            Command::Kind(command) => self.kind_command(command),
            Command::Calendar(command) => self.calendar_command(command),
        }
    }

    /// When the router next wants a [`Command::Tick`]; `None` = nothing is due ever.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.book.timers().first().map(|due| due.at)
    }

    /// How many agents, customers, contacts and cases it knows, about: an image of the state takes
    /// time and room in proportion.
    pub fn entities(&self) -> usize {
        self.book.agents().len()
            + self.book.customers().slots.len()
            + self.book.contacts().slots.len()
            + self.book.cases().slots.len()
    }

    /// The number of the last event, 0 before the first.
    pub fn event_seq(&self) -> u64 {
        self.event_seq
    }

    /// The time of the last command applied: no later command may bear an earlier one.
    pub fn last_at(&self) -> Timestamp {
        self.book.at()
    }
}

/// What a command was about: the answer is made of it when its consequences are drawn.
#[derive(Debug)]
enum Subject {
    Nothing,
    Agent(AgentIdx),
    Queue(QueueIdx),
    Settings,
    Customer(ids::CustomerIdx),
    Submitted(ContactIdx),
    Contact(ContactIdx),
    Case(CaseIdx),
    Kind(KindIdx),
    Calendar(Name),
    Answer(Answer),
}
