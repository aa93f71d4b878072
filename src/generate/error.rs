//! The errors of a generation.

use std::io;

/// The reason.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    #[error("cannot read {file}: {error}")]
    Read { file: String, error: io::Error },
    #[error("{file}: {message}")]
    Model { file: String, message: String },
    #[error("cannot write {file}: {error}")]
    Write { file: String, error: io::Error },
}

impl GenerateError {
    /// The exit code: 2 if the model is wrong, 1 if something failed.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Read { .. } | Self::Model { .. } => 2,
            Self::Write { .. } => 1,
        }
    }
}
