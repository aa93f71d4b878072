//! The kinds of record: which events the ledger keeps, and what it says of itself.

use serde::{Deserialize, Serialize};

use crate::router::codes::{Route, Why};
use crate::router::event::EventBody;

macro_rules! kinds {
    ($($(#[$meta:meta])* $variant:ident = $text:literal,)*) => {
        /// What a record is. Those that begin with `ledger.` are its own, the others events.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub enum Kind { $($(#[$meta])* #[serde(rename = $text)] $variant),* }

        impl Kind {
            /// Every kind there is.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The `type` of the record.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }
        }
    };
}

kinds! {
    /// The first record of each file: format, tenant, number of the file.
    File = "ledger.file",
    /// From here on the records follow a journal after one of its events.
    Follows = "ledger.follows",
    /// Everything through an event is recorded.
    Mark = "ledger.mark",
    AgentSet = "agent.set",
    AgentRemoved = "agent.removed",
    ContactOffered = "contact.offered",
    ContactConnected = "contact.connected",
    ContactEnded = "contact.ended",
    ContactTransferred = "contact.transferred",
    CaseOpened = "case.opened",
    CaseOwned = "case.owned",
    CaseAssisted = "case.assisted",
    CaseHandedOver = "case.handed_over",
    CaseEscalated = "case.escalated",
    CaseResolved = "case.resolved",
    CaseReopened = "case.reopened",
    CaseClosed = "case.closed",
    CaseStage = "case.stage",
    CaseDueSoon = "case.due_soon",
    CaseOverdue = "case.overdue",
    CaseMet = "case.met",
    CaseExtended = "case.extended",
    CaseWaiting = "case.waiting",
    CaseResumed = "case.resumed",
    CaseAssistRequested = "case.assist_requested",
    CaseAssistDone = "case.assist_done",
    CaseFollowUpDue = "case.follow_up_due",
    CaseFollowedUp = "case.followed_up",
}

impl Kind {
    /// Whether it is no event but said by the ledger itself.
    pub const fn is_own(self) -> bool {
        matches!(self, Self::File | Self::Follows | Self::Mark)
    }

    /// As what an event is kept: all that is said of cases but their notes, and of contacts what
    /// tells who served and how it ended. There is an arm for each event.
    pub fn of(body: &EventBody) -> Option<Self> {
        Some(match body {
            EventBody::AgentSet { .. } => Self::AgentSet,
            EventBody::AgentRemoved { .. } => Self::AgentRemoved,
            EventBody::ContactOffered { route, why, .. } if is_break(*route, *why) => {
                Self::ContactOffered
            }
            EventBody::ContactConnected { .. } => Self::ContactConnected,
            EventBody::ContactEnded { .. } => Self::ContactEnded,
            EventBody::ContactTransferred { .. } => Self::ContactTransferred,
            EventBody::CaseOpened { .. } => Self::CaseOpened,
            EventBody::CaseOwned { .. } => Self::CaseOwned,
            EventBody::CaseAssisted { .. } => Self::CaseAssisted,
            EventBody::CaseHandedOver { .. } => Self::CaseHandedOver,
            EventBody::CaseEscalated { .. } => Self::CaseEscalated,
            EventBody::CaseResolved { .. } => Self::CaseResolved,
            EventBody::CaseReopened { .. } => Self::CaseReopened,
            EventBody::CaseClosed { .. } => Self::CaseClosed,
            EventBody::CaseStage { .. } => Self::CaseStage,
            EventBody::CaseDueSoon { .. } => Self::CaseDueSoon,
            EventBody::CaseOverdue { .. } => Self::CaseOverdue,
            EventBody::CaseMet { .. } => Self::CaseMet,
            EventBody::CaseExtended { .. } => Self::CaseExtended,
            EventBody::CaseWaiting { .. } => Self::CaseWaiting,
            EventBody::CaseResumed { .. } => Self::CaseResumed,
            EventBody::CaseAssistRequested { .. } => Self::CaseAssistRequested,
            EventBody::CaseAssistDone { .. } => Self::CaseAssistDone,
            EventBody::CaseFollowUpDue { .. } => Self::CaseFollowUpDue,
            EventBody::CaseFollowedUp { .. } => Self::CaseFollowedUp,
            EventBody::ContactOffered { .. }
            | EventBody::AgentPresence { .. }
            | EventBody::AgentAbsent { .. }
            | EventBody::AgentPairAway(_)
            | EventBody::AgentBriefing(_)
            | EventBody::AgentSuccession { .. }
            | EventBody::AgentSucceeded { .. }
            | EventBody::ContactCallback { .. }
            | EventBody::QueueSet { .. }
            | EventBody::QueueRemoved { .. }
            | EventBody::SettingsSet
            | EventBody::CustomerLinked { .. }
            | EventBody::CustomerExcluded { .. }
            | EventBody::ContactWaiting { .. }
            | EventBody::ContactWrapUp { .. }
            | EventBody::ContactOverflowed { .. }
            | EventBody::ContactUpdated { .. }
            | EventBody::Offer { .. }
            | EventBody::CaseNoted { .. }
            | EventBody::KindSet { .. }
            | EventBody::KindRemoved { .. }
            | EventBody::CalendarSet { .. }
            | EventBody::CalendarRemoved { .. }
            | EventBody::ServerReloaded => return None,
        })
    }
}

/// Whether somebody is offered a contact because its owner cannot have it.
fn is_break(route: Route, why: Why) -> bool {
    match why {
        Why::OwnerBusyDeputy
        | Why::OwnerBusyLeader
        | Why::OwnerBusyTeam
        | Why::OwnerBusySkill
        | Why::OwnerAwayDeputy
        | Why::OwnerAwayLeader
        | Why::OwnerAwayTeam
        | Why::OwnerAwaySkill
        | Why::OwnerExcluded
        | Why::NoOwnerSkill => route != Route::Owner,
        Why::OwnerAvailable
        | Why::OwnerBusyWaiting
        | Why::OwnerWrapUpWaiting
        | Why::OwnerBreakWaiting
        | Why::OwnerOfflineWaiting
        | Why::OwnerCallback
        | Why::LastOwnerAvailable
        | Why::PreferredAvailable
        | Why::GridManagerAvailable
        | Why::MentorAvailable
        | Why::TransferTarget
        | Why::AgentAvailable
        | Why::NoAgentAvailable
        | Why::NotBefore
        | Why::AssistAsked
        | Why::QueueFull
        | Why::QueueClosed
        | Why::WaitedTooLong
        | Why::NobodyLoggedIn
        | Why::Accepted
        | Why::Ended => false,
    }
}
