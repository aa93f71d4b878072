//! The closed sets of words on the wire, each spelt as its variant's name in snake case.
//!
//! Adding one extends the protocol: `docs/protocol.md` lists every word.

use super::words::words;

impl Default for AgentState {
    /// Before it says anything.
    fn default() -> Self {
        Self::Offline
    }
}

words! {
    /// Whether an agent is a person. A bot may serve; it never owns.
    AgentKind { Human, Bot }

    /// What an agent reports of itself.
    Presence { Available, Break, Offline }

    /// What an agent is doing, derived from presence and work.
    AgentState {
        Available,
        Reserved,
        Busy,
        WrapUp,
        /// Its telephone is in a call that is none of ours.
        BusyElsewhere,
        /// Its telephone or its desktop is gone.
        Unreachable,
        Break,
        Offline,
    }

    /// What a presence waits for before it begins.
    After { Current }

    /// What an agent's telephone is doing, as its platform says.
    Device { Idle, Ringing, Busy, Gone }

    /// Which agents count as somebody who could serve.
    NoAgentCounts { LoggedIn, Available }

    /// The state of a contact. At every instant it has exactly one.
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
        /// Its platform no longer knew it.
        Lost,
        /// A callback that did not reach the customer, at the last try.
        Unreached,
    }

    /// Who ended a contact.
    EndedBy { Customer, Agent, Platform }

    /// How an offer ended.
    OfferEnd {
        Accepted,
        Declined,
        Expired,
        Revoked,
    }

    /// Why an agent or its telephone did not accept an offer.
    DeclineReason {
        Declined,
        Busy,
        Unreachable,
        NoAnswer,
    }

    /// By which way a contact reached an agent.
    Route {
        Owner,
        Deputy,
        Leader,
        Team,
        Skill,
        Direct,
        /// It was given to the agent by hand.
        Assigned,
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

    /// Whether the part of an e-mail address before its domain knows case.
    MailCase { Lower, Keep }

    /// How strongly ownership counts in a queue.
    OwnershipMode { Off, Prefer, Require }

    /// When a contact that waits for its owner may go to others early: never, or when an agent
    /// would otherwise be idle.
    OwnerHold { Always, WhileBusy }

    /// Who may take a contact after the wait for the owner.
    Fallback {
        Deputy,
        Leader,
        Team,
        Skill,
        CallbackByOwner,
    }

    /// Whether the first or the last handler counts.
    OwnershipKey { First, Last }

    /// Which of the waiting contacts of one priority a freed agent takes.
    Pick { LongestWaiting, StrongestSkill }

    /// How far a step widens the requirement.
    Widen { Any }

    /// What happens to a contact that cannot wait any longer and overflows to no queue.
    OverflowAction { Reject, Voicemail, Callback }

    /// When the tickets of a counter restart.
    TicketReset { Daily, Never }

    /// How a contact is transferred.
    TransferMode { Blind, Consult }

    /// The state of a case.
    CaseState { Open, Resolved, Closed }

    /// The verdict of a deadline; each has exactly one. An assist task withdrawn before its
    /// deadline is neither met nor overdue.
    DeadlineVerdict { Met, Overdue, Withdrawn }

    /// What a case waits for.
    WaitOn { Customer, Assist }

    /// Why a wait of a case ended.
    WaitEnd {
        /// The given time was reached.
        UntilAt,
        /// The customer contacted.
        Contact,
        /// Somebody acted on the case.
        Act,
    }

    /// The result of a follow-up (回访).
    FollowUpResult {
        Satisfied,
        Unsatisfied,
        NoAnswer,
    }

    /// The role in which somebody is told of an escalation.
    Role {
        Owner,
        Deputy,
        Leader,
        /// The leader of the leader.
        Supervisor,
        /// An agent named by id.
        Agent,
    }

    /// Why a case was escalated.
    EscalationReason {
        /// Too many contacts on one matter.
        Repeat,
        /// A deadline is near (催办).
        Urge,
        /// A deadline has passed (督办).
        Overdue,
        /// Cases of this kind are escalated at once.
        Major,
        /// Nobody took an assist task in time.
        Assist,
        /// A follow-up was not made in time.
        FollowUp,
        /// Its customer was to be called back and has no number.
        NoNumber,
    }

    /// Why a contact is in its state: the stable code of every decision.
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
        Assigned,
        AssignedWaiting,
        AssistAsked,
        AgentAvailable,
        NoAgentAvailable,
        NotBefore,
        QueueFull,
        QueueClosed,
        WaitedTooLong,
        NobodyLoggedIn,
        PlatformGone,
        Accepted,
        Ended,
    }

    /// Whether and why an agent considered for a contact was not chosen.
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
        /// It passed the contact on, and others could serve it.
        PassedItOn,
        BusyElsewhere,
        Unreachable,
        /// It was taken out of the contact's queue.
        OutOfQueue,
    }

    /// The rule of a step of a contact; docs/routing-rules.md has the number of each.
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
        Leave,
        Retrieve,
        Take,
        Assign,
    }
}
