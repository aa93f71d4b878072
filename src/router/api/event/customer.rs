//! Events of customers.

use serde::Serialize;
use strum::{IntoStaticStr, VariantNames};

use super::Names;
use crate::router::api::ids::{Name, Text};

#[derive(Clone, Debug, PartialEq, Serialize, IntoStaticStr, VariantNames)]
#[strum(prefix = "customer.", serialize_all = "snake_case", const_into_str)]
pub enum CustomerEvent {
    Linked {
        customer: Name,
        identities: Vec<Name>,
        #[serde(skip_serializing_if = "Option::is_none")]
        merged: Option<Name>,
    },
    /// An identity was taken away, to another customer or to none.
    Unlinked {
        customer: Name,
        identity: Name,
        #[serde(skip_serializing_if = "Option::is_none")]
        to: Option<Name>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        cases: Vec<Name>,
    },
    Excluded {
        customer: Name,
        agent: Name,
        on: bool,
        reason: Text,
    },
}

impl CustomerEvent {
    pub(super) fn agents(&self) -> Names<'_> {
        match self {
            Self::Excluded { agent, .. } => Names::from_iter([agent]),
            Self::Linked { .. } | Self::Unlinked { .. } => Names::new(),
        }
    }
}
