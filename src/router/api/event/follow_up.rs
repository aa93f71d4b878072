//! Events of follow-ups (回访), in which the owner asks the customer of a resolved case.

use serde::Serialize;
use strum::{IntoStaticStr, VariantNames};

use super::Names;
use crate::router::api::codes::FollowUpResult;
use crate::router::api::ids::Name;

#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, IntoStaticStr, VariantNames)]
#[strum(prefix = "case.", const_into_str)]
pub enum FollowUpEvent {
    /// The owner should ask the customer; `contact` carries the attempt.
    #[strum(serialize = "follow_up_due")]
    Due {
        case: Name,
        owner: Option<Name>,
        attempt: u32,
        attempts: u32,
        contact: Name,
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        late: bool,
    },
    /// The result of an attempt.
    #[strum(serialize = "followed_up")]
    Done {
        case: Name,
        owner: Option<Name>,
        attempt: u32,
        result: FollowUpResult,
        score: Option<u8>,
        by: Name,
    },
}

impl FollowUpEvent {
    pub(super) fn agents(&self) -> Names<'_> {
        match self {
            Self::Due { owner, .. } => owner.iter().collect(),
            Self::Done { owner, by, .. } => owner.iter().chain([by]).collect(),
        }
    }
}
