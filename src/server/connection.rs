//! One connection that carries lines: reads, has them carried out, writes.
//!
//! Each connection is one task. It reads only while its output has room, so a client that does
//! not read is not read from either. It never waits for the network while it holds a lock.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::Instant as Moment;

use crate::config;
use crate::router::time::Millis;
use crate::wire::error::WireError;
use crate::wire::limits::Limits;
use crate::wire::line::{Line, Lines};
use crate::wire::request::{self, Call, Id, Message};

use super::conversation::Conversation;
use super::hub::{Hub, Stopped};

/// Bytes of events written ahead for a client that catches up.
const AHEAD_BYTES: usize = 64 << 10;
/// How long a client that sent its last has to take the rest.
const LINGER: Duration = Duration::from_secs(5);

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
    mut conversation: Conversation,
    mut reader: R,
    writer: W,
    confirm: impl Fn(&R) + Send,
) -> End
where
    R: AsyncRead + Unpin + Send,
    W: AsyncWrite + Unpin + Send,
{
    let limits = hub.live().config.server.limits.clone();
    let wire = wire_limits(&limits);
    let answers_wait = hub.live().config.journal.durability != config::Durability::None;
    let mut lines = Lines::new(&wire);
    let mut outbox = Outbox::new(writer, &limits);
    let mut messages = Vec::new();
    let opened = Moment::now();
    let mut heard = opened;
    // Both stand for the whole connection: making and dropping them costs more than a read.
    let serving = hub.serving.clone();
    let mut stopped = pin!(serving.cancelled());
    let first = deadline(&limits, conversation.is_admitted(), opened, opened);
    let mut alarm = pin!(tokio::time::sleep_until(first));
    let end = loop {
        let deadline = deadline(&limits, conversation.is_admitted(), opened, heard);
        let can_read = outbox.has_room();
        let (waiting, stalls_at) = (outbox.len(), outbox.stalls_at());
        let due = if waiting > 0 {
            deadline.min(stalls_at)
        } else {
            deadline
        };
        // An alarm that rings too early is set anew then, which is seldom.
        if due < alarm.deadline() || alarm.is_elapsed() {
            alarm.as_mut().reset(due);
        }
        let event = tokio::select! {
            written = outbox.write(), if waiting > 0 => match written {
                Ok(()) => Event::Wrote,
                Err(_) => break End::Closed,
            },
            read = reader.read_buf(lines.space()), if can_read => match read {
                Ok(0) | Err(_) => Event::Ended,
                Ok(_) => Event::Read,
            },
            found = wait_for_events(&mut conversation, waiting) => match found {
                Ok(()) => Event::Events,
                Err(_) => break End::Lost,
            },
            () = &mut alarm => {
                let now = Moment::now();
                if now >= deadline {
                    break End::Idle;
                }
                if waiting > 0 && now >= stalls_at {
                    break End::SlowConsumer;
                }
                continue;
            }
            () = &mut stopped => break End::Stopped,
        };
        let is_read = matches!(event, Event::Read);
        let done = match event {
            Event::Wrote => Ok(()),
            Event::Read => {
                heard = Moment::now();
                if answers_wait {
                    confirm(&reader);
                }
                let input = Input {
                    lines: &mut lines,
                    messages: &mut messages,
                    wire: &wire,
                };
                take_turns(&mut conversation, input, limits.turn, &mut outbox).await
            }
            Event::Events => {
                let live = outbox.take_events(&mut conversation);
                if live && outbox.is_overrun() {
                    break End::SlowConsumer;
                }
                Ok(())
            }
            Event::Ended => {
                finish(&mut lines, &wire, &mut messages);
                let _ = conversation.handle(&mut messages, &mut outbox.bytes).await;
                break End::Closed;
            }
        };
        if let Err(end) = done {
            break end;
        }
        let is_answered = !outbox.is_empty();
        outbox.write_at_once();
        if is_read && !answers_wait && !is_answered {
            confirm(&reader);
        }
    };
    if matches!(end, End::Closed | End::Stopped) && hub.failure().is_none() {
        outbox.write_rest().await;
    }
    conversation.end().await;
    end
}

enum Event {
    Wrote,
    Read,
    Events,
    /// The client sends nothing more.
    Ended,
}

/// What has been read, and the buffer for what it says.
struct Input<'a> {
    lines: &'a mut Lines,
    messages: &'a mut Vec<Message>,
    wire: &'a Limits,
}

impl Input<'_> {
    /// Takes lines with about `calls_max` calls; the number of calls.
    fn take(&mut self, calls_max: usize) -> usize {
        let mut calls = 0;
        while calls < calls_max {
            let Some(line) = self.lines.next_line() else {
                break;
            };
            let message = read_line(line, self.wire);
            calls += match &message {
                Message::One(_) => 1,
                Message::Batch(calls) => calls.len(),
            };
            self.messages.push(message);
        }
        calls
    }
}

/// Carries out all complete lines, some at a time.
async fn take_turns<W: AsyncWrite + Unpin>(
    conversation: &mut Conversation,
    mut input: Input<'_>,
    calls_max: usize,
    outbox: &mut Outbox<W>,
) -> Result<(), End> {
    loop {
        let calls = input.take(calls_max);
        if input.messages.is_empty() {
            return Ok(());
        }
        let before = outbox.bytes.len();
        conversation
            .handle(input.messages, &mut outbox.bytes)
            .await?;
        outbox.note_replies(before);
        if calls < calls_max {
            return Ok(());
        }
        // More may be there: what is done is sent, and others have their turn first.
        outbox.write_at_once();
        if !outbox.has_room() {
            outbox.write_until_room().await?;
        }
        tokio::task::yield_now().await;
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

/// What is left when the client has sent its last: complete lines and one without its end.
fn finish(lines: &mut Lines, wire: &Limits, messages: &mut Vec<Message>) {
    while let Some(line) = lines.next_line() {
        messages.push(read_line(line, wire));
    }
    if let Some(line) = lines.finish() {
        messages.push(read_line(line, wire));
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

/// What waits for the client.
struct Outbox<W> {
    writer: W,
    bytes: Vec<u8>,
    sent: usize,
    limit: usize,
    /// Bytes of replies among those that wait: the client asked for them.
    replies: usize,
    stall: Duration,
    progress: Moment,
}

impl<W: AsyncWrite + Unpin> Outbox<W> {
    fn new(writer: W, limits: &config::Limits) -> Self {
        Self {
            writer,
            bytes: Vec::new(),
            sent: 0,
            limit: limits.outbox_bytes,
            replies: 0,
            stall: millis(limits.stall_ms),
            progress: Moment::now(),
        }
    }

    fn len(&self) -> usize {
        self.bytes.len() - self.sent
    }

    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn has_room(&self) -> bool {
        self.len() < self.limit
    }

    /// Whether more events wait than may.
    fn is_overrun(&self) -> bool {
        self.len().saturating_sub(self.replies) > self.limit
    }

    fn stalls_at(&self) -> Moment {
        self.progress + self.stall
    }

    fn note_replies(&mut self, before: usize) {
        if before == self.sent {
            self.progress = Moment::now();
        }
        self.replies += self.bytes.len() - before;
    }

    /// Takes the events that may leave; `true` if the client is up to date.
    fn take_events(&mut self, conversation: &mut Conversation) -> bool {
        let was_empty = self.is_empty();
        let replies = self.replies;
        let Some(feed) = conversation.feed() else {
            return false;
        };
        let live = feed.is_live();
        let room = if live {
            self.limit + replies + 1
        } else {
            AHEAD_BYTES
        };
        feed.pull(&mut self.bytes, self.sent + room);
        if was_empty {
            self.progress = Moment::now();
        }
        live
    }

    /// Writes some of it. It may be dropped at any time without losing a byte.
    async fn write(&mut self) -> std::io::Result<()> {
        let waiting = self.bytes.get(self.sent..).unwrap_or_default();
        let written = self.writer.write(waiting).await?;
        if written == 0 {
            return Err(std::io::ErrorKind::WriteZero.into());
        }
        self.wrote(written);
        Ok(())
    }

    fn wrote(&mut self, written: usize) {
        self.sent += written;
        self.replies = self.replies.saturating_sub(written);
        self.progress = Moment::now();
        if self.is_empty() {
            self.bytes.clear();
            self.bytes.shrink_to(AHEAD_BYTES);
            self.sent = 0;
        } else if self.sent >= AHEAD_BYTES {
            self.bytes.drain(..self.sent);
            self.sent = 0;
        }
    }

    /// Writes what the network takes without waiting; an error shows again when waited for.
    fn write_at_once(&mut self) {
        while !self.is_empty() {
            if !matches!(self.write().now_or_never(), Some(Ok(()))) {
                return;
            }
        }
    }

    /// Writes until there is room for more replies.
    async fn write_until_room(&mut self) -> Result<(), End> {
        while !self.has_room() {
            match tokio::time::timeout_at(self.stalls_at(), self.write()).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => return Err(End::Closed),
                Err(_) => return Err(End::SlowConsumer),
            }
        }
        Ok(())
    }

    /// Writes what is left, for a while.
    async fn write_rest(&mut self) {
        let all = async {
            while !self.is_empty() {
                self.write().await?;
            }
            self.writer.shutdown().await
        };
        // The client may be gone; then there is nobody to write to.
        let _ = tokio::time::timeout(LINGER, all).await;
    }
}
