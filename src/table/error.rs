//! The errors of a table, with their place.

use std::io;

/// The error, and how to correct it.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The whole file cannot be used.
    #[error("{file}: {message}")]
    File { file: String, message: String },
    /// A row cannot be used. Rows are counted without the header, lines with it.
    #[error("{file}: row {row} (line {line}), column {column}: {message}")]
    Row {
        file: String,
        row: u64,
        line: u64,
        column: &'static str,
        message: String,
    },
    #[error("cannot read {file}: {error}")]
    Read { file: String, error: io::Error },
}

impl TableError {
    /// The exit code: 2 if the input is wrong, 1 if reading failed.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::File { .. } | Self::Row { .. } => 2,
            Self::Read { .. } => 1,
        }
    }
}
