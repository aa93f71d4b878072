//! The driver: carries out arrivals, shifts, conversations and the router's deadlines one after
//! another on a virtual clock.
//!
//! It plays the platform and the agents and has no rules of routing: the router makes every
//! decision, and the driver reads its moves.

use std::io;

use crate::figures::Fate;
use crate::router::Router;
use crate::router::bulk::{Move, Stage, Taken};
use crate::router::codes::{Outcome, Route};
use crate::router::ids::{AgentIdx, ContactIdx, OfferId};
use crate::router::time::Timestamp;
use crate::trace::Arrivals;

use super::agenda::{Agenda, Entry, Kind, Moment, Subject};
use super::error::SimulateError;
use super::intake::Intake;
use super::life::{Life, Talk, waits};
use super::progress::Progress;
use super::rota::Rota;
use super::rows::{Row, Rows};
use super::tally::{Reached, Tally};

/// A running simulation.
pub(super) struct Driver {
    pub router: Router,
    pub arrivals: Arrivals,
    pub rota: Rota,
    pub intake: Intake,
    pub rows: Option<Rows>,
    pub rows_name: String,
    pub progress: Progress,
    pub tally: Tally,
    pub answer_ms: i64,
    pub seed: u64,
    agenda: Agenda,
    lives: Vec<Option<Life>>,
    moves: Vec<Move>,
    arrived: u64,
    /// The contact that ended last with a promised callback.
    calling_back: Option<(ContactIdx, Life)>,
}

/// The parts of a driver.
pub(super) struct Parts {
    pub router: Router,
    pub arrivals: Arrivals,
    pub rota: Rota,
    pub intake: Intake,
    pub rows: Option<Rows>,
    pub rows_name: String,
    pub progress: Progress,
    pub tally: Tally,
    pub answer_ms: i64,
    pub seed: u64,
}

impl Driver {
    pub fn new(parts: Parts) -> Self {
        let Parts {
            router,
            arrivals,
            rota,
            intake,
            rows,
            rows_name,
            progress,
            tally,
            answer_ms,
            seed,
        } = parts;
        let mut router = router;
        router.know_by_number();
        if answer_ms == 0 {
            router.answer_at_once();
        }
        Self {
            router,
            arrivals,
            rota,
            intake,
            rows,
            rows_name,
            progress,
            tally,
            answer_ms,
            seed,
            agenda: Agenda::default(),
            lives: Vec::new(),
            moves: Vec::new(),
            arrived: 0,
            calling_back: None,
        }
    }

    /// Runs until nothing more is to come.
    pub fn run(&mut self) -> Result<(), SimulateError> {
        loop {
            let next = self.next();
            if next == Moment::NEVER {
                return self.close();
            }
            let (at, kind) = (next.at(), next.kind());
            self.tally.decisions += 1;
            self.router.come_past(at, kind.stage_before());
            match kind {
                Kind::EndOfService | Kind::Answer | Kind::Patience => self.handle_entry(at)?,
                Kind::EndOfShift | Kind::StartOfShift => self.rota.turn(&mut self.router),
                Kind::RouterBack => self.router.advance(at, Stage::Back),
                Kind::RouterOffers => self.router.advance(at, Stage::Offers),
                Kind::RouterOwnerWaits => self.router.advance(at, Stage::OwnerWaits),
                Kind::RouterPatience => self.router.advance(at, Stage::Patience),
                Kind::Arrival => self.arrive(at)?,
            }
            self.follow_router(at)?;
        }
    }

    /// Time and kind of the next event.
    fn next(&self) -> Moment {
        let due = self.router.next_stage();
        let router = due.map_or(Moment::NEVER, |(at, stage)| {
            Moment::new(at, Kind::of_stage(stage))
        });
        let arrival = self.arrivals.next_at();
        let arrival = arrival.map_or(Moment::NEVER, |at| Moment::new(at, Kind::Arrival));
        let own = self.agenda.next();
        own.min(router).min(self.rota.next()).min(arrival)
    }

    fn life(&mut self, contact: ContactIdx) -> Option<&mut Life> {
        self.lives.get_mut(contact.at())?.as_mut()
    }

    fn enter(&mut self, contact: ContactIdx, life: Life) {
        if self.lives.len() <= contact.at() {
            self.lives.resize_with(contact.at() + 1, || None);
        }
        self.lives[contact.at()] = Some(life);
    }

    /// Handles the next event of the agenda.
    fn handle_entry(&mut self, at: Timestamp) -> Result<(), SimulateError> {
        let Some(entry) = self.agenda.pop() else {
            return Ok(());
        };
        let contact = match entry.subject {
            Subject::Contact(contact) => contact,
            Subject::WrapUp(agent) => {
                self.router.end_wrap_up_bulk(at, agent);
                return Ok(());
            }
        };
        match entry.moment().kind() {
            Kind::EndOfService => self.end(at, contact),
            Kind::Answer => {
                self.router.accept_bulk(at, contact, OfferId(entry.offer));
                Ok(())
            }
            Kind::Patience if waits(&self.lives, &entry) => {
                self.router.abandon_bulk(at, contact);
                Ok(())
            }
            Kind::EndOfShift
            | Kind::StartOfShift
            | Kind::RouterBack
            | Kind::RouterOffers
            | Kind::RouterOwnerWaits
            | Kind::RouterPatience
            | Kind::Patience
            | Kind::Arrival => {
                self.agenda.void_removed();
                Ok(())
            }
        }
    }

    /// Submits the next arrival.
    fn arrive(&mut self, at: Timestamp) -> Result<(), SimulateError> {
        let number = self.arrived;
        self.arrived += 1;
        let chance = mix(self.seed, number);
        let entry = self
            .intake
            .submit(&mut self.router, &self.arrivals, at, chance)?;
        if let Some(rows) = &mut self.rows {
            rows.expect();
        }
        self.tally.arrived(at, entry.queue);
        if entry.queue_is_new {
            let target = self.router.policy(entry.queue).service_level.within_ms.0;
            self.tally.queue(entry.queue).target_ms = target;
        }
        let Some(contact) = entry.contact else {
            self.tally
                .ended_unserved(at, entry.queue, at, Fate::Blocked);
            if self.rows.is_some() {
                let name = self.arrivals.contact()?.into_owned();
                self.put(number, Row::unserved(name, Fate::Blocked, at))?;
            }
            return self.next_arrival();
        };
        if let Some(patience_ms) = entry.times.patience_ms {
            let (until, subject) = (at + patience_ms, Subject::Contact(contact));
            self.agenda
                .push(Entry::new(until, Kind::Patience, number, subject));
        }
        self.enter(
            contact,
            Life {
                number,
                queue: entry.queue,
                queued_at: at,
                service_ms: entry.times.service_ms,
                wrap_up_ms: entry.times.wrap_up_ms,
                has_patience: entry.times.patience_ms.is_some(),
                own_case: entry.own_case,
                callback: false,
                talk: None,
            },
        );
        self.next_arrival()
    }

    fn next_arrival(&mut self) -> Result<(), SimulateError> {
        self.progress.arrived(self.arrived);
        Ok(self.arrivals.advance()?)
    }

    /// Handles the router's moves until it makes no more.
    fn follow_router(&mut self, at: Timestamp) -> Result<(), SimulateError> {
        let mut moves = std::mem::take(&mut self.moves);
        loop {
            self.router.take_moves(&mut moves);
            if moves.is_empty() {
                break;
            }
            for happened in &moves {
                match *happened {
                    Move::Offered {
                        contact,
                        agent,
                        offer,
                    } => self.offered(at, contact, agent, offer),
                    Move::Connected(taken) => self.connected(at, &taken),
                    Move::Ended {
                        contact,
                        outcome,
                        owner,
                        offers,
                    } => self.ended(at, contact, outcome, owner, offers)?,
                    Move::CallsBack { contact, callback } => {
                        if let Some(life) = self.begin_callback(contact) {
                            self.enter(callback, life);
                        }
                    }
                }
            }
        }
        self.moves = moves;
        Ok(())
    }

    /// An agent was offered a contact and will answer.
    fn offered(&mut self, at: Timestamp, contact: ContactIdx, agent: AgentIdx, offer: OfferId) {
        let (until, subject) = (at + self.answer_ms, Subject::Contact(contact));
        let mut entry = Entry::new(until, Kind::Answer, self.rota.rank(agent), subject);
        entry.offer = offer.0;
        self.agenda.push(entry);
    }

    /// A conversation begins.
    fn connected(&mut self, at: Timestamp, taken: &Taken) {
        self.tally.decisions += 1;
        let hit = taken.owner_before == Some(taken.agent);
        let route = if hit { Route::Owner } else { taken.route };
        let caseless = !taken.has_case && self.router.is_human(taken.agent);
        let min_ms = self.router.policy(taken.queue).ownership.min_handle_ms.0;
        let Some(life) = self.life(taken.contact) else {
            return;
        };
        life.talk = Some(Talk {
            agent: taken.agent,
            route,
            since: at,
            offers: taken.offers,
            caseless_min_ms: caseless.then_some(min_ms),
        });
        let (service_ms, number) = (life.service_ms, life.number);
        let (has_patience, callback) = (life.has_patience, life.callback);
        let reached = Reached {
            queue: life.queue,
            agent: taken.agent,
            route,
            queued_at: life.queued_at,
            at,
            repeat: taken.owner_before.is_some(),
            hit,
        };
        if callback {
            self.tally.called_back(at, taken.agent);
        } else {
            self.tally.connected(&reached);
        }
        let tie = self.rota.rank(taken.agent) << 32 | (number & 0xffff_ffff);
        let (until, subject) = (at + service_ms, Subject::Contact(taken.contact));
        self.agenda
            .push(Entry::new(until, Kind::EndOfService, tie, subject));
        if has_patience {
            let lives = &self.lives;
            self.agenda.note_void(|entry| waits(lives, entry));
        }
    }

    /// Ends a conversation.
    fn end(&mut self, at: Timestamp, contact: ContactIdx) -> Result<(), SimulateError> {
        let wanted = self.rows.is_some();
        let Some(life) = self.life(contact) else {
            return Ok(());
        };
        let Some(talk) = life.talk else {
            return Ok(());
        };
        let (queue, wrap_up_ms, callback) = (life.queue, life.wrap_up_ms, life.callback);
        let served = (wanted && !callback).then_some(*life);
        let hung = self.router.end_bulk(at, contact, wrap_up_ms);
        self.tally.talk_ends(at, talk.agent);
        if let Some(until) = hung.wrap_up_until {
            self.tally.wrapped_up(talk.agent, until - at);
            let tie = self.rota.rank(talk.agent) << 32;
            let subject = Subject::WrapUp(talk.agent);
            self.agenda
                .push(Entry::new(until, Kind::EndOfService, tie, subject));
        }
        if !callback {
            self.tally.talked(at, queue, at - talk.since);
        }
        match served {
            Some(life) => self.write_served(at, contact, &life, &talk, hung.owner),
            None => Ok(()),
        }
    }

    /// Writes the row of a contact that was served.
    fn write_served(
        &mut self,
        at: Timestamp,
        contact: ContactIdx,
        life: &Life,
        talk: &Talk,
        owner: Option<AgentIdx>,
    ) -> Result<(), SimulateError> {
        let firm = talk
            .caseless_min_ms
            .is_some_and(|min| min == 0 || at - talk.since > min);
        let owner = owner.or(firm.then_some(talk.agent));
        let name = |agent: AgentIdx| self.router.agent_name_of(agent).clone();
        let row = Row {
            contact: self.intake.names.of(contact).to_owned(),
            fate: Fate::Served,
            agent: Some(name(talk.agent)),
            route: Some(talk.route),
            owner: owner.map(name),
            queued_at: life.queued_at,
            connected_at: Some(talk.since),
            ended_at: Some(at),
            wait_ms: Some(talk.since - life.queued_at),
            offers: talk.offers,
        };
        self.put(life.number, row)
    }

    /// A contact has ended in the router.
    fn ended(
        &mut self,
        at: Timestamp,
        contact: ContactIdx,
        outcome: Outcome,
        owner: Option<AgentIdx>,
        offers: u32,
    ) -> Result<(), SimulateError> {
        let name = match &self.rows {
            Some(_) => self.intake.names.of(contact).to_owned(),
            None => Vec::new(),
        };
        self.intake.names.leave(contact);
        let Some(life) = self.lives.get_mut(contact.at()).and_then(Option::take) else {
            return Ok(());
        };
        if let Some(case) = life.own_case {
            self.router.forget_case_bulk(case);
        }
        if life.talk.is_some() || life.callback {
            return Ok(());
        }
        if life.has_patience && outcome != Outcome::Abandoned {
            let lives = &self.lives;
            self.agenda.note_void(|entry| waits(lives, entry));
        }
        let fate = Fate::of(outcome);
        if outcome == Outcome::Callback {
            self.calling_back = Some((contact, life));
        }
        self.tally
            .ended_unserved(at, life.queue, life.queued_at, fate);
        if self.rows.is_none() {
            return Ok(());
        }
        let waited = fate != Fate::Rejected;
        let row = Row {
            owner: owner.map(|owner| self.router.agent_name_of(owner).clone()),
            ended_at: waited.then_some(at),
            wait_ms: waited.then_some(at - life.queued_at),
            offers,
            ..Row::unserved(name, fate, life.queued_at)
        };
        self.put(life.number, row)
    }

    /// The state of the callback for a contact that has ended.
    fn begin_callback(&mut self, contact: ContactIdx) -> Option<Life> {
        let (_, mut life) = self
            .calling_back
            .take()
            .filter(|(ended, _)| *ended == contact)?;
        self.tally.callbacks.promised += 1;
        life.callback = true;
        life.has_patience = false;
        Some(life)
    }

    fn put(&mut self, number: u64, row: Row) -> Result<(), SimulateError> {
        let Some(rows) = &mut self.rows else {
            return Ok(());
        };
        rows.put(number, row)
            .map_err(|error| self.write_error(error))
    }

    fn write_error(&self, error: io::Error) -> SimulateError {
        SimulateError::Write {
            file: self.rows_name.clone(),
            error,
        }
    }

    /// The end of the simulation: contacts that still wait are unserved.
    fn close(&mut self) -> Result<(), SimulateError> {
        let end = self.tally.last_at;
        self.tally.timeline.change(end, 0, 0);
        let left: Vec<(ContactIdx, Life)> = self
            .lives
            .iter_mut()
            .enumerate()
            .filter_map(|(n, life)| life.take().map(|life| (ContactIdx::from_usize(n), life)))
            .filter(|(_, life)| !life.callback && life.talk.is_none())
            .collect();
        for (contact, life) in left {
            self.tally
                .ended_unserved(end, life.queue, life.queued_at, Fate::Unserved);
            let owner = self.router.book().case_owner(contact);
            let owner = owner.map(|owner| self.router.agent_name_of(owner).clone());
            let name = self.intake.names.of(contact).to_owned();
            let row = Row {
                owner,
                offers: self.router.offers_made(contact),
                ..Row::unserved(name, Fate::Unserved, life.queued_at)
            };
            self.put(life.number, row)?;
        }
        self.progress.finish();
        match &mut self.rows {
            Some(rows) => rows.finish().map_err(|error| self.write_error(error)),
            None => Ok(()),
        }
    }
}

/// A random number for strategies that need one: well mixed, and the same in every run.
fn mix(seed: u64, n: u64) -> u64 {
    let mut z = seed ^ n.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
