//! One connection that carries lines: reads, has them carried out, writes.
//!
//! Each connection is one task. It reads only while its output has room, so a client that does
//! not read is not read from either. It never waits for the network while it holds a lock.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::time::{Instant as Moment, Sleep};
use tokio_util::sync::WaitForCancellationFutureOwned;

use crate::config;
use crate::router::time::Millis;
use crate::wire::error::WireError;
use crate::wire::limits::Limits;
use crate::wire::line::{Line, Lines};
use crate::wire::request::{self, Call, Id, Message};

use super::conversation::Conversation;
use super::hub::{Hub, Stopped};
use super::outbox::{AHEAD_BYTES, Outbox};

/// Why a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The client closed, or the network did.
    Closed,
    /// It sent nothing for too long, or no token in time.
    Idle,
    /// It did not read what was sent.
    SlowConsumer,
    /// The daemon stops.
    Stopped,
    /// The past that it wanted cannot be told.
    Lost,
    /// Its token was taken away.
    Revoked,
}

impl End {
    /// The word in the metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Idle => "idle",
            Self::SlowConsumer => "slow_consumer",
            Self::Stopped => "stopped",
            Self::Lost => "lost",
            Self::Revoked => "revoked",
        }
    }
}

impl From<Stopped> for End {
    fn from(_: Stopped) -> Self {
        Self::Stopped
    }
}

/// The limits of the wire as configured.
pub fn wire_limits(limits: &config::Limits) -> Limits {
    Limits {
        line_bytes_max: limits.line_bytes,
        batch_calls_max: limits.batch,
        depth_max: limits.depth,
    }
}

/// Serves a connection to its end. `confirm` is called after a read that is not answered at once:
/// an answer would confirm it by itself.
pub async fn serve<R, W>(
    hub: Arc<Hub>,
    conversation: Conversation,
    reader: R,
    writer: W,
    confirm: impl Fn(&R) + Send,
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
    let mut served = Served::new(conversation, reader, writer, &limits);
    // Both stand for the whole connection: making and dropping them costs more than a read.
    let mut outdated = pin!(served.conversation.outdated());
    let mut alarm = pin!(tokio::time::sleep_until(first));
    let end = loop {
        let talk = &served.conversation;
        let deadline = deadline(&limits, talk.is_admitted(), talk.stranger_since(), heard);
        let due = served.outbox.due(deadline);
        // An alarm that rings too early is set anew then, which is seldom.
        if due < alarm.deadline() || alarm.is_elapsed() {
            alarm.as_mut().reset(due);
        }
        let event = match served.next(alarm.as_mut(), outdated.as_mut()).await {
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
                confirm(&served.reader);
            }
        }
        if let Err(end) = served.react(event, deadline).await {
            break end;
        }
        let is_answered = !served.outbox.is_empty();
        served.outbox.write_at_once();
        if is_read && !answers_wait && !is_answered {
            confirm(&served.reader);
        }
    };
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
    /// Another configuration is in force, or the daemon stops.
    Outdated,
    /// The client sends nothing more.
    Ended,
}

/// A connection at work.
struct Served<R, W> {
    conversation: Conversation,
    reader: R,
    lines: Lines,
    messages: Vec<Message>,
    outbox: Outbox<W>,
    wire: Limits,
    calls_max: usize,
}

impl<R, W> Served<R, W>
where
    R: AsyncRead + Unpin + Send,
    W: AsyncWrite + Unpin + Send,
{
    fn new(conversation: Conversation, reader: R, writer: W, limits: &config::Limits) -> Self {
        let wire = wire_limits(limits);
        Self {
            conversation,
            reader,
            lines: Lines::new(&wire),
            messages: Vec::new(),
            outbox: Outbox::new(writer, limits),
            wire,
            calls_max: limits.turn,
        }
    }

    /// Waits until there is something to do.
    async fn next(
        &mut self,
        alarm: Pin<&mut Sleep>,
        outdated: Pin<&mut WaitForCancellationFutureOwned>,
    ) -> Result<Event, End> {
        let waiting = self.outbox.len();
        let can_read = self.outbox.has_room();
        tokio::select! {
            written = self.outbox.write(), if waiting > 0 => match written {
                Ok(()) => Ok(Event::Wrote),
                Err(_) => Err(End::Closed),
            },
            read = self.reader.read_buf(self.lines.space()), if can_read => match read {
                Ok(0) | Err(_) => Ok(Event::Ended),
                Ok(_) => Ok(Event::Read),
            },
            found = wait_for_events(&mut self.conversation, waiting) => match found {
                Ok(()) => Ok(Event::Events),
                Err(_) => Err(End::Lost),
            },
            () = alarm => Ok(Event::Alarm),
            () = outdated => Ok(Event::Outdated),
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
            Event::Ended => {
                self.take_last();
                // Nobody hears it if it fails.
                let _ = self.carry_out().await;
                Err(End::Closed)
            }
        }
    }

    /// Carries out all complete lines, some at a time.
    async fn take_turns(&mut self) -> Result<(), End> {
        loop {
            let calls = self.take();
            if self.messages.is_empty() {
                return Ok(());
            }
            let before = self.outbox.bytes.len();
            self.carry_out().await?;
            self.outbox.note_replies(before);
            if calls < self.calls_max {
                return Ok(());
            }
            // More may be there: what is done is sent, and others have their turn first.
            self.outbox.write_at_once();
            if !self.outbox.has_room() {
                self.outbox.write_until_room().await?;
            }
            tokio::task::yield_now().await;
        }
    }

    async fn carry_out(&mut self) -> Result<(), Stopped> {
        self.conversation
            .handle(&mut self.messages, &mut self.outbox.bytes)
            .await
    }

    /// Takes lines with about as many calls as one turn may have; the number of calls.
    fn take(&mut self) -> usize {
        let mut calls = 0;
        while calls < self.calls_max {
            let Some(line) = self.lines.next_line() else {
                break;
            };
            let message = read_line(line, &self.wire);
            calls += match &message {
                Message::One(_) => 1,
                Message::Batch(calls) => calls.len(),
            };
            self.messages.push(message);
        }
        calls
    }

    /// What is left when the client has sent its last: complete lines and one without its end.
    fn take_last(&mut self) {
        while let Some(line) = self.lines.next_line() {
            self.messages.push(read_line(line, &self.wire));
        }
        if let Some(line) = self.lines.finish() {
            self.messages.push(read_line(line, &self.wire));
        }
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

/// Waits for events where some are wanted and there is room for them.
async fn wait_for_events(
    conversation: &mut Conversation,
    waiting_bytes: usize,
) -> Result<(), super::feed::Lost> {
    match conversation.feed() {
        // Whoever is up to date gets everything at once, or is too slow.
        Some(feed) if feed.is_live() || waiting_bytes < AHEAD_BYTES => feed.wait().await,
        Some(_) | None => std::future::pending().await,
    }
}

/// When a connection that is silent is closed.
pub fn deadline(limits: &config::Limits, admitted: bool, opened: Moment, heard: Moment) -> Moment {
    let after = |from: Moment, span: Millis| from + millis(span);
    let handshake = (!admitted).then(|| after(opened, limits.handshake_ms));
    let idle = limits.idle_ms.map(|idle| after(heard, idle));
    let far = heard + Duration::from_secs(365 * 86_400);
    handshake.into_iter().chain(idle).min().unwrap_or(far)
}

pub fn millis(span: Millis) -> Duration {
    Duration::from_millis(u64::try_from(span.0).unwrap_or(0))
}
