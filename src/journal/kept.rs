//! What an open journal still holds: since when records are kept, and the snapshots.

use std::io::Read;

use super::catalogue::Horizon;
use super::error::JournalError;
use super::frame::Sequence;
use super::snapshot::{
    KeptState, SnapshotFault, SnapshotReader, check_snapshot, snapshot_file, snapshot_sequence,
};
use super::writer::Journal;

impl Journal {
    /// Sets since when the snapshots to come keep records and older snapshots.
    pub fn keep_since(&self, horizon: Option<Horizon>) {
        *self.shared().horizon.lock() = horizon;
    }

    /// The first sequence kept.
    #[must_use]
    pub fn first_sequence(&self) -> Sequence {
        let catalogue = self.shared().catalogue.lock();
        catalogue
            .segments
            .front()
            .map_or(1, |segment| segment.base_sequence)
    }

    /// Sequence and state of the newest whole snapshot.
    pub fn newest_snapshot(&self) -> Result<Option<KeptState>, JournalError> {
        self.first_whole(self.snapshots_kept()?.into_iter().rev())
    }

    /// The state of a snapshot; `None` if it is damaged or has been deleted.
    pub fn state_at(&self, sequence: Sequence) -> Result<Option<Vec<u8>>, JournalError> {
        if !self.snapshots_kept()?.contains(&sequence) {
            return Ok(None);
        }
        let found = self.first_whole(std::iter::once(sequence))?;
        Ok(found.map(|(_, state)| state))
    }

    /// The snapshots after which all records are kept, oldest first.
    pub fn snapshots_kept(&self) -> Result<Vec<Sequence>, JournalError> {
        let shared = self.shared();
        let first = self.first_sequence();
        // The catalogue has only those that this process has checked; the disk may hold more.
        let names = shared
            .storage
            .list()
            .map_err(|error| JournalError::io("list", &shared.storage.place(), error))?;
        let mut kept: Vec<Sequence> = names
            .iter()
            .filter_map(|name| snapshot_sequence(name))
            .filter(|sequence| sequence + 1 >= first)
            .collect();
        kept.sort_unstable();
        Ok(kept)
    }

    fn first_whole(
        &self,
        sequences: impl Iterator<Item = Sequence>,
    ) -> Result<Option<KeptState>, JournalError> {
        let shared = self.shared();
        for sequence in sequences {
            let name = snapshot_file(sequence);
            match check_snapshot(shared.storage.as_ref(), &shared.uuid, &name) {
                Ok(info) => {
                    let mut state = Vec::new();
                    SnapshotReader::open(shared.storage.as_ref(), &info)?
                        .read_to_end(&mut state)
                        .map_err(|error| JournalError::io("read", &name, error))?;
                    return Ok(Some((sequence, state)));
                }
                // The next one serves as well: more records are read, or fewer are available.
                Err(SnapshotFault::Damaged(_)) => {}
                Err(SnapshotFault::Refuse(error)) => return Err(error),
            }
        }
        Ok(None)
    }
}
