//! The errors of a replay.

use crate::client::ClientError;
use crate::table::TableError;

#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    #[error("{file} cannot be read: {cause}")]
    Read { file: String, cause: String },
    #[error("{file} cannot be written: {cause}")]
    Write { file: String, cause: String },
    /// A file of arrivals or agents cannot be used.
    #[error(transparent)]
    Table(#[from] TableError),
    #[error("{file}: {message}")]
    File { file: String, message: String },
    #[error(transparent)]
    Client(#[from] ClientError),
    #[error("the daemon refused to set up {what}: {cause}")]
    Setup { what: String, cause: String },
}

impl ReplayError {
    /// The exit code: 2 if a file is wrong, 1 if something failed.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Table(error) => error.exit_code(),
            Self::File { .. } => 2,
            Self::Read { .. } | Self::Write { .. } | Self::Client(_) | Self::Setup { .. } => 1,
        }
    }
}
