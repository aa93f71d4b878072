//! Which events a subscriber wants. Nothing is sent from here.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use super::limits::INTEGER_MAX;
use crate::router::event::{Event, EventType, Names};
use crate::router::ids::Name;

/// `events.subscribe`. What is not named is not filtered by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Subscribe {
    /// The last sequence number that is known; without it from now on.
    #[serde(deserialize_with = "sequence")]
    pub after: Option<u64>,
    pub types: Option<Vec<EventType>>,
    pub agents: Option<Vec<Name>>,
    pub queues: Option<Vec<Name>>,
}

/// Reads a sequence number that every reader of JSON carries exactly.
fn sequence<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let after = Option::<u64>::deserialize(deserializer)?;
    match after.filter(|after| *after > INTEGER_MAX.cast_unsigned()) {
        Some(after) => Err(D::Error::custom(format!(
            "{after} is not a sequence number"
        ))),
        None => Ok(after),
    }
}

impl Subscribe {
    /// Whether an event is wanted. Types, agents and queues must each fit where they are given;
    /// an event that names no agent (no queue) does not fit a list of agents (of queues).
    pub fn wants(&self, event: &Event) -> bool {
        let body = &event.body;
        let fits =
            |wanted: &[Name], named: Names<'_>| named.into_iter().any(|name| wanted.contains(name));
        let of = |types: &Vec<EventType>| types.contains(&body.kind());
        self.types.as_ref().is_none_or(of)
            && (self.agents.as_ref()).is_none_or(|wanted| fits(wanted, body.agents()))
            && (self.queues.as_ref()).is_none_or(|wanted| fits(wanted, body.queues()))
    }
}
