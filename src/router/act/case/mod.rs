//! Acts on cases: ownership, stages, clocks, assist, follow-up; their kinds and calendars.

// Cases and owners. Only `own` sets the owner.
mod attach;
mod life;
mod ownership;

// Clocks and terms.
mod clock;
mod ladder;
mod stages;

// Assist and follow-up.
mod assist;
pub mod follow_up;

mod kind;

use crate::router::api::command::{CalendarCommand, CaseCommand, KindCommand};
use crate::router::api::reject::Reject;
use crate::router::{Router, Subject};

impl Router {
    pub(in crate::router) fn case_command(
        &mut self,
        command: &CaseCommand,
    ) -> Result<Subject, Reject> {
        match command {
            CaseCommand::Open(open) => self.case_open(open),
            CaseCommand::Note(note) => self.case_note(note),
            CaseCommand::Resolve(act) => self.case_resolve(act),
            CaseCommand::Reopen(act) => self.case_reopen(act),
            CaseCommand::Close(act) => self.case_close(act),
            CaseCommand::Handover(handover) => self.case_handover(handover),
            CaseCommand::Assist(assist) => self.case_assist(assist),
            CaseCommand::AssistDone(done) => self.case_assist_done(done),
            CaseCommand::Wait(wait) => self.case_wait(wait),
            CaseCommand::Advance(advance) => self.case_advance(advance),
            CaseCommand::Extend(extend) => self.case_extend(extend),
            CaseCommand::FollowUp(asked) => self.case_follow_up(asked),
        }
    }

    pub(in crate::router) fn kind_command(
        &mut self,
        command: &KindCommand,
    ) -> Result<Subject, Reject> {
        match command {
            KindCommand::Set(set) => self.kind_set(set),
            KindCommand::Remove(of) => self.kind_remove(&of.kind),
        }
    }

    pub(in crate::router) fn calendar_command(
        &mut self,
        command: &CalendarCommand,
    ) -> Result<Subject, Reject> {
        match command {
            CalendarCommand::Set(set) => self.calendar_set(set),
            CalendarCommand::Remove(of) => self.calendar_remove(&of.calendar),
        }
    }
}
