//! The clocks of cases: started, paused, moved, and the handling of their deadlines (rules 19, 20).
//!
//! Every deadline has one verdict: `case.met` when its work was done before it, `case.overdue` when
//! it passed first. Deadlines that passed while the daemon was down are handled later and marked as
//! late.

use smallvec::SmallVec;

use crate::calendar::{Pause, Term};
use crate::router::Router;
use crate::router::api::codes::{DeadlineVerdict, EscalationReason};
use crate::router::api::effect::Count;
use crate::router::api::event::ClockEvent;
use crate::router::api::ids::CaseIdx;
use crate::router::api::kind::{Rung, term};
use crate::router::api::time::{Millis, Timestamp};
use crate::router::state::clock::{Clock, ClockOf, Moment, What};
use crate::router::state::kind::KindIdx;
use crate::router::state::progress::Progress;

impl Router {
    /// Starts a case of a configured kind: fixes its rules and starts the clocks of the whole and
    /// of the first stage. Emits no event yet.
    pub(super) fn begin_work(&mut self, case: CaseIdx) {
        let Some(name) = self.book.case(case).kind() else {
            return;
        };
        let Some(kind) = self.book.kinds().find(name) else {
            return;
        };
        self.book.kinds_mut().take(kind);
        let untold = !self.book.kinds().get(kind).rules.at_once.is_empty();
        let progress = self.progress_mut(case);
        progress.kind = Some(kind);
        progress.untold = untold;
        self.begin_clocks(case, kind);
    }

    /// Starts the clock of the whole and of the first stage, if they have terms.
    pub(super) fn begin_clocks(&mut self, case: CaseIdx, kind: KindIdx) {
        let whole = self.book.kinds().get(kind).rules.whole();
        if whole.is_some() {
            self.start_clock(case, ClockOf::Whole, whole, None);
        }
        self.begin_stage(case, kind, 0);
    }

    /// Starts a stage, with its clock if it has one.
    pub(super) fn begin_stage(&mut self, case: CaseIdx, kind: KindIdx, stage: u16) {
        let at = self.book.at();
        let rules = &self.book.kinds().get(kind).rules;
        let stage_term = rules
            .stages
            .get(usize::from(stage))
            .and_then(|stage| term(stage.due_ms, stage.due));
        let progress = self.progress_mut(case);
        progress.stage = stage;
        progress.stage_at = at;
        if stage_term.is_some() {
            self.start_clock(case, ClockOf::Stage(stage), stage_term, None);
        }
    }

    /// Starts a clock. `hand_on_at` is the time by which somebody must have taken a task.
    pub(super) fn start_clock(
        &mut self,
        case: CaseIdx,
        of: ClockOf,
        term: Option<Term>,
        hand_on_at: Option<Timestamp>,
    ) {
        let kind = self.book.kind_of(case);
        let due_at = term.map(|term| self.term_end(kind, self.book.at(), term));
        let mut clock = Clock {
            of,
            started_at: self.book.at(),
            term,
            due_at,
            left: None,
            moments: SmallVec::new(),
            verdict: None,
            ended_at: None,
            extended: 0,
        };
        let all = self.all_moments(kind, of);
        clock.moments = self.moments(kind, &clock, all.into_iter());
        if let Some(at) = hand_on_at {
            let what = What::HandOn;
            clock.moments.push(Moment { at, what });
            clock.moments.sort_unstable();
        }
        self.progress_mut(case).keep_clock(clock);
        self.book.arm_clocks(case);
    }

    /// All kinds of moments of such a clock.
    fn all_moments(&self, kind: Option<KindIdx>, of: ClockOf) -> SmallVec<[What; 4]> {
        let mut all: SmallVec<[What; 4]> = SmallVec::new();
        if self.warn_ms(kind, of).is_some() {
            all.push(What::Warn);
        }
        all.push(What::Due);
        for (n, rung) in self.ladder_of(kind, of).iter().enumerate() {
            all.push(match rung.before_ms {
                Some(_) => What::Before(n as u16),
                None => What::After(n as u16),
            });
        }
        all
    }

    /// The ladder of such a clock: the stage's own, else that of the kind.
    pub(super) fn ladder_of(&self, kind: Option<KindIdx>, of: ClockOf) -> &[Rung] {
        let Some(kind) = kind else { return &[] };
        let rules = &self.book.kinds().get(kind).rules;
        let own = match of {
            ClockOf::Stage(stage) => rules.stages.get(usize::from(stage)),
            ClockOf::Whole | ClockOf::Assist(_) => None,
        };
        let own = own.and_then(|stage| stage.ladder.as_deref());
        own.unwrap_or(&rules.ladder)
    }

    fn warn_ms(&self, kind: Option<KindIdx>, of: ClockOf) -> Option<Millis> {
        let rules = &self.book.kinds().get(kind?).rules;
        let own = match of {
            ClockOf::Stage(stage) => rules.stages.get(usize::from(stage))?.warn_ms,
            ClockOf::Whole | ClockOf::Assist(_) => None,
        };
        own.or(rules.warn_ms)
    }

    /// The times of these moments, relative to the clock's deadline. Times in the past become due
    /// at once.
    pub(in crate::router) fn moments(
        &self,
        kind: Option<KindIdx>,
        clock: &Clock,
        whats: impl Iterator<Item = What>,
    ) -> SmallVec<[Moment; 4]> {
        let Some(due_at) = clock.due_at else {
            return SmallVec::new();
        };
        let ladder = self.ladder_of(kind, clock.of);
        let before = |ms: Option<Millis>| {
            let ms = ms.map_or(0, |ms| ms.0);
            due_at.saturating_sub(ms).max(self.book.at()).min(due_at)
        };
        let mut moments: SmallVec<[Moment; 4]> = whats
            .map(|what| {
                let at = match what {
                    What::Warn => before(self.warn_ms(kind, clock.of)),
                    What::Before(n) => before(ladder[usize::from(n)].before_ms),
                    What::Due | What::HandOn => due_at,
                    What::After(n) => {
                        let rung = &ladder[usize::from(n)];
                        match term(rung.after_ms, rung.after) {
                            // The deadline itself belongs to the day that it ends.
                            Some(days @ Term::WorkingDays(_)) => {
                                self.term_end(kind, due_at - 1, days)
                            }
                            Some(other) => self.term_end(kind, due_at, other),
                            None => due_at,
                        }
                    }
                };
                Moment { at, what }
            })
            .collect();
        moments.sort_unstable();
        moments
    }

    /// Handles the moments of a case's clocks that are due by `due_at`, one after the other.
    pub(in crate::router::act) fn pass_moments(&mut self, case: CaseIdx, due_at: Timestamp) {
        loop {
            let progress = self.progress_mut(case);
            let come = |clock: &&mut Clock| clock.next_at().is_some_and(|at| at <= due_at);
            // Of several at once those of the whole come first, then in the order in which the
            // clocks started.
            let Some(clock) = progress.clocks.iter_mut().find(come) else {
                break;
            };
            let moment = clock.moments.remove(0);
            let is_due = moment.what == What::Due;
            if is_due {
                clock.verdict = Some(DeadlineVerdict::Overdue);
            }
            let of = clock.of;
            let deadline = clock.due_at;
            self.book.note_overdue(is_due);
            self.tell_moment(case, of, moment, deadline);
        }
        self.book.arm_clocks(case);
    }

    fn tell_moment(
        &mut self,
        case: CaseIdx,
        of: ClockOf,
        moment: Moment,
        deadline: Option<Timestamp>,
    ) {
        let late = self.book.at() > moment.at;
        match moment.what {
            What::Warn => {
                if let Some(due_at) = deadline {
                    self.emit(|book| ClockEvent::DueSoon {
                        of: book.deadline_ref(case, of),
                        owner: book.case_owner_name(case),
                        due_at,
                        late,
                    });
                }
            }
            What::Due => {
                self.count(|_| Count::Overdue { of: of.as_str() });
                if let Some(due_at) = deadline {
                    self.emit(|book| ClockEvent::Overdue {
                        of: book.deadline_ref(case, of),
                        owner: book.case_owner_name(case),
                        due_at,
                        late,
                    });
                }
            }
            What::Before(rung) => {
                self.climb(case, of, rung, EscalationReason::Urge, deadline, late);
            }
            What::After(rung) => {
                self.climb(case, of, rung, EscalationReason::Overdue, deadline, late);
            }
            What::HandOn => self.escalate_hand_on(case, of, moment.at, late),
        }
    }

    /// The work of a clock is done: its deadline is met unless it has passed.
    pub(super) fn end_clock(&mut self, case: CaseIdx, of: ClockOf) {
        self.stop_clock(case, of, DeadlineVerdict::Met);
    }

    /// Ends a clock, with this verdict if it has none yet.
    pub(super) fn stop_clock(&mut self, case: CaseIdx, of: ClockOf, verdict: DeadlineVerdict) {
        let at = self.book.at();
        let progress = self.progress_mut(case);
        let is = |clock: &Clock| clock.is_open() && clock.of == of;
        let Some(n) = progress.clocks.iter().position(is) else {
            return;
        };
        let clock = &mut progress.clocks[n];
        clock.ended_at = Some(at);
        clock.left = None;
        clock.moments.clear();
        let (started_at, due_at) = (clock.started_at, clock.due_at);
        let decided = clock.verdict.is_some();
        self.book.note_no_longer_overdue(decided);
        let progress = self.progress_mut(case);
        if let Some(due_at) = due_at.filter(|_| !decided) {
            if let Some(clock) = progress.clocks.get_mut(n) {
                clock.verdict = Some(verdict);
            }
            if verdict == DeadlineVerdict::Met {
                self.emit(|book| ClockEvent::Met {
                    of: book.deadline_ref(case, of),
                    owner: book.case_owner_name(case),
                    started_at,
                    due_at,
                });
            }
        }
        self.book.arm_clocks(case);
    }

    /// The case is resolved or closed: the clocks of the whole and of the stage end.
    pub(super) fn end_clocks(&mut self, case: CaseIdx) {
        let Some(progress) = self.book.case(case).progress() else {
            return;
        };
        let stage = ClockOf::Stage(progress.stage);
        self.end_clock(case, stage);
        self.end_clock(case, ClockOf::Whole);
    }

    /// Pauses the clocks of the whole and of the stage. A clock that has run out stays so.
    pub(super) fn pause_clocks(&mut self, case: CaseIdx) {
        let at = self.book.at();
        for n in 0..self.progress_mut(case).clocks.len() {
            let clock = &self.progress_mut(case).clocks[n];
            let stops = match clock.of {
                ClockOf::Whole | ClockOf::Stage(_) => clock.is_undecided(),
                ClockOf::Assist(_) => false,
            };
            let (Some(due_at), Some(term)) = (clock.due_at, clock.term) else {
                continue;
            };
            if !stops || clock.left.is_some() {
                continue;
            }
            let calendar = self
                .book
                .kind_of(case)
                .and_then(|kind| self.book.calendar_of(kind));
            let left = match calendar {
                Some(calendar) => calendar.left(at, due_at, term),
                None => Pause::Elapsed((due_at - at).max(0)),
            };
            self.progress_mut(case).clocks[n].left = Some(left);
        }
        self.book.arm_clocks(case);
    }

    /// Resumes the clocks at `at`, with the time that was left.
    pub(super) fn resume_clocks(&mut self, case: CaseIdx, at: Timestamp) {
        let kind = self.book.kind_of(case);
        for n in 0..self.progress_mut(case).clocks.len() {
            let Some(left) = self.progress_mut(case).clocks[n].left.take() else {
                continue;
            };
            let calendar = kind.and_then(|kind| self.book.calendar_of(kind));
            let due_at = match (calendar, left) {
                (Some(calendar), left) => calendar.resumed(at, left),
                (None, Pause::Elapsed(ms)) => at.saturating_add(ms),
                (None, Pause::WorkingDays(_) | Pause::OpenMs(_)) => {
                    unreachable!("a clock of working time ran without a calendar")
                }
            };
            self.move_deadline(case, n, due_at, false);
        }
        self.book.arm_clocks(case);
    }

    /// Moves the deadline of a clock. Past moments are repeated only for an extended deadline,
    /// which is warned of again.
    pub(super) fn move_deadline(&mut self, case: CaseIdx, n: usize, due_at: Timestamp, anew: bool) {
        let kind = self.book.kind_of(case);
        let clock = &mut self.progress_mut(case).clocks[n];
        clock.due_at = Some(due_at);
        let clock = clock.clone();
        let whats: SmallVec<[What; 4]> = if anew {
            self.all_moments(kind, clock.of)
        } else {
            clock.moments.iter().map(|moment| moment.what).collect()
        };
        let moments = self.moments(kind, &clock, whats.into_iter());
        self.progress_mut(case).clocks[n].moments = moments;
    }

    /// The progress of a case, created if it has none.
    pub(in crate::router::act) fn progress_mut(&mut self, case: CaseIdx) -> &mut Progress {
        self.book.case_mut(case).make_progress()
    }
}
