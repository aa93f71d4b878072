//! Follow-ups (回访): after the resolution the owner asks the customer to confirm it (rule 21).
//!
//! Each attempt is a contact for the owner. During a follow-up there is always a time at which it
//! is checked again: an attempt that nobody makes is escalated, one that ended without a result
//! counts as not answered. So no resolved case is forgotten.

use crate::calendar::{DAY_MS, Term, Zone};
use crate::router::act::contact::accept::ROUTER;
use crate::router::act::contact::duty::For;
use crate::router::api::codes::{CaseState, ContactState, EscalationReason, FollowUpResult};
use crate::router::api::command::{CaseFollowUp, Score};
use crate::router::api::effect::Count;
use crate::router::api::event::FollowUpEvent;
use crate::router::api::ids::{CaseIdx, Name, Text};
use crate::router::api::kind::{FollowUp, Tell, term};
use crate::router::api::reject::Reject;
use crate::router::api::time::Timestamp;
use crate::router::state::case::Case;
use crate::router::state::clock::ClockOf;
use crate::router::state::duty::Duty;
use crate::router::state::kind::KindIdx;
use crate::router::state::progress::{Asked, Pending, RESULTS_KEPT_MAX};
use crate::router::{Router, Subject};

/// Attempts within this time of day of each other are moved apart …
const SAME_TIME_MS: i64 = 3_600_000;
/// … by this much.
const APART_MS: i64 = 2 * 3_600_000;

impl Router {
    /// Starts the follow-up of a resolved case, if its kind has one.
    pub(super) fn begin_follow_up(&mut self, idx: CaseIdx) -> bool {
        let Some((kind, follow_up)) = self.follow_up_of(idx) else {
            return false;
        };
        let after = term(follow_up.after_ms, follow_up.after).unwrap_or(Term::Elapsed(0));
        let next_at = self.time_to_ask(kind, self.book.at(), after, None);
        self.progress_mut(idx).follow_up = Some(Pending {
            attempts: 0,
            next_at: None,
            contact: None,
            untold_result: false,
            tried_at: None,
            told: false,
        });
        self.book.follow_up_at(idx, Some(next_at));
        true
    }

    fn follow_up_of(&self, idx: CaseIdx) -> Option<(KindIdx, FollowUp)> {
        let kind = self.book.kind_of(idx)?;
        let follow_up = self.book.kinds().get(kind).rules.follow_up.clone()?;
        Some((kind, follow_up))
    }

    /// When an attempt is due: after the given term, within opening hours. Working days and closed
    /// hours fix no time of day; then it differs from that of the previous attempt.
    fn time_to_ask(
        &self,
        kind: KindIdx,
        at: Timestamp,
        wait: Term,
        before: Option<Timestamp>,
    ) -> Timestamp {
        let calendar = self.book.calendar_of(kind);
        let mut next = match (calendar, wait) {
            (Some(calendar), Term::WorkingDays(n)) => calendar.opening(at, n),
            (Some(calendar), wait) => calendar.next_open(calendar.end(at, wait)),
            (None, wait) => self.term_end(None, at, wait),
        };
        if let Term::Elapsed(ms) = wait
            && next == at.saturating_add(ms)
        {
            return next;
        }
        let utc = Zone::utc();
        let zone = calendar.map_or(&utc, |calendar| &calendar.zone);
        if before.is_some_and(|before| same_time_of_day(zone, before, next)) {
            next = next.saturating_add(APART_MS);
            next = calendar.map_or(next, |calendar| calendar.next_open(next));
        }
        next
    }

    /// Handles a due check of a follow-up.
    pub(in crate::router::act) fn pass_follow_up(&mut self, idx: CaseIdx, due_at: Timestamp) {
        let late = self.book.at() > due_at;
        let Some(pending) = self
            .book
            .case(idx)
            .progress()
            .and_then(|p| p.follow_up.clone())
        else {
            return;
        };
        if pending.untold_result {
            self.asked(idx, FollowUpResult::NoAnswer, None, Name::of(ROUTER));
            return;
        }
        match pending
            .contact
            .map(|contact| self.book.contact(contact).state())
        {
            None => self.ask(idx, late),
            Some(ContactState::Scheduled | ContactState::Waiting | ContactState::Offered) => {
                if !pending.told {
                    let leader = Tell::leader();
                    let reason = EscalationReason::FollowUp;
                    let step = pending.attempts;
                    self.escalate(
                        idx,
                        ClockOf::Whole,
                        step,
                        &leader,
                        reason,
                        Some(due_at),
                        late,
                    );
                }
                self.look_again(idx, |pending| pending.told = true);
            }
            Some(ContactState::Connected | ContactState::WrapUp | ContactState::Ended) => {
                self.look_again(idx, |_| {});
            }
        }
    }

    /// Schedules the next check after the time between two attempts.
    fn look_again(&mut self, idx: CaseIdx, change: impl FnOnce(&mut Pending)) {
        let at = self.book.at();
        let next_at = self.follow_up_of(idx).map(|(kind, follow_up)| {
            let every = term(follow_up.every_ms, follow_up.every).unwrap_or(Term::Elapsed(DAY_MS));
            let before = self.book.case(idx).progress();
            let before = before
                .and_then(|p| p.follow_up.as_ref())
                .and_then(|f| f.tried_at);
            self.time_to_ask(kind, at, every, before)
        });
        if let Some(pending) = &mut self.progress_mut(idx).follow_up {
            change(pending);
        }
        self.book.follow_up_at(idx, next_at);
    }

    /// An attempt is due: the owner gets it as a contact.
    fn ask(&mut self, idx: CaseIdx, late: bool) {
        let Some((_, follow_up)) = self.follow_up_of(idx) else {
            return;
        };
        let queue = self.follow_up_queue(&follow_up);
        self.progress_mut(idx).follow_ups += 1;
        let contact = self.bring_duty(idx, Duty::FollowUp, For::Owner, queue, None);
        let at = self.book.at();
        self.look_again(idx, |pending| {
            pending.attempts += 1;
            pending.contact = Some(contact);
            pending.tried_at = Some(at);
            pending.told = false;
        });
        self.emit(|book| FollowUpEvent::Due {
            case: book.case(idx).id(),
            owner: book.case_owner_name(idx),
            attempt: attempt(book.case(idx)),
            attempts: follow_up.attempts,
            contact: book.contact(contact).id.clone(),
            late,
        });
    }

    pub(super) fn case_follow_up(&mut self, asked: &CaseFollowUp) -> Result<Subject, Reject> {
        let idx = self.book.find_case(&asked.case)?;
        if self.book.case(idx).state() != CaseState::Resolved {
            return Err(self.wrong_state(idx, "only a resolved case is followed up"));
        }
        let score = asked.score.map(Score::get);
        self.asked(idx, asked.result, score, asked.by.clone());
        Ok(Subject::Case(idx))
    }

    /// Records the result of an attempt: satisfied → closed; not satisfied → reopened; not reached
    /// → another attempt, up to the limit.
    fn asked(&mut self, idx: CaseIdx, result: FollowUpResult, score: Option<u8>, by: Name) {
        let at = self.book.at();
        let attempt = self.count_attempt(idx);
        let asked = Asked {
            at,
            attempt,
            result,
            score,
            by: by.clone(),
        };
        let results = &mut self.progress_mut(idx).results;
        if results.len() >= RESULTS_KEPT_MAX {
            results.remove(0);
        }
        results.push(asked);
        self.book.case_mut(idx).active_at = at;
        self.count(|_| Count::FollowUp {
            result: result.as_str(),
        });
        self.emit(|book| FollowUpEvent::Done {
            case: book.case(idx).id(),
            owner: book.case_owner_name(idx),
            attempt,
            result,
            score,
            by: by.clone(),
        });
        match result {
            FollowUpResult::Satisfied => self.close(idx, by, Some(Text("followed_up".into()))),
            FollowUpResult::Unsatisfied => self.reopen(idx, &by),
            FollowUpResult::NoAnswer => self.not_reached(idx),
        }
    }

    /// The number of the attempt of a result. An attempt made before it was due counts too.
    fn count_attempt(&mut self, idx: CaseIdx) -> u32 {
        let at = self.book.at();
        let Some(pending) = &mut self.progress_mut(idx).follow_up else {
            return 1;
        };
        if pending.contact.is_none() && !pending.untold_result {
            pending.attempts += 1;
            pending.tried_at = Some(at);
        }
        pending.untold_result = false;
        pending.attempts
    }

    fn not_reached(&mut self, idx: CaseIdx) {
        let Some((_, follow_up)) = self.follow_up_of(idx) else {
            return;
        };
        let pending = self.progress_mut(idx).follow_up.as_mut();
        let contact = pending.and_then(|pending| pending.contact.take());
        self.recall_duty(contact);
        if attempt(self.book.case(idx)) >= follow_up.attempts {
            self.close(idx, Name::of(ROUTER), Some(Text("not_reached".into())));
        } else {
            self.look_again(idx, |_| {});
        }
    }

    /// Ends the follow-up, whatever its result.
    pub(super) fn end_follow_up(&mut self, idx: CaseIdx) {
        let pending = self
            .book
            .case_mut(idx)
            .progress_mut()
            .and_then(|p| p.follow_up.take());
        self.recall_duty(pending.and_then(|pending| pending.contact));
    }
}

fn same_time_of_day(zone: &Zone, a: Timestamp, b: Timestamp) -> bool {
    let apart = (zone.local(a) - zone.local(b)).rem_euclid(DAY_MS);
    apart.min(DAY_MS - apart) < SAME_TIME_MS
}

/// How often the customer has been asked.
fn attempt(case: &Case) -> u32 {
    let pending = case
        .progress()
        .and_then(|progress| progress.follow_up.as_ref());
    pending.map_or(0, |pending| pending.attempts)
}
