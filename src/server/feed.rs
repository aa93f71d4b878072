//! The subscription of one connection: which events, and how far it has come.
//!
//! A feed pulls; nothing is queued for it. It reads released events from the ring, and older ones
//! first from `history`. So a slow reader costs no memory but its output buffer, and there is no
//! gap between past and present.

use std::sync::Arc;

use tokio::sync::{mpsc, watch};

use crate::journal::Sequence;
use crate::router::ids::Name;
use crate::router::reject::Reject;
use crate::wire::subscription::Subscribe;

use super::cell::Cell;
use super::history::{self, Past};
use super::hub::Hub;
use super::ring::Published;

/// Tells subscribers that the daemon takes no new contacts from now on.
const DRAINING: &[u8] = br#"{"jsonrpc":"2.0","method":"server.draining","params":{}}
"#;

/// Events taken from the ring at a time.
const PULL_EVENTS_MAX: usize = 256;

/// A subscription.
pub struct Feed {
    hub: Arc<Hub>,
    cell: Arc<Cell>,
    wanted: Subscribe,
    /// What an agent may receive at all: events about itself.
    allowed: Option<Subscribe>,
    /// The last event examined.
    seen: u64,
    releases: watch::Receiver<Sequence>,
    /// Source of older events, until the ring is reached.
    past: Option<mpsc::Receiver<Past>>,
    /// Taken and not yet written.
    taken: Vec<Arc<Published>>,
    /// It has caught up: further events are new.
    is_live: bool,
    /// It was told that the daemon drains.
    knows_of_drain: bool,
}

/// Result of [`Feed::pull`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pulled {
    /// The buffer is full; there may be more.
    More,
    /// Nothing more for now.
    Idle,
}

/// The past events are not available.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Lost(pub String);

impl Feed {
    /// A feed from `wanted.after` on, or from now on; an agent's carries only events that name it.
    /// Also returns the number of the last event.
    pub async fn open(
        hub: Arc<Hub>,
        cell: Arc<Cell>,
        wanted: Subscribe,
        own: Option<Name>,
    ) -> Result<(Self, u64), Reject> {
        let (first, last) = cell.ring(|ring| (ring.first_seq(), ring.last_seq()));
        let seen = wanted.after.unwrap_or(last);
        if seen > last {
            let message = format!("{seen} is beyond the last event {last}: give one up to it");
            return Err(Reject::invalid("events", "after", message));
        }
        let mut feed = Self {
            releases: cell.releases(),
            hub,
            cell,
            wanted,
            allowed: own.map(|own| Subscribe {
                agents: Some(vec![own]),
                ..Subscribe::default()
            }),
            seen,
            past: None,
            taken: Vec::new(),
            is_live: false,
            knows_of_drain: false,
        };
        if seen + 1 < first {
            history::check(&feed.hub, &feed.cell, seen).await?;
            feed.fold_past();
        }
        // Events that are there already are pulled without waiting for a release.
        feed.releases.mark_changed();
        Ok((feed, last))
    }

    pub fn is_live(&self) -> bool {
        self.is_live
    }

    /// Waits until there is something to pull. Cancel safe.
    pub async fn wait(&mut self) -> Result<(), Lost> {
        if !self.taken.is_empty() {
            return Ok(());
        }
        let Some(past) = &mut self.past else {
            tokio::select! {
                // The sender lives in the cell, which this feed holds.
                _ = self.releases.changed() => {}
                () = self.hub.drain_begun.cancelled(), if !self.knows_of_drain => {}
            }
            return Ok(());
        };
        match past.recv().await {
            Some(Past::Events(events)) => self.taken = events,
            Some(Past::Failed(cause)) => return Err(Lost(cause)),
            None => {
                self.past = None;
                self.releases.mark_changed();
            }
        }
        Ok(())
    }

    /// Appends released events until `out` holds `max` bytes.
    pub fn pull(&mut self, out: &mut Vec<u8>, max: usize) -> Pulled {
        if self.hub.is_draining() && !std::mem::replace(&mut self.knows_of_drain, true) {
            out.extend_from_slice(DRAINING);
        }
        loop {
            let mut written = 0;
            for published in &self.taken {
                if out.len() >= max {
                    break;
                }
                written += 1;
                self.seen = published.event.seq;
                if self.hears(published) {
                    out.extend_from_slice(published.line());
                }
            }
            self.taken.drain(..written);
            if !self.taken.is_empty() {
                return Pulled::More;
            }
            if self.past.is_some() {
                return Pulled::Idle;
            }
            let durable = *self.releases.borrow_and_update();
            let (seen, taken) = (self.seen, &mut self.taken);
            let found = self
                .cell
                .ring(|ring| ring.take(seen, durable, PULL_EVENTS_MAX, taken));
            if !found {
                self.hub.metrics.events_lagged.increment(1);
                self.fold_past();
                return Pulled::Idle;
            }
            if self.taken.is_empty() {
                self.is_live = true;
                return Pulled::Idle;
            }
        }
    }

    fn hears(&self, published: &Published) -> bool {
        let allows = |allowed: &Subscribe| allowed.wants(&published.event);
        self.wanted.wants(&published.event) && self.allowed.as_ref().is_none_or(allows)
    }

    fn fold_past(&mut self) {
        self.is_live = false;
        let hub = Arc::clone(&self.hub);
        self.past = Some(history::fold(hub, Arc::clone(&self.cell), self.seen));
    }
}
