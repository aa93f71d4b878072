//! Escalations: who is told before a deadline (催办), after it (督办), and at once of major cases
//! (rule 19).
//!
//! An escalation is an event that names whom to tell, in which role, and why. It changes nothing
//! else: the owner stays responsible.

use crate::router::Router;
use crate::router::api::codes::{EscalationReason, Role};
use crate::router::api::effect::Count;
use crate::router::api::event::CaseEvent;
use crate::router::api::ids::CaseIdx;
use crate::router::api::kind::Tell;
use crate::router::api::time::Timestamp;
use crate::router::state::clock::ClockOf;

impl Router {
    /// Handles a step of the ladder.
    pub(super) fn climb(
        &mut self,
        case: CaseIdx,
        of: ClockOf,
        rung: u16,
        reason: EscalationReason,
        due_at: Option<Timestamp>,
        late: bool,
    ) {
        let ladder = self.ladder_of(self.book.kind_of(case), of);
        let Some(to) = ladder.get(usize::from(rung)).map(|rung| rung.to.clone()) else {
            return;
        };
        let step = u32::from(rung) + 1;
        self.escalate(case, of, step, &to, reason, due_at, late);
    }

    /// Escalates a case of a kind that is told at once, as soon as somebody is responsible or if
    /// nobody is named.
    pub(in crate::router::act) fn tell_at_once(&mut self, case: CaseIdx) {
        let untold = self.book.case(case).progress().is_some_and(|p| p.untold);
        let Some(kind) = self.book.kind_of(case).filter(|_| untold) else {
            return;
        };
        self.progress_mut(case).untold = false;
        for (n, to) in self
            .book
            .kinds()
            .get(kind)
            .rules
            .at_once
            .clone()
            .iter()
            .enumerate()
        {
            let step = n as u32 + 1;
            let due_at = self.progress_mut(case).whole_due_at();
            let reason = EscalationReason::Major;
            self.escalate(case, ClockOf::Whole, step, to, reason, due_at, false);
        }
    }

    /// Nobody took a task in time: the owner's leader is told.
    pub(super) fn escalate_hand_on(
        &mut self,
        case: CaseIdx,
        of: ClockOf,
        at: Timestamp,
        late: bool,
    ) {
        let leader = Tell::leader();
        let reason = EscalationReason::Assist;
        self.escalate(case, of, 1, &leader, reason, Some(at), late);
    }

    /// The customer of a case was to be called back, and nobody knows a number.
    pub(in crate::router::act) fn escalate_no_number(&mut self, case: CaseIdx) {
        let leader = Tell::leader();
        let reason = EscalationReason::NoNumber;
        self.escalate(case, ClockOf::Whole, 1, &leader, reason, None, false);
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one event")]
    pub(super) fn escalate(
        &mut self,
        case: CaseIdx,
        of: ClockOf,
        step: u32,
        to: &Tell,
        reason: EscalationReason,
        due_at: Option<Timestamp>,
        late: bool,
    ) {
        self.count(|_| Count::Escalated {
            reason: reason.as_str(),
        });
        self.emit(|book| {
            let role = to.role();
            let whom = match role {
                Role::Agent => book.agent_numbered(&to.0),
                Role::Owner | Role::Deputy | Role::Leader | Role::Supervisor => {
                    book.by_role(case, role)
                }
            };
            CaseEvent::Escalated {
                of: book.deadline_ref(case, of),
                step,
                to: whom.map(|agent| book.agent_name(agent)),
                role: Some(role),
                reason,
                due_at,
                late,
            }
        });
    }
}
