//! The router: a deterministic state machine over commands.
//!
//! [`Router::apply`] is the only way to change it and [`Router::query`] the only way to look into
//! it. There is no clock, no input or output, no randomness, no logging and no iteration over a
//! hash map in this folder: time and chance come in with the command, so the same commands give
//! the same state, answers and events wherever they are applied.

pub mod answer;
pub mod codes;
pub mod command;
pub mod effect;
pub mod event;
pub mod ids;
pub mod policy;
pub mod query;
pub mod reject;
pub mod time;

use answer::Answer;
use command::Stamped;
use effect::Effects;
use query::Query;
use reject::Reject;
use time::Timestamp;

/// All that one tenant's routing knows.
#[derive(Debug, Default)]
pub struct Router {
    event_seq: u64,
}

impl Router {
    /// A router with the queue `default` and nothing else.
    pub fn new() -> Self {
        Self::default()
    }

    /// Carries out one command. Everything due up to `stamped.at` must have been done before by
    /// ticks (see [`Router::next_deadline`]); what is still due happens first, at `stamped.at`.
    /// A refusal has changed nothing.
    pub fn apply(&mut self, stamped: &Stamped, effects: &mut Effects) -> Result<Answer, Reject> {
        let _ = (stamped, effects);
        Err(Reject::invalid(
            "contact",
            "contact",
            "nothing is routed yet",
        ))
    }

    /// Answers a question as of `at`.
    pub fn query(&self, at: Timestamp, query: &Query) -> Result<Answer, Reject> {
        let _ = (at, query);
        Err(Reject::invalid(
            "contact",
            "contact",
            "nothing is routed yet",
        ))
    }

    /// When the router next wants a [`command::Command::Tick`]; `None` = nothing is due ever.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        None
    }

    /// The number of the last event, 0 before the first.
    pub fn event_seq(&self) -> u64 {
        self.event_seq
    }

    /// The time of the last command applied: no later command may bear an earlier one.
    pub fn last_at(&self) -> Timestamp {
        0
    }

    /// The whole state as bytes, for a snapshot. The same state gives the same bytes.
    pub fn image(&self) -> Vec<u8> {
        Vec::new()
    }

    /// The router that [`Router::image`] was taken of.
    pub fn from_image(bytes: &[u8]) -> Result<Self, String> {
        let _ = bytes;
        Ok(Self::new())
    }

    /// A digest of the state: equal states have equal digests.
    pub fn digest(&self) -> [u8; 32] {
        *blake3::hash(&self.image()).as_bytes()
    }
}
