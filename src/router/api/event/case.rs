//! Events of cases: ownership, and their life from opening to closing.

use serde::Serialize;
use strum::{IntoStaticStr, VariantNames};

use super::{DeadlineRef, Names};
use crate::router::api::codes::{EscalationReason, Role, Route};
use crate::router::api::ids::{Name, Text};
use crate::router::api::time::Timestamp;

#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, IntoStaticStr, VariantNames)]
#[strum(prefix = "case.", serialize_all = "snake_case", const_into_str)]
pub enum CaseEvent {
    Opened {
        case: Name,
        customer: Option<Name>,
        topic: Option<Name>,
        kind: Option<Name>,
        contact: Option<Name>,
        /// The deadline of the whole case, where its kind gives one.
        due_at: Option<Timestamp>,
    },
    Owned {
        case: Name,
        owner: Name,
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
        from: Option<Name>,
        to: Name,
        reason: Text,
        by: Name,
        /// `from` was removed.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        removed: bool,
    },
    /// `to` must be told, as `role`, because of `reason`. `of` is the deadline that is near or has
    /// passed, if there is one.
    Escalated {
        #[serde(flatten)]
        of: DeadlineRef,
        /// The step of the ladder, from 1; for repeats, how many there have been on the case.
        step: u32,
        to: Option<Name>,
        role: Option<Role>,
        reason: EscalationReason,
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
        note: Option<Text>,
    },
    Reopened {
        case: Name,
        by: Name,
        owner: Option<Name>,
        /// The new deadline of the whole case.
        due_at: Option<Timestamp>,
    },
    Closed {
        case: Name,
        by: Name,
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
