//! What became of a contact: one list for simulations and replays.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::router::codes::Outcome;

/// What became of a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    Served,
    Abandoned,
    /// No trunk was free.
    Blocked,
    /// It waited as long as its queue allows, or no agent who could serve it was present for too
    /// long.
    Timeout,
    /// It ended with a voicemail or the promise of a callback.
    Overflowed,
    /// Its queue was full.
    Rejected,
    /// It is still waiting at the end, or its platform no longer knew it.
    Unserved,
}

impl Fate {
    pub const ALL: [Self; 7] = [
        Self::Served,
        Self::Abandoned,
        Self::Blocked,
        Self::Timeout,
        Self::Overflowed,
        Self::Rejected,
        Self::Unserved,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Served => "served",
            Self::Abandoned => "abandoned",
            Self::Blocked => "blocked",
            Self::Timeout => "timeout",
            Self::Overflowed => "overflowed",
            Self::Rejected => "rejected",
            Self::Unserved => "unserved",
        }
    }

    /// The fate for an outcome, in a run whose callers cancel only by hanging up.
    pub const fn of(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Abandoned | Outcome::Cancelled => Self::Abandoned,
            Outcome::Timeout | Outcome::NoAgent => Self::Timeout,
            Outcome::Voicemail | Outcome::Callback => Self::Overflowed,
            Outcome::Rejected => Self::Rejected,
            Outcome::Lost => Self::Unserved,
            Outcome::Resolved
            | Outcome::Open
            | Outcome::Transferred
            | Outcome::Dropped
            | Outcome::Unreached => Self::Served,
        }
    }
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Fate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
