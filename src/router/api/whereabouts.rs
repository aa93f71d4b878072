//! The commands about who is there: presence, desktops, telephones, queues that an agent is out of.
//!
//! As in `command`, fields have their names on the wire.

use serde::{Deserialize, Serialize};

use super::codes::{After, Device, Presence};
use super::ids::{Name, Text};
use super::number::Span;
use super::time::{self, MILLIS_MAX, Timestamp};

/// A session to which the presence of agents was bound, by its number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Desktop {
    pub session: u64,
}

/// `agent.presence`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentPresence {
    pub agent: Name,
    pub presence: Presence,
    pub reason: Option<Text>,
    /// When a break ends automatically.
    #[serde(default, deserialize_with = "time::read")]
    pub until_at: Option<Timestamp>,
    /// It begins when the agent's offers and conversations are over; `None` = now.
    pub after: Option<After>,
    /// `true` binds it to the session, `false` to nothing any more.
    pub bound: Option<bool>,
    /// It lapses unless it is said again within this time.
    pub beat_ms: Option<Beat>,
    /// The session that said it, by the number that the daemon gave it.
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub session: Option<u64>,
}

impl AgentPresence {
    /// A presence with all optional fields unset.
    pub fn of(agent: Name, presence: Presence) -> Self {
        Self {
            agent,
            presence,
            reason: None,
            until_at: None,
            after: None,
            bound: None,
            beat_ms: None,
            session: None,
        }
    }
}

/// The shortest beat, in ms.
pub const BEAT_MS_MIN: i64 = 1_000;

/// How long a presence lasts without being renewed.
pub type Beat = Span<BEAT_MS_MIN, MILLIS_MAX>;

/// `agent.device`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentDevice {
    pub agent: Name,
    pub device: Device,
}

/// `agent.queue`: takes an agent out of one queue, or puts it back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentQueue {
    pub agent: Name,
    pub queue: Name,
    /// `false` = it takes nothing from the queue until it is put back.
    pub on: bool,
    pub reason: Option<Text>,
}
