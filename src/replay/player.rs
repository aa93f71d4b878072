//! The player: the loop that does what is due and receives events.
//!
//! One task, one link. `moves` has its actions, `reactions` its handling of the daemon's messages;
//! this file has its state and decides when it is done.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::json;

use super::account::{Account, Accounts};
use super::agenda::{Action, Agenda};
use super::arrivals::Arrival;
use super::clock::Clock;
use super::error::ReplayError;
use super::roster::{Agent, Roster};
use super::setup::{self, Queues, Setup};
use super::summary::{Summary, summary};
use crate::client::{Address, ClientError, Connection, Link, Who};

/// Silence of the daemon, with nothing left to do, after which the contacts that still wait are
/// given up.
const QUIET: Duration = Duration::from_secs(3);
/// If the system is empty and nothing is due for this virtual time, the clock leaps.
const LEAP_MS: i64 = 600_000;
/// Delay of an action, in real milliseconds, up to which the clock is not set back.
const BEHIND_MS_MAX: f64 = 3.0;
/// Answer time up to which the clock does not stop.
const ANSWER_MAX: Duration = Duration::from_millis(5);
/// Interval between two reports of progress.
const TELL_EVERY: Duration = Duration::from_millis(100);
/// Pings to compare the clocks at the start; the quickest answer counts.
const PINGS: u32 = 5;

/// How an agent answers an offer: after how many virtual milliseconds, and the reason if it
/// declines.
pub type Answering = Box<dyn FnMut() -> (i64, Option<&'static str>) + Send>;

/// The options of a replay.
pub struct Options {
    pub address: Address,
    pub who: Who,
    /// Virtual time ÷ real time.
    pub speed: f64,
    pub setup: Setup,
    /// Policies by queue, in virtual time.
    pub queues: Queues,
    /// Skip hours in which nothing can happen.
    pub leap: bool,
    pub answering: Answering,
    /// Prefix of contact ids, so that a daemon can be used for several replays.
    pub prefix: String,
}

/// The progress of a replay.
#[derive(Clone, Copy, Debug, Default)]
pub struct Progress {
    pub now_ms: i64,
    pub arrived: u64,
    pub ended: u64,
    pub waiting: u64,
    pub talking: u64,
    pub served: u64,
    pub abandoned: u64,
    pub repeats: u64,
    pub hits: u64,
    /// The expected hits of a random choice.
    pub chance: f64,
    pub connected: bool,
}

/// The state of a contact, as the player knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Submitted, not acknowledged.
    Sent,
    /// Acknowledged: waiting or offered.
    Waiting,
    Talking,
    /// The player has ended the conversation.
    Over,
    Ended,
}

/// An open offer.
#[derive(Clone, Debug)]
pub(super) struct Offered {
    pub(super) offer: String,
    pub(super) agent: String,
    /// The daemon's time.
    pub(super) at: i64,
    /// Virtual milliseconds until the agent answers.
    pub(super) answer_ms: i64,
    pub(super) declines: Option<&'static str>,
}

pub(super) struct Contact {
    pub(super) arrival: Arrival,
    pub(super) account: Account,
    pub(super) phase: Phase,
    pub(super) offers: Vec<Offered>,
    /// The answer to its submission said that it had ended.
    pub(super) known_ended: bool,
}

/// An agent played here.
pub(super) struct Actor {
    pub(super) id: String,
    pub(super) agent: Agent,
    pub(super) on_shift: bool,
}

/// The purpose of a request.
#[derive(Clone, Debug)]
pub(super) enum Purpose {
    Submit(usize),
    Cancel,
    /// An answer to an offer.
    Answer,
    End(usize),
    Presence,
    Case,
    WrapUp,
    Sync,
}

/// The owner of a case, and the contact that made it so.
#[derive(Clone, Debug)]
pub(super) struct Owned {
    pub(super) owner: String,
    pub(super) by: Option<String>,
}

/// Plays the platform and the agents.
pub struct Player {
    pub(super) options: Options,
    pub(super) link: Link,
    pub(super) clock: Clock,
    pub(super) agenda: Agenda,
    pub(super) roster: Roster,
    arrivals: Box<dyn Iterator<Item = Arrival> + Send>,
    pub(super) next: Option<Arrival>,
    pub(super) contacts: Vec<Contact>,
    pub(super) by_id: HashMap<String, usize>,
    pub(super) actors: Vec<Actor>,
    pub(super) actor_by_id: HashMap<String, usize>,
    pub(super) requests: HashMap<u64, Purpose>,
    /// The send time of each unanswered request, in order; answers come in the same order.
    pub(super) sent: VecDeque<(u64, Instant)>,
    /// The daemon is away, or has not yet been told which contacts are live.
    pub(super) away: bool,
    /// Since when the clock has been waiting for an answer.
    slow_since: Option<Instant>,
    pub(super) cases: BTreeMap<String, Owned>,
    pub(super) opened: HashSet<String>,
    pub(super) accounts: Accounts,
    pub(super) progress: Progress,
    /// Contacts that the restarted daemon did not know as live.
    pub(super) unknown: Vec<String>,
    /// Prefix of every key of this run.
    run: String,
    keys: u64,
    /// When the last message arrived, and the latest deadline that the daemon has announced.
    pub(super) last_message: Instant,
    pub(super) promised_at: i64,
    began: Instant,
    /// Queues that existed and kept their policy.
    pub left_alone: Vec<String>,
}

impl Player {
    /// Connects, sets up queues and agents, and waits for [`Self::run`].
    pub async fn new(
        options: Options,
        arrivals: impl Iterator<Item = Arrival> + Send + 'static,
        roster: Roster,
    ) -> Result<Self, ReplayError> {
        let mut arrivals: Box<dyn Iterator<Item = Arrival> + Send> = Box::new(arrivals);
        let next = arrivals.next();
        let mut connection = Connection::open(&options.address).await?;
        let mut who = options.who.clone();
        who.client.push_str("-setup");
        connection.call("session.open", &who.params()).await?;
        let (queues, speed) = (&options.queues, options.speed);
        let left_alone =
            setup::set_up(&mut connection, options.setup, queues, speed, &roster).await?;
        let offset_us = offset_us(&mut connection).await?;
        let link = Link::open(options.address.clone(), options.who.clone(), None).await?;
        let actors: Vec<Actor> = roster
            .iter()
            .map(|(id, agent)| Actor {
                id: id.clone(),
                agent: agent.clone(),
                on_shift: false,
            })
            .collect();
        let start_ms = start_ms(next.as_ref(), &actors);
        let by_id = |(at, actor): (usize, &Actor)| (actor.id.clone(), at);
        let mut player = Self {
            clock: Clock::new(speed, start_ms, offset_us),
            actor_by_id: actors.iter().enumerate().map(by_id).collect(),
            accounts: Accounts {
                speed,
                ..Accounts::default()
            },
            run: format!("{:x}-{:x}", std::process::id(), Clock::local_us()),
            options,
            link,
            agenda: Agenda::default(),
            roster,
            arrivals,
            next,
            contacts: Vec::new(),
            by_id: HashMap::new(),
            actors,
            requests: HashMap::new(),
            sent: VecDeque::new(),
            away: false,
            slow_since: None,
            cases: BTreeMap::new(),
            opened: HashSet::new(),
            progress: Progress::default(),
            unknown: Vec::new(),
            keys: 0,
            last_message: Instant::now(),
            promised_at: 0,
            began: Instant::now(),
            left_alone,
        };
        player.plan();
        Ok(player)
    }

    /// Adds the shifts and the first arrival to the agenda.
    fn plan(&mut self) {
        for (agent, actor) in self.actors.iter().enumerate() {
            for (shift, hours) in actor.agent.shifts.iter().enumerate() {
                if hours.from_ms == hours.to_ms {
                    continue;
                }
                self.agenda
                    .add(hours.from_ms, Action::StartShift { agent, shift });
                if hours.to_ms < i64::MAX {
                    self.agenda
                        .add(hours.to_ms, Action::EndShift { agent, shift });
                }
            }
        }
        self.plan_arrival();
    }

    fn plan_arrival(&mut self) {
        if let Some(next) = &self.next {
            self.agenda.add(next.at_ms, Action::Arrive);
        }
    }

    /// Takes the arrival that is due, and adds the next one to the agenda.
    pub(super) fn take_arrival(&mut self) -> Option<Arrival> {
        let arrival = std::mem::replace(&mut self.next, self.arrivals.next());
        self.plan_arrival();
        arrival
    }

    /// A unique key.
    pub(super) fn key(&mut self) -> String {
        self.keys += 1;
        format!("{}-{}", self.run, self.keys)
    }

    /// Plays until every contact has ended or `stop` completes. `tell` receives the progress.
    pub async fn run(
        &mut self,
        stop: impl Future<Output = ()>,
        mut tell: impl FnMut(&Progress),
    ) -> Result<(), ReplayError> {
        tokio::pin!(stop);
        self.began = Instant::now();
        self.last_message = self.began;
        self.clock.run();
        let mut told = self.began;
        loop {
            self.run_or_pause_clock();
            self.do_what_is_due();
            if self.is_done() {
                break;
            }
            self.leap_if_idle();
            let wait = self.wait();
            tokio::select! {
                biased;
                () = &mut stop => break,
                arrived = tokio::time::timeout(wait, self.link.next()) => {
                    if let Ok(arrived) = arrived {
                        self.receive(arrived?);
                    }
                }
            }
            if told.elapsed() >= TELL_EVERY {
                told = Instant::now();
                self.progress.now_ms = self.clock.now_ms();
                self.progress.connected = self.link.is_up();
                tell(&self.progress);
            }
        }
        tell(&self.progress);
        self.clean_up().await
    }

    /// Runs the clock while the daemon is there and answers.
    fn run_or_pause_clock(&mut self) {
        let oldest = self.sent.front().map(|(_, sent)| sent.elapsed());
        let slow = !self.away && oldest.is_some_and(|oldest| oldest > ANSWER_MAX);
        if slow {
            self.slow_since.get_or_insert_with(Instant::now);
        } else if let Some(since) = self.slow_since.take() {
            self.accounts.waited_for_daemon_ms += since.elapsed().as_secs_f64() * 1_000.0;
        }
        match (self.clock.is_running(), !self.away && !slow) {
            (true, false) => self.clock.pause(),
            (false, true) => self.clock.run(),
            (true, true) | (false, false) => {}
        }
    }

    fn do_what_is_due(&mut self) {
        // While the daemon is away the clock stands still; the link queues what was due before.
        self.stall_if_behind();
        let now = self.clock.now_ms();
        while let Some((at_ms, action)) = self.agenda.take(now) {
            self.perform(at_ms, action);
        }
    }

    /// Takes back a delay of this machine, so that it does not count as the centre's.
    fn stall_if_behind(&mut self) {
        let Some(due) = self.agenda.next_ms().filter(|_| self.clock.is_running()) else {
            return;
        };
        // A shift that began before the replay is not late.
        let due = due.max(self.clock.at_ms(0));
        if self.clock.behind_ms(due) > BEHIND_MS_MAX {
            let stalled = self.clock.stall(due);
            self.accounts.stalls += 1;
            self.accounts.stalled_ms += stalled;
            self.accounts.stall_ms_max = self.accounts.stall_ms_max.max(stalled);
        }
    }

    /// Whether nothing is left to do or to receive.
    fn is_done(&self) -> bool {
        if self.next.is_some() || !self.link.is_up() || self.link.unanswered() > 0 {
            return false;
        }
        let open = self.contacts.len() as u64 - self.progress.ended;
        open == 0 || (self.agenda.only_shifts() && self.is_quiet())
    }

    /// Whether the daemon has been silent for long and has announced nothing. A shift to come may
    /// bring an agent for a waiting contact.
    fn is_quiet(&self) -> bool {
        let promised = self.clock.at_ms(self.promised_at) > self.clock.now_ms();
        self.agenda.is_empty() && !promised && self.last_message.elapsed() >= QUIET
    }

    /// Skips to the next action if the system is empty and nothing is due for long.
    fn leap_if_idle(&mut self) {
        let open = self.contacts.len() as u64 - self.progress.ended;
        let idle = open == 0 && self.link.unanswered() == 0 && self.clock.is_running();
        if !self.options.leap || !idle {
            return;
        }
        let now = self.clock.now_ms();
        if let Some(next) = self.agenda.next_ms()
            && next - now > LEAP_MS
        {
            self.accounts.leapt_ms += next - now;
            self.clock.leap(next);
        }
    }

    /// How long to wait for messages.
    fn wait(&self) -> Duration {
        let next = self
            .agenda
            .next_ms()
            .and_then(|next| self.clock.until(next));
        next.unwrap_or(TELL_EVERY).min(TELL_EVERY)
    }

    /// Ends the contacts that still wait, so that nothing is left behind.
    async fn clean_up(&mut self) -> Result<(), ReplayError> {
        self.count_lost();
        self.give_up();
        let deadline = Instant::now() + QUIET;
        while self.link.unanswered() > 0 && Instant::now() < deadline {
            let left = deadline.saturating_duration_since(Instant::now());
            match tokio::time::timeout(left, self.link.next()).await {
                Ok(Ok(arrived)) => self.receive(arrived),
                Ok(Err(error)) => return Err(error.into()),
                Err(_) => break,
            }
        }
        self.clock.pause();
        self.accounts.event_gaps = self.link.gaps;
        self.accounts.events_repeated = self.link.repeated;
        Ok(())
    }

    /// A contact unknown after a reconnect was lost unless its end was in the events. One that had
    /// ended without an event belongs to an earlier run.
    fn count_lost(&mut self) {
        for id in std::mem::take(&mut self.unknown) {
            let known = self.by_id.get(&id).map(|at| self.contacts[*at].phase);
            self.accounts.lost += u64::from(known != Some(Phase::Ended));
        }
        let old = self.contacts.iter().filter(|contact| contact.known_ended);
        let old = old.filter(|contact| contact.phase != Phase::Ended).count();
        if old > 0 {
            let why = "they were there before: take a fresh daemon, or another --prefix";
            self.accounts.refuse(&format!("{old} contacts"), &why);
        }
    }

    /// The figures so far.
    pub fn summary(&self) -> Summary {
        let contacts = self.account();
        let wall_s = self.began.elapsed().as_secs_f64();
        let accounts = self.accounts.clone();
        summary(
            &contacts,
            &self.options.queues,
            &self.roster,
            accounts,
            wall_s,
        )
    }

    /// What became of each contact, in the order of arrival.
    pub fn account(&self) -> Vec<Account> {
        self.contacts
            .iter()
            .map(|contact| contact.account.clone())
            .collect()
    }

    /// The owner of each case that the events named.
    pub fn owners(&self) -> BTreeMap<String, String> {
        let owners = self.cases.iter();
        owners
            .map(|(case, owned)| (case.clone(), owned.owner.clone()))
            .collect()
    }
}

/// The first arrival, or the start of a shift before it.
fn start_ms(next: Option<&Arrival>, actors: &[Actor]) -> i64 {
    let shifts = actors.iter().flat_map(|actor| &actor.agent.shifts);
    let shifts = shifts
        .map(|shift| shift.from_ms)
        .filter(|from| *from > i64::MIN);
    let first = next.map(|next| next.at_ms);
    shifts.chain(first).min().unwrap_or_default()
}

/// The daemon's clock minus the local clock, in microseconds.
async fn offset_us(connection: &mut Connection) -> Result<i64, ReplayError> {
    #[derive(Deserialize)]
    struct Pong {
        at: i64,
    }
    let mut best: Option<(i64, i64)> = None;
    for _ in 0..PINGS {
        let before = Clock::local_us();
        let pong = connection.call("session.ping", &json!({})).await?;
        let after = Clock::local_us();
        let pong: Pong =
            serde_json::from_str(pong.get()).map_err(|cause| ClientError::Strange {
                cause: cause.to_string(),
                line: pong.get().to_owned(),
            })?;
        // The daemon truncates to milliseconds: half of one is missing on average.
        let offset = pong.at * 1_000 + 500 - (before + after) / 2;
        if best.is_none_or(|(took, _)| after - before < took) {
            best = Some((after - before, offset));
        }
    }
    Ok(best.map_or(0, |(_, offset)| offset))
}
