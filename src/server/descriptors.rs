//! The limit on open files and sockets, and how many places for connections it leaves.
//!
//! A connection is a descriptor. If connections could take them all, the journal could not open its
//! next segment. So the limit is raised as far as the system allows, the daemon's own files are set
//! aside, and the rest are places for connections.

use std::time::Duration;

use parking_lot::Mutex;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::config::Config;

use super::clock::Stopwatch;
use super::error::ServerError;

/// Descriptors of the daemon itself: 3 of the process, the log, 6 of the runtime and its signals, 3
/// listening sockets, 5 of the journal and its locks, 4 of a snapshot or a replay being read, 2 of
/// the ledger, 2 of the configuration being read, and one refused connection for each socket. The
/// rest is reserve.
const OWN_FILES: usize = 40;
/// With fewer places for connections the daemon does not start.
const CONNECTIONS_MIN: usize = 8;
/// Shortest interval between log lines about the same failure.
const LOG_EVERY: Duration = Duration::from_secs(1);

/// Raises the limit of open files as far as the system allows; returns the number of places for
/// connections.
pub fn places(config: &Config) -> Result<usize, ServerError> {
    let limit = raise();
    // Each tenant's ledger is a file that stays open.
    let own = OWN_FILES + config.tenants.len();
    let places = fitting(limit, own, config.server.limits.connections)?;
    if places < config.server.limits.connections {
        tracing::warn!(
            connections = config.server.limits.connections,
            places,
            open_files = limit,
            "fewer connections than server.limits.connections are let in, because the process may \
             not open so many files: raise its limit (LimitNOFILE= of the unit, or ulimit -n), or \
             lower the key"
        );
    }
    Ok(places)
}

fn fitting(limit: usize, own: usize, wanted: usize) -> Result<usize, ServerError> {
    let least = own + CONNECTIONS_MIN.min(wanted);
    if limit < least {
        return Err(ServerError::TooFewFiles { limit, least });
    }
    Ok(wanted.min(limit - own))
}

/// The limit of open files, after raising it.
fn raise() -> usize {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: maximum,
        maximum,
    };
    let reached = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => maximum,
        // Raising failed: the limit stays.
        Err(_) => current,
    };
    reached.map_or(usize::MAX, |limit| {
        usize::try_from(limit).unwrap_or(usize::MAX)
    })
}

/// Limits how often something is logged.
pub struct LogLimit(Mutex<Option<Stopwatch>>);

impl LogLimit {
    pub const fn new() -> Self {
        Self(Mutex::new(None))
    }

    /// Whether it may be logged again now.
    pub fn may_log(&self) -> bool {
        let mut last = self.0.lock();
        if last.is_some_and(|last| last.elapsed() < LOG_EVERY) {
            return false;
        }
        *last = Some(Stopwatch::start());
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_get_the_files_the_daemon_does_not_need() {
        let places = |limit, wanted| fitting(limit, OWN_FILES, wanted).ok();
        assert_eq!(places(65_536, 10_000), Some(10_000));
        assert_eq!(places(1_024, 10_000), Some(1_024 - OWN_FILES));
        assert_eq!(places(64, 10_000), Some(64 - OWN_FILES));
        assert_eq!(
            places(OWN_FILES + CONNECTIONS_MIN, 100),
            Some(CONNECTIONS_MIN)
        );
        assert_eq!(places(OWN_FILES + CONNECTIONS_MIN - 1, 100), None);
        assert_eq!(places(OWN_FILES + 1, 1), Some(1));
    }

    #[test]
    fn a_repeated_failure_is_logged_once() {
        let limit = LogLimit::new();
        assert!(limit.may_log());
        assert!(!limit.may_log());
    }
}
