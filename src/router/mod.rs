//! The router: a deterministic state machine over commands.
//!
//! [`Router::apply`] is the only way to change it, and [`Router::book`] the only way to read it, as
//! a [`Book`] that cannot be changed there. There is no clock, input or output, randomness, logging
//! or iteration over a hash map in this folder: time and random numbers come with the command, so
//! the same commands give the same state, answers and events everywhere.
//!
//! A command has three phases: due deadlines are handled (`act/due`), the command makes its change
//! (in `act`, a folder for each noun), and then contacts that look for an agent, freed agents, and
//! contacts whose owner's situation changed are settled until nothing changes (`act/settle`).
//!
//! The folders are layers ("rooms" in docs/architecture.md), and each `mod.rs` says what its layer
//! must not do. The files beside them ("doors") are entry points: they may use every folder, and no
//! folder names them except for [`Router`] itself.

// The layers, lowest first. Each uses only those before it.
mod api;
mod store;

mod state;

mod decide;
mod look;

mod act;

// Further entry points: bulk simulations; the state as bytes and back.
pub(crate) mod bulk;
mod image;

pub mod rules;

// The input and output types, for the modules outside.
pub use act::case::follow_up;
pub use api::{
    answer, callbacks, codes, command, country, effect, event, identities, ids, join, kind, number,
    people, people_view, policy, query, reject, time,
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
use state::sources::SyncedContacts;
use state::timers::Timer;

/// One tenant's routing: its state, the contacts still to be settled, and the effects to report.
#[derive(Debug)]
pub struct Router {
    book: Book,
    event_seq: u64,
    /// Who asked for the command being carried out; `None` while deadlines are.
    actor: Option<Name>,
    /// Contacts that must look for an agent.
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

    /// A router with the given level of detail, which never changes a decision.
    pub fn with_detail(detail: Detail) -> Self {
        Self {
            book: Book::new(),
            event_seq: 0,
            actor: None,
            unsettled: Vec::new(),
            out: Effects::default(),
            detail,
            answered_at_once: false,
        }
    }

    /// The state, read only; only commands change it.
    pub fn book(&self) -> &Book {
        &self.book
    }

    /// Applies one command. Everything due up to `stamped.at` should have been handled by ticks
    /// (see [`Router::next_deadline`]); what is still due is handled first, at `stamped.at`. A
    /// refusal changes nothing.
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

    /// Applies a journaled command again, with the same events. Answer and counts are not produced
    /// again, except an answer that a key remembers.
    pub fn replay(&mut self, stamped: &Stamped, effects: &mut Effects) {
        if let Some(key) = &stamped.key {
            // The result is the recorded one.
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
        self.actor = None;
        if stamped.command == Command::Restarted {
            self.note_restart();
        }
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

    /// Each noun has its own list of commands, in the folder that applies them.
    fn command(&mut self, stamped: &Stamped) -> Result<Subject, Reject> {
        self.actor.clone_from(&stamped.actor);
        self.book.check_moments(&stamped.command)?;
        match &stamped.command {
            Command::Tick => Ok(Subject::Nothing),
            Command::Restarted => self.restarted(),
            Command::Reloaded => {
                self.emit(|_| ServerEvent::Reloaded);
                Ok(Subject::Nothing)
            }
            Command::Session(command) => self.session_command(command),
            Command::Agent(command) => self.agent_command(command, stamped.source.as_ref()),
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

    /// When the router next needs a [`Command::Tick`]; `None` = nothing is due.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.book.timers().first().map(|due| due.at)
    }

    /// About how many agents, customers, contacts and cases there are: an image takes time and
    /// space in proportion.
    pub fn entities(&self) -> usize {
        self.book.agents().len()
            + self.book.customers().slots.len()
            + self.book.contacts().slots.len()
            + self.book.cases().slots.len()
    }

    /// The sequence number of the last event, 0 before the first.
    pub fn event_seq(&self) -> u64 {
        self.event_seq
    }

    /// The time of the last command; later commands must not have an earlier one.
    pub fn last_at(&self) -> Timestamp {
        self.book.at()
    }
}

/// The subject of a command, from which its answer is made after settling.
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
    Synced(Box<SyncedContacts>),
    Answer(Answer),
}
