//! The errors of a ledger.

use std::io;
use std::path::Path;

/// Why a ledger cannot be written or read.
#[derive(Clone, Debug, thiserror::Error)]
pub enum LedgerError {
    #[error("cannot {action} {place}: {cause}")]
    Io {
        action: &'static str,
        place: String,
        cause: String,
        /// The disk was full.
        is_full: bool,
    },
    #[error(transparent)]
    Damaged(#[from] Damage),
    /// The journal could not give the missing events, this time.
    #[error("the past cannot be told: {0}")]
    Past(String),
    #[error("{0}")]
    Refused(String),
}

/// The first place at which a ledger is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}, line {line} (byte {offset}), record {n}: {what}")]
pub struct Damage {
    pub file: String,
    pub line: u64,
    pub offset: u64,
    /// The number expected of the record there.
    pub n: u64,
    pub what: String,
}

impl LedgerError {
    pub fn io(action: &'static str, place: &Path, cause: impl Into<io::Error>) -> Self {
        let cause = cause.into();
        Self::Io {
            action,
            place: place.display().to_string(),
            is_full: matches!(
                cause.kind(),
                io::ErrorKind::StorageFull
                    | io::ErrorKind::QuotaExceeded
                    | io::ErrorKind::FileTooLarge
            ),
            cause: cause.to_string(),
        }
    }

    /// Whether a retry may succeed: true for everything but damage and contradictions.
    pub const fn may_pass(&self) -> bool {
        match self {
            Self::Io { .. } | Self::Past(_) => true,
            Self::Damaged(_) | Self::Refused(_) => false,
        }
    }

    /// Whether the disk was full.
    pub const fn is_full(&self) -> bool {
        matches!(self, Self::Io { is_full: true, .. })
    }
}
