//! The numbers of words.

use crate::router::api::codes::{
    AgentKind, DeclineReason, Fallback, FollowUpResult, Outcome, OverflowAction, OwnerHold,
    OwnershipKey, OwnershipMode, Pick, Presence, Strategy, TicketReset, TransferMode, WaitOn,
    Widen,
};
use crate::stored::numbered;

numbered! {
    AgentKind { 1 Human, 2 Bot }
    DeclineReason { 1 Declined, 2 Busy, 3 Unreachable, 4 NoAnswer }
    Fallback { 1 Deputy, 2 Leader, 3 Team, 4 Skill, 5 CallbackByOwner }
    FollowUpResult { 1 Satisfied, 2 Unsatisfied, 3 NoAnswer }
    Outcome {
        1 Resolved,
        2 Open,
        3 Transferred,
        4 Dropped,
        5 Abandoned,
        6 Timeout,
        7 Rejected,
        8 NoAgent,
        9 Voicemail,
        10 Callback,
        11 Cancelled,
    }
    OverflowAction { 1 Reject, 2 Voicemail, 3 Callback }
    OwnerHold { 1 Always, 2 WhileBusy }
    OwnershipKey { 1 First, 2 Last }
    OwnershipMode { 1 Off, 2 Prefer, 3 Require }
    Pick { 1 LongestWaiting, 2 StrongestSkill }
    Presence { 1 Available, 2 Break, 3 Offline }
    Strategy {
        1 LongestIdle,
        2 MostSkilled,
        3 LeastSkilled,
        4 RoundRobin,
        5 FewestContacts,
        6 LeastTalkTime,
        7 LeastLoaded,
        8 Ordered,
        9 Random,
    }
    TicketReset { 1 Daily, 2 Never }
    TransferMode { 1 Blind, 2 Consult }
    WaitOn { 1 Customer, 2 Assist }
    Widen { 1 Any }
}
