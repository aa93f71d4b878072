//! The stored numbers of words.

use crate::router::api::codes::{
    After, AgentKind, CaseState, ContactState, DeadlineVerdict, DeclineReason, Device, EndedBy,
    Fallback, FollowUpResult, MailCase, NoAgentCounts, Outcome, OverflowAction, OwnerHold,
    OwnershipKey, OwnershipMode, Pick, Presence, Route, Rule, Strategy, TicketReset, TransferMode,
    Verdict, WaitOn, Why, Widen,
};
use crate::stored::numbered;

numbered! {
    After { 1 Current }
    AgentKind { 1 Human, 2 Bot }
    CaseState { 1 Open, 2 Resolved, 3 Closed }
    ContactState { 1 Scheduled, 2 Waiting, 3 Offered, 4 Connected, 5 WrapUp, 6 Ended }
    DeadlineVerdict { 1 Met, 2 Overdue, 3 Withdrawn }
    DeclineReason { 1 Declined, 2 Busy, 3 Unreachable, 4 NoAnswer }
    EndedBy { 1 Customer, 2 Agent, 3 Platform }
    MailCase { 1 Lower, 2 Keep }
    Device { 1 Idle, 2 Ringing, 3 Busy, 4 Gone }
    Fallback { 1 Deputy, 2 Leader, 3 Team, 4 Skill, 5 CallbackByOwner }
    FollowUpResult { 1 Satisfied, 2 Unsatisfied, 3 NoAnswer }
    NoAgentCounts { 1 LoggedIn, 2 Available }
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
        20 Lost,
        70 Unreached,
    }
    OverflowAction { 1 Reject, 2 Voicemail, 3 Callback }
    OwnerHold { 1 Always, 2 WhileBusy }
    OwnershipKey { 1 First, 2 Last }
    OwnershipMode { 1 Off, 2 Prefer, 3 Require }
    Pick { 1 LongestWaiting, 2 StrongestSkill }
    Presence { 1 Available, 2 Break, 3 Offline }
    Route { 1 Owner, 2 Deputy, 3 Leader, 4 Team, 5 Skill, 6 Direct, 7 Assigned }
    Rule {
        1 Scheduled, 2 Owner, 3 OwnerWait, 4 Fallback, 5 Prefer, 6 Skill, 7 FreedAgent,
        8 FreedOwner, 9 Transfer, 10 Step, 11 Overflow, 12 Resume, 13 Accept, 14 Decline, 15 Expire,
        16 Revoke, 17 Update, 18 WrapUp, 19 End, 20 Lease, 21 Customer, 22 Callback,
        55 Leave, 56 Retrieve, 57 Take, 70 Assign,
    }
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
    Verdict {
        1 Chosen, 2 Eligible, 3 Offline, 4 Break, 5 WrapUp, 6 AtCapacity, 7 Reserved, 8 RetryDelay,
        9 NoChannel, 10 LacksSkill, 11 Excluded, 12 Removed, 13 AlreadyOffered, 14 HasEnoughCases,
        15 NotInFallback, 55 PassedItOn, 16 BusyElsewhere, 17 Unreachable, 18 OutOfQueue,
    }
    WaitOn { 1 Customer, 2 Assist }
    Why {
        1 OwnerAvailable, 2 OwnerBusyWaiting, 3 OwnerWrapUpWaiting, 4 OwnerBreakWaiting,
        5 OwnerOfflineWaiting, 6 OwnerBusyDeputy, 7 OwnerBusyLeader, 8 OwnerBusyTeam,
        9 OwnerBusySkill, 10 OwnerAwayDeputy, 11 OwnerAwayLeader, 12 OwnerAwayTeam,
        13 OwnerAwaySkill, 14 OwnerExcluded, 15 NoOwnerSkill, 16 OwnerCallback,
        17 LastOwnerAvailable, 18 PreferredAvailable, 19 GridManagerAvailable, 20 MentorAvailable,
        21 TransferTarget, 22 AssistAsked, 23 AgentAvailable, 24 NoAgentAvailable, 25 NotBefore,
        26 QueueFull, 27 QueueClosed, 28 WaitedTooLong, 29 NobodyLoggedIn, 30 Accepted, 31 Ended,
        32 PlatformGone, 70 Assigned, 71 AssignedWaiting,
    }
    Widen { 1 Any }
}
