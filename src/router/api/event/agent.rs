//! Events of agents: presence, absences, succession.

use serde::Serialize;
use strum::{IntoStaticStr, VariantNames};

use super::Names;
use crate::router::api::codes::{AgentState, Device, Presence};
use crate::router::api::ids::{Name, Text};
use crate::router::api::people_view::{BriefingView, PairAwayView};
use crate::router::api::time::Timestamp;

#[derive(Clone, Debug, PartialEq, Serialize, IntoStaticStr, VariantNames)]
#[strum(prefix = "agent.", serialize_all = "snake_case", const_into_str)]
pub enum AgentEvent {
    Set {
        agent: Name,
        /// Not sent; the ledger needs the name at each time.
        #[serde(skip)]
        team: Option<Name>,
    },
    Presence {
        agent: Name,
        presence: Presence,
        state: AgentState,
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<Text>,
    },
    /// What it is doing is another thing than before.
    State {
        agent: Name,
        state: AgentState,
        state_since_at: Timestamp,
        /// The contact that it is about.
        #[serde(skip_serializing_if = "Option::is_none")]
        contact: Option<Name>,
        /// The reason of a break or of being offline.
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<Text>,
    },
    /// Its telephone is doing something else.
    Device { agent: Name, device: Device },
    /// It goes away when its offers and conversations are over, or after all does not.
    AfterCurrent {
        agent: Name,
        #[serde(skip_serializing_if = "Option::is_none")]
        presence: Option<Presence>,
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<Text>,
        #[serde(skip_serializing_if = "Option::is_none")]
        until_at: Option<Timestamp>,
    },
    /// It is out of one queue, or back in it.
    Queue {
        agent: Name,
        queue: Name,
        on: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<Text>,
    },
    Removed {
        agent: Name,
        #[serde(skip_serializing_if = "Option::is_none")]
        successor: Option<Name>,
        cases: u64,
        reason: Text,
    },
    /// A planned absence begins.
    Absent {
        agent: Name,
        from_at: Timestamp,
        to_at: Timestamp,
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<Text>,
    },
    /// An agent and its stand-in are, or will be, away together.
    PairAway(PairAwayView),
    /// A returning agent is told what others did in its place.
    Briefing(Box<BriefingView>),
    /// The open cases of a leaving agent will go to others.
    Succession {
        agent: Name,
        to: Vec<Name>,
        cases: u64,
        start_at: Timestamp,
        reason: Text,
        by: Name,
    },
    /// Cases went to the successors; `left` had no successor.
    Succeeded { agent: Name, cases: u64, left: u64 },
}

impl AgentEvent {
    pub(super) fn queue(&self) -> Option<&Name> {
        match self {
            Self::Queue { queue, .. } => Some(queue),
            Self::Set { .. }
            | Self::Presence { .. }
            | Self::State { .. }
            | Self::Device { .. }
            | Self::AfterCurrent { .. }
            | Self::Removed { .. }
            | Self::Absent { .. }
            | Self::PairAway(_)
            | Self::Briefing(_)
            | Self::Succession { .. }
            | Self::Succeeded { .. } => None,
        }
    }

    pub(super) fn agents(&self) -> Names<'_> {
        match self {
            Self::Set { agent, .. }
            | Self::Presence { agent, .. }
            | Self::State { agent, .. }
            | Self::Device { agent, .. }
            | Self::Queue { agent, .. }
            | Self::AfterCurrent { agent, .. }
            | Self::Absent { agent, .. }
            | Self::Succeeded { agent, .. } => Names::from_iter([agent]),
            Self::Removed {
                agent, successor, ..
            } => [agent].into_iter().chain(successor).collect(),
            Self::PairAway(pair) => [&pair.agent, &pair.other]
                .into_iter()
                .chain(&pair.leader)
                .collect(),
            Self::Briefing(briefing) => Names::from_iter([&briefing.agent]),
            Self::Succession { agent, to, by, .. } => [agent, by].into_iter().chain(to).collect(),
        }
    }
}
