//! The records of one turn, collected in memory and appended to the journal at once.
//!
//! All records of a turn share a frame and a sync. Does no I/O: the journal's `append` only copies.

use crate::journal::{Journal, JournalError, NewRecord, Sequence};
use crate::router::command::Stamped;
use crate::router::ids::Name;

use super::record;

/// Bytes at which a turn's records are appended before it ends.
const FLUSH_BYTES: usize = 128 << 10;

/// The buffer; its capacity is kept from turn to turn.
#[derive(Debug, Default)]
pub struct RecordBuffer {
    bytes: Vec<u8>,
    /// Kind and end of each record in `bytes`.
    records: Vec<(u16, usize)>,
}

impl RecordBuffer {
    pub fn command(&mut self, tenant: &Name, stamped: &Stamped) {
        record::write_command(&mut self.bytes, tenant, stamped);
        self.records.push((record::COMMAND, self.bytes.len()));
    }

    pub fn configured(&mut self, tenant: &Name, json: &str) {
        record::write_configured(&mut self.bytes, tenant, json);
        self.records.push((record::CONFIGURED, self.bytes.len()));
    }

    /// Whether the records should be appended at once.
    pub fn is_full(&self) -> bool {
        self.bytes.len() >= FLUSH_BYTES
    }

    /// Appends all records; returns the sequence of the last one, if any.
    pub fn flush(&mut self, journal: &Journal) -> Result<Option<Sequence>, JournalError> {
        if self.records.is_empty() {
            return Ok(None);
        }
        let mut start = 0;
        let records: Vec<NewRecord<'_>> = self
            .records
            .iter()
            .map(|&(kind, end)| {
                let bytes = self.bytes.get(start..end).unwrap_or_default();
                start = end;
                NewRecord { kind, bytes }
            })
            .collect();
        let last = journal.append(&records)?;
        self.bytes.clear();
        self.records.clear();
        Ok(Some(last))
    }
}
