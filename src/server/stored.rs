//! The journal of a folder told as events, without a daemon: the oldest kept state, then every
//! record through the same fold. It only reads, and works beside a running daemon.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::journal::{JournalUuid, Sequence, tools};
use crate::router::Router;
use crate::router::effect::Effects;
use crate::router::event::Event;
use crate::router::ids::Name;

use super::error::ServerError;
use super::record::{Record, Snapshot};
use super::threads::TwoThreads;

/// What a journal can still tell.
pub struct Stored {
    dir: PathBuf,
    pub uuid: JournalUuid,
    /// Where reading begins.
    from: Sequence,
    tenants: BTreeMap<Name, Oldest>,
    /// The last event that each tenant's newest image contains.
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
            tenants: BTreeMap::new(),
            newest: BTreeMap::new(),
        };
        for (at, (sequence, bytes)) in kept.snapshots.iter().enumerate() {
            let snapshot: Snapshot<'_> =
                postcard::from_bytes(bytes).map_err(ServerError::Snapshot)?;
            for image in snapshot.tenants {
                stored.newest.insert(image.tenant.clone(), image.event_seq);
                if at > 0 {
                    continue;
                }
                let unusable = |cause| ServerError::Image {
                    tenant: image.tenant.to_string(),
                    cause,
                };
                let oldest = Oldest {
                    router: Router::from_image_by(&image.image, &TwoThreads).map_err(unusable)?,
                    sequence: image.sequence,
                    event_seq: image.event_seq,
                };
                stored.tenants.insert(image.tenant, oldest);
            }
            if at == 0 {
                stored.from = sequence + 1;
            }
        }
        Ok(stored)
    }

    /// The event after which everything of a tenant can be told.
    pub fn kept_after(&self, tenant: &str) -> u64 {
        self.tenants
            .get(tenant)
            .map_or(0, |oldest| oldest.event_seq)
    }

    /// The last event of a tenant that a snapshot contains.
    pub fn snapshot_through(&self, tenant: &str) -> u64 {
        self.newest.get(tenant).copied().unwrap_or(0)
    }

    /// Tells every event from there on, in the order of the journal.
    pub fn tell(mut self, mut take: impl FnMut(&Name, &Event)) -> Result<(), ServerError> {
        let mut effects = Effects::default();
        tools::dump::<ServerError>(&self.dir, self.from, |stored| {
            let Record::Command { tenant, stamped } = Record::read(&stored)? else {
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
