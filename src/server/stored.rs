//! Replays a folder's journal into events without a daemon: the oldest kept state, then every later
//! record. Only reads, and works beside a running daemon.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::journal::{JournalUuid, Sequence, tools};
use crate::router::Router;
use crate::router::effect::Effects;
use crate::router::event::Event;
use crate::router::ids::Name;

use super::error::ServerError;
use super::images::Snapshot;
use super::program::Program;
use super::record::Record;
use super::threads::TwoThreads;

/// The events a journal still has.
pub struct Stored {
    dir: PathBuf,
    pub uuid: JournalUuid,
    /// Where reading begins.
    from: Sequence,
    /// The program that wrote the first record.
    program: Program,
    tenants: BTreeMap<Name, Oldest>,
    /// The last event included in each tenant's newest image.
    newest: BTreeMap<Name, u64>,
}

/// The oldest state of a tenant.
#[derive(Default)]
struct Oldest {
    router: Router,
    sequence: Sequence,
    event_seq: u64,
}

impl Stored {
    /// Reads the states that a journal keeps.
    pub fn open(dir: &Path) -> Result<Self, ServerError> {
        let kept = tools::kept(dir)?;
        let mut stored = Self {
            dir: dir.to_owned(),
            uuid: kept.uuid,
            from: 0,
            program: Program::unknown(),
            tenants: BTreeMap::new(),
            newest: BTreeMap::new(),
        };
        let Some((sequence, bytes)) = kept.snapshots.last() else {
            return Ok(stored);
        };
        let newest = Snapshot::read(bytes)?;
        let since = newest.decided_since(*sequence);
        for image in newest.tenants {
            stored.newest.insert(image.tenant, image.event_seq);
        }
        let mut told = kept
            .snapshots
            .iter()
            .filter(|(sequence, _)| *sequence >= since);
        if let Some((sequence, bytes)) = told.next() {
            let snapshot = Snapshot::read(bytes)?;
            for image in snapshot.tenants {
                let unusable = |cause| snapshot.program.unreadable(image.place(), cause);
                let oldest = Oldest {
                    router: Router::from_image_by(&image.image, &TwoThreads).map_err(unusable)?,
                    sequence: image.sequence,
                    event_seq: image.event_seq,
                };
                stored.tenants.insert(image.tenant, oldest);
            }
            stored.program = snapshot.program;
            stored.from = sequence + 1;
        }
        Ok(stored)
    }

    /// The event after which all events of a tenant are available.
    pub fn kept_after(&self, tenant: &str) -> u64 {
        self.tenants
            .get(tenant)
            .map_or(0, |oldest| oldest.event_seq)
    }

    /// The last event of a tenant that a snapshot includes.
    pub fn snapshot_through(&self, tenant: &str) -> u64 {
        self.newest.get(tenant).copied().unwrap_or(0)
    }

    /// Passes every event from there on to `take`, in the order of the journal.
    pub fn tell(mut self, mut take: impl FnMut(&Name, &Event)) -> Result<(), ServerError> {
        let mut effects = Effects::default();
        tools::dump::<ServerError>(&self.dir, self.from, |stored| {
            let Record::Command { tenant, stamped } = self.program.follow(&stored)? else {
                return Ok(());
            };
            let oldest = self.tenants.entry(tenant.clone()).or_default();
            if stored.sequence <= oldest.sequence {
                return Ok(());
            }
            effects.clear();
            oldest.router.replay(&stamped, &mut effects);
            for event in &effects.events {
                take(&tenant, event);
            }
            Ok(())
        })
    }
}
