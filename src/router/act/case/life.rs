//! The life of a case: opened, noted, resolved, reopened, closed, handed over (rules 13, 18).

use crate::router::api::answer::{Answer, HandedOverView};
use crate::router::api::codes::{CaseState, WaitEnd};
use crate::router::api::command::{CaseAct, CaseHandover, CaseNote, CaseOpen};
use crate::router::api::effect::Count;
use crate::router::api::event::CaseEvent;
use crate::router::api::ids::{AgentIdx, CaseIdx, Name, Text};
use crate::router::api::reject::Reject;
use crate::router::state::case::{Case, NOTES_MAX, Note};
use crate::router::{Router, Subject};

impl Router {
    pub(super) fn case_open(&mut self, open: &CaseOpen) -> Result<Subject, Reject> {
        if let Some(known) = self.book.cases().find(&open.case) {
            return Ok(Subject::Case(known));
        }
        let owner = match &open.owner {
            None => None,
            Some(name) => Some(self.find_owner_to_be(name, "owner")?),
        };
        if let Some(kind) = &open.kind {
            self.book.find_kind(kind)?;
        }
        let customer = match open.of_nobody {
            true => None,
            false => Some(self.book.intern_customer(&open.customer)),
        };
        let case = Case::new(
            open.case.clone(),
            customer,
            open.topic.clone(),
            open.kind.clone(),
            self.book.at(),
        );
        let idx = self.enter_case(case, None);
        self.attach_others(idx);
        if let Some(owner) = owner {
            self.own(idx, owner, None);
        }
        self.tell_at_once(idx);
        Ok(Subject::Case(idx))
    }

    /// An agent who may own cases: it exists and is not a bot.
    fn find_owner_to_be(&self, name: &Name, field: &'static str) -> Result<AgentIdx, Reject> {
        let agent = self
            .book
            .find_agent(name)
            .map_err(|reject| reject.in_field(field))?;
        if !self.book.agent(agent).is_human() {
            let message = format!("agent \"{name}\" is a bot and never owns: name a human");
            return Err(Reject::invalid("agent", field, message).with_id(name));
        }
        Ok(agent)
    }

    pub(super) fn case_note(&mut self, note: &CaseNote) -> Result<Subject, Reject> {
        let idx = self.book.find_case(&note.case)?;
        if self.book.case(idx).notes().len() >= NOTES_MAX {
            let message = format!("case \"{}\" has {NOTES_MAX} notes already", note.case);
            return Err(Reject::limit("case", &note.case, message));
        }
        let at = self.book.at();
        let entry = self.book.case_mut(idx);
        entry.active_at = at;
        entry.cold_mut().notes.push(Note {
            at,
            by: note.by.clone(),
            text: note.text.clone(),
        });
        self.emit(|_| CaseEvent::Noted {
            case: note.case.clone(),
            text: note.text.clone(),
            by: note.by.clone(),
        });
        Ok(Subject::Case(idx))
    }

    pub(super) fn case_resolve(&mut self, act: &CaseAct) -> Result<Subject, Reject> {
        let idx = self.book.find_case(&act.case)?;
        if self.book.case(idx).state() != CaseState::Open {
            return Err(self.wrong_state(idx, "only an open case can be resolved"));
        }
        self.resolve(idx, act.by.clone(), act.note.clone());
        Ok(Subject::Case(idx))
    }

    pub(super) fn case_reopen(&mut self, act: &CaseAct) -> Result<Subject, Reject> {
        let idx = self.book.find_case(&act.case)?;
        if self.book.case(idx).state() == CaseState::Open {
            return Err(self.wrong_state(idx, "it need not be reopened"));
        }
        self.reopen(idx, &act.by);
        Ok(Subject::Case(idx))
    }

    pub(super) fn case_close(&mut self, act: &CaseAct) -> Result<Subject, Reject> {
        let idx = self.book.find_case(&act.case)?;
        if self.book.case(idx).state() == CaseState::Closed {
            return Err(self.wrong_state(idx, "it need not be closed again"));
        }
        self.close(idx, act.by.clone(), act.note.clone());
        Ok(Subject::Case(idx))
    }

    pub(in crate::router) fn wrong_state(&self, idx: CaseIdx, hint: &str) -> Reject {
        let case = self.book.case(idx);
        let message = format!("case \"{}\" is {}: {hint}", case.id(), case.state());
        Reject::conflict("case", &case.id(), message)
    }

    pub(in crate::router::act) fn resolve(&mut self, idx: CaseIdx, by: Name, note: Option<Text>) {
        if self.book.case(idx).state() != CaseState::Open {
            return;
        }
        self.end_work(idx);
        self.book.set_case_state(idx, CaseState::Resolved);
        if !self.begin_follow_up(idx) {
            self.close_later(idx);
        }
        self.emit(|book| CaseEvent::Resolved {
            case: book.case(idx).id(),
            by,
            note,
        });
    }

    /// Without a follow-up a resolved case closes automatically.
    fn close_later(&mut self, idx: CaseIdx) {
        let after = self.book.settings().close_after_ms;
        let close_at = after.map(|after| self.book.at().saturating_add(after.0));
        self.book.close_case_at(idx, close_at);
    }

    /// Ends the work on an open case: waits and clocks end, and open tasks are withdrawn.
    fn end_work(&mut self, idx: CaseIdx) {
        self.end_wait(idx, WaitEnd::Act, self.book.at());
        self.withdraw_assists(idx);
        self.end_clocks(idx);
    }

    /// Reopens a resolved or closed case; its owner is restored, and its clocks restart with the
    /// first stage.
    pub(in crate::router::act) fn reopen(&mut self, idx: CaseIdx, by: &Name) {
        self.end_follow_up(idx);
        self.book.set_case_state(idx, CaseState::Open);
        let kind = self.book.kind_of(idx);
        if let Some(kind) = kind {
            self.begin_clocks(idx, kind);
        }
        self.emit(|book| {
            let progress = book.case(idx).progress();
            let due_at = progress.and_then(|progress| progress.whole_due_at());
            CaseEvent::Reopened {
                case: book.case(idx).id(),
                by: by.clone(),
                owner: book.case_owner_name(idx),
                due_at,
            }
        });
        self.tell_stage(idx, None, None);
        self.judge_seeking(idx);
        self.attach_others(idx);
    }

    pub(in crate::router) fn close(&mut self, idx: CaseIdx, by: Name, note: Option<Text>) {
        if self.book.case(idx).state() == CaseState::Open {
            self.end_work(idx);
        }
        self.end_follow_up(idx);
        self.book.set_case_state(idx, CaseState::Closed);
        self.count(|_| Count::CaseClosed);
        self.emit(|book| CaseEvent::Closed {
            case: book.case(idx).id(),
            by,
            note,
        });
        self.judge_seeking(idx);
    }

    pub(super) fn case_handover(&mut self, handover: &CaseHandover) -> Result<Subject, Reject> {
        let to = self.find_owner_to_be(&handover.to, "to")?;
        let cases: Vec<CaseIdx> = match (&handover.case, &handover.owner) {
            (Some(name), None) => {
                let idx = self.book.find_case(name)?;
                if self.book.case(idx).state() == CaseState::Closed {
                    return Err(self.wrong_state(idx, "reopen it first"));
                }
                vec![idx]
            }
            (None, Some(owner)) => {
                let from = self
                    .book
                    .find_agent(owner)
                    .map_err(|reject| reject.in_field("owner"))?;
                self.book.agent(from).cases().iter().copied().collect()
            }
            (Some(_), Some(_)) | (None, None) => {
                let message = "give exactly one of case and owner";
                return Err(Reject::invalid("case", "case", message));
            }
        };
        let mut moved = 0;
        for case in cases {
            if self.book.case(case).owner() != Some(to) {
                self.hand_over(case, to, handover.reason.clone(), handover.by.clone());
                moved += 1;
            }
        }
        if let Some(case) = handover
            .case
            .as_ref()
            .and_then(|name| self.book.cases().find(name))
        {
            return Ok(Subject::Case(case));
        }
        Ok(Subject::Answer(Answer::HandedOver(HandedOverView {
            to: handover.to.clone(),
            cases: moved,
            case: handover.case.clone(),
            owner: handover.owner.clone(),
        })))
    }
}
