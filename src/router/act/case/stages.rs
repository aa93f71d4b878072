//! Commands on the clocks of a case: next stage, waiting, extending (rules 19, 20).

use crate::router::api::codes::{CaseState, WaitEnd, WaitOn};
use crate::router::api::command::{CaseAdvance, CaseExtend, CaseWait};
use crate::router::api::event::ClockEvent;
use crate::router::api::ids::{CaseIdx, Name};
use crate::router::api::reject::Reject;
use crate::router::api::time::Timestamp;
use crate::router::state::clock::{Clock, ClockOf};
use crate::router::state::kind::KindIdx;
use crate::router::state::progress::Wait;
use crate::router::{Router, Subject};

impl Router {
    pub(super) fn case_advance(&mut self, advance: &CaseAdvance) -> Result<Subject, Reject> {
        let idx = self.find_open_case(&advance.case, "only an open case goes through stages")?;
        let (kind, next) = self.check_advance(idx, advance)?;
        let from = self.book.case(idx).progress().map(|p| p.stage);
        self.end_wait(idx, WaitEnd::Act, self.book.at());
        let from = from.and_then(|from| {
            self.end_clock(idx, ClockOf::Stage(from));
            self.book.stage_name(idx, from)
        });
        self.begin_stage(idx, kind, next);
        self.book.case_mut(idx).active_at = self.book.at();
        self.tell_stage(idx, from, advance.by.clone());
        Ok(Subject::Case(idx))
    }

    /// The rules of the case and its next stage, if that is the one requested.
    fn check_advance(&self, idx: CaseIdx, advance: &CaseAdvance) -> Result<(KindIdx, u16), Reject> {
        let conflict =
            |message: String| Reject::conflict("case", &advance.case, message).in_field("stage");
        let Some(kind) = self.book.kind_of(idx) else {
            let message = format!(
                "case \"{}\" has no stages: it was opened without a configured kind",
                advance.case
            );
            return Err(conflict(message));
        };
        let rules = &self.book.kinds().get(kind).rules;
        if rules.position(&advance.stage).is_none() {
            let known: Vec<&str> = rules.stages.iter().map(|s| s.stage.as_str()).collect();
            let message = if known.is_empty() {
                format!("the kind of case \"{}\" has no stages", advance.case)
            } else {
                let known = known.join(", ");
                format!("there is no stage \"{}\": one of {known}", advance.stage)
            };
            let reject = Reject::invalid("case", "stage", message);
            return Err(reject.with_id(&advance.case));
        }
        let stage = self.book.case(idx).progress().map_or(0, |p| p.stage);
        let here = &rules.stages[usize::from(stage)].stage;
        match rules.stages.get(usize::from(stage) + 1) {
            Some(next) if next.stage == advance.stage => Ok((kind, stage + 1)),
            Some(next) => Err(conflict(format!(
                "case \"{}\" is in the stage \"{here}\": next comes \"{}\"",
                advance.case, next.stage
            ))),
            None => Err(conflict(format!(
                "case \"{}\" is in its last stage \"{here}\": next comes case.resolve",
                advance.case
            ))),
        }
    }

    /// Reports the new stage of a case.
    pub(super) fn tell_stage(&mut self, idx: CaseIdx, from: Option<Name>, by: Option<Name>) {
        let Some(progress) = self.book.case(idx).progress() else {
            return;
        };
        let number = progress.stage;
        let clock = progress.open_clock(ClockOf::Stage(number));
        let due_at = clock.and_then(|clock| clock.due_at);
        let Some(stage) = self.book.stage_name(idx, number) else {
            return;
        };
        self.emit(|book| ClockEvent::Stage {
            case: book.case(idx).id(),
            stage,
            from,
            due_at,
            by,
        });
    }

    pub(super) fn case_wait(&mut self, wait: &CaseWait) -> Result<Subject, Reject> {
        let idx = self.find_open_case(&wait.case, "only an open case waits")?;
        if let Some(until) = wait.until_at.filter(|until| *until <= self.book.at()) {
            let message = format!("{until} is over: give a time after {}", self.book.at());
            return Err(Reject::invalid("case", "until_at", message).with_id(&wait.case));
        }
        let helped = self.book.case(idx).progress();
        let helped = helped.is_some_and(|p| p.assists.iter().any(|a| a.is_open()));
        if wait.on == WaitOn::Assist && !helped {
            let message = format!(
                "nobody assists case \"{}\": ask with case.assist",
                wait.case
            );
            return Err(Reject::conflict("case", &wait.case, message).in_field("on"));
        }
        self.end_wait(idx, WaitEnd::Act, self.book.at());
        let at = self.book.at();
        let stops = wait.on == WaitOn::Customer
            && self
                .book
                .kind_of(idx)
                .is_some_and(|kind| self.book.kinds().get(kind).rules.wait_stops_clock);
        let since = Wait {
            on: wait.on,
            since: at,
            until_at: wait.until_at,
        };
        self.book.set_wait(idx, since);
        self.book.case_mut(idx).active_at = at;
        if stops {
            self.pause_clocks(idx);
        }
        self.emit(|_| ClockEvent::Waiting {
            case: wait.case.clone(),
            on: wait.on,
            until_at: wait.until_at,
            stops_clock: stops,
            by: wait.by.clone(),
        });
        Ok(Subject::Case(idx))
    }

    /// Ends the wait of a case as of `at`; no effect if it does not wait.
    pub(in crate::router::act) fn end_wait(&mut self, idx: CaseIdx, why: WaitEnd, at: Timestamp) {
        let Some(wait) = self
            .book
            .case_mut(idx)
            .progress_mut()
            .and_then(|p| p.wait.take())
        else {
            return;
        };
        self.resume_clocks(idx, at);
        self.emit(|book| {
            let progress = book.case(idx).progress();
            ClockEvent::Resumed {
                case: book.case(idx).id(),
                on: wait.on,
                why,
                waited_ms: at - wait.since,
                due_at: progress.and_then(|progress| progress.whole_due_at()),
            }
        });
    }

    pub(super) fn case_extend(&mut self, extend: &CaseExtend) -> Result<Subject, Reject> {
        let idx = self.find_open_case(&extend.case, "only an open case has a deadline")?;
        let (n, from_at) = self.check_extend(idx, extend)?;
        let clock = &mut self.progress_mut(idx).clocks[n];
        clock.extended += 1;
        let of = clock.of;
        self.move_deadline(idx, n, extend.to_at, true);
        self.book.arm_clocks(idx);
        self.book.case_mut(idx).active_at = self.book.at();
        self.emit(|book| ClockEvent::Extended {
            of: book.deadline_ref(idx, of),
            from_at,
            due_at: extend.to_at,
            reason: extend.reason.clone(),
            by: extend.by.clone(),
        });
        Ok(Subject::Case(idx))
    }

    /// The clock to extend, and its deadline.
    fn check_extend(
        &self,
        idx: CaseIdx,
        extend: &CaseExtend,
    ) -> Result<(usize, Timestamp), Reject> {
        let conflict = |message: String| Reject::conflict("case", &extend.case, message);
        let case = &extend.case;
        let progress = self.book.case(idx).progress();
        let of = match &extend.stage {
            None => ClockOf::Whole,
            Some(stage) => {
                let number = progress.map_or(0, |progress| progress.stage);
                if self.book.stage_name(idx, number).as_ref() != Some(stage) {
                    let here = self.book.stage_name(idx, number);
                    let here = here.map_or("in no stage".to_owned(), |here| {
                        format!("in the stage \"{here}\"")
                    });
                    let message = format!("case \"{case}\" is {here}: only that can be extended");
                    return Err(conflict(message).in_field("stage"));
                }
                ClockOf::Stage(number)
            }
        };
        let found = progress.and_then(|progress| {
            let place = |clock: &Clock| clock.is_open() && clock.of == of;
            let n = progress.clocks.iter().position(place)?;
            Some((n, &progress.clocks[n]))
        });
        let Some((n, clock)) = found else {
            let message = match of {
                ClockOf::Stage(_) => format!("the stage of case \"{case}\" has no deadline"),
                ClockOf::Whole | ClockOf::Assist(_) => format!(
                    "case \"{case}\" has no deadline as a whole: name its stage, if that has one"
                ),
            };
            return Err(conflict(message).in_field("stage"));
        };
        if clock.left.is_some() {
            let message = format!(
                "the clock of case \"{case}\" stands still while it waits for the customer: there \
                 is nothing to extend"
            );
            return Err(conflict(message));
        }
        let Some(due_at) = clock.due_at.filter(|_| clock.verdict.is_none()) else {
            let message = format!(
                "the deadline of case \"{case}\" has passed: it can be extended only before it"
            );
            return Err(conflict(message));
        };
        if extend.to_at <= due_at {
            let to_at = extend.to_at;
            let message = format!("{to_at} is no extension: give a time after {due_at}");
            return Err(Reject::invalid("case", "to_at", message).with_id(case));
        }
        if extend.reason.0.trim().is_empty() {
            let message = "an extension has a reason, which the customer is told: give one";
            return Err(Reject::invalid("case", "reason", message).with_id(case));
        }
        Ok((n, due_at))
    }

    /// An open case.
    pub(super) fn find_open_case(&self, name: &Name, hint: &str) -> Result<CaseIdx, Reject> {
        let idx = self.book.find_case(name)?;
        if self.book.case(idx).state() == CaseState::Open {
            return Ok(idx);
        }
        Err(self.wrong_state(idx, hint))
    }
}
