//! Events older than the ring, made again from the journal.
//!
//! The journal holds commands, and the same commands give the same events. So past events are made
//! by replaying the journal from the last kept snapshot before them, in a background thread, without
//! touching the running state. Events before the oldest kept snapshot are gone.

use std::num::NonZeroU64;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, mpsc};

use crate::journal::{JournalError, Sequence};
use crate::ledger::LedgerError;
use crate::router::Router;
use crate::router::effect::Effects;
use crate::router::event::Event;
use crate::router::ids::Name;
use crate::router::reject::{Reject, RejectKind};

use super::cell::Cell;
use super::error::ServerError;
use super::hub::Hub;
use super::images::Snapshot;
use super::program::Program;
use super::record::Record;
use super::ring::Published;
use super::threads::TwoThreads;

/// Events passed on at a time.
const CHUNK_EVENTS: usize = 256;
/// How long a reader may take nothing while others wait to replay.
const PATIENCE: Duration = Duration::from_secs(2);
/// Chunks waiting for a reader.
const CHUNKS_MAX: usize = 4;

/// A chunk of past events, or their end.
#[derive(Debug)]
pub enum Past {
    Events(Vec<Arc<Published>>),
    /// The past is not available, for this reason.
    Failed(String),
}

/// Why a replay ended before the end of the journal.
#[derive(Debug, thiserror::Error)]
enum Ended {
    #[error("nobody listens any more")]
    NobodyListens,
    #[error("others wait, and whoever listens does not read")]
    GaveWay,
    #[error(transparent)]
    Failed(#[from] ServerError),
}

impl From<JournalError> for Ended {
    fn from(error: JournalError) -> Self {
        Self::Failed(error.into())
    }
}

/// Refuses to begin after an event that the journal no longer holds.
pub async fn check(hub: &Arc<Hub>, cell: &Arc<Cell>, after: u64) -> Result<(), Reject> {
    let turn = fold_permit(hub).await;
    let (hub, cell) = (Arc::clone(hub), Arc::clone(cell));
    let look = move || {
        // Keep the permit until this is done, even if the caller has gone.
        let _turn = turn;
        start_before(&hub, &cell.name, after).map(|start| start.event_seq)
    };
    let looked = match tokio::task::spawn_blocking(look).await {
        Ok(looked) => looked.map_err(|error| error.to_string()),
        Err(panic) => Err(panic.to_string()),
    };
    let dropped = looked.map_err(|cause| {
        Reject::unavailable("events", format!("the past cannot be read: {cause}")).in_field("after")
    })?;
    if after >= dropped {
        return Ok(());
    }
    let message = format!(
        "events up to {dropped} are no longer kept: the first still available is {}, give after \
         {dropped} or leave it out",
        dropped + 1
    );
    let mut refusal = Reject::invalid("events", "after", message);
    refusal.kind = RejectKind::NotFound;
    refusal.oldest = NonZeroU64::new(dropped + 1);
    Err(refusal)
}

/// The event after which the journal still has all events.
pub(super) fn kept_after(hub: &Hub, tenant: &Name) -> Result<u64, ServerError> {
    start_before(hub, tenant, 0).map(|start| start.event_seq)
}

/// Waits for the permit to replay; there is one.
async fn fold_permit(hub: &Arc<Hub>) -> OwnedSemaphorePermit {
    struct Waits<'a>(&'a AtomicUsize);
    impl Drop for Waits<'_> {
        fn drop(&mut self) {
            self.0.fetch_sub(1, Ordering::Relaxed);
        }
    }
    hub.folds_waiting.fetch_add(1, Ordering::Relaxed);
    let _waits = Waits(&hub.folds_waiting);
    let turn = Arc::clone(&hub.folding).acquire_owned().await;
    turn.expect("it is never closed")
}

/// Replays the events after `after` up to about the present.
pub fn fold(hub: Arc<Hub>, cell: Arc<Cell>, after: u64) -> mpsc::Receiver<Past> {
    let (sender, receiver) = mpsc::channel(CHUNKS_MAX);
    let tasks = hub.tasks.clone();
    tasks.spawn(async move {
        let _turn = fold_permit(&hub).await;
        let hub_of_fold = Arc::clone(&hub);
        let told = sender.clone();
        let work = tokio::task::spawn_blocking(move || {
            let hand_over = |hub: &Hub, chunk| pass_on(hub, &sender, chunk);
            Folding::begin(&hub_of_fold, &cell.name, after, hand_over)?.run(&hub_of_fold)
        });
        let failed = match work.await {
            Ok(Ok(()) | Err(Ended::NobodyListens | Ended::GaveWay)) => return,
            Ok(Err(Ended::Failed(error))) => error.to_string(),
            Err(panic) => panic.to_string(),
        };
        tracing::warn!(cause = failed, "the past could not be told to a subscriber");
        // The reader may have gone.
        let _ = told.send(Past::Failed(failed)).await;
    });
    receiver
}

/// Passes a chunk to the reader. A reader that takes nothing for long gives the permit to those who
/// wait, and queues behind them.
fn pass_on(
    hub: &Hub,
    sender: &mpsc::Sender<Past>,
    chunk: Vec<Arc<Published>>,
) -> Result<(), Ended> {
    let runtime = Handle::current();
    loop {
        let room = async { tokio::time::timeout(PATIENCE, sender.reserve()).await };
        match runtime.block_on(room) {
            Ok(Ok(room)) => {
                room.send(Past::Events(chunk));
                return Ok(());
            }
            Ok(Err(_)) => return Err(Ended::NobodyListens),
            Err(_) if hub.folds_waiting.load(Ordering::Relaxed) > 0 => {
                return Err(Ended::GaveWay);
            }
            Err(_) => {}
        }
    }
}

/// Replays the events after `after` through `until` into `take`, in the caller's thread; an error
/// of `take` ends it. Needs no permit.
pub fn tell(
    hub: &Hub,
    tenant: &Name,
    after: u64,
    until: u64,
    mut take: impl FnMut(&Event) -> Result<(), LedgerError>,
) -> Result<(), LedgerError> {
    let mut refused = None;
    let hand_over = |_: &Hub, chunk: Vec<Arc<Published>>| {
        for published in &chunk {
            if let Err(error) = take(&published.event) {
                refused = Some(error);
                return Err(Ended::NobodyListens);
            }
        }
        match chunk.last() {
            Some(last) if last.event.seq >= until => Err(Ended::NobodyListens),
            _ => Ok(()),
        }
    };
    let told = Folding::begin(hub, tenant, after, hand_over).and_then(|folding| folding.run(hub));
    match (refused, told) {
        (Some(error), _) => Err(error),
        (None, Ok(()) | Err(Ended::NobodyListens | Ended::GaveWay)) => Ok(()),
        (None, Err(Ended::Failed(error))) => Err(LedgerError::Past(error.to_string())),
    }
}

/// A state of a tenant after which all commands were decided by this program's rules.
struct Start {
    router: Router,
    /// The program that wrote what follows.
    program: Program,
    /// The state includes records through this one.
    sequence: Sequence,
    /// Where reading must begin.
    from: Sequence,
    event_seq: u64,
}

impl Start {
    fn empty(from: Sequence, program: Program) -> Self {
        Self {
            router: Router::new(),
            program,
            sequence: 0,
            from,
            event_seq: 0,
        }
    }

    /// The state of a tenant in a snapshot. A tenant younger than the snapshot starts empty after it.
    fn of(at: Sequence, bytes: &[u8], tenant: &Name) -> Result<Self, ServerError> {
        let snapshot = Snapshot::read(bytes)?;
        let mut images = snapshot.tenants.into_iter();
        let Some(image) = images.find(|image| image.tenant == *tenant) else {
            return Ok(Self::empty(at + 1, snapshot.program));
        };
        let router = Router::from_image_by(&image.image, &TwoThreads)
            .map_err(|cause| snapshot.program.unreadable(image.place(), cause))?;
        Ok(Self {
            router,
            program: snapshot.program,
            sequence: image.sequence,
            from: at + 1,
            event_seq: image.event_seq,
        })
    }
}

/// The last event of a tenant that a snapshot includes.
fn last_event_in(bytes: &[u8], tenant: &Name) -> Result<u64, ServerError> {
    let mut images = Snapshot::read(bytes)?.tenants.into_iter();
    let image = images.find(|image| image.tenant == *tenant);
    Ok(image.map_or(0, |image| image.event_seq))
}

/// The latest start from which the events after `after` can be made, or the oldest there is.
fn start_before(hub: &Hub, tenant: &Name, after: u64) -> Result<Start, ServerError> {
    let mut kept = hub.journal.snapshots_kept()?;
    kept.retain(|at| *at >= hub.decided_since);
    let (mut low, mut high) = (0, kept.len());
    // The last that is early enough, and the first that is too late.
    let (mut early, mut late) = (None, None);
    while low < high {
        let middle = low.midpoint(high);
        let at = kept[middle];
        let Some(bytes) = hub.journal.state_at(at)? else {
            // Damaged, or deleted since: the others serve as well.
            kept.remove(middle);
            high -= 1;
            continue;
        };
        if last_event_in(&bytes, tenant)? <= after {
            early = Some((at, bytes));
            low = middle + 1;
        } else {
            late = Some((at, bytes));
            high = middle;
        }
    }
    let is_whole = hub.journal.first_sequence() <= 1 && hub.decided_since == 0;
    match early.or(late.filter(|_| !is_whole)) {
        Some((at, bytes)) => Start::of(at, &bytes, tenant),
        None => Ok(Start::empty(1, Program::unknown())),
    }
}

struct Folding<F> {
    start: Start,
    tenant: Name,
    after: u64,
    hand_over: F,
    chunk: Vec<Arc<Published>>,
}

impl<F: FnMut(&Hub, Vec<Arc<Published>>) -> Result<(), Ended>> Folding<F> {
    fn begin(hub: &Hub, tenant: &Name, after: u64, hand_over: F) -> Result<Self, Ended> {
        // Only synced records can be read, so sync all appended ones.
        hub.journal.sync_through(hub.journal.appended_sequence())?;
        Ok(Self {
            start: start_before(hub, tenant, after)?,
            tenant: tenant.clone(),
            after,
            hand_over,
            chunk: Vec::with_capacity(CHUNK_EVENTS),
        })
    }

    fn run(mut self, hub: &Hub) -> Result<(), Ended> {
        let mut effects = Effects::default();
        let from = self.start.from;
        hub.journal.read::<Ended>(from, |stored| {
            let followed = self.start.program.follow(&stored);
            let record = followed.map_err(ServerError::from)?;
            let Record::Command { tenant, stamped } = record else {
                return Ok(());
            };
            if tenant != self.tenant || stored.sequence <= self.start.sequence {
                return Ok(());
            }
            effects.clear();
            self.start.router.replay(&stamped, &mut effects);
            for event in effects.events.drain(..) {
                if event.seq > self.after {
                    let published = Published::new(event, stored.sequence);
                    self.chunk.push(Arc::new(published));
                }
            }
            if self.chunk.len() >= CHUNK_EVENTS {
                return self.hand_over(hub);
            }
            Ok(())
        })?;
        self.hand_over(hub)
    }

    /// Passes on the events collected so far.
    fn hand_over(&mut self, hub: &Hub) -> Result<(), Ended> {
        let chunk = std::mem::take(&mut self.chunk);
        if chunk.is_empty() {
            return Ok(());
        }
        (self.hand_over)(hub, chunk)
    }
}
