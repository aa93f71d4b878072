//! What became of each contact, and what went wrong during the replay.

use std::io::Write;

use serde::Serialize;

use super::error::ReplayError;
use crate::figures::Fate;

/// One contact, with times in virtual milliseconds.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Account {
    pub contact: String,
    pub outcome: Option<Fate>,
    pub agent: Option<String>,
    pub route: Option<String>,
    /// The owner of its case at its end.
    pub owner: Option<String>,
    pub queued_ms: i64,
    pub connected_ms: Option<i64>,
    pub ended_ms: Option<i64>,
    pub wait_ms: Option<i64>,
    pub offers: u64,
    #[serde(skip)]
    pub queue: String,
    /// Its case already had an owner when it was accepted.
    #[serde(skip)]
    pub repeat: bool,
    /// That owner accepted it.
    #[serde(skip)]
    pub hit: bool,
    /// Probability that a random agent of those on duty who could serve it would be the owner.
    #[serde(skip)]
    pub chance: f64,
}

/// The counts of a replay, apart from the contacts.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Accounts {
    pub speed: f64,
    /// Contacts submitted, and those whose submission the daemon acknowledged.
    pub submitted: u64,
    pub acknowledged: u64,
    /// Contacts that ended by the daemon's events, and those that ended more than once.
    pub ended: u64,
    pub ended_twice: u64,
    /// Acknowledged contacts that the daemon did not know afterwards.
    pub lost: u64,
    /// Conversations that the daemon ended because the platform was gone.
    pub dropped: u64,
    pub reconnects: u64,
    pub resent: u64,
    /// Missing events, and events that were repeated.
    pub event_gaps: u64,
    pub events_repeated: u64,
    /// Answers that came after their offer had ended.
    pub late_answers: u64,
    /// Requests refused unexpectedly, and the first few reasons.
    pub refused: u64,
    pub refusals: Vec<String>,
    /// How often, how long in all and how long at most the machine delayed the replay, in real
    /// time. The virtual clock stood still meanwhile.
    pub stalls: u64,
    pub stalled_ms: f64,
    pub stall_ms_max: f64,
    /// How long the virtual clock waited for answers of the daemon, and the longest answer time, in
    /// real time.
    pub waited_for_daemon_ms: f64,
    pub answer_ms_max: f64,
    /// Virtual time skipped because nothing could happen in it.
    pub leapt_ms: i64,
    /// Offers made.
    #[serde(skip)]
    pub decisions: u64,
}

/// Most reasons kept.
const REFUSALS_MAX: usize = 5;

impl Accounts {
    pub(super) fn refuse(&mut self, what: &str, why: &dyn std::fmt::Display) {
        self.refused += 1;
        if self.refusals.len() < REFUSALS_MAX {
            self.refusals.push(format!("{what}: {why}"));
        }
    }

    /// Whether the daemon kept every promise.
    pub const fn is_sound(&self) -> bool {
        self.lost == 0
            && self.ended_twice == 0
            && self.event_gaps == 0
            && self.events_repeated == 0
            && self.refused == 0
    }
}

/// Writes a row for each contact, in the order of arrival.
pub fn write(out: impl Write, accounts: &[Account]) -> Result<(), ReplayError> {
    let write_error = |cause: &dyn std::fmt::Display| ReplayError::Write {
        file: "the file of contacts".to_owned(),
        cause: cause.to_string(),
    };
    let mut rows = csv::Writer::from_writer(out);
    for account in accounts {
        rows.serialize(account)
            .map_err(|cause| write_error(&cause))?;
    }
    rows.flush().map_err(|cause| write_error(&cause))
}
