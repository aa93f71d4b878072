//! One tenant's ledger: what is appended, and how far it is on the disk.

use crate::ledger::{LedgerError, Place, Writer};
use crate::router::event::Event;

/// One tenant's ledger.
pub struct TenantLedger {
    pub(super) writer: Writer,
    /// The last event examined, and its time.
    pub(super) seen: u64,
    pub(super) seen_at: i64,
    /// The last event through which the ledger is synced.
    pub(super) synced: u64,
}

impl TenantLedger {
    /// Appends a mark that everything examined is recorded, unless the last record says so.
    pub fn mark(&mut self) -> Result<(), LedgerError> {
        if self.writer.position().seq < self.seen {
            self.writer.mark(self.seen, self.seen_at)?;
        }
        Ok(())
    }

    /// Syncs what was appended.
    pub fn sync(&mut self) -> Result<(), LedgerError> {
        self.writer.sync()?;
        self.synced = self.seen;
        Ok(())
    }

    /// The last event examined.
    pub fn seen(&self) -> u64 {
        self.seen
    }

    /// How far it is synced: the event, and the place in the files.
    pub fn synced(&self) -> (u64, Place) {
        (self.synced, self.writer.synced())
    }

    /// Records appended since the last call.
    pub fn take_records(&mut self) -> u64 {
        self.writer.take_records()
    }

    pub(super) fn take(&mut self, event: &Event) -> Result<(), LedgerError> {
        if event.seq <= self.seen {
            return Ok(());
        }
        self.writer.append(event)?;
        (self.seen, self.seen_at) = (event.seq, event.at);
        Ok(())
    }
}
