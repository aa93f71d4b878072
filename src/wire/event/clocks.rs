//! The events of the clocks of cases, of tasks for others and of follow-ups, as they go out.

use super::Fields;
use crate::router::event::EventBody;

impl Fields<'_> {
    /// The clocks of cases, and what goes with them.
    pub(super) fn clock_body(&mut self, body: &EventBody) -> &mut Self {
        match body {
            EventBody::CaseStage {
                case,
                stage,
                from,
                due_at,
                by,
            } => self
                .put("case", case)
                .put("stage", stage)
                .maybe("from", from.as_ref())
                .maybe("due_at", due_at.as_ref())
                .maybe("by", by.as_ref()),
            EventBody::CaseWaiting {
                case,
                on,
                until_at,
                stops_clock,
                by,
            } => self
                .put("case", case)
                .put("on", on)
                .maybe("until_at", until_at.as_ref())
                .put("stops_clock", stops_clock)
                .maybe("by", by.as_ref()),
            EventBody::CaseResumed {
                case,
                on,
                why,
                waited_ms,
                due_at,
            } => self
                .put("case", case)
                .put("on", on)
                .put("why", why)
                .put("waited_ms", waited_ms)
                .maybe("due_at", due_at.as_ref()),
            EventBody::CaseAssistRequested { .. } | EventBody::CaseAssistDone { .. } => {
                self.assist_body(body)
            }
            EventBody::CaseFollowUpDue { .. } | EventBody::CaseFollowedUp { .. } => {
                self.follow_up_body(body)
            }
            EventBody::CaseDueSoon { .. }
            | EventBody::CaseOverdue { .. }
            | EventBody::CaseMet { .. }
            | EventBody::CaseExtended { .. }
            | EventBody::CaseEscalated { .. } => self.deadline_body(body),
            standing!() | contacts!() | cases!() => self,
        }
    }

    /// What is told of one deadline.
    fn deadline_body(&mut self, body: &EventBody) -> &mut Self {
        match body {
            EventBody::CaseDueSoon {
                of,
                owner,
                due_at,
                late,
            }
            | EventBody::CaseOverdue {
                of,
                owner,
                due_at,
                late,
            } => self
                .deadline(of)
                .maybe("owner", owner.as_ref())
                .put("due_at", due_at)
                .flag("late", *late),
            EventBody::CaseMet {
                of,
                owner,
                started_at,
                due_at,
            } => self
                .deadline(of)
                .maybe("owner", owner.as_ref())
                .put("started_at", started_at)
                .put("due_at", due_at),
            EventBody::CaseExtended {
                of,
                from_at,
                due_at,
                reason,
                by,
            } => self
                .deadline(of)
                .put("from_at", from_at)
                .put("due_at", due_at)
                .put("reason", reason)
                .put("by", by),
            EventBody::CaseEscalated {
                of,
                step,
                to,
                role,
                reason,
                due_at,
                late,
            } => self
                .deadline(of)
                .put("step", step)
                .maybe("to", to.as_ref())
                .maybe("role", role.as_ref())
                .put("reason", reason)
                .maybe("due_at", due_at.as_ref())
                .flag("late", *late),
            _not_of_deadlines => self,
        }
    }

    fn assist_body(&mut self, body: &EventBody) -> &mut Self {
        match body {
            EventBody::CaseAssistRequested {
                case,
                assist,
                owner,
                agent,
                queue,
                contact,
                request,
                hand_on_at,
                due_at,
                by,
            } => self
                .put("case", case)
                .put("assist", assist)
                .maybe("owner", owner.as_ref())
                .maybe("agent", agent.as_ref())
                .maybe("queue", queue.as_ref())
                .put("contact", contact)
                .put("request", request)
                .maybe("hand_on_at", hand_on_at.as_ref())
                .maybe("due_at", due_at.as_ref())
                .maybe("by", by.as_ref()),
            EventBody::CaseAssistDone {
                case,
                assist,
                owner,
                by,
                result,
                due_at,
                overdue,
            } => self
                .put("case", case)
                .put("assist", assist)
                .maybe("owner", owner.as_ref())
                .maybe("by", by.as_ref())
                .maybe("result", result.as_ref())
                .maybe("due_at", due_at.as_ref())
                .flag("overdue", *overdue),
            _not_of_tasks => self,
        }
    }

    fn follow_up_body(&mut self, body: &EventBody) -> &mut Self {
        match body {
            EventBody::CaseFollowUpDue {
                case,
                owner,
                attempt,
                attempts,
                contact,
                late,
            } => self
                .put("case", case)
                .maybe("owner", owner.as_ref())
                .put("attempt", attempt)
                .put("attempts", attempts)
                .put("contact", contact)
                .flag("late", *late),
            EventBody::CaseFollowedUp {
                case,
                owner,
                attempt,
                result,
                score,
                by,
            } => self
                .put("case", case)
                .maybe("owner", owner.as_ref())
                .put("attempt", attempt)
                .put("result", result)
                .maybe("score", score.as_ref())
                .put("by", by),
            _not_of_follow_ups => self,
        }
    }
}
