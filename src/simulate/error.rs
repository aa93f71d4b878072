//! Why a simulation did not run.

use std::io;

/// The reason, with what would be right.
#[derive(Debug, thiserror::Error)]
pub enum SimulateError {
    /// The file as a whole cannot be used.
    #[error("{file}: {message}")]
    File { file: String, message: String },
    /// A row of a file cannot be used. Rows are counted without the header, lines with it.
    #[error("{file}: row {row} (line {line}), column {column}: {message}")]
    Row {
        file: String,
        row: u64,
        line: u64,
        column: &'static str,
        message: String,
    },
    /// What was given does not make a simulation.
    #[error("{0}")]
    Usage(String),
    #[error("cannot read {file}: {error}")]
    Read { file: String, error: io::Error },
    #[error("cannot write {file}: {error}")]
    Write { file: String, error: io::Error },
    #[error("cannot draw {file}: {message}")]
    Draw { file: String, message: String },
}

impl SimulateError {
    /// The exit code: 2 where the input is wrong, 1 where something failed.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::File { .. } | Self::Row { .. } | Self::Usage(_) => 2,
            Self::Read { .. } | Self::Write { .. } | Self::Draw { .. } => 1,
        }
    }
}
