//! Events of assist tasks: parts of a case that other agents or queues do.

use serde::Serialize;
use strum::{IntoStaticStr, VariantNames};

use super::Names;
use crate::router::api::ids::{Name, Text};
use crate::router::api::time::Timestamp;

#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, IntoStaticStr, VariantNames)]
#[strum(prefix = "case.assist_", serialize_all = "snake_case", const_into_str)]
pub enum AssistEvent {
    /// Another agent or queue was asked for help; the owner keeps the case.
    Requested {
        case: Name,
        assist: u32,
        owner: Option<Name>,
        agent: Option<Name>,
        queue: Option<Name>,
        contact: Name,
        request: Text,
        hand_on_at: Option<Timestamp>,
        due_at: Option<Timestamp>,
        by: Option<Name>,
    },
    /// A task is done; the owner is told.
    Done {
        case: Name,
        assist: u32,
        owner: Option<Name>,
        by: Option<Name>,
        result: Option<Text>,
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
