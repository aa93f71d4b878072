//! Why a connection ends, with its label in the metrics.

use std::io::ErrorKind;

/// Why a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The client or the network closed it.
    Closed,
    /// It sent nothing for too long, or no token in time.
    Idle,
    /// It did not read what was sent.
    SlowConsumer,
    /// The daemon stops.
    Stopped,
    /// The past events it asked for are not available.
    Lost,
    /// Its token was revoked.
    Revoked,
    /// It had sent no token, and its place was needed.
    Crowded,
    /// Its host no longer responds.
    Gone,
}

impl End {
    /// The label in the metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Idle => "idle",
            Self::SlowConsumer => "slow_consumer",
            Self::Stopped => "stopped",
            Self::Lost => "lost",
            Self::Revoked => "revoked",
            Self::Crowded => "crowded",
            Self::Gone => "gone",
        }
    }
}

impl From<std::io::Error> for End {
    #[expect(clippy::wildcard_enum_match_arm, reason = "a foreign enum")]
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            ErrorKind::TimedOut | ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => {
                Self::Gone
            }
            _ => Self::Closed,
        }
    }
}
