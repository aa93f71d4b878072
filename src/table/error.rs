//! What is wrong with a table, and where.

use std::io;

/// The fault, with what would be right.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
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
    #[error("cannot read {file}: {error}")]
    Read { file: String, error: io::Error },
}

impl TableError {
    /// The exit code: 2 where the input is wrong, 1 where reading failed.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::File { .. } | Self::Row { .. } => 2,
            Self::Read { .. } => 1,
        }
    }
}
