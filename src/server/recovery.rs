//! Makes the tenants from the journal: the snapshot, then a replay of every later record.
//!
//! Nothing is answered, counted or sent during the replay; its latest events go into the rings, so
//! that a subscriber can continue where it was.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crate::config::{Config, Durability as Level};
use crate::journal::storage::open_to_others;
use crate::journal::{Durability, Journal, JournalUuid, Options, Sequence, reserve_bytes};
use crate::ledger::files;
use crate::router::ahead::AHEAD;
use crate::router::ids::Name;
use crate::router::time::Timestamp;

use super::cell::{Cell, Cells};
use super::clock::Stopwatch;
use super::configure;
use super::error::ServerError;
use super::hub::WAITING_BYTES_SLACK;
use super::images::{Snapshot, TenantImage};
use super::metrics::Metrics;
use super::metrics::tenant::TenantMeters;
use super::program::Program;
use super::recent::Recent;
use super::record::Record;
use super::tenant::Tenant;
use super::threads::read_ahead;

/// Most bytes a record needs beyond the line it came from.
const RECORD_OVERHEAD_BYTES: usize = 8 << 10;

/// The state in the journal.
pub struct Recovered {
    pub journal: Journal,
    pub uuid: JournalUuid,
    pub cells: Cells,
    /// The time of the last command of any tenant.
    pub last_at: Timestamp,
    /// The record after which all commands were decided by this program's rules.
    pub decided_since: Sequence,
    /// The program that wrote the last record.
    pub program: Program,
}

/// The folders are made for the daemon's user alone; one that is there already keeps its mode, which
/// somebody may mean.
fn warn_of_open_folders(journal: &Path) {
    for (whose, dir) in [
        ("journal", journal.to_path_buf()),
        ("ledger", files::all_in(journal)),
    ] {
        if let Some(mode) = open_to_others(&dir) {
            let dir = dir.display();
            tracing::warn!(
                mode = format!("{mode:04o}"),
                "others than the daemon's user may look into the {whose}'s folder: chmod 700 {dir}"
            );
        }
    }
}

/// Opens the journal and makes the tenants from it, and those of the configuration.
pub fn recover(
    config: &Config,
    options: Options,
    metrics: &Arc<Metrics>,
) -> Result<Recovered, ServerError> {
    let watch = Stopwatch::start();
    let (journal, recovery) = Journal::open_directory(&config.journal.dir, options)?;
    warn_of_open_folders(&config.journal.dir);
    for skipped in recovery.skipped_snapshots() {
        tracing::warn!(skipped, "a snapshot is damaged and an older one was used");
    }
    if let Some(torn) = recovery.cut() {
        tracing::warn!(
            segment = torn.segment,
            offset = torn.offset,
            bytes = torn.bytes,
            reason = torn.reason,
            "cut a torn tail that was never acknowledged"
        );
    }
    let snapshot = recovery.snapshot().map(|info| info.sequence);
    let (mut fold, beginning) = Fold::start(snapshot.zip(recovery.snapshot_bytes()?))?;
    let Beginning {
        mut program,
        decided_since,
    } = beginning;
    let mut records = 0_u64;
    read_ahead(
        |ahead| recovery.replay(|stored| ahead.take(&mut program, &stored)),
        |batch| {
            records += batch.len() as u64;
            fold.take_all(batch);
        },
    )?;
    let tenants = std::iter::once(Name::of(crate::config::DEFAULT_TENANT));
    for name in tenants.chain(config.tenants.keys().cloned()) {
        fold.tenant(&name);
    }
    let last_sequence = recovery.last_sequence();
    let cells = Cells::default();
    let mut last_at = 0;
    for (name, (mut tenant, recent)) in fold.tenants {
        tenant.measure(TenantMeters::new(metrics, &name));
        // The last program read it when it started, or wrote it.
        configure::before(&tenant).map_err(|cause| {
            let place = format!("the configuration applied last to tenant \"{name}\"");
            program.unreadable(place, cause)
        })?;
        last_at = last_at.max(tenant.router().last_at());
        let cell = Cell::new(name, tenant, recent.into_ring());
        cell.release(last_sequence);
        cells.insert(cell);
    }
    tracing::info!(
        snapshot,
        records,
        last_sequence,
        seconds = watch.elapsed().as_secs_f64(),
        "read the journal"
    );
    Ok(Recovered {
        journal,
        uuid: recovery.uuid(),
        cells,
        last_at,
        decided_since,
        program,
    })
}

/// The options of a journal as configured.
pub fn journal_options(config: &Config, create: bool) -> Result<Options, ServerError> {
    let journal = &config.journal;
    let sized = Options::with_segment_bytes(journal.segment_bytes);
    let line_bytes = config.server.limits.line_bytes;
    // The largest append is a turn's buffer before its last command, and that command.
    let wanted = (line_bytes + RECORD_OVERHEAD_BYTES) + (256 << 10);
    let room = usize::try_from(journal.segment_bytes).unwrap_or(usize::MAX) - (32 << 10);
    if wanted > room {
        let room = room.saturating_sub(wanted - line_bytes);
        return Err(ServerError::LineTooLong { line_bytes, room });
    }
    let append_bytes_max = sized.append_bytes_max.max(wanted);
    Ok(Options {
        append_bytes_max,
        reserve_bytes: reserve_bytes(journal.segment_bytes, append_bytes_max),
        admitted_bytes: wanted,
        frame_bytes_target: sized.frame_bytes_target.min(append_bytes_max),
        waiting_bytes_max: journal.waiting_bytes + append_bytes_max + WAITING_BYTES_SLACK,
        durability: match journal.durability {
            Level::Fsync => Durability::Fsync,
            Level::Os => Durability::Os,
            Level::None => Durability::None,
        },
        create,
        ..sized
    })
}

/// What is known where reading begins.
pub struct Beginning {
    /// The program that wrote the first record.
    pub program: Program,
    /// The record after which all commands were decided by this program's rules.
    pub decided_since: Sequence,
}

/// The tenants during a replay.
#[derive(Default)]
pub struct Fold {
    tenants: BTreeMap<Name, (Tenant, Recent)>,
}

impl Fold {
    /// Begins with the state of a snapshot, or with nothing.
    pub fn start(snapshot: Option<(Sequence, Vec<u8>)>) -> Result<(Self, Beginning), ServerError> {
        let mut fold = Self::default();
        let Some((sequence, bytes)) = snapshot else {
            let beginning = Beginning {
                program: Program::unknown(),
                decided_since: 0,
            };
            return Ok((fold, beginning));
        };
        let snapshot = Snapshot::read(&bytes)?;
        let beginning = Beginning {
            decided_since: snapshot.decided_since(sequence),
            program: snapshot.program,
        };
        for image in snapshot.tenants {
            let (name, event_seq) = (image.tenant.clone(), image.event_seq);
            let place = image.place();
            let tenant = Tenant::from_image(image)
                .map_err(|cause| beginning.program.unreadable(place, cause))?;
            fold.tenants
                .insert(name, (tenant, Recent::after(event_seq)));
        }
        Ok((fold, beginning))
    }

    fn tenant(&mut self, name: &Name) -> &mut (Tenant, Recent) {
        self.tenants
            .entry(name.clone())
            .or_insert_with(|| (Tenant::new(name.clone()), Recent::after(0)))
    }

    /// Applies records, prefetching for several at a time.
    pub fn take_all(&mut self, records: &[(Sequence, Record)]) {
        for some in records.chunks(AHEAD) {
            self.look_ahead(some);
            for (sequence, record) in some {
                self.take(*sequence, record);
            }
        }
    }

    /// Usually there is one tenant: only the first record's is prefetched.
    fn look_ahead(&self, records: &[(Sequence, Record)]) {
        let commands = || {
            records.iter().filter_map(|(_, record)| match record {
                Record::Command { tenant, stamped } => Some((tenant, &stamped.command)),
                Record::Configured { .. } | Record::Program(_) => None,
            })
        };
        let Some((first, _)) = commands().next() else {
            return;
        };
        if let Some((tenant, _)) = self.tenants.get(first) {
            let of_first = commands().filter(|(tenant, _)| *tenant == first);
            let router = tenant.router();
            router
                .book()
                .look_ahead(of_first.map(|(_, command)| command));
        }
    }

    fn take(&mut self, sequence: Sequence, record: &Record) {
        match record {
            Record::Command { tenant, stamped } => {
                let (tenant, recent) = self.tenant(tenant);
                // The image of a tenant may be younger than the snapshot as a whole.
                if sequence > tenant.last_sequence() {
                    tenant.replay(sequence, stamped, recent);
                }
            }
            Record::Configured { tenant, json } => {
                let (tenant, _) = self.tenant(tenant);
                if sequence > tenant.last_sequence() {
                    tenant.replay_configured(sequence, json.clone());
                }
            }
            // Followed when it was decoded.
            Record::Program(_) => {}
        }
    }

    /// The state of every tenant, consuming them.
    pub fn into_images(self) -> impl Iterator<Item = TenantImage<'static>> {
        self.tenants.into_values().map(|(tenant, _)| tenant.image())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_of_another_form_names_the_version_that_wrote_it() {
        let mut snapshot = Snapshot::new(
            0,
            vec![TenantImage {
                tenant: Name::of("t"),
                sequence: 3,
                event_seq: 0,
                configured: None,
                image: b"another form"[..].into(),
            }],
        );
        snapshot.program.version = "9.8.7".into();
        let Err(error) = Fold::start(Some((3, snapshot.to_bytes()))) else {
            panic!("it is refused");
        };
        let text = error.to_string();
        for part in ["tenant \"t\"", "start version 9.8.7 or a later one"] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
}
