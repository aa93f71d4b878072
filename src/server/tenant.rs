//! One tenant: its router, and what a turn at it leaves behind.
//!
//! Everything here happens under the tenant's lock and must not wait. A command is stamped, applied
//! and written to the buffer of records in that order; a refused one is not written, because it
//! changed nothing. But as time passes the router forgets what is over. So the time of a refused
//! command is written as a tick before the next accepted command, and a replay forgets the same
//! things at the same command.

use std::borrow::Cow;
use std::collections::VecDeque;

use crate::identity;
use crate::journal::{Journal, JournalError, Sequence};
use crate::router::Router;
use crate::router::answer::Answer;
use crate::router::command::{Command, Stamped};
use crate::router::effect::Effects;
use crate::router::event::Event;
use crate::router::ids::{Key, Name};
use crate::router::query::Query;
use crate::router::reject::Reject;
use crate::router::time::Timestamp;

use super::clock::Stopwatch;
use super::images::TenantImage;
use super::metrics::tenant::TenantMeters;
use super::recent::Recent;
use super::record_buffer::RecordBuffer;
use super::ring::Ring;
use super::threads::TwoThreads;

/// A deadline missed by less is carried out at its own time, one missed by more at the present
/// time: a process that slept does not act as if it had been awake.
const LATE_MS: i64 = 1_000;

/// Agents, customers, contacts and cases from which on looking ahead gains more than it costs:
/// their records then take some ten megabytes.
const LOOK_AHEAD_MIN: usize = 100_000;

/// Most sessions postponed while nothing can be recorded.
const POSTPONED_MAX: usize = 10_000;

/// A tenant.
#[derive(Debug)]
pub struct Tenant {
    name: Name,
    router: Router,
    effects: Effects,
    records: RecordBuffer,
    /// Events whose records are not yet with the journal.
    fresh: Vec<Event>,
    /// The last record of this tenant.
    last_sequence: Sequence,
    /// Facts postponed while nothing could be recorded.
    postponed: VecDeque<Command>,
    /// Time of a command that was not recorded.
    passed: Option<Timestamp>,
    draws: u64,
    /// The configuration last applied, as JSON.
    configured: Option<String>,
    /// `None` during a replay: nothing is measured.
    meters: Option<TenantMeters>,
}

/// The sender of a command.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sender<'a> {
    pub source: Option<&'a Name>,
    pub key: Option<&'a Key>,
    /// Who sends it, as the audit names the peer.
    pub actor: Option<&'a Name>,
}

impl Tenant {
    pub fn new(name: Name) -> Self {
        Self::with_router(name, Router::new())
    }

    /// Restores the tenant from an image. The error names what the bytes are instead.
    pub fn from_image(image: TenantImage<'_>) -> Result<Self, String> {
        let router = Router::from_image_by(&image.image, &TwoThreads)?;
        let mut tenant = Self::with_router(image.tenant, router);
        tenant.last_sequence = image.sequence;
        tenant.configured = image.configured;
        Ok(tenant)
    }

    fn with_router(name: Name, router: Router) -> Self {
        Self {
            name,
            router,
            effects: Effects::default(),
            records: RecordBuffer::default(),
            fresh: Vec::new(),
            last_sequence: 0,
            postponed: VecDeque::new(),
            passed: None,
            draws: rand::random(),
            configured: None,
            meters: None,
        }
    }

    /// Measures from now on.
    pub fn measure(&mut self, meters: TenantMeters) {
        self.meters = Some(meters);
    }

    pub fn router(&self) -> &Router {
        &self.router
    }

    pub fn configured(&self) -> Option<&str> {
        self.configured.as_deref()
    }

    pub fn last_sequence(&self) -> Sequence {
        self.last_sequence
    }

    /// Prefetches the memory of the next commands, if the state is too large for the processor's
    /// cache.
    pub fn look_ahead<'a>(&self, commands: impl Iterator<Item = &'a Command>) {
        if self.router.entities() >= LOOK_AHEAD_MIN {
            self.router.book().look_ahead(commands);
        }
    }

    /// Carries out everything that is due by now.
    pub fn catch_up(&mut self, now: Timestamp) {
        while let Some(due) = self.router.next_deadline().filter(|due| *due <= now) {
            let at = if now - due < LATE_MS { due } else { now };
            // A tick is never refused.
            let _ = self.carry_out(at, Sender::default(), Command::Tick);
        }
    }

    /// Brings a command into the form in which it is stored, or refuses it.
    pub fn admit(&self, mut command: Command) -> Result<Command, Reject> {
        identity::admit(&mut command, self.router.book().settings())?;
        Ok(command)
    }

    /// Carries out a command that has been admitted, at `now`, after everything that is due by then.
    pub fn apply(
        &mut self,
        now: Timestamp,
        sender: Sender<'_>,
        command: Command,
    ) -> Result<Answer, Reject> {
        self.catch_up(now);
        self.carry_out(now, sender, command)
    }

    /// The process has started: nothing was there while it was not. Said before what fell due
    /// meanwhile is carried out.
    pub fn restart(&mut self, now: Timestamp) {
        // A restart is never refused.
        let _ = self.carry_out(now, Sender::default(), Command::Restarted);
    }

    /// The stored answer for the same key, without letting time pass; `None` = none is kept.
    pub fn repeat(&self, key: Option<&Key>) -> Option<Result<Answer, Reject>> {
        self.router.book().repeated(key?)
    }

    /// Whether the command would create nothing new.
    pub fn knows(&self, key: Option<&Key>, command: &Command) -> bool {
        self.repeat(key).is_some() || self.router.book().knows(command)
    }

    /// Keeps a fact until it can be recorded; of a session only the latest.
    pub fn postpone(&mut self, command: Command) {
        if let Command::Session(of) = &command {
            self.postponed.retain(|earlier| {
                !matches!(earlier, Command::Session(earlier)
                    if of.client().is_some() && earlier.client() == of.client())
            });
        }
        self.postponed.push_back(command);
    }

    /// Whether nothing more should be postponed.
    pub fn has_postponed_enough(&self) -> bool {
        self.postponed.len() >= POSTPONED_MAX
    }

    /// Carries out one postponed command as of the last command: before time goes on, so that no
    /// lease of a client that is back runs out. `false` = there is none.
    pub fn carry_out_one_postponed(&mut self) -> bool {
        let Some(command) = self.postponed.pop_front() else {
            return false;
        };
        // A fact: it is not refused, and nobody waits for an answer.
        let _ = self.carry_out(Timestamp::MIN, Sender::default(), command);
        true
    }

    /// Answers a query as of the last command: the tenant stands still.
    pub fn query_standing(&self, now: Timestamp, query: &Query) -> Result<Answer, Reject> {
        self.router.book().query(now, query)
    }

    /// Brings the identities of a query into the form in which they are stored.
    pub fn admit_query(&self, query: &mut Query) {
        identity::admit_query(query, self.router.book().settings());
    }

    fn carry_out(
        &mut self,
        at: Timestamp,
        sender: Sender<'_>,
        command: Command,
    ) -> Result<Answer, Reject> {
        let stamped = Stamped {
            at: at.max(self.router.last_at()),
            chance: self.draw(),
            source: sender.source.cloned(),
            key: sender.key.cloned(),
            actor: sender.actor.cloned(),
            command,
        };
        self.effects.clear();
        let watch = Stopwatch::start();
        let outcome = self.router.apply(&stamped, &mut self.effects);
        if let Some(meters) = &mut self.meters {
            meters.decided(watch.elapsed());
            for count in &self.effects.counts {
                meters.count(count);
            }
        }
        match &outcome {
            Ok(Answer::Repeated(_)) | Err(_) => self.passed = Some(stamped.at),
            Ok(_) => self.write_down(&stamped),
        }
        self.fresh.append(&mut self.effects.events);
        outcome
    }

    fn write_down(&mut self, stamped: &Stamped) {
        if let Some(at) = self.passed.take() {
            let tick = Stamped {
                at,
                chance: 0,
                source: None,
                key: None,
                actor: None,
                command: Command::Tick,
            };
            self.records.command(&self.name, &tick);
        }
        self.records.command(&self.name, stamped);
    }

    /// Applies a command read from the journal and keeps its events.
    pub fn replay(&mut self, sequence: Sequence, stamped: &Stamped, recent: &mut Recent) {
        self.effects.clear();
        std::mem::swap(&mut self.effects.events, &mut recent.fresh);
        self.router.replay(stamped, &mut self.effects);
        std::mem::swap(&mut self.effects.events, &mut recent.fresh);
        recent.end_record(sequence);
        self.last_sequence = sequence;
    }

    /// Takes the applied configuration from the journal.
    pub fn replay_configured(&mut self, sequence: Sequence, json: String) {
        self.last_sequence = sequence;
        self.configured = Some(json);
    }

    /// Keeps the configuration that has been applied.
    pub fn set_configured(&mut self, json: String) {
        self.records.configured(&self.name, &json);
        self.configured = Some(json);
    }

    /// Whether the records should be appended before the turn ends.
    pub fn wants_flush(&self) -> bool {
        self.records.is_full()
    }

    /// Appends the turn's records to the journal and its events to the ring. Returns the sequence
    /// that must be durable before anything read here is sent: the tenant's last record, whoever
    /// caused it.
    pub fn flush(&mut self, journal: &Journal, ring: &mut Ring) -> Result<Sequence, JournalError> {
        if let Some(last) = self.records.flush(journal)? {
            self.last_sequence = last;
        }
        for event in self.fresh.drain(..) {
            ring.push(event, self.last_sequence);
        }
        Ok(self.last_sequence)
    }

    /// The state for a snapshot, taken between turns, when everything is flushed.
    pub fn image(&self) -> TenantImage<'static> {
        TenantImage {
            tenant: self.name.clone(),
            sequence: self.last_sequence,
            event_seq: self.router.event_seq(),
            configured: self.configured.clone(),
            image: Cow::Owned(self.router.image()),
        }
    }

    /// A random number for strategies that need one. It is journaled with the command.
    fn draw(&mut self) -> u64 {
        self.draws = self.draws.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.draws;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}
