//! What is told of cases: whose they are, and from opening to closing.

use serde::Serialize;
use strum::{IntoStaticStr, VariantNames};

use super::{DeadlineRef, Names};
use crate::router::api::codes::{EscalationReason, Role, Route};
use crate::router::api::ids::{Name, Text};
use crate::router::api::time::Timestamp;

#[derive(Clone, Debug, PartialEq, Serialize, IntoStaticStr, VariantNames)]
#[strum(prefix = "case.", serialize_all = "snake_case", const_into_str)]
pub enum CaseEvent {
    Opened {
        case: Name,
        #[serde(skip_serializing_if = "Option::is_none")]
        customer: Option<Name>,
        #[serde(skip_serializing_if = "Option::is_none")]
        topic: Option<Name>,
        #[serde(skip_serializing_if = "Option::is_none")]
        kind: Option<Name>,
        #[serde(skip_serializing_if = "Option::is_none")]
        contact: Option<Name>,
        /// The deadline of the whole case, where its kind gives one.
        #[serde(skip_serializing_if = "Option::is_none")]
        due_at: Option<Timestamp>,
    },
    Owned {
        case: Name,
        owner: Name,
        #[serde(skip_serializing_if = "Option::is_none")]
        contact: Option<Name>,
    },
    Assisted {
        case: Name,
        owner: Name,
        agent: Name,
        contact: Name,
        route: Route,
    },
    HandedOver {
        case: Name,
        #[serde(skip_serializing_if = "Option::is_none")]
        from: Option<Name>,
        to: Name,
        reason: Text,
        by: Name,
    },
    /// `to` is to be told, as `role`, because of `reason`. `of` names the deadline where one
    /// comes near or has passed.
    Escalated {
        #[serde(flatten)]
        of: DeadlineRef,
        /// The step of the ladder, from 1; of repeats, how many there have been on the case.
        step: u32,
        #[serde(skip_serializing_if = "Option::is_none")]
        to: Option<Name>,
        #[serde(skip_serializing_if = "Option::is_none")]
        role: Option<Role>,
        reason: EscalationReason,
        #[serde(skip_serializing_if = "Option::is_none")]
        due_at: Option<Timestamp>,
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        late: bool,
    },
    Noted {
        case: Name,
        text: Text,
        by: Name,
    },
    Resolved {
        case: Name,
        by: Name,
        #[serde(skip_serializing_if = "Option::is_none")]
        note: Option<Text>,
    },
    Reopened {
        case: Name,
        by: Name,
        #[serde(skip_serializing_if = "Option::is_none")]
        owner: Option<Name>,
        /// The new deadline of the whole case.
        #[serde(skip_serializing_if = "Option::is_none")]
        due_at: Option<Timestamp>,
    },
    Closed {
        case: Name,
        by: Name,
        #[serde(skip_serializing_if = "Option::is_none")]
        note: Option<Text>,
    },
}

impl CaseEvent {
    pub(super) fn agents(&self) -> Names<'_> {
        let agents = match self {
            Self::Opened { .. } => [None, None, None],
            Self::Owned { owner, .. } => [Some(owner), None, None],
            Self::Assisted { owner, agent, .. } => [Some(owner), Some(agent), None],
            Self::HandedOver { from, to, by, .. } => [from.as_ref(), Some(to), Some(by)],
            Self::Escalated { to, .. } => [to.as_ref(), None, None],
            Self::Noted { by, .. } | Self::Resolved { by, .. } | Self::Closed { by, .. } => {
                [Some(by), None, None]
            }
            Self::Reopened { by, owner, .. } => [Some(by), owner.as_ref(), None],
        };
        agents.into_iter().flatten().collect()
    }
}
