//! The closed sets of words that go over the wire, each with one spelling.
//!
//! An addition here is an addition to the protocol: `docs/protocol.md` lists every word.

use serde::{Deserialize, Serialize};

macro_rules! codes {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $text:literal),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$vmeta])* #[serde(rename = $text)] $variant),* }

        impl $name {
            /// Every word, in the order of the enum.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Every word on the wire, in the order of the enum.
            pub const WORDS: &'static [&'static str] = &[$($text),*];

            /// The word on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

codes! {
    /// Whether an agent is a person. A bot may serve; it never owns.
    AgentKind { Human = "human", Bot = "bot" }
}

codes! {
    /// What an agent says of itself.
    Presence { Available = "available", Break = "break", Offline = "offline" }
}

codes! {
    /// What an agent is doing, derived from presence and work.
    AgentState {
        Available = "available",
        Reserved = "reserved",
        Busy = "busy",
        WrapUp = "wrap_up",
        Break = "break",
        Offline = "offline",
    }
}

codes! {
    /// Where a contact is. At every instant it is in exactly one of these.
    ContactState {
        Scheduled = "scheduled",
        Waiting = "waiting",
        Offered = "offered",
        Connected = "connected",
        WrapUp = "wrap_up",
        Ended = "ended",
    }
}

codes! {
    /// How a contact ended.
    Outcome {
        Resolved = "resolved",
        Open = "open",
        Transferred = "transferred",
        Dropped = "dropped",
        Abandoned = "abandoned",
        Timeout = "timeout",
        Rejected = "rejected",
        NoAgent = "no_agent",
        Voicemail = "voicemail",
        Callback = "callback",
        Cancelled = "cancelled",
    }
}

codes! {
    /// How an offer ended.
    OfferEnd {
        Accepted = "accepted",
        Declined = "declined",
        Expired = "expired",
        Revoked = "revoked",
    }
}

codes! {
    /// Why an agent or its telephone did not take an offer.
    DeclineReason {
        Declined = "declined",
        Busy = "busy",
        Unreachable = "unreachable",
        NoAnswer = "no_answer",
    }
}

codes! {
    /// On whose account a contact reached an agent.
    Route {
        Owner = "owner",
        Deputy = "deputy",
        Leader = "leader",
        Team = "team",
        Skill = "skill",
        Direct = "direct",
    }
}

codes! {
    /// Which agent is chosen among the eligible. Ties go to the longest idle, then by agent id.
    Strategy {
        LongestIdle = "longest_idle",
        MostSkilled = "most_skilled",
        LeastSkilled = "least_skilled",
        RoundRobin = "round_robin",
        FewestContacts = "fewest_contacts",
        LeastTalkTime = "least_talk_time",
        LeastLoaded = "least_loaded",
        Ordered = "ordered",
        Random = "random",
    }
}

codes! {
    /// How much ownership weighs in a queue.
    OwnershipMode { Off = "off", Prefer = "prefer", Require = "require" }
}

codes! {
    /// When a contact that waits for its owner goes to somebody else before its time: never, or
    /// when an agent would otherwise stand idle.
    OwnerHold { Always = "always", WhileBusy = "while_busy" }
}

codes! {
    /// Who follows the owner when the wait for the owner is over.
    Fallback {
        Deputy = "deputy",
        Leader = "leader",
        Team = "team",
        Skill = "skill",
        CallbackByOwner = "callback_by_owner",
    }
}

codes! {
    /// Whether the first or the last handler is followed.
    OwnershipKey { First = "first", Last = "last" }
}

codes! {
    /// Which of the waiting contacts of one priority a freed agent takes.
    Pick { LongestWaiting = "longest_waiting", StrongestSkill = "strongest_skill" }
}

codes! {
    /// How far a step widens the route.
    Widen { Any = "any" }
}

codes! {
    /// Where a contact goes that cannot wait any longer and has no other queue to go to.
    OverflowAction { Reject = "reject", Voicemail = "voicemail", Callback = "callback" }
}

codes! {
    /// When the tickets of a counter begin anew.
    TicketReset { Daily = "daily", Never = "never" }
}

codes! {
    /// How a contact is passed on.
    TransferMode { Blind = "blind", Consult = "consult" }
}

codes! {
    /// Where a case stands.
    CaseState { Open = "open", Resolved = "resolved", Closed = "closed" }
}

codes! {
    /// What became of a deadline; each has exactly one. A task for another department that is
    /// taken back before its time is up was neither met nor missed.
    DeadlineVerdict { Met = "met", Overdue = "overdue", Withdrawn = "withdrawn" }
}

codes! {
    /// For whom a case waits.
    WaitOn { Customer = "customer", Assist = "assist" }
}

codes! {
    /// Why a case no longer waits.
    WaitEnd {
        /// The time named has come.
        UntilAt = "until_at",
        /// The customer contacted.
        Contact = "contact",
        /// Somebody went on with it.
        Act = "act",
    }
}

codes! {
    /// What a follow-up (回访) found.
    FollowUpResult {
        Satisfied = "satisfied",
        Unsatisfied = "unsatisfied",
        NoAnswer = "no_answer",
    }
}

codes! {
    /// As what somebody is told of an escalation.
    Role {
        Owner = "owner",
        Deputy = "deputy",
        Leader = "leader",
        /// The leader of the leader.
        Supervisor = "supervisor",
        /// By name.
        Agent = "agent",
    }
}

codes! {
    /// Why a case was escalated.
    EscalationReason {
        /// Too many contacts on one matter.
        Repeat = "repeat",
        /// A deadline comes near (催办).
        Urge = "urge",
        /// A deadline has passed (督办).
        Overdue = "overdue",
        /// A case of this kind is told of at once.
        Major = "major",
        /// Nobody has taken a task for another department in time.
        Assist = "assist",
        /// A follow-up has not been made in time.
        FollowUp = "follow_up",
    }
}

codes! {
    /// Why a contact is where it is: the stable code of every decision.
    Why {
        OwnerAvailable = "owner_available",
        OwnerBusyWaiting = "owner_busy_waiting",
        OwnerWrapUpWaiting = "owner_wrap_up_waiting",
        OwnerBreakWaiting = "owner_break_waiting",
        OwnerOfflineWaiting = "owner_offline_waiting",
        OwnerBusyDeputy = "owner_busy_deputy",
        OwnerBusyLeader = "owner_busy_leader",
        OwnerBusyTeam = "owner_busy_team",
        OwnerBusySkill = "owner_busy_skill",
        OwnerAwayDeputy = "owner_away_deputy",
        OwnerAwayLeader = "owner_away_leader",
        OwnerAwayTeam = "owner_away_team",
        OwnerAwaySkill = "owner_away_skill",
        OwnerExcluded = "owner_excluded",
        NoOwnerSkill = "no_owner_skill",
        OwnerCallback = "owner_callback",
        LastOwnerAvailable = "last_owner_available",
        PreferredAvailable = "preferred_available",
        GridManagerAvailable = "grid_manager_available",
        MentorAvailable = "mentor_available",
        TransferTarget = "transfer_target",
        AssistAsked = "assist_asked",
        AgentAvailable = "agent_available",
        NoAgentAvailable = "no_agent_available",
        NotBefore = "not_before",
        QueueFull = "queue_full",
        QueueClosed = "queue_closed",
        WaitedTooLong = "waited_too_long",
        NobodyLoggedIn = "nobody_logged_in",
        Accepted = "accepted",
        Ended = "ended",
    }
}

codes! {
    /// Why an agent that was considered was not chosen, or that it was.
    Verdict {
        Chosen = "chosen",
        Eligible = "eligible_but_later",
        Offline = "offline",
        Break = "break",
        WrapUp = "wrap_up",
        AtCapacity = "at_capacity",
        Reserved = "reserved",
        RetryDelay = "retry_delay",
        NoChannel = "channel_not_served",
        LacksSkill = "lacks_skill",
        Excluded = "excluded",
        Removed = "removed",
        AlreadyOffered = "already_offered",
        HasEnoughCases = "has_enough_cases",
        NotInFallback = "not_in_fallback",
    }
}

codes! {
    /// By which rule a step of a contact was taken; docs/routing-rules.md has the number of each.
    Rule {
        Scheduled = "scheduled",
        Owner = "owner",
        OwnerWait = "owner_wait",
        Fallback = "fallback",
        Prefer = "prefer",
        Skill = "skill",
        FreedAgent = "freed_agent",
        FreedOwner = "freed_owner",
        Transfer = "transfer",
        Step = "step",
        Overflow = "overflow",
        Resume = "resume",
        Accept = "accept",
        Decline = "decline",
        Expire = "expire",
        Revoke = "revoke",
        Update = "update",
        WrapUp = "wrap_up",
        End = "end",
        Lease = "lease",
        Customer = "customer",
        Callback = "callback",
    }
}
