//! Deadlines, stages, escalations, waits, tasks for others and follow-ups.

use super::cases::Stage;
use super::{Fold, NONE};
use crate::ledger::{Fact, Stated};
use crate::router::codes::EscalationReason;
use crate::router::ids::Name;
use crate::router::time::Timestamp;

/// A deadline that was met or missed.
struct Verdict<'a> {
    case: &'a Name,
    stage: Option<&'a Name>,
    /// Whether it is the deadline of a task for another department or agent.
    is_task: bool,
    owner: Option<&'a Name>,
    is_met: bool,
}

impl Fold {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "`take` lists every fact and sends only its own here"
    )]
    pub(super) fn clock(&mut self, stated: &Stated) {
        let at = stated.at;
        match &stated.fact {
            Fact::CaseEscalated { case, reason, .. } => self.escalated(at, case, reason),
            Fact::CaseStage { case, stage, .. } => self.entered(at, case, stage),
            Fact::CaseDueSoon { case } => {
                self.of_case(at, case, |figures| figures.due_soon += 1);
            }
            Fact::CaseOverdue {
                case,
                stage,
                assist,
                owner,
            } => self.verdict(at, &verdict(case, stage, *assist, owner, false)),
            Fact::CaseMet {
                case,
                stage,
                assist,
                owner,
            } => self.verdict(at, &verdict(case, stage, *assist, owner, true)),
            Fact::CaseExtended { case } => {
                self.of_case(at, case, |figures| figures.extensions += 1);
            }
            Fact::CaseWaiting { case, stops_clock } => {
                self.cases.entry(case.clone()).or_default().is_stopped = *stops_clock;
            }
            Fact::CaseResumed { case, waited_ms } => self.resumed(at, case, *waited_ms),
            Fact::CaseAssistRequested { case, contact } => {
                self.made_by_router(contact);
                self.of_case(at, case, |figures| figures.assists += 1);
            }
            Fact::CaseAssistDone { case } => {
                self.of_case(at, case, |figures| figures.assists_done += 1);
            }
            Fact::CaseFollowUpDue {
                case,
                owner,
                contact,
            } => {
                self.made_by_router(contact);
                self.of_owner(at, case, owner.as_ref(), |figures| figures.follow_ups += 1);
            }
            Fact::CaseFollowedUp {
                case,
                owner,
                result,
                score,
            } => self.followed_up(at, case, owner.as_ref(), result, *score),
            _ => {}
        }
    }

    fn escalated(&mut self, at: Timestamp, case: &Name, reason: &str) {
        let words = EscalationReason::WORDS;
        let reason = words.iter().position(|known| *known == reason);
        self.of_case(at, case, |figures| {
            if let Some(reason) = reason {
                figures.escalations[reason] += 1;
            }
        });
    }

    fn entered(&mut self, at: Timestamp, case: &Name, stage: &Name) {
        self.end_stage(at, case);
        self.cases.entry(case.clone()).or_default().stage = Some(Stage {
            name: stage.as_str().to_owned(),
            since: at,
            stopped_ms: 0,
        });
    }

    fn verdict(&mut self, at: Timestamp, of: &Verdict<'_>) {
        let is_met = of.is_met;
        let is_whole = of.stage.is_none() && !of.is_task;
        self.of_owner(at, of.case, of.owner, |figures| {
            figures.met += u64::from(is_met);
            figures.overdue += u64::from(!is_met);
            figures.cases_met += u64::from(is_met && is_whole);
            figures.cases_overdue += u64::from(!is_met && is_whole);
        });
        let Some(stage) = of.stage.filter(|_| !of.is_task && self.counts(at)) else {
            return;
        };
        let kind = self.cases.get(of.case).map_or(NONE, |case| case.kind());
        let key = (kind.to_owned(), stage.as_str().to_owned());
        let figures = self.report.stages.entry(key).or_default();
        figures.met += u64::from(is_met);
        figures.overdue += u64::from(!is_met);
    }

    fn resumed(&mut self, at: Timestamp, case: &Name, waited_ms: i64) {
        let entry = self.cases.entry(case.clone()).or_default();
        if std::mem::take(&mut entry.is_stopped)
            && let Some(stage) = &mut entry.stage
        {
            stage.stopped_ms += waited_ms.min(at - stage.since);
        }
        self.of_case(at, case, |figures| figures.waited.add(waited_ms));
    }

    fn followed_up(
        &mut self,
        at: Timestamp,
        case: &Name,
        owner: Option<&Name>,
        result: &str,
        score: Option<u8>,
    ) {
        self.of_owner(at, case, owner, |figures| {
            match result {
                "satisfied" => figures.satisfied += 1,
                "unsatisfied" => figures.unsatisfied += 1,
                _ => figures.no_answer += 1,
            }
            if let Some(score) = score {
                figures.scores.add(i64::from(score));
            }
        });
    }

    /// Ends the current stage of a case.
    pub(super) fn end_stage(&mut self, at: Timestamp, case: &Name) {
        let Some(entry) = self.cases.get_mut(case) else {
            return;
        };
        let Some(stage) = entry.stage.take() else {
            return;
        };
        let key = (entry.kind().to_owned(), stage.name);
        if self.counts(at) {
            let took = at - stage.since - stage.stopped_ms;
            self.report.stages.entry(key).or_default().took.add(took);
        }
    }
}

fn verdict<'a>(
    case: &'a Name,
    stage: &'a Option<Name>,
    assist: Option<u32>,
    owner: &'a Option<Name>,
    is_met: bool,
) -> Verdict<'a> {
    Verdict {
        case,
        stage: stage.as_ref(),
        is_task: assist.is_some(),
        owner: owner.as_ref(),
        is_met,
    }
}
