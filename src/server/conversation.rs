//! The requests of one peer and their replies, over any transport.
//!
//! A turn takes all calls that have arrived: calls of the router are carried out under one lock of
//! the tenant, calls that concern the connection or the process between turns, all in order.
//! Replies go into the caller's buffer; the caller may send it only after [`Conversation::handle`]
//! has returned, because only then are they durable.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use tokio::time::Instant as Moment;

use crate::config::DEFAULT_TENANT;
use crate::journal::Sequence;
use crate::router::ahead::AHEAD;
use crate::router::answer::Answer;
use crate::router::command::{
    AgentCommand, Command, ContactCommand, Desktop, Session, SessionCommand,
};
use crate::router::ids::{Key, Name};
use crate::router::reject::{Reject, RejectKind};
use crate::router::time::Timestamp;
use crate::wire::reply;
use crate::wire::request::{Call, Request, Token};

use super::access::{Access, Via};
use super::audit::Target;
use super::cell::{Cell, Turn};
use super::clock::Stopwatch;
use super::feed::Feed;
use super::hub::{Hub, Live, Stopped};
use super::metrics::requests::Answered;
use super::pieces::{Piece, Pieces};
use super::places::Guest;
use super::rates::{Client, Shared};
use super::replies::{Array, Replies};
use super::room::{self, DiskUse};
use super::tenant::Sender;
use super::work::Slot;

/// A turn ends after this time, so that others get the tenant.
const TURN_TIME: Duration = Duration::from_millis(1);
/// A turn ends after this many bytes of replies, which are sent before it continues.
const TURN_BYTES: usize = 256 << 10;

/// One peer.
pub struct Conversation {
    pub(super) hub: Arc<Hub>,
    pub(super) via: Via,
    pub(super) cell: Arc<Cell>,
    /// `None` = the peer has to send a token first.
    pub(super) access: Option<Access>,
    /// The client named by `session.open`.
    pub(super) client: Option<Name>,
    /// The number of its session, for what is bound to it.
    pub(super) session: Option<u64>,
    /// Whether the presence of an agent was bound to that.
    pub(super) is_desktop: AtomicBool,
    pub(super) feed: Option<Feed>,
    /// Whether this transport can carry events.
    pub(super) can_listen: bool,
    /// The configuration this peer last saw.
    pub(super) live: Arc<Live>,
    /// The peer's address, over the network.
    pub(super) from: Option<IpAddr>,
    /// Since when the peer has been without a token.
    pub(super) stranger_since: Moment,
    /// The token was revoked and no other has been sent.
    pub(super) is_revoked: bool,
    bucket: Option<Shared>,
    /// Requests refused by the rate limit.
    throttled: usize,
    /// The place of its connection.
    guest: Arc<Guest>,
    /// Set while it works.
    slot: Option<(Slot, Moment)>,
    /// The array of replies that the next turn continues.
    array: Option<Array>,
}

impl Conversation {
    pub fn new(hub: Arc<Hub>, guest: Arc<Guest>, via: Via, can_listen: bool) -> Self {
        let live = hub.live();
        let cell = hub.cells.find(DEFAULT_TENANT);
        let mut conversation = Self {
            via,
            cell: cell.expect("the default tenant is made at the start and never removed"),
            access: Access::on_arrival(via, &live.config),
            client: None,
            session: None,
            is_desktop: AtomicBool::new(false),
            feed: None,
            can_listen,
            from: None,
            stranger_since: Moment::now(),
            is_revoked: false,
            bucket: None,
            throttled: 0,
            guest,
            slot: None,
            array: None,
            live,
            hub,
        };
        conversation.meter();
        conversation
    }

    /// Finds the bucket that limits this peer's requests.
    fn meter(&mut self) {
        let Some(rate) = self.live.config.server.limits.requests_per_second else {
            self.bucket = None;
            return;
        };
        let token = self.access.as_ref().map(|access| access.token);
        let client = match (token, self.guest.net()) {
            (Some(Some(token)), _) => Some(Client::Token(token)),
            (None, Some(net)) => Some(Client::Address(net)),
            (Some(None), Some(net)) if !self.can_listen => Some(Client::Address(net)),
            (Some(None), _) | (None, None) => None,
        };
        let now = self.hub.clock.now();
        self.bucket = Some(match client {
            Some(client) => self.hub.rates.of(client, rate, now),
            None => Shared::alone(rate, now),
        });
    }

    /// Called when the peer has sent a token or lost its access.
    pub(super) fn access_changed(&mut self) {
        self.guest.set_known(self.access.is_some());
        let by_token = |access: &Access| access.token.is_some();
        if self.access.as_ref().is_none_or(by_token) {
            self.meter();
        }
    }

    /// Waits for a slot to work in. Nothing else may be awaited while holding it.
    pub async fn enter(&mut self) {
        if self.slot.is_none() {
            let slot = self.hub.work.enter(&self.guest.done()).await;
            self.slot = Some((slot, Moment::now()));
        }
    }

    /// Gives the slot back.
    pub fn leave(&mut self) {
        if let Some((slot, from)) = self.slot.take() {
            self.guest.worked(from);
            drop(slot);
        }
    }

    /// Requests refused by the rate limit.
    pub fn throttled(&self) -> usize {
        self.throttled
    }

    /// Whether the peer has access.
    pub fn is_admitted(&self) -> bool {
        self.access.is_some()
    }

    /// Takes a token without opening a session, as for each HTTP request; `place` is its path.
    pub fn show(&mut self, place: &str, secret: &Token) -> Result<(), Reject> {
        let live = self.hub.live();
        let access = Access::by_token(self.via, secret, &live.config);
        let access = access.inspect_err(|refusal| {
            // A wrong token removes all access, even where none is needed.
            self.access = None;
            self.tell_refusal(place, Target::default(), refusal);
        })?;
        let tenant = access.choose_tenant(None)?;
        let cell = self.hub.cells.find(tenant.as_str());
        self.cell = cell.ok_or_else(|| Reject::not_found("tenant", &tenant))?;
        self.access = Some(access);
        self.access_changed();
        Ok(())
    }

    /// Whether the peer hears events and holds nothing else by its connection, such as the lease of
    /// a session: it may stay when it has sent its last.
    pub fn only_listens(&self) -> bool {
        self.feed.is_some() && self.session.is_none()
    }

    /// The subscription. Empty while access has to be checked again.
    pub fn feed(&mut self) -> Option<&mut Feed> {
        self.feed
            .as_mut()
            .filter(|_| self.hub.generation() == self.live.generation)
    }

    /// Carries out what arrived and appends the replies to `out`, until all is done or the replies
    /// should be sent first: call again until `pieces` are done.
    pub async fn handle(
        &mut self,
        pieces: &mut Pieces<'_>,
        out: &mut Vec<u8>,
    ) -> Result<(), Stopped> {
        self.recheck_access().await?;
        let limit = self.live.config.server.limits.reply_bytes;
        let enough = out.len() + TURN_BYTES;
        let mut replies = Replies::new(out, self.array.take(), limit);
        let mut unsettled = 0;
        let mut first = true;
        while let Some(is_local) = pieces.peek().map(Piece::is_local) {
            if !std::mem::take(&mut first) {
                if replies.len() >= enough {
                    break;
                }
                self.leave();
                tokio::task::yield_now().await;
            }
            if is_local {
                // Waits for the disk without holding a slot.
                self.hub.wait_for_room().await;
                self.enter().await;
                unsettled = self.turn(pieces, &mut replies)?;
            } else if let Some(Piece::Call(call)) = pieces.take() {
                // This call may leave the tenant or show something: settle what came before.
                self.leave();
                self.hub.settle(&self.cell, unsettled).await?;
                unsettled = self.call_outside(call, &mut replies).await?;
            }
        }
        self.array = replies.into_array();
        self.leave();
        self.hub.settle(&self.cell, unsettled).await
    }

    /// The peer has disconnected.
    pub async fn end(mut self) {
        self.feed = None;
        // If the daemon itself stops, the client is not at fault: the leases of its contacts start
        // at the next start.
        if self.hub.serving.is_cancelled() || self.hub.accepting.is_cancelled() {
            return;
        }
        if self.close_desktop().await.is_err() {
            return;
        }
        if let Some(client) = self.client.take() {
            // The failure has been logged and ends the daemon.
            let _ = self.close_session(client).await;
        }
    }

    /// What is bound to the session is bound to it no longer.
    pub(super) async fn close_desktop(&self) -> Result<(), Stopped> {
        let (Some(session), true) = (self.session, self.is_desktop.swap(false, Relaxed)) else {
            return Ok(());
        };
        let closed = Command::Session(SessionCommand::DesktopClosed(Desktop { session }));
        let ((), sequence) = self.hub.turn(&self.cell, |turn| {
            turn.record(self.hub.clock.now(), closed);
        })?;
        self.hub.settle(&self.cell, sequence).await
    }

    /// Names the session to which a command binds the presence of an agent.
    fn name_session(&self, command: &mut Command) {
        if let Command::Agent(AgentCommand::Presence(set)) = command
            && set.bound == Some(true)
        {
            set.session = self.session;
            self.is_desktop.store(true, Relaxed);
        }
    }

    pub(super) async fn close_session(&self, client: Name) -> Result<(), Stopped> {
        let closed = Command::Session(SessionCommand::Closed(Session { client }));
        let ((), sequence) = self.hub.turn(&self.cell, |turn| {
            // Never refused, because the session was opened.
            turn.record(self.hub.clock.now(), closed);
        })?;
        self.hub.settle(&self.cell, sequence).await
    }

    /// One lock of the tenant: as many pieces as one turn may carry out.
    fn turn(
        &mut self,
        pieces: &mut Pieces<'_>,
        replies: &mut Replies<'_>,
    ) -> Result<Sequence, Stopped> {
        let hub = Arc::clone(&self.hub);
        let cell = Arc::clone(&self.cell);
        let calls_max = self.live.config.server.limits.turn;
        let (enough, watch) = (replies.len() + TURN_BYTES, Stopwatch::start());
        let ((), sequence) = hub.turn(&cell, |turn| {
            for n in 0..calls_max {
                if n % AHEAD == 0 {
                    turn.tenant.look_ahead(pieces.commands(AHEAD));
                }
                match pieces.next_local() {
                    Some(Piece::Open) => replies.open(),
                    Some(Piece::Close) => replies.close(),
                    Some(Piece::Call(call)) => self.call(turn, call, replies),
                    None => break,
                }
                turn.flush_if_full();
                if replies.len() >= enough || watch.elapsed() >= TURN_TIME {
                    break;
                }
            }
        })?;
        Ok(sequence)
    }

    /// Carries out a call under the lock.
    fn call(&mut self, turn: &mut Turn<'_>, call: Call, replies: &mut Replies<'_>) {
        let now = self.hub.clock.now();
        let id = call.id.as_ref();
        let admitted = self.admit(&call, now);
        let admitted = admitted.and_then(|()| replies.check(id));
        let metrics = &self.hub.metrics;
        let request = match (call.request, admitted) {
            (Err(error), Ok(())) => {
                metrics.count_request(call.method, Answered::Error);
                return replies.put(id, |out, id| reply::error(out, id, &error));
            }
            (_, Err(refusal)) => {
                metrics.count_request(call.method, Answered::Refused(refusal.kind));
                return replies.put(id, |out, id| reply::refusal(out, id, &refusal));
            }
            (Ok(request), Ok(())) => request,
        };
        let told = self.to_audit(call.method, &request);
        let events_before = turn.tenant.router().event_seq();
        let outcome = match request {
            Request::Command(command) => self.command(turn, now, call.key.as_ref(), command),
            Request::Query(mut query) => {
                turn.tenant.admit_query(&mut query);
                self.query(turn, now, &query)
            }
            Request::SessionPing => {
                metrics.count_request(call.method, Answered::Ok);
                return replies.result(id, &reply::Pong { ok: true, at: now });
            }
            Request::Discover => {
                metrics.count_request(call.method, Answered::Ok);
                return replies.result(id, &crate::wire::openrpc::written());
            }
            Request::SessionOpen(_) | Request::Subscribe(_) | Request::Server(_) => {
                unreachable!("these are not dealt with under the lock")
            }
        };
        metrics.count_request(call.method, Answered::of(&outcome));
        let event = turn.tenant.router().event_seq();
        let event = (event > events_before).then_some(event);
        self.tell_outcome(told, event, &outcome);
        replies.put(id, |out, id| reply::outcome(out, id, &outcome));
    }

    fn command(
        &self,
        turn: &mut Turn<'_>,
        now: Timestamp,
        key: Option<&Key>,
        mut command: Command,
    ) -> Result<Answer, Reject> {
        self.name_session(&mut command);
        if self.hub.is_draining() && matches!(command, Command::Contact(ContactCommand::Submit(_)))
        {
            return Err(Reject::unavailable(
                "server",
                "the daemon is draining and takes no new contacts: use another one",
            ));
        }
        let command = turn.tenant.admit(command)?;
        self.check_own(turn, now, key, &command)?;
        if !turn.has_room() {
            // A stored answer is durable already.
            let repeated = turn.tenant.repeat(key);
            return repeated.unwrap_or_else(|| Err(room::out(turn.shortage())));
        }
        if let Some(reason) = turn.shortage()
            && room::disk_use(&command) == DiskUse::Adds
            && !turn.tenant.knows(key, &command)
        {
            return Err(room::short(reason));
        }
        self.hub.check_room(turn.waiting_bytes())?;
        let sender = Sender {
            source: self.client.as_ref(),
            key,
            actor: self.access.as_ref().map(|access| &access.actor),
        };
        turn.tenant.apply(now, sender, command)
    }

    /// Refuses a call by rate limit or role, before its parameters are looked at.
    pub(super) fn admit(&mut self, call: &Call, now: Timestamp) -> Result<(), Reject> {
        if let Some(bucket) = &self.bucket
            && !bucket.take(now)
        {
            self.throttled += 1;
            let message = format!(
                "more than {} requests in a second (server.limits.requests_per_second): slow down",
                bucket.per_second()
            );
            return Err(Reject::plain(RejectKind::Limit, "session", message));
        }
        self.check_role(call)
    }
}
