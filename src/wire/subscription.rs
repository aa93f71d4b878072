//! Which events a subscriber wants. Sends nothing.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use super::limits::INTEGER_MAX;
use crate::router::event::{Event, EventType, Names};
use crate::router::ids::Name;

/// `events.subscribe`. An absent filter lets everything through.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Subscribe {
    /// Events after this sequence number; without it, from now on.
    #[serde(deserialize_with = "sequence")]
    pub after: Option<u64>,
    pub types: Option<Vec<EventType>>,
    pub agents: Option<Vec<Name>>,
    pub queues: Option<Vec<Name>>,
    /// Only events of contacts that belong to this client program.
    pub source: Option<Name>,
}

/// Reads a sequence number that every JSON implementation carries exactly.
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
    /// Whether an event is wanted: every given filter must match. An event without an agent (queue)
    /// matches no list of agents (queues).
    pub fn wants(&self, event: &Event) -> bool {
        let body = &event.body;
        let fits =
            |wanted: &[Name], named: Names<'_>| named.into_iter().any(|name| wanted.contains(name));
        let of = |types: &Vec<EventType>| types.contains(&body.kind());
        self.types.as_ref().is_none_or(of)
            && (self.agents.as_ref()).is_none_or(|wanted| fits(wanted, body.agents()))
            && (self.queues.as_ref()).is_none_or(|wanted| fits(wanted, body.queues()))
            && (self.source.as_ref()).is_none_or(|wanted| body.source() == Some(wanted))
    }
}
