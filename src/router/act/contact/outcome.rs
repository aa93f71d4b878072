//! The outcome of a conversation, said by its agent during it, in wrap-up or shortly after.

use crate::router::api::codes::{CaseState, ContactState, Outcome};
use crate::router::api::command::ContactOutcome;
use crate::router::api::event::ContactEvent;
use crate::router::api::ids::ContactIdx;
use crate::router::api::reject::Reject;
use crate::router::{Router, Subject};

use super::end::check_outcome;

/// For so long after a contact has ended its outcome can be said or changed.
const OUTCOME_LATE_MS: i64 = 60_000;

impl Router {
    /// `contact.outcome`.
    pub(super) fn contact_outcome(&mut self, told: &ContactOutcome) -> Result<Subject, Reject> {
        let idx = self.book.find_contact(&told.contact)?;
        check_outcome(&told.contact, told.outcome)?;
        self.check_open_to_outcome(idx, told)?;
        let contact = self.book.contact_mut(idx);
        let before = contact.outcome.replace(told.outcome);
        if let Some(code) = &told.code {
            contact.cold_mut().code = Some(code.clone());
        }
        if let Some(note) = &told.note {
            contact.cold_mut().note = Some(note.clone());
        }
        let is_over = contact.state() != ContactState::Connected;
        self.emit_contact(idx, |_| ContactEvent::Outcome {
            outcome: told.outcome,
            code: told.code.clone(),
            note: told.note.clone(),
        });
        // While the conversation goes on, its end does the rest.
        if is_over && before != Some(told.outcome) {
            self.correct(idx, before, told);
        }
        Ok(Subject::Contact(idx))
    }

    fn check_open_to_outcome(&self, idx: ContactIdx, told: &ContactOutcome) -> Result<(), Reject> {
        let contact = self.book.contact(idx);
        let state = contact.state();
        let late = self.book.at() - contact.over_at().unwrap_or(self.book.at());
        let message = match state {
            ContactState::Connected | ContactState::WrapUp => return Ok(()),
            ContactState::Ended if contact.last_agent.is_some() && late <= OUTCOME_LATE_MS => {
                return Ok(());
            }
            ContactState::Ended if contact.last_agent.is_some() => format!(
                "contact \"{}\" ended {late} ms ago: its outcome can be changed for {} ms",
                told.contact, OUTCOME_LATE_MS
            ),
            ContactState::Scheduled
            | ContactState::Waiting
            | ContactState::Offered
            | ContactState::Ended => format!(
                "contact \"{}\" is {state} and had no conversation with an outcome",
                told.contact
            ),
        };
        Err(Reject::conflict("contact", &told.contact, message))
    }

    /// The matter follows an outcome that is told or changed after the conversation.
    fn correct(&mut self, idx: ContactIdx, before: Option<Outcome>, told: &ContactOutcome) {
        if told.outcome == Outcome::Resolved {
            self.matter_resolved(idx, told.note.clone());
            return;
        }
        let contact = self.book.contact(idx);
        let of_customer = contact.duty.is_none();
        if let (Some(Outcome::Resolved), Some(case), true) = (before, contact.case(), of_customer)
            && self.book.case(case).state() == CaseState::Resolved
        {
            let by = self.last_agent_or_router(idx);
            self.reopen(case, &by);
        }
    }
}
