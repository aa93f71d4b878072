//! Errors between a client and a daemon.

use std::fmt;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use super::Address;

/// Why a call has no result.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    #[error("no daemon answers at {address}: {cause}")]
    Connect {
        address: Address,
        cause: std::io::Error,
    },
    #[error("no daemon answers at {address} within {} s", .after.as_secs())]
    ConnectTimeout { address: Address, after: Duration },
    #[error("the daemon closed the connection")]
    Closed,
    #[error("the connection broke: {0}")]
    Broken(std::io::Error),
    #[error("the daemon said what a client does not understand ({cause}): {line}")]
    Strange { cause: String, line: String },
    #[error("{0}")]
    Refused(Refusal),
}

impl ClientError {
    /// Whether the call may succeed on another connection.
    pub const fn is_of_the_connection(&self) -> bool {
        match self {
            Self::Connect { .. }
            | Self::ConnectTimeout { .. }
            | Self::Closed
            | Self::Broken(_)
            | Self::Strange { .. } => true,
            Self::Refused(_) => false,
        }
    }
}

/// The error object of a reply.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Refusal {
    pub code: i64,
    pub message: String,
    pub data: Option<Value>,
}

impl Refusal {
    /// `data.kind`: `not_found`, `conflict`, …; empty if absent.
    pub fn kind(&self) -> &str {
        self.text("kind").unwrap_or_default()
    }

    /// A text member of `data`.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.data.as_ref()?.get(name)?.as_str()
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match self.kind() {
            "" => write!(f, " (code {})", self.code),
            kind => write!(f, " ({kind})"),
        }
    }
}
