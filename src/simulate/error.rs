//! Why a simulation did not run.

use std::io;

use crate::table::TableError;

/// The reason, with what would be right.
#[derive(Debug, thiserror::Error)]
pub enum SimulateError {
    /// A file of arrivals or agents cannot be used.
    #[error(transparent)]
    Table(#[from] TableError),
    /// What was given does not make a simulation.
    #[error("{0}")]
    Usage(String),
    #[error("cannot write {file}: {error}")]
    Write { file: String, error: io::Error },
    #[error("cannot draw {file}: {message}")]
    Draw { file: String, message: String },
}

impl SimulateError {
    /// The exit code: 2 where the input is wrong, 1 where something failed.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Table(error) => error.exit_code(),
            Self::Usage(_) => 2,
            Self::Write { .. } | Self::Draw { .. } => 1,
        }
    }
}
