//! The result of `server.status`.

use serde::Serialize;

use crate::router::ids::Name;
use crate::router::time::Timestamp;

use super::cell::Cell;
use super::hub::Hub;

/// The state of the daemon.
#[derive(Debug, Serialize)]
pub struct Status {
    /// `serving` or `draining`.
    pub state: &'static str,
    pub version: &'static str,
    pub pid: u32,
    pub at: Timestamp,
    pub uptime_ms: u64,
    /// How far the daemon's clock is ahead of the time of day.
    pub clock_ahead_ms: i64,
    pub tenant: Name,
    /// The number of the tenant's last event.
    pub seq: u64,
    pub tenants: usize,
    pub connections: usize,
    pub config: Option<String>,
    pub journal: JournalStatus,
}

/// The state of the journal.
#[derive(Debug, Serialize)]
pub struct JournalStatus {
    pub appended: u64,
    pub durable: u64,
    pub synced: u64,
    pub waiting_bytes: usize,
    pub segments: u64,
    pub segments_bytes: u64,
}

impl Status {
    pub fn of(hub: &Hub, cell: &Cell) -> Self {
        let stats = hub.journal.stats();
        Self {
            state: if hub.is_draining() {
                "draining"
            } else {
                "serving"
            },
            version: env!("CARGO_PKG_VERSION"),
            pid: std::process::id(),
            at: hub.clock.now(),
            uptime_ms: u64::try_from(hub.clock.uptime().as_millis()).unwrap_or(u64::MAX),
            clock_ahead_ms: hub.clock.ahead_us() / 1_000,
            tenant: cell.name.clone(),
            seq: cell.ring(|ring| ring.last_seq()),
            tenants: hub.cells.all().len(),
            connections: hub.connections(),
            config: hub
                .config_path
                .as_ref()
                .map(|path| path.display().to_string()),
            journal: JournalStatus {
                appended: stats.appended_sequence,
                durable: stats.durable_sequence,
                synced: stats.synced_sequence,
                waiting_bytes: stats.waiting_bytes,
                segments: stats.segments,
                segments_bytes: stats.segments_bytes,
            },
        }
    }
}
