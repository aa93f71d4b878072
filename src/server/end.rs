//! Why a connection ends, and the word for it in the metrics. It ends none itself.

use std::io::ErrorKind;

/// Why a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The client closed, or the network did.
    Closed,
    /// It sent nothing for too long, or no token in time.
    Idle,
    /// It did not read what was sent.
    SlowConsumer,
    /// The daemon stops.
    Stopped,
    /// The past that it wanted cannot be told.
    Lost,
    /// Its token was taken away.
    Revoked,
    /// It had shown no token, and others wanted its place.
    Crowded,
    /// Its host answers nothing any more.
    Gone,
}

impl End {
    /// The word in the metrics.
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
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            ErrorKind::TimedOut | ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => {
                Self::Gone
            }
            _ => Self::Closed,
        }
    }
}
