//! One connection that carries lines: reads, has calls carried out, writes.
//!
//! Each connection is one task. It reads only while its output has room, so a client that does not
//! read is not read from. It never waits for the network while holding a lock.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::time::{Instant as Moment, Sleep};
use tokio_util::sync::{WaitForCancellationFuture, WaitForCancellationFutureOwned};

use crate::config;
use crate::router::time::Millis;
use crate::wire::error::WireError;
use crate::wire::limits::Limits;
use crate::wire::line::{Line, Lines};
use crate::wire::request::{self, Call, Id, Message};

use super::accept;
use super::clock::millis;
use super::conversation::Conversation;
use super::end::End;
use super::held::Portion;
use super::hub::{Hub, Stopped};
use super::outbox::{AHEAD_BYTES, Outbox};
use super::pieces::Pieces;
use super::places::Guest;

impl From<Stopped> for End {
    fn from(_: Stopped) -> Self {
        Self::Stopped
    }
}

/// The configured limits of the wire.
pub fn wire_limits(limits: &config::Limits) -> Limits {
    Limits {
        line_bytes_max: limits.line_bytes,
        batch_calls_max: limits.batch,
        depth_max: limits.depth,
    }
}

/// Longest line of a peer that has not sent its token yet.
pub const STRANGER_LINE_BYTES: usize = 8 << 10;

/// The limits for a peer that has, or has not, sent a token.
pub fn limits_for(admitted: bool, wire: &Limits) -> Limits {
    let mut wire = *wire;
    if !admitted {
        wire.line_bytes_max = wire.line_bytes_max.min(STRANGER_LINE_BYTES);
    }
    wire
}

/// How often a client that listens and has closed its sending side is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// What only the transport knows of the other side.
pub struct Peer<C, L> {
    /// Called after a read that is not answered at once; an answer would acknowledge it anyway.
    pub confirm: C,
    /// Whether it neither sends nor receives any more.
    pub has_left: L,
}

/// Serves a connection to its end.
pub async fn serve<R, W>(
    hub: Arc<Hub>,
    conversation: Conversation,
    guest: &Arc<Guest>,
    reader: R,
    writer: W,
    peer: Peer<impl Fn(&R) + Send, impl Fn(&R) -> bool + Send>,
) -> End
where
    R: AsyncRead + Unpin + Send,
    W: AsyncWrite + Unpin + Send,
{
    let limits = hub.live().config.server.limits.clone();
    let answers_wait = hub.live().config.journal.durability != config::Durability::None;
    let opened = Moment::now();
    let mut heard = opened;
    let since = conversation.stranger_since();
    let first = deadline(&limits, conversation.is_admitted(), since, opened);
    let portion = Portion::new(Arc::clone(&hub.held), Arc::clone(guest));
    let outbox = Outbox::new(writer, &limits, portion);
    let mut served = Served::new(conversation, guest, reader, outbox, &limits);
    // Pinned for the whole connection: making and dropping these costs more than a read.
    let mut outdated = pin!(served.conversation.outdated());
    let mut dismissed = pin!(guest.dismissed());
    let mut alarm = pin!(tokio::time::sleep_until(first));
    let end = loop {
        let talk = &served.conversation;
        let deadline = deadline(&limits, talk.is_admitted(), talk.stranger_since(), heard);
        let due = served.outbox.due(deadline);
        // Resetting an alarm that fires early is cheaper than resetting it at each read.
        if due < alarm.deadline() || alarm.is_elapsed() {
            alarm.as_mut().reset(due);
        }
        let news = (outdated.as_mut(), dismissed.as_mut());
        let event = match served.next(alarm.as_mut(), news).await {
            Ok(event) => event,
            Err(end) => break end,
        };
        if event == Event::Outdated {
            if let Err(end) = served.conversation.renew().await {
                break end;
            }
            outdated.set(served.conversation.outdated());
            continue;
        }
        let is_read = event == Event::Read;
        if is_read {
            heard = Moment::now();
            if answers_wait {
                (peer.confirm)(&served.reader);
            }
        }
        if served.is_half_closed && (peer.has_left)(&served.reader) {
            break End::Closed;
        }
        if let Err(end) = served.react(event, deadline).await {
            break end;
        }
        let is_answered = !served.outbox.is_empty();
        served.outbox.write_at_once();
        if is_read && !answers_wait && !is_answered {
            (peer.confirm)(&served.reader);
        }
    };
    if end == End::Crowded {
        served.outbox.bytes.extend(accept::refusal(
            "others wanted the place and this connection has shown no token \
             (server.limits.connections): show it at once",
        ));
        served.outbox.write_at_once();
    }
    if matches!(end, End::Closed | End::Stopped) && hub.failure().is_none() {
        served.outbox.write_rest().await;
    }
    let end = served.conversation.end_word(end);
    served.conversation.end().await;
    end
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Event {
    Wrote,
    Read,
    Events,
    /// A deadline may have passed.
    Alarm,
    /// The configuration was replaced, or the daemon stops.
    Outdated,
    /// The client has closed its sending side.
    HalfClosed,
    /// The connection broke.
    Ended,
}

/// Other reasons to wake: a new configuration, and the dismissal of the connection.
type News<'a, 'g> = (
    Pin<&'a mut WaitForCancellationFutureOwned>,
    Pin<&'a mut WaitForCancellationFuture<'g>>,
);

/// The state of a connection being served.
struct Served<'a, R, W> {
    conversation: Conversation,
    guest: &'a Guest,
    reader: R,
    lines: Lines,
    messages: Vec<Message>,
    outbox: Outbox<W>,
    wire: Limits,
    calls_max: usize,
    /// The client has closed its sending side and still listens.
    is_half_closed: bool,
}

impl<'a, R, W> Served<'a, R, W>
where
    R: AsyncRead + Unpin + Send,
    W: AsyncWrite + Unpin + Send,
{
    fn new(
        conversation: Conversation,
        guest: &'a Guest,
        reader: R,
        outbox: Outbox<W>,
        limits: &config::Limits,
    ) -> Self {
        let wire = wire_limits(limits);
        Self {
            lines: Lines::new(&limits_for(conversation.is_admitted(), &wire)),
            conversation,
            guest,
            reader,
            messages: Vec::new(),
            outbox,
            wire,
            calls_max: limits.turn,
            is_half_closed: false,
        }
    }

    /// Waits until there is something to do.
    async fn next(
        &mut self,
        alarm: Pin<&mut Sleep>,
        (outdated, dismissed): News<'_, '_>,
    ) -> Result<Event, End> {
        let waiting = self.outbox.len();
        let can_read = self.outbox.has_room() && !self.is_half_closed;
        tokio::select! {
            written = self.outbox.write(), if waiting > 0 => match written {
                Ok(()) => Ok(Event::Wrote),
                Err(error) => Err(error.into()),
            },
            read = self.reader.read_buf(self.lines.space()), if can_read => match read {
                Ok(0) => Ok(Event::HalfClosed),
                Ok(_) => Ok(Event::Read),
                Err(error) => match error.into() {
                    End::Gone => Err(End::Gone),
                    // Lines received before the end are still carried out.
                    End::Closed
                    | End::Idle
                    | End::SlowConsumer
                    | End::Stopped
                    | End::Lost
                    | End::Revoked
                    | End::Crowded => Ok(Event::Ended),
                },
            },
            found = wait_for_events(&mut self.conversation, waiting) => match found {
                Ok(()) => Ok(Event::Events),
                Err(_) => Err(End::Lost),
            },
            () = tokio::time::sleep(LOOK_EVERY), if self.is_half_closed => Ok(Event::Alarm),
            () = alarm => Ok(Event::Alarm),
            () = outdated => Ok(Event::Outdated),
            () = dismissed => Err(self.guest.why()),
        }
    }

    async fn react(&mut self, event: Event, deadline: Moment) -> Result<(), End> {
        match event {
            Event::Wrote | Event::Outdated => Ok(()),
            Event::Read => self.take_turns().await,
            Event::Events => {
                let live = self.outbox.take_events(&mut self.conversation);
                if live && self.outbox.is_overrun() {
                    return Err(End::SlowConsumer);
                }
                Ok(())
            }
            Event::Alarm => {
                let now = Moment::now();
                if now >= deadline {
                    return Err(End::Idle);
                }
                if now >= self.outbox.due(deadline) {
                    return Err(End::SlowConsumer);
                }
                Ok(())
            }
            Event::HalfClosed => {
                self.take_last().await?;
                self.is_half_closed = self.conversation.only_listens();
                if self.is_half_closed {
                    Ok(())
                } else {
                    Err(End::Closed)
                }
            }
            Event::Ended => {
                // The connection ends anyway.
                let _ = self.take_last().await;
                Err(End::Closed)
            }
        }
    }

    /// Carries out all complete lines, some at a time.
    async fn take_turns(&mut self) -> Result<(), End> {
        loop {
            self.conversation.enter().await;
            let was_stranger = !self.conversation.is_admitted();
            let calls = self.take();
            if self.messages.is_empty() {
                self.conversation.leave();
                return Ok(());
            }
            self.carry_out().await?;
            if !was_stranger && calls < self.calls_max {
                return Ok(());
            }
            // Send what is done, and let other connections work, before taking more lines.
            self.make_room().await?;
            tokio::task::yield_now().await;
        }
    }

    /// Carries out the lines taken, sending replies in between.
    async fn carry_out(&mut self) -> Result<(), End> {
        let mut messages = std::mem::take(&mut self.messages);
        let mut pieces = Pieces::of(&mut messages);
        loop {
            let before = self.outbox.bytes.len();
            let out = &mut self.outbox.bytes;
            self.conversation.handle(&mut pieces, out).await?;
            self.outbox.note_replies(before);
            if pieces.is_done() {
                break;
            }
            self.make_room().await?;
        }
        drop(pieces);
        self.messages = messages;
        Ok(())
    }

    /// Sends until there is room for more output.
    async fn make_room(&mut self) -> Result<(), End> {
        self.outbox.write_at_once();
        if self.outbox.has_room() {
            return Ok(());
        }
        tokio::select! {
            made = self.outbox.write_until_room() => made,
            () = self.guest.dismissed() => Err(self.guest.why()),
        }
    }

    /// Takes lines with about as many calls as one turn may have; returns the number of calls.
    fn take(&mut self) -> usize {
        let mut calls = 0;
        let admitted = self.conversation.is_admitted();
        let wire = limits_for(admitted, &self.wire);
        self.lines.set_line_bytes_max(wire.line_bytes_max);
        // The limits for what follows a stranger's token depend on that token.
        let calls_max = if admitted { self.calls_max } else { 1 };
        while calls < calls_max {
            let Some(line) = self.lines.next_line() else {
                break;
            };
            let message = read_line(line, &wire);
            calls += message.calls();
            self.messages.push(message);
        }
        calls
    }

    /// Carries out what is left after the client has sent its last: complete lines, and one without
    /// a line end.
    async fn take_last(&mut self) -> Result<(), End> {
        self.take_turns().await?;
        let wire = limits_for(self.conversation.is_admitted(), &self.wire);
        if let Some(line) = self.lines.finish() {
            self.messages.push(read_line(line, &wire));
        }
        self.carry_out().await
    }
}

fn read_line(line: Line<'_>, wire: &Limits) -> Message {
    match line {
        Line::Whole(line) => request::parse(line, wire),
        Line::TooLong => Message::One(Call {
            id: Some(Id::Null),
            method: None,
            key: None,
            request: Err(WireError::line_too_long(wire.line_bytes_max)),
        }),
    }
}

/// Waits for events, if subscribed and there is room for them.
async fn wait_for_events(
    conversation: &mut Conversation,
    waiting_bytes: usize,
) -> Result<(), super::feed::Lost> {
    match conversation.feed() {
        // A live feed always gets its events; if it does not read them, it is closed as too slow.
        Some(feed) if feed.is_live() || waiting_bytes < AHEAD_BYTES => feed.wait().await,
        Some(_) | None => std::future::pending().await,
    }
}

/// When a silent connection is closed.
pub fn deadline(limits: &config::Limits, admitted: bool, opened: Moment, heard: Moment) -> Moment {
    let after = |from: Moment, span: Millis| from + millis(span);
    let handshake = (!admitted).then(|| after(opened, limits.handshake_ms));
    let idle = limits.idle_ms.map(|idle| after(heard, idle));
    let far = heard + Duration::from_secs(365 * 86_400);
    handshake.into_iter().chain(idle).min().unwrap_or(far)
}
