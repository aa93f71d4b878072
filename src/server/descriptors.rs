//! How many files and sockets the process may have open, and how many of them are for strangers.
//!
//! A connection is a descriptor. If connections could take all there are, the journal could not
//! open its next segment. So the limit of the system is raised as far as it may be, the daemon's
//! own files are set aside, and there are only as many places for connections as are left.

use std::time::Duration;

use parking_lot::Mutex;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::config::Config;

use super::clock::Stopwatch;
use super::error::ServerError;

/// Descriptors of the daemon itself: 3 of the process, the log, 6 of the runtime and its signals,
/// 3 listening sockets, 5 of the journal and its locks, 4 of a snapshot or a past being read, 2 of
/// the ledger, 2 of the configuration being read; and a connection of each socket that is being
/// refused. The rest is air.
const OWN: usize = 40;
/// Connections below which it is not worth to start.
const CONNECTIONS_MIN: usize = 8;
/// How often a failure of the same kind is told.
const TELL_EVERY: Duration = Duration::from_secs(1);

/// Raises the process's limit of open files as far as the system lets it, and answers how many
/// places for connections there are.
pub fn places(config: &Config) -> Result<usize, ServerError> {
    let limit = raise();
    // Each tenant's ledger is a file that stays open.
    let own = OWN + config.tenants.len();
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

/// The limit of open files, after it has been raised.
fn raise() -> usize {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: maximum,
        maximum,
    };
    let reached = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => maximum,
        // As before, then.
        Err(_) => current,
    };
    reached.map_or(usize::MAX, |limit| {
        usize::try_from(limit).unwrap_or(usize::MAX)
    })
}

/// Lets something be told once in a while, however often it happens.
pub struct Seldom(Mutex<Option<Stopwatch>>);

impl Seldom {
    pub const fn new() -> Self {
        Self(Mutex::new(None))
    }

    /// Whether it is time to tell it again.
    pub fn may_tell(&self) -> bool {
        let mut last = self.0.lock();
        if last.is_some_and(|last| last.elapsed() < TELL_EVERY) {
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
    fn connections_get_what_the_daemon_does_not_need_itself() {
        let places = |limit, wanted| fitting(limit, OWN, wanted).ok();
        assert_eq!(places(65_536, 10_000), Some(10_000));
        assert_eq!(places(1_024, 10_000), Some(1_024 - OWN));
        assert_eq!(places(64, 10_000), Some(64 - OWN));
        assert_eq!(places(OWN + CONNECTIONS_MIN, 100), Some(CONNECTIONS_MIN));
        assert_eq!(places(OWN + CONNECTIONS_MIN - 1, 100), None);
        assert_eq!(places(OWN + 1, 1), Some(1));
    }

    #[test]
    fn what_happens_often_is_told_once() {
        let seldom = Seldom::new();
        assert!(seldom.may_tell());
        assert!(!seldom.may_tell());
    }
}
