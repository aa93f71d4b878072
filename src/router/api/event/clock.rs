//! Events of the clocks of cases: stages, deadlines, waits.

use serde::Serialize;
use strum::{IntoStaticStr, VariantNames};

use super::Names;
use crate::router::api::codes::{WaitEnd, WaitOn};
use crate::router::api::ids::{Name, Text};
use crate::router::api::time::Timestamp;

/// A deadline of a case: of a stage, of an assist task, or else of the whole case.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeadlineRef {
    pub case: Name,
    pub stage: Option<Name>,
    pub assist: Option<u32>,
}

#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, IntoStaticStr, VariantNames)]
#[strum(prefix = "case.", serialize_all = "snake_case", const_into_str)]
pub enum ClockEvent {
    /// The case entered a stage, whose clock starts now.
    Stage {
        case: Name,
        stage: Name,
        from: Option<Name>,
        due_at: Option<Timestamp>,
        by: Option<Name>,
    },
    /// A deadline is near.
    DueSoon {
        #[serde(flatten)]
        of: DeadlineRef,
        owner: Option<Name>,
        due_at: Timestamp,
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        late: bool,
    },
    /// The verdict of a deadline: it passed.
    Overdue {
        #[serde(flatten)]
        of: DeadlineRef,
        owner: Option<Name>,
        due_at: Timestamp,
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        late: bool,
    },
    /// The other verdict: it was met.
    Met {
        #[serde(flatten)]
        of: DeadlineRef,
        owner: Option<Name>,
        started_at: Timestamp,
        due_at: Timestamp,
    },
    Extended {
        #[serde(flatten)]
        of: DeadlineRef,
        from_at: Timestamp,
        due_at: Timestamp,
        reason: Text,
        by: Name,
    },
    /// The case waits; `stops_clock` = its clocks are paused.
    Waiting {
        case: Name,
        on: WaitOn,
        until_at: Option<Timestamp>,
        stops_clock: bool,
        by: Option<Name>,
    },
    /// The wait of the case ended.
    Resumed {
        case: Name,
        on: WaitOn,
        why: WaitEnd,
        waited_ms: i64,
        /// The present deadline of the whole case.
        due_at: Option<Timestamp>,
    },
}

impl ClockEvent {
    pub(super) fn agents(&self) -> Names<'_> {
        let agent = match self {
            Self::Stage { by, .. } | Self::Waiting { by, .. } => by.as_ref(),
            Self::DueSoon { owner, .. } | Self::Overdue { owner, .. } | Self::Met { owner, .. } => {
                owner.as_ref()
            }
            Self::Extended { by, .. } => Some(by),
            Self::Resumed { .. } => None,
        };
        agent.into_iter().collect()
    }
}
