//! What can be wrong with a ledger.

use std::path::Path;

/// Why a ledger cannot be written or read.
#[derive(Clone, Debug, thiserror::Error)]
pub enum LedgerError {
    #[error("cannot {action} {place}: {cause}")]
    Io {
        action: &'static str,
        place: String,
        cause: String,
    },
    #[error(transparent)]
    Damaged(#[from] Damage),
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
    /// The number that the record there should have.
    pub n: u64,
    pub what: String,
}

impl LedgerError {
    pub fn io(action: &'static str, place: &Path, cause: impl std::fmt::Display) -> Self {
        Self::Io {
            action,
            place: place.display().to_string(),
            cause: cause.to_string(),
        }
    }
}
