//! What is told of the parts of a case that other agents or queues were asked to do.

use serde::Serialize;
use strum::{IntoStaticStr, VariantNames};

use super::Names;
use crate::router::api::ids::{Name, Text};
use crate::router::api::time::Timestamp;

#[derive(Clone, Debug, PartialEq, Serialize, IntoStaticStr, VariantNames)]
#[strum(prefix = "case.assist_", serialize_all = "snake_case", const_into_str)]
pub enum AssistEvent {
    /// Another agent or queue was asked to do a part; the owner keeps the case.
    Requested {
        case: Name,
        assist: u32,
        #[serde(skip_serializing_if = "Option::is_none")]
        owner: Option<Name>,
        #[serde(skip_serializing_if = "Option::is_none")]
        agent: Option<Name>,
        #[serde(skip_serializing_if = "Option::is_none")]
        queue: Option<Name>,
        contact: Name,
        request: Text,
        #[serde(skip_serializing_if = "Option::is_none")]
        hand_on_at: Option<Timestamp>,
        #[serde(skip_serializing_if = "Option::is_none")]
        due_at: Option<Timestamp>,
        #[serde(skip_serializing_if = "Option::is_none")]
        by: Option<Name>,
    },
    /// The owner is told that a part is done.
    Done {
        case: Name,
        assist: u32,
        #[serde(skip_serializing_if = "Option::is_none")]
        owner: Option<Name>,
        #[serde(skip_serializing_if = "Option::is_none")]
        by: Option<Name>,
        #[serde(skip_serializing_if = "Option::is_none")]
        result: Option<Text>,
        #[serde(skip_serializing_if = "Option::is_none")]
        due_at: Option<Timestamp>,
        /// Done after its deadline.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        overdue: bool,
    },
}

impl AssistEvent {
    pub(super) fn agents(&self) -> Names<'_> {
        match self {
            Self::Requested {
                owner, agent, by, ..
            } => owner.iter().chain(agent).chain(by).collect(),
            Self::Done { owner, by, .. } => owner.iter().chain(by).collect(),
        }
    }

    pub(super) fn queue(&self) -> Option<&Name> {
        match self {
            Self::Requested { queue, .. } => queue.as_ref(),
            Self::Done { .. } => None,
        }
    }
}
