//! Attaching a contact to a case, and the effect on contacts that wait for it (rule 11).

use crate::router::Router;
use crate::router::api::codes::{CaseState, EscalationReason, WaitEnd, WaitOn};
use crate::router::api::effect::Count;
use crate::router::api::event::CaseEvent;
use crate::router::api::ids::{AgentIdx, CaseIdx, ContactIdx};
use crate::router::api::time::{MaybeAt, Timestamp};
use crate::router::state::clock::ClockOf;

impl Router {
    /// Attaches a contact to a case and counts it there.
    pub(in crate::router::act) fn attach(&mut self, idx: ContactIdx, case: CaseIdx) {
        let nameless = self.book.case(case).customer().is_none();
        self.book.refer(idx, case);
        let submitted_at = self.book.contact(idx).submitted_at;
        let at = self.book.at();
        let entry = self.book.case_mut(case);
        entry.contacts += 1;
        entry.active_at = at;
        self.supervise_repeats(case, submitted_at);
        let progress = self.book.case(case).progress();
        let wait = progress.and_then(|progress| progress.wait.as_ref());
        if wait.is_some_and(|wait| wait.on == WaitOn::Customer) {
            self.end_wait(case, WaitEnd::Contact, at);
        }
        if nameless {
            // The case got a customer, whose other contacts may belong to it.
            self.attach_others(case);
        }
    }

    /// Waiting contacts of the same customer without a case join the one just opened.
    pub(in crate::router) fn attach_others(&mut self, case: CaseIdx) {
        let entry = self.book.case(case);
        let Some(customer) = entry
            .customer()
            .filter(|_| entry.state() != CaseState::Closed)
        else {
            return;
        };
        let others: Vec<ContactIdx> = self.book.customers().unattached_of(customer).to_vec();
        for idx in others {
            let topic = self.book.contact(idx).topic.as_ref();
            if topic.is_none() || topic == self.book.case(case).topic() {
                self.attach(idx, case);
                self.unsettled.push(idx);
            }
        }
    }

    /// Decides again about the seeking contacts of a case.
    pub(super) fn judge_seeking(&mut self, case: CaseIdx) {
        self.unsettled
            .extend_from_slice(self.book.cases().seeking(case));
    }

    /// Waiting contacts of the agent's cases, or kept for the agent, whether they may be offered to
    /// it or not.
    pub(in crate::router::act) fn waiting_on_cases_of(&self, owner: AgentIdx) -> Vec<ContactIdx> {
        let cases = self.book.agent(owner).cases().iter();
        let seeking = cases.flat_map(|case| self.book.cases().seeking(*case).iter().copied());
        let waits = |contact: &ContactIdx| self.book.contact(*contact).place().is_some();
        seeking
            .chain(self.book.waiting().kept_for(owner).filter(waits))
            .collect()
    }

    /// Escalates a case with too many contacts within the window, once for each window.
    fn supervise_repeats(&mut self, case: CaseIdx, submitted_at: Timestamp) {
        let limit = self.book.settings().repeat_supervise as usize;
        let window = self.book.settings().repeat_window_ms.0;
        let at = self.book.at();
        let entry = self.book.case_mut(case);
        let first = entry.note_submission(submitted_at, limit);
        let within = first.is_some_and(|first| at - first <= window);
        if !within || entry.state() == CaseState::Closed {
            return;
        }
        let cold = entry.cold_mut();
        let before = cold.escalated_at.get();
        if before.is_some_and(|before| at - before <= window) {
            return;
        }
        cold.escalated_at = MaybeAt::at(at);
        cold.escalations += 1;
        let step = cold.escalations;
        let leader = entry
            .owner()
            .and_then(|owner| self.book.agent(owner).leader);
        self.count(|_| Count::Escalated {
            reason: EscalationReason::Repeat.as_str(),
        });
        self.emit(|book| CaseEvent::Escalated {
            of: book.deadline_ref(case, ClockOf::Whole),
            step,
            to: leader.map(|leader| book.agent_name(leader)),
            role: None,
            reason: EscalationReason::Repeat,
            due_at: None,
            late: false,
        });
    }
}
