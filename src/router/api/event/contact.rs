//! Events of contacts.

use serde::Serialize;
use strum::{IntoStaticStr, VariantNames};

use crate::router::api::codes::{
    ContactState, EndedBy, Outcome, Route, TransferMode, Verdict, Why,
};
use crate::router::api::command::Attributes;
use crate::router::api::ids::{Name, OfferId, Text};
use crate::router::api::time::Timestamp;

/// The common part of every event of a contact.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ContactRef {
    pub contact: Name,
    pub queue: Name,
    pub customer: Option<Name>,
    pub case: Option<Name>,
    pub agent: Option<Name>,
    /// Its ticket number at the counter.
    pub ticket: Option<Name>,
    /// The client program that it belongs to; for subscriptions, not sent.
    #[serde(skip)]
    pub source: Option<Name>,
}

/// The result of an assist task, sent with the owner's next contact of the case.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct News {
    pub assist: u32,
    pub at: Timestamp,
    pub by: Option<Name>,
    pub result: Option<Text>,
}

/// The target of a transfer: one of the two.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PassedTo {
    pub agent: Option<Name>,
    pub queue: Option<Name>,
}

#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, IntoStaticStr, VariantNames)]
#[strum(prefix = "contact.", serialize_all = "snake_case", const_into_str)]
pub enum ContactEvent {
    Waiting {
        /// `scheduled`, or absent.
        #[serde(skip_serializing_if = "is_not_scheduled")]
        state: ContactState,
        position: Option<u32>,
        why: Why,
    },
    Offered {
        offer: OfferId,
        route: Route,
        why: Why,
        expires_at: Timestamp,
        /// How long it rings, as the queue says.
        ring_ms: i64,
        channel: Name,
        /// Where the agent is rung.
        address: Option<Text>,
        /// Where the caller is called back.
        callback_address: Option<Text>,
        /// The agent to consult first.
        mentor: Option<Name>,
        /// The contact's attributes, if anything was learnt and merged into them.
        attributes: Option<Attributes>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        news: Vec<News>,
    },
    /// The caller hung up, keeps the place and is called when it is reached.
    Callback {
        joined_at: Timestamp,
        address: Option<Text>,
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        by_owner: bool,
    },
    Connected {
        /// The offer that was accepted; none where the agent took it without one.
        offer: Option<OfferId>,
        route: Route,
        owner: Option<Name>,
        wait_ms: i64,
        /// The agent is a bot.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        bot: bool,
        /// It was said as a fact, by `contact.take`.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        taken: bool,
        /// Why it would not have been offered to the agent who took it.
        despite: Option<Verdict>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        news: Vec<News>,
    },
    /// An agent leaves it while others are in it, or while it goes on to others.
    Left {
        talk_ms: i64,
        hold_ms: i64,
        wrap_up_until_at: Option<Timestamp>,
    },
    /// An agent puts it on hold, or goes on with it.
    Held {
        on: bool,
    },
    /// An agent takes back what it passed on.
    Retrieved,
    /// It was given to an agent by hand.
    Assigned {
        by: Name,
        reason: Option<Text>,
    },
    /// A callback did not reach the customer.
    Unreached {
        attempt: u32,
        attempts: u32,
        /// When it is tried again, unless that was the last try.
        next_at: Option<Timestamp>,
    },
    WrapUp {
        until_at: Timestamp,
        ended_by: Option<EndedBy>,
    },
    /// The outcome of its conversation is said, or changed.
    Outcome {
        outcome: Outcome,
        code: Option<Name>,
        note: Option<Text>,
    },
    Ended {
        outcome: Outcome,
        wait_ms: i64,
        /// What its agents spent on it in conversation, hold and wrap-up, if there was a conversation.
        handle_ms: Option<i64>,
        talk_ms: Option<i64>,
        hold_ms: Option<i64>,
        ended_by: Option<EndedBy>,
        /// When, where that was told late.
        ended_at: Option<Timestamp>,
    },
    Transferred {
        from: Name,
        to: PassedTo,
        mode: TransferMode,
        reason: Text,
    },
    Overflowed {
        from: Name,
        to: Name,
        why: Why,
    },
    Updated,
}

impl ContactEvent {
    /// An agent named in addition to that of [`ContactRef`].
    pub(super) fn agent(&self) -> Option<&Name> {
        match self {
            Self::Connected { owner, .. } => owner.as_ref(),
            Self::Transferred { to, .. } => to.agent.as_ref(),
            Self::Waiting { .. }
            | Self::Offered { .. }
            | Self::Callback { .. }
            | Self::Left { .. }
            | Self::Held { .. }
            | Self::Retrieved
            | Self::Unreached { .. }
            | Self::Assigned { .. }
            | Self::Outcome { .. }
            | Self::WrapUp { .. }
            | Self::Ended { .. }
            | Self::Overflowed { .. }
            | Self::Updated => None,
        }
    }

    /// The queues named in addition to that of [`ContactRef`].
    pub(super) fn queues(&self) -> impl Iterator<Item = &Name> {
        let queues = match self {
            Self::Transferred { to, .. } => [to.queue.as_ref(), None],
            Self::Overflowed { from, to, .. } => [Some(from), Some(to)],
            Self::Waiting { .. }
            | Self::Offered { .. }
            | Self::Callback { .. }
            | Self::Connected { .. }
            | Self::Left { .. }
            | Self::Held { .. }
            | Self::Retrieved
            | Self::Unreached { .. }
            | Self::Assigned { .. }
            | Self::Outcome { .. }
            | Self::WrapUp { .. }
            | Self::Ended { .. }
            | Self::Updated => [None, None],
        };
        queues.into_iter().flatten()
    }
}

fn is_not_scheduled(state: &ContactState) -> bool {
    *state != ContactState::Scheduled
}
