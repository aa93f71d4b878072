//! Why the daemon does not start, or stops.

use std::net::SocketAddr;
use std::path::PathBuf;

use crate::config::Faults;
use crate::journal::JournalError;
use crate::ledger::LedgerError;
use crate::router::IMAGE_FORMAT;
use crate::stored;

use super::program::THIS;
use super::record::{POSITIONAL_ADVICE, RecordError};

/// Every reason. The messages say what to do.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error("the ledger of responsibility cannot be used: {0}")]
    Ledger(LedgerError),
    #[error(transparent)]
    Record(#[from] RecordError),
    #[error(
        "the snapshot does not say who wrote it in a form that this version ({THIS}) reads ({0}): \
         start the version that wrote it"
    )]
    Snapshot(stored::Error),
    #[error(
        "the snapshot was written by version {version} with images of format {found}, and this \
         version reads format {IMAGE_FORMAT}: start version {version}, or one that reads format \
         {found}"
    )]
    ImageFormat { version: String, found: u32 },
    #[error("the snapshot {POSITIONAL_ADVICE}")]
    PositionalSnapshot,
    #[error("a daemon already answers on {}: stop it first, or give another path", path.display())]
    SocketInUse { path: PathBuf },
    #[error("{} exists and is no socket: remove it, or give another path", path.display())]
    NotASocket { path: PathBuf },
    #[error("cannot listen on {place}: {cause}")]
    Listen {
        place: String,
        cause: std::io::Error,
    },
    #[error(
        "{key} = \"{address}\" would be open to the network for everyone: configure [[tokens]], \
         or listen on a loopback address"
    )]
    OpenToTheNetwork {
        key: &'static str,
        address: SocketAddr,
    },
    #[error(
        "server.limits.line_bytes = {line_bytes} is more than one record of the journal can hold \
         ({room}): lower it, or raise journal.segment_bytes"
    )]
    LineTooLong { line_bytes: usize, room: usize },
    #[error(
        "the process may open {limit} files, and the daemon needs {least} at the least: raise the \
         limit (LimitNOFILE= of the unit, or ulimit -n)"
    )]
    TooFewFiles { limit: usize, least: usize },
    #[error(
        "the time of day lies {days} days after the journal's last command ({last}), and what is \
         recorded at a wrong time cannot be taken back: set the clock, or, if it is right, start \
         once with --accept-clock; everything that has become due since then happens at that \
         start, and whoever still waits times out. No command was written"
    )]
    ClockAhead { days: i64, last: String },
    #[error(
        "the time of day lies {days} days before the journal's last command ({last}): set the \
         clock. If it is right, the journal was written while it was wrong: restore a backup from \
         before, or start with --accept-clock; the daemon's time then goes on from that command \
         and stays as far ahead. No command was written"
    )]
    ClockBehind { days: i64, last: String },
    #[error("{}", .0.render(false))]
    Config(Faults),
    #[error(
        "the configuration no longer names what is in use:\n{0}name them again, or start once with \
         --allow-removals. No change was made"
    )]
    Removals(String),
    #[error("no configuration file was given at the start: there is nothing to reload")]
    NoConfigFile,
    #[error("cannot {action}: {cause}")]
    System {
        action: &'static str,
        cause: std::io::Error,
    },
}

impl From<LedgerError> for ServerError {
    fn from(error: LedgerError) -> Self {
        Self::Ledger(error)
    }
}

impl ServerError {
    /// The exit code of the process: 74 for a fault of the disk or the journal, 2 for the
    /// configuration, 1 otherwise.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Journal(_)
            | Self::Ledger(_)
            | Self::Record(_)
            | Self::Snapshot(_)
            | Self::ImageFormat { .. }
            | Self::PositionalSnapshot => 74,
            Self::OpenToTheNetwork { .. }
            | Self::LineTooLong { .. }
            | Self::Config(_)
            | Self::Removals(_) => 2,
            Self::SocketInUse { .. }
            | Self::NotASocket { .. }
            | Self::Listen { .. }
            | Self::TooFewFiles { .. }
            | Self::ClockAhead { .. }
            | Self::ClockBehind { .. }
            | Self::NoConfigFile
            | Self::System { .. } => 1,
        }
    }
}
