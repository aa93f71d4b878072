//! The closed sets of words that go over the wire, each with one spelling: the name of the variant
//! in small letters.
//!
//! An addition here is an addition to the protocol: `docs/protocol.md` lists every word.

use super::words::words;

words! {
    /// Whether an agent is a person. A bot may serve; it never owns.
    AgentKind { Human, Bot }

    /// What an agent says of itself.
    Presence { Available, Break, Offline }

    /// What an agent is doing, derived from presence and work.
    AgentState {
        Available,
        Reserved,
        Busy,
        WrapUp,
        Break,
        Offline,
    }

    /// Where a contact is. At every instant it is in exactly one of these.
    ContactState {
        Scheduled,
        Waiting,
        Offered,
        Connected,
        WrapUp,
        Ended,
    }

    /// How a contact ended.
    Outcome {
        Resolved,
        Open,
        Transferred,
        Dropped,
        Abandoned,
        Timeout,
        Rejected,
        NoAgent,
        Voicemail,
        Callback,
        Cancelled,
    }

    /// How an offer ended.
    OfferEnd {
        Accepted,
        Declined,
        Expired,
        Revoked,
    }

    /// Why an agent or its telephone did not take an offer.
    DeclineReason {
        Declined,
        Busy,
        Unreachable,
        NoAnswer,
    }

    /// On whose account a contact reached an agent.
    Route {
        Owner,
        Deputy,
        Leader,
        Team,
        Skill,
        Direct,
    }

    /// Which agent is chosen among the eligible. Ties go to the longest idle, then by agent id.
    Strategy {
        LongestIdle,
        MostSkilled,
        LeastSkilled,
        RoundRobin,
        FewestContacts,
        LeastTalkTime,
        LeastLoaded,
        Ordered,
        Random,
    }

    /// How much ownership weighs in a queue.
    OwnershipMode { Off, Prefer, Require }

    /// When a contact that waits for its owner goes to somebody else before its time: never, or
    /// when an agent would otherwise stand idle.
    OwnerHold { Always, WhileBusy }

    /// Who follows the owner when the wait for the owner is over.
    Fallback {
        Deputy,
        Leader,
        Team,
        Skill,
        CallbackByOwner,
    }

    /// Whether the first or the last handler is followed.
    OwnershipKey { First, Last }

    /// Which of the waiting contacts of one priority a freed agent takes.
    Pick { LongestWaiting, StrongestSkill }

    /// How far a step widens the route.
    Widen { Any }

    /// Where a contact goes that cannot wait any longer and has no other queue to go to.
    OverflowAction { Reject, Voicemail, Callback }

    /// When the tickets of a counter begin anew.
    TicketReset { Daily, Never }

    /// How a contact is passed on.
    TransferMode { Blind, Consult }

    /// Where a case stands.
    CaseState { Open, Resolved, Closed }

    /// What became of a deadline; each has exactly one. A task for another department that is
    /// taken back before its time is up was neither met nor missed.
    DeadlineVerdict { Met, Overdue, Withdrawn }

    /// For whom a case waits.
    WaitOn { Customer, Assist }

    /// Why a case no longer waits.
    WaitEnd {
        /// The time named has come.
        UntilAt,
        /// The customer contacted.
        Contact,
        /// Somebody went on with it.
        Act,
    }

    /// What a follow-up (回访) found.
    FollowUpResult {
        Satisfied,
        Unsatisfied,
        NoAnswer,
    }

    /// As what somebody is told of an escalation.
    Role {
        Owner,
        Deputy,
        Leader,
        /// The leader of the leader.
        Supervisor,
        /// By name.
        Agent,
    }

    /// Why a case was escalated.
    EscalationReason {
        /// Too many contacts on one matter.
        Repeat,
        /// A deadline comes near (催办).
        Urge,
        /// A deadline has passed (督办).
        Overdue,
        /// A case of this kind is told of at once.
        Major,
        /// Nobody has taken a task for another department in time.
        Assist,
        /// A follow-up has not been made in time.
        FollowUp,
    }

    /// Why a contact is where it is: the stable code of every decision.
    Why {
        OwnerAvailable,
        OwnerBusyWaiting,
        OwnerWrapUpWaiting,
        OwnerBreakWaiting,
        OwnerOfflineWaiting,
        OwnerBusyDeputy,
        OwnerBusyLeader,
        OwnerBusyTeam,
        OwnerBusySkill,
        OwnerAwayDeputy,
        OwnerAwayLeader,
        OwnerAwayTeam,
        OwnerAwaySkill,
        OwnerExcluded,
        NoOwnerSkill,
        OwnerCallback,
        LastOwnerAvailable,
        PreferredAvailable,
        GridManagerAvailable,
        MentorAvailable,
        TransferTarget,
        AssistAsked,
        AgentAvailable,
        NoAgentAvailable,
        NotBefore,
        QueueFull,
        QueueClosed,
        WaitedTooLong,
        NobodyLoggedIn,
        Accepted,
        Ended,
    }

    /// Why an agent that was considered was not chosen, or that it was.
    Verdict {
        Chosen,
        #[serde(rename = "eligible_but_later")] #[strum(serialize = "eligible_but_later")] Eligible,
        Offline,
        Break,
        WrapUp,
        AtCapacity,
        Reserved,
        RetryDelay,
        #[serde(rename = "channel_not_served")] #[strum(serialize = "channel_not_served")] NoChannel,
        LacksSkill,
        Excluded,
        Removed,
        AlreadyOffered,
        HasEnoughCases,
        NotInFallback,
    }

    /// By which rule a step of a contact was taken; docs/routing-rules.md has the number of each.
    Rule {
        Scheduled,
        Owner,
        OwnerWait,
        Fallback,
        Prefer,
        Skill,
        FreedAgent,
        FreedOwner,
        Transfer,
        Step,
        Overflow,
        Resume,
        Accept,
        Decline,
        Expire,
        Revoke,
        Update,
        WrapUp,
        End,
        Lease,
        Customer,
        Callback,
    }
}
