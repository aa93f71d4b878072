//! Answers about cases, kinds and calendars, copied from the state.

use super::query::page;
use crate::calendar::{Calendar, Written};
use crate::router::api::answer::{
    Answer, AssistView, CalendarView, CaseView, ClockView, FollowUpView, KindView, NoteView,
    ResultView, WaitView,
};
use crate::router::api::ids::{CaseIdx, Name};
use crate::router::api::query::ListPage;
use crate::router::api::reject::Reject;
use crate::router::state::book::Book;
use crate::router::state::clock::Clock;
use crate::router::state::kind::KindIdx;
use crate::router::state::progress::{Assist, Progress};

impl Book {
    pub(super) fn case_view(&self, idx: CaseIdx) -> CaseView {
        let case = self.case(idx);
        let progress = case.progress();
        CaseView {
            case: case.id(),
            state: case.state(),
            customer: case.customer().map(|customer| self.customer(customer).id()),
            topic: case.topic().cloned(),
            kind: case.kind().cloned(),
            owner: case.owner().map(|owner| self.agent_name(owner)),
            last_handler: case.last_handler.map(|agent| self.agent_name(agent)),
            opened_at: case.opened_at,
            owned_at: case.owned_at.get(),
            active_at: case.active_at,
            resolved_at: case.resolved_at(),
            closed_at: case.closed_at(),
            stage: progress.and_then(|p| self.stage_name(idx, p.stage)),
            stage_at: progress
                .filter(|p| self.stage_name(idx, p.stage).is_some())
                .map(|p| p.stage_at),
            due_at: progress.and_then(Progress::due_at),
            waiting: progress.and_then(|p| p.wait.as_ref()).map(|wait| WaitView {
                on: wait.on,
                since_at: wait.since,
                until_at: wait.until_at,
            }),
            contacts: u64::from(case.contacts),
            handovers: case.handovers(),
            clocks: self.clock_views(idx),
            assists: progress.map_or_else(Vec::new, |p| {
                p.assists.iter().map(|a| self.assist_view(a)).collect()
            }),
            news: self.news_of(idx),
            follow_up: progress.and_then(|p| self.follow_up_view(p)),
            notes: case
                .notes()
                .iter()
                .map(|note| NoteView {
                    at: note.at,
                    by: note.by.clone(),
                    text: note.text.clone(),
                })
                .collect(),
        }
    }

    fn clock_views(&self, idx: CaseIdx) -> Vec<ClockView> {
        let Some(progress) = self.case(idx).progress() else {
            return Vec::new();
        };
        let view = |clock: &Clock| {
            let of = self.deadline_ref(idx, clock.of);
            ClockView {
                stage: of.stage,
                assist: of.assist,
                started_at: clock.started_at,
                due_at: clock.due_at.filter(|_| clock.left.is_none()),
                stopped: clock.left.is_some(),
                verdict: clock.verdict,
                ended_at: clock.ended_at,
                extended: clock.extended,
            }
        };
        progress.clocks.iter().map(view).collect()
    }

    fn assist_view(&self, assist: &Assist) -> AssistView {
        AssistView {
            assist: assist.number,
            agent: assist.agent.map(|agent| self.agent_name(agent)),
            queue: assist.queue.map(|queue| self.queue(queue).id.clone()),
            contact: assist.contact_name.clone(),
            request: assist.request.clone(),
            asked_at: assist.asked_at,
            asked_by: assist.by.clone(),
            taken_by: assist.taken_by.map(|agent| self.agent_name(agent)),
            taken_at: assist.taken_at,
            done_at: assist.done_at,
            done_by: assist.done_by.clone(),
            result: assist.result.clone(),
            withdrawn: assist.withdrawn,
        }
    }

    fn follow_up_view(&self, progress: &Progress) -> Option<FollowUpView> {
        let pending = progress.follow_up.as_ref();
        if pending.is_none() && progress.results.is_empty() {
            return None;
        }
        let contact = pending.and_then(|pending| pending.contact);
        Some(FollowUpView {
            attempts: pending.map_or(0, |pending| pending.attempts),
            next_at: pending.and_then(|pending| pending.next_at),
            contact: contact.map(|contact| self.contact(contact).id.clone()),
            results: progress
                .results
                .iter()
                .map(|asked| ResultView {
                    at: asked.at,
                    attempt: asked.attempt,
                    result: asked.result,
                    score: asked.score,
                    by: asked.by.clone(),
                })
                .collect(),
        })
    }

    pub(super) fn kind_view(&self, idx: KindIdx) -> KindView {
        let kind = self.kinds().get(idx);
        KindView {
            kind: kind.name.clone(),
            rules: kind.rules.clone(),
        }
    }

    pub(super) fn kind_list(&self, list: &ListPage) -> Result<Answer, Reject> {
        let all = self.kinds().current();
        let page = page(all, list.after.as_ref(), list.limit, |kind| &kind.name);
        Ok(Answer::Kinds(page.map(|kind| KindView {
            kind: kind.name.clone(),
            rules: kind.rules.clone(),
        })))
    }

    pub(super) fn calendar_list(&self, list: &ListPage) -> Result<Answer, Reject> {
        let all = self.calendars().iter();
        let page = page(all, list.after.as_ref(), list.limit, |(name, _)| name);
        Ok(Answer::Calendars(
            page.map(|(name, calendar)| calendar_view(name, calendar)),
        ))
    }
}

pub(super) fn calendar_view(name: &Name, calendar: &Calendar) -> CalendarView {
    CalendarView {
        calendar: name.clone(),
        rules: Written::from(calendar),
    }
}
