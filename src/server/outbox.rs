//! Replies and events waiting to be sent to one client, and how long it has taken nothing.
//!
//! Knows no request. Writes in order; an interrupted write loses nothing.

use std::time::Duration;

use futures_util::FutureExt;
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::time::Instant as Moment;

use crate::config;

use super::clock::millis;
use super::conversation::Conversation;
use super::end::End;
use super::held::Portion;

/// Bytes of events written ahead for a client that catches up.
pub const AHEAD_BYTES: usize = 64 << 10;
/// How long a client that has closed its sending side may take to read the rest.
const LINGER: Duration = Duration::from_secs(5);

/// The bytes waiting for one client.
pub struct Outbox<W> {
    writer: W,
    pub bytes: Vec<u8>,
    sent: usize,
    limit: usize,
    /// Bytes of replies among those that wait: the client asked for them.
    replies: usize,
    stall: Duration,
    progress: Moment,
    /// Its part of the bytes held for all clients.
    portion: Portion,
}

impl<W: AsyncWrite + Unpin> Outbox<W> {
    pub fn new(writer: W, limits: &config::Limits, portion: Portion) -> Self {
        Self {
            writer,
            bytes: Vec::new(),
            sent: 0,
            limit: limits.outbox_bytes,
            replies: 0,
            stall: millis(limits.stall_ms),
            progress: Moment::now(),
            portion,
        }
    }

    /// Updates the bytes held.
    pub fn count(&mut self) {
        self.portion.set(self.bytes.capacity());
    }

    pub fn len(&self) -> usize {
        self.bytes.len() - self.sent
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn has_room(&self) -> bool {
        self.len() < self.limit
    }

    /// Whether more bytes of events wait than may.
    pub fn is_overrun(&self) -> bool {
        self.len().saturating_sub(self.replies) > self.limit
    }

    fn stalls_at(&self) -> Moment {
        self.progress + self.stall
    }

    /// When the connection must next be checked: at its own deadline, or at that of the bytes
    /// waiting here.
    pub fn due(&self, deadline: Moment) -> Moment {
        if self.is_empty() {
            return deadline;
        }
        deadline.min(self.stalls_at())
    }

    pub fn note_replies(&mut self, before: usize) {
        if before == self.sent {
            self.progress = Moment::now();
        }
        self.replies += self.bytes.len() - before;
        self.count();
    }

    /// Takes the released events; `true` if the client is up to date.
    pub fn take_events(&mut self, conversation: &mut Conversation) -> bool {
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
        self.count();
        live
    }

    /// Writes some bytes. Cancel safe.
    pub async fn write(&mut self) -> std::io::Result<()> {
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
            self.count();
        } else if self.sent >= AHEAD_BYTES {
            self.bytes.drain(..self.sent);
            self.sent = 0;
        }
    }

    /// Writes without waiting; an error shows up again in `write`.
    pub fn write_at_once(&mut self) {
        while !self.is_empty() {
            if !matches!(self.write().now_or_never(), Some(Ok(()))) {
                return;
            }
        }
    }

    /// Writes until there is room for more replies.
    pub async fn write_until_room(&mut self) -> Result<(), End> {
        while !self.has_room() {
            match tokio::time::timeout_at(self.stalls_at(), self.write()).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => return Err(End::Closed),
                Err(_) => return Err(End::SlowConsumer),
            }
        }
        Ok(())
    }

    /// Writes the rest, for a limited time.
    pub async fn write_rest(&mut self) {
        let all = async {
            while !self.is_empty() {
                self.write().await?;
            }
            self.writer.shutdown().await
        };
        // The client may have left.
        let _ = tokio::time::timeout(LINGER, all).await;
    }
}
