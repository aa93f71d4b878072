//! Every metric: its name, kind and help text. Data only.
//!
//! Base units; counters end in `_total`. Labels are tenant, queue, channel, route, reason, outcome,
//! result, method, state, version and kind of deadline; never a customer, a contact or a case, and
//! an agent only if switched on.

/// The type of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Counter,
    Gauge,
    Histogram(Span),
}

/// The range that a histogram covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// 100 ns to 10 ms.
    Decision,
    /// 50 µs to 5 s.
    Disk,
    /// A second to an hour.
    Service,
}

impl Span {
    /// The upper ends of the buckets, in seconds.
    pub const fn buckets(self) -> &'static [f64] {
        match self {
            Self::Decision => &[
                1e-7, 2.5e-7, 5e-7, 1e-6, 2.5e-6, 5e-6, 1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4,
                1e-3, 2.5e-3, 5e-3, 1e-2,
            ],
            Self::Disk => &[
                5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2, 2e-2, 5e-2, 0.1, 0.2, 0.5, 1.0,
                2.0, 5.0,
            ],
            Self::Service => &[
                1.0, 2.0, 5.0, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0, 90.0, 120.0, 180.0, 300.0,
                600.0, 1_200.0, 3_600.0,
            ],
        }
    }
}

/// One metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metric {
    pub name: &'static str,
    pub kind: Kind,
    pub help: &'static str,
}

macro_rules! metrics {
    ($($constant:ident $kind:expr, $name:literal, $help:literal;)*) => {
        $(pub const $constant: Metric = Metric { name: $name, kind: $kind, help: $help };)*

        /// Every metric, in the order in which the manual lists them.
        pub const ALL: &[Metric] = &[$($constant),*];
    };
}

use Kind::{Counter, Gauge, Histogram};

metrics! {
    BUILD_INFO Gauge, "firsthand_build_info",
        "Always 1; the label says which version runs.";
    UPTIME Gauge, "firsthand_uptime_seconds",
        "How long the process has been up.";
    DRAINING Gauge, "firsthand_draining",
        "1 while new contacts are refused because the daemon is about to end.";
    CLOCK_AHEAD Gauge, "firsthand_clock_ahead_seconds",
        "How far the daemon's clock is ahead of the time of day; it is corrected slowly.";

    SUBMITTED Counter, "firsthand_contacts_submitted_total",
        "Contacts that came in.";
    BLOCKED Counter, "firsthand_contacts_blocked_total",
        "Contacts refused because all trunks (max_in_system) were taken.";
    MOVED_IN Counter, "firsthand_contacts_moved_in_total",
        "Contacts that came to the queue from another one, or passed on by an agent: submitted + moved in = connected + moved out + ended before an agent took them + present.";
    MOVED_OUT Counter, "firsthand_contacts_moved_out_total",
        "Contacts that went to another queue before an agent took them.";
    PASSED_ON Counter, "firsthand_contacts_passed_on_total",
        "Times that an agent who got a contact through the queue passed it on to others.";
    UNREACHED Counter, "firsthand_callbacks_unreached_total",
        "Callbacks that did not reach the customer, each try.";
    CONNECTED Counter, "firsthand_contacts_connected_total",
        "Times that a contact reached an agent through the queue, by the route on whose account.";
    WITHIN_TARGET Counter, "firsthand_contacts_within_target_total",
        "Times that a contact reached an agent within the service level's time: the upper part of the service level.";
    ENDED Counter, "firsthand_contacts_ended_total",
        "Contacts that ended, by outcome.";
    OFFERS Counter, "firsthand_offers_total",
        "Offers that ended: accepted, expired, revoked, or the reason for which they were declined.";
    WAIT Histogram(Span::Service), "firsthand_contact_wait_seconds",
        "Time from coming to the queue, or being passed on, to reaching an agent.";
    HANDLE Histogram(Span::Service), "firsthand_contact_handle_seconds",
        "What an agent spent on its part of a contact: conversation, hold and wrap-up.";
    WAITING Gauge, "firsthand_queue_waiting",
        "Contacts that wait now.";
    OFFERED Gauge, "firsthand_queue_offered",
        "Contacts that are being offered now.";
    IN_CONVERSATION Gauge, "firsthand_queue_connected",
        "Contacts in conversation now.";
    OLDEST_WAIT Gauge, "firsthand_queue_oldest_wait_seconds",
        "How long the contact that has waited longest has waited; 0 if none waits.";
    AGENTS Gauge, "firsthand_agents",
        "Agents by what they are doing now.";
    AGENT_STATE Gauge, "firsthand_agent_state",
        "1 for what the agent is doing now. Only with metrics.agents.";
    AGENT_CONTACTS Gauge, "firsthand_agent_contacts",
        "Conversations of the agent now. Only with metrics.agents.";
    AGENT_CASES Gauge, "firsthand_agent_open_cases",
        "Cases that the agent owns and that are not closed. Only with metrics.agents.";
    AGENT_HANDLED Counter, "firsthand_agent_handled_total",
        "Contacts that the agent took. Only with metrics.agents.";
    AGENT_TALK Counter, "firsthand_agent_talk_seconds_total",
        "Time of the agent in conversations that have ended. Only with metrics.agents.";

    REPEATS Counter, "firsthand_owner_repeat_contacts_total",
        "Contacts that reached an agent and whose case had an owner before.";
    HITS Counter, "firsthand_owner_hits_total",
        "Repeat contacts that reached the owner.";
    STAND_INS Counter, "firsthand_owner_stand_ins_total",
        "Repeat contacts that reached somebody else, by route.";
    BREAKS Counter, "firsthand_owner_breaks_total",
        "Waits for an owner that ended without the owner, by what the owner was doing.";
    HANDOVERS Counter, "firsthand_case_handovers_total",
        "Recorded moves of the ownership of a case.";
    CASES_OPENED Counter, "firsthand_cases_opened_total",
        "Cases opened.";
    CASES_CLOSED Counter, "firsthand_cases_closed_total",
        "Cases closed.";
    CASES_OPEN Gauge, "firsthand_cases_owned_open",
        "Cases that have an owner and are not closed.";
    CASES_MOST Gauge, "firsthand_cases_owned_open_most",
        "The most open cases that one agent owns.";
    OWNERS_FULL Gauge, "firsthand_owners_full",
        "Agents who have enough open cases (max_open_cases) or hand theirs over: new ones go to others.";
    ESCALATIONS Counter, "firsthand_case_escalations_total",
        "Escalations of cases, by reason.";
    OVERDUE Counter, "firsthand_case_overdue_total",
        "Deadlines of cases that have passed, by what they were of: the whole, a stage, or a task.";
    OVERDUE_OPEN Gauge, "firsthand_case_deadlines_overdue",
        "Deadlines of cases that have passed and whose matter is not done.";
    FOLLOW_UPS Counter, "firsthand_case_follow_ups_total",
        "Attempts of follow-ups, by result.";
    REPAIRS Counter, "firsthand_repairs_total",
        "Contacts ended because their platform no longer had them, by how it was found out.";

    DECISION Histogram(Span::Decision), "firsthand_decision_seconds",
        "Time to carry out one command, with all its consequences.";
    COMMIT Histogram(Span::Disk), "firsthand_journal_commit_seconds",
        "Time of one write of the journal with its sync.";
    JOURNAL_BYTES Counter, "firsthand_journal_written_bytes_total",
        "Bytes written to the journal, padding included.";
    JOURNAL_RECORDS Counter, "firsthand_journal_records_total",
        "Records written to the journal.";
    JOURNAL_LAG Gauge, "firsthand_journal_lag_records",
        "Records that wait for the disk.";
    JOURNAL_WAITING Gauge, "firsthand_journal_waiting_bytes",
        "Bytes that wait for the disk.";
    JOURNAL_SIZE Gauge, "firsthand_journal_segments_bytes",
        "Size of the journal on disk, without snapshots.";
    JOURNAL_DISK_FULL Gauge, "firsthand_journal_disk_full",
        "1 while the disk has no room for the journal's next segment.";
    SNAPSHOT_PAUSE Histogram(Span::Disk), "firsthand_snapshot_pause_seconds",
        "How long a tenant stood still while its image was made for a snapshot; large ones do not \
         stand still and are not counted.";

    LEDGER_RECORDS Counter, "firsthand_ledger_records_total",
        "Records written to the ledgers of responsibility.";
    LEDGER_STOPPED Gauge, "firsthand_ledger_stopped",
        "1 while a ledger cannot be written: no snapshot is taken, and the journal grows.";
    LEDGER_LAG Gauge, "firsthand_ledger_lag_events",
        "Events that the ledgers have not come to yet.";

    CONNECTIONS Gauge, "firsthand_connections",
        "Connections that are open.";
    CLOSED Counter, "firsthand_connections_closed_total",
        "Connections that ended, by reason.";
    HELD Gauge, "firsthand_outboxes_bytes",
        "Bytes that wait for clients who read slowly, beyond 64 KiB of each.";
    REFUSED Counter, "firsthand_connections_refused_total",
        "Connections refused because there were too many.";
    REQUESTS Counter, "firsthand_requests_total",
        "Requests answered, by method and result.";
    LOG_DROPPED Counter, "firsthand_log_lines_dropped_total",
        "Lines of the log that were dropped because nobody took them in time.";
    LOG_FAILED Counter, "firsthand_log_lines_failed_total",
        "Lines of the log that could not be written.";
    EVENTS_LAGGED Counter, "firsthand_events_lagged_total",
        "Times that a subscriber was so far behind that its events had to be read from the journal.";
}
