//! The errors of a simulation.

use std::io;

use crate::table::TableError;

/// The error, and how to correct it.
#[derive(Debug, thiserror::Error)]
pub enum SimulateError {
    /// A file of arrivals or agents cannot be used.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The input does not make a simulation.
    #[error("{0}")]
    Usage(String),
    #[error("cannot write {file}: {error}")]
    Write { file: String, error: io::Error },
    #[error("cannot draw {file}: {message}")]
    Draw { file: String, message: String },
}

impl SimulateError {
    /// The exit code: 2 if the input is wrong, 1 if something failed.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Table(error) => error.exit_code(),
            Self::Usage(_) => 2,
            Self::Write { .. } | Self::Draw { .. } => 1,
        }
    }
}
