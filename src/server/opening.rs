//! Where a tenant's ledger continues, and how it catches up with its events.
//!
//! What is appended is already on the disk in the journal, so a crash never leaves a journal older
//! than its ledger: an older journal is another copy. This file must not decide when the ledger is
//! written.

use std::path::Path;
use std::sync::Arc;

use crate::ledger::{LedgerError, Place, Writer, content, files};
use crate::router::event::Event;

use super::cell::Cell;
use super::history;
use super::hub::Hub;
use super::ring::Published;
use super::tenant_ledger::TenantLedger;

/// Events taken from the ring at a time.
const PULL_EVENTS_MAX: usize = 1_024;
/// Most records replayed only to compare the ledger's last record with the journal.
const COMPARE_RECORDS_MAX: u64 = 200_000;
/// Most agents, customers, contacts and cases of a tenant replayed only for that.
const COMPARE_ENTITIES_MAX: usize = 20_000;

/// How a ledger is opened.
#[derive(Clone, Copy, Debug)]
pub struct Opening<'a> {
    /// The folder of the journal.
    pub dir: &'a Path,
    /// The journal's name.
    pub journal: &'a str,
    /// Whether the ledger may continue elsewhere than where it ended.
    pub accepts_break: bool,
    /// Up to where this process had synced it before a write failed.
    pub place: Option<Place>,
}

/// Why a ledger cannot continue where it ended.
enum Break {
    /// It belongs to another journal.
    Other { journal: String },
    /// The journal ends before the ledger does.
    Older,
    /// The journal no longer has the events after the ledger's end.
    Gap { kept_after: u64 },
    /// The journal gives another event with the number of the ledger's last one.
    Differs { seq: u64 },
}

impl TenantLedger {
    /// Opens a tenant's ledger where it continues from its journal.
    pub fn open(
        hub: &Arc<Hub>,
        cell: &Arc<Cell>,
        opening: Opening<'_>,
    ) -> Result<Self, LedgerError> {
        let tenant = cell.name.as_str();
        let folder = files::folder_of(opening.dir, tenant);
        if let Some(place) = opening.place {
            Writer::cut_back(&folder, place)?;
        }
        let mut writer = Writer::open(&folder, tenant, opening.journal)?;
        let (first, last) = cell.ring(|ring| (ring.first_seq(), ring.last_seq()));
        let position = writer.position().clone();
        let is_same = position.journal.as_deref() == Some(opening.journal);
        let goes_on = is_same && position.seq <= last;
        let kept_after = if first == 1 || (goes_on && position.seq + 1 >= first) {
            first - 1
        } else {
            kept_after(hub, cell)?
        };
        let is_covered = goes_on && position.seq >= kept_after;
        if let Some(damage) = writer.damage().cloned() {
            let is_told_again = is_covered || (position.n == 0 && kept_after == 0);
            if !is_told_again {
                return Err(damage.into());
            }
            tracing::warn!(%damage, tenant, "cut a torn end of the ledger, which the journal can tell again");
            writer.cut()?;
        }
        let found = if position.n == 0 {
            None
        } else if !is_same {
            let journal = position.journal.clone().unwrap_or_default();
            Some(Break::Other { journal })
        } else if !goes_on {
            Some(Break::Older)
        } else if !is_covered {
            Some(Break::Gap { kept_after })
        } else if opening.place.is_none() {
            differs(hub, cell, &writer)?
        } else {
            None
        };
        let is_new = position.n == 0;
        let after = match &found {
            None if is_new => kept_after,
            None => position.seq,
            Some(Break::Older) => last,
            Some(Break::Other { .. } | Break::Gap { .. }) => kept_after,
            Some(Break::Differs { .. }) => self::kept_after(hub, cell)?,
        };
        if let Some(found) = &found {
            let said = found.say(tenant, position.seq, last, opening.journal);
            if !opening.accepts_break {
                return Err(LedgerError::Refused(format!(
                    "{said}; or start once with --accept-ledger-break, which goes on with this \
                     journal as it is and writes the break into the ledger. Nothing was changed"
                )));
            }
            tracing::error!(
                tenant,
                after,
                "{said}: the break is accepted and written down"
            );
        }
        if found.is_some() || is_new {
            writer.follow(after)?;
        }
        Ok(Self {
            writer,
            seen: after,
            seen_at: position.at,
            synced: after,
        })
    }

    /// Appends the durable events through `target`, and no later ones.
    pub fn catch_up(
        &mut self,
        hub: &Arc<Hub>,
        cell: &Arc<Cell>,
        target: u64,
    ) -> Result<(), LedgerError> {
        let mut taken: Vec<Arc<Published>> = Vec::new();
        while self.seen < target {
            let (seen, synced) = (self.seen, hub.journal.synced_sequence());
            let found = cell.ring(|ring| ring.take(seen, synced, PULL_EVENTS_MAX, &mut taken));
            if !found {
                self.read_past(hub, cell, target)?;
                continue;
            }
            if taken.is_empty() {
                return Ok(());
            }
            for published in taken.drain(..) {
                self.take(&published.event)?;
            }
        }
        Ok(())
    }

    /// Appends events that have fallen out of the ring, replayed from the journal.
    fn read_past(
        &mut self,
        hub: &Arc<Hub>,
        cell: &Arc<Cell>,
        target: u64,
    ) -> Result<(), LedgerError> {
        let before = self.seen;
        history::tell(hub, &cell.name, self.seen, target, |event| self.take(event))?;
        if self.seen == before {
            let cause = "the journal no longer tells what follows the ledger's last record";
            return Err(LedgerError::Refused(cause.to_owned()));
        }
        Ok(())
    }
}

impl Break {
    fn say(&self, tenant: &str, ledger: u64, journal: u64, name: &str) -> String {
        match self {
            Self::Other { journal: other } => format!(
                "the ledger of {tenant} goes through event {ledger} of the journal {other}, and \
                 beside it lies the journal {name}, which goes through event {journal}: put the \
                 journal back that belongs to it, or move the ledger's folder away"
            ),
            Self::Older => format!(
                "the ledger of {tenant} goes through event {ledger} and the journal beside it only \
                 through event {journal}: the journal is older than its ledger, {} events are \
                 missing: put the newer journal back",
                ledger - journal
            ),
            Self::Gap { kept_after } => format!(
                "the ledger of {tenant} goes through event {ledger} and the journal beside it from \
                 event {} through event {journal}: nothing tells the events between: put the newer \
                 ledger back",
                kept_after + 1
            ),
            Self::Differs { seq } => format!(
                "the ledger of {tenant} goes through event {ledger} and the journal beside it \
                 through event {journal}, but of event {seq} they say different things: the \
                 journal went on from an older copy: put the journal and the ledger back that \
                 belong together"
            ),
        }
    }
}

/// Whether the journal disagrees with the ledger's last event. If comparing would mean replaying a
/// large journal, the chain of the ledger and its numbers must do.
fn differs(
    hub: &Arc<Hub>,
    cell: &Arc<Cell>,
    writer: &Writer,
) -> Result<Option<Break>, LedgerError> {
    let Some(last) = writer.last_told().filter(|last| last.seq > 0) else {
        return Ok(None);
    };
    let is_other = |event: &Event| {
        let says = content(event).map(|content| blake3::hash(&content));
        event.at != last.at || (last.content.is_some() && last.content != says)
    };
    let mut found = Vec::new();
    let is_in_ring = cell.ring(|ring| ring.take(last.seq - 1, u64::MAX, 1, &mut found));
    if let Some(published) = found.first().filter(|_| is_in_ring) {
        return Ok(is_other(&published.event).then_some(Break::Differs { seq: last.seq }));
    }
    let stats = hub.journal.stats();
    let records =
        stats.appended_sequence - hub.journal.first_sequence().min(stats.appended_sequence);
    let is_small = records <= COMPARE_RECORDS_MAX
        && cell.look(|tenant| tenant.router().entities()) <= COMPARE_ENTITIES_MAX;
    let must_fold = cell.ring(|ring| writer.position().seq + 1 < ring.first_seq());
    if !(is_small || must_fold) || kept_after(hub, cell)? >= last.seq {
        return Ok(None);
    }
    let mut is_different = false;
    history::tell(hub, &cell.name, last.seq - 1, last.seq, |event| {
        is_different |= event.seq == last.seq && is_other(event);
        Ok(())
    })?;
    Ok(is_different.then_some(Break::Differs { seq: last.seq }))
}

fn kept_after(hub: &Hub, cell: &Cell) -> Result<u64, LedgerError> {
    history::kept_after(hub, &cell.name)
        .map_err(|error| LedgerError::Past(format!("the journal cannot be read: {error}")))
}
