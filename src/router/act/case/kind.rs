//! Kinds and calendars: setting, removing, finding.
//!
//! A case keeps the rules under which it was opened, so a kind that is replaced or removed stays as
//! long as such cases exist. A calendar is always the present one, since next year's holidays
//! become known while cases run. Deadlines already computed do not change.

use crate::calendar::Term;
use crate::router::api::answer::{Answer, CalendarRemovedView, KindRemovedView};
use crate::router::api::codes::Role;
use crate::router::api::command::{CalendarSet, KindSet};
use crate::router::api::event::{CalendarEvent, KindEvent};
use crate::router::api::ids::{Name, QueueIdx};
use crate::router::api::kind::{
    AT_ONCE_MAX, ATTEMPTS_MAX, FollowUp, LADDER_MAX, Rung, STAGES_MAX, Tell,
};
use crate::router::api::reject::Reject;
use crate::router::api::time::Timestamp;
use crate::router::state::kind::{Kind, KindIdx};
use crate::router::state::queue::Queue;
use crate::router::{Router, Subject};

/// The most kinds of a tenant.
pub const KINDS_MAX: usize = 1_000;
/// The most calendars of a tenant.
pub const CALENDARS_MAX: usize = 100;

impl Router {
    pub(super) fn kind_set(&mut self, set: &KindSet) -> Result<Subject, Reject> {
        self.check_kind(set)?;
        let known = self.book.kinds().find(&set.kind);
        if known.is_none() && self.book.kinds().current().count() >= KINDS_MAX {
            let message = format!("{KINDS_MAX} kinds there are already: remove one first");
            return Err(Reject::limit("kind", &set.kind, message));
        }
        let same = known.filter(|known| self.book.kinds().get(*known).rules == set.rules);
        let idx = same.unwrap_or_else(|| {
            if let Some(known) = known {
                self.book.kinds_mut().retire(known);
            }
            self.book.kinds_mut().insert(Kind {
                name: set.kind.clone(),
                rules: set.rules.clone(),
                current: true,
                cases: 0,
            })
        });
        self.emit(|_| KindEvent::Set {
            kind: set.kind.clone(),
        });
        Ok(Subject::Kind(idx))
    }

    fn check_kind(&self, set: &KindSet) -> Result<(), Reject> {
        let rules = &set.rules;
        let bad = |field, message: String| {
            Err(Reject::invalid("kind", field, message).with_id(&set.kind))
        };
        if rules.due_ms.is_some() && rules.due.is_some() {
            return bad("due", "give at most one of due_ms and due".to_owned());
        }
        if rules.stages.len() > STAGES_MAX {
            let n = rules.stages.len();
            return bad("stages", format!("{n} stages: give at most {STAGES_MAX}"));
        }
        for (n, stage) in rules.stages.iter().enumerate() {
            if rules.position(&stage.stage) != Some(n) {
                let message = format!("the stage \"{}\" comes twice", stage.stage);
                return bad("stages", message);
            }
            if stage.due_ms.is_some() && stage.due.is_some() {
                let message = format!(
                    "the stage \"{}\" has two terms: give at most one of due_ms and due",
                    stage.stage
                );
                return bad("stages", message);
            }
        }
        self.check_ladders(set)?;
        if let Some(follow_up) = &rules.follow_up {
            self.check_follow_up(set, follow_up)?;
        }
        if rules.assist.due_ms.is_some() && rules.assist.due.is_some() {
            return bad("assist", "give at most one of due_ms and due".to_owned());
        }
        if let Some(name) = &rules.calendar {
            self.book
                .find_calendar(name)
                .map_err(|reject| reject.in_field("calendar"))?;
        }
        let elapsed_zero = |term: Term| term == Term::Elapsed(0);
        if rules.whole().is_some_and(elapsed_zero) {
            return bad("due_ms", "0 is over at once: give at least 1".to_owned());
        }
        Ok(())
    }

    fn check_ladders(&self, set: &KindSet) -> Result<(), Reject> {
        let rules = &set.rules;
        let bad = |field, message: String| {
            Err(Reject::invalid("kind", field, message).with_id(&set.kind))
        };
        self.check_ladder(set, &rules.ladder, "ladder", "")?;
        for stage in &rules.stages {
            let Some(ladder) = &stage.ladder else {
                continue;
            };
            let of = format!("the stage \"{}\": ", stage.stage);
            if !ladder.is_empty() && stage.due_ms.is_none() && stage.due.is_none() {
                let message = format!("{of}a ladder needs a deadline: give due_ms or due");
                return bad("stages.ladder", message);
            }
            self.check_ladder(set, ladder, "stages.ladder", &of)?;
        }
        if rules.at_once.len() > AT_ONCE_MAX {
            let n = rules.at_once.len();
            return bad(
                "at_once",
                format!("{n} are told: give at most {AT_ONCE_MAX}"),
            );
        }
        for to in &rules.at_once {
            self.check_tell(to, "at_once")?;
        }
        Ok(())
    }

    /// Checks a ladder; `of` begins a message where it is that of a stage.
    fn check_ladder(
        &self,
        set: &KindSet,
        ladder: &[Rung],
        field: &'static str,
        of: &str,
    ) -> Result<(), Reject> {
        let bad = |message: String| Err(Reject::invalid("kind", field, message).with_id(&set.kind));
        if ladder.len() > LADDER_MAX {
            let n = ladder.len();
            return bad(format!("{of}{n} steps: give at most {LADDER_MAX}"));
        }
        for (n, rung) in ladder.iter().enumerate() {
            let times = [
                rung.before_ms.is_some(),
                rung.after_ms.is_some(),
                rung.after.is_some(),
            ];
            if times.iter().filter(|given| **given).count() != 1 {
                let step = n + 1;
                return bad(format!(
                    "{of}step {step}: give exactly one of before_ms, after_ms and after"
                ));
            }
            self.check_tell(&rung.to, field)?;
        }
        Ok(())
    }

    fn check_tell(&self, to: &Tell, field: &'static str) -> Result<(), Reject> {
        if to.role() != Role::Agent || self.book.find_agent(&to.0).is_ok() {
            return Ok(());
        }
        let message = format!(
            "\"{}\" is neither an agent nor one of owner, deputy, leader and supervisor",
            to.0
        );
        let agents = self.book.agents().iter().filter(|agent| agent.exists());
        Err(Reject::not_found("agent", &to.0)
            .in_field(field)
            .saying(message)
            .near(agents.map(|agent| &agent.id)))
    }

    fn check_follow_up(&self, set: &KindSet, follow_up: &FollowUp) -> Result<(), Reject> {
        let bad =
            |message: String| Err(Reject::invalid("kind", "follow_up", message).with_id(&set.kind));
        if follow_up.after_ms.is_some() == follow_up.after.is_some() {
            return bad("give exactly one of after_ms and after".to_owned());
        }
        if follow_up.every_ms.is_some() == follow_up.every.is_some() {
            return bad("give exactly one of every_ms and every".to_owned());
        }
        if follow_up.every_ms.is_some_and(|every| every.0 == 0) {
            return bad("every_ms: attempts lie apart: give at least 1".to_owned());
        }
        if !(1..=ATTEMPTS_MAX).contains(&follow_up.attempts) {
            let n = follow_up.attempts;
            return bad(format!("{n} attempts: give 1 to {ATTEMPTS_MAX}"));
        }
        match &follow_up.queue {
            Some(queue) => self
                .book
                .find_queue(queue)
                .map(|_| ())
                .map_err(|reject| reject.in_field("follow_up.queue")),
            None => Ok(()),
        }
    }

    pub(super) fn kind_remove(&mut self, name: &Name) -> Result<Subject, Reject> {
        let idx = self.book.find_kind(name)?;
        self.book.kinds_mut().retire(idx);
        self.emit(|_| KindEvent::Removed { kind: name.clone() });
        Ok(Subject::Answer(Answer::KindRemoved(KindRemovedView {
            kind: name.clone(),
            removed: true,
        })))
    }

    pub(super) fn calendar_set(&mut self, set: &CalendarSet) -> Result<Subject, Reject> {
        let known = self.book.calendars().contains_key(&set.calendar);
        if !known && self.book.calendars().len() >= CALENDARS_MAX {
            let message = format!("{CALENDARS_MAX} calendars there are already: remove one first");
            return Err(Reject::limit("calendar", &set.calendar, message));
        }
        if set.rules.week.iter().all(Vec::is_empty) || set.rules.make_up_hours.is_empty() {
            let message = "no day is worked: give hours to at least one";
            return Err(Reject::invalid("calendar", "week", message).with_id(&set.calendar));
        }
        self.book
            .calendars_mut()
            .insert(set.calendar.clone(), set.rules.clone());
        self.emit(|_| CalendarEvent::Set {
            calendar: set.calendar.clone(),
        });
        Ok(Subject::Calendar(set.calendar.clone()))
    }

    pub(super) fn calendar_remove(&mut self, name: &Name) -> Result<Subject, Reject> {
        self.book.find_calendar(name)?;
        let of_kind = |kind: &&Kind| kind.rules.calendar.as_ref() == Some(name);
        if let Some(kind) = self.book.kinds().slots.iter().flatten().find(of_kind) {
            let message = if kind.current {
                format!("calendar \"{name}\" is that of the kind \"{}\"", kind.name)
            } else {
                let cases = kind.cases;
                format!("calendar \"{name}\" is still that of {cases} cases of an earlier kind")
            };
            return Err(Reject::conflict("calendar", name, message));
        }
        let of_queue =
            |queue: &&Queue| queue.exists && queue.policy().calendar.as_ref() == Some(name);
        if let Some(queue) = self.book.queues().iter().find(of_queue) {
            let message = format!("calendar \"{name}\" is that of the queue \"{}\"", queue.id);
            return Err(Reject::conflict("calendar", name, message));
        }
        self.book.calendars_mut().remove(name);
        self.emit(|_| CalendarEvent::Removed {
            calendar: name.clone(),
        });
        Ok(Subject::Answer(Answer::CalendarRemoved(
            CalendarRemovedView {
                calendar: name.clone(),
                removed: true,
            },
        )))
    }

    /// The end of a term of a kind that begins at `at`.
    pub(super) fn term_end(&self, kind: Option<KindIdx>, at: Timestamp, term: Term) -> Timestamp {
        match (kind.and_then(|kind| self.book.calendar_of(kind)), term) {
            (Some(calendar), term) => calendar.end(at, term),
            (None, Term::Elapsed(ms)) => at.saturating_add(ms),
            (None, Term::WorkingDays(_) | Term::OpenMs(_)) => {
                unreachable!("a term of working time was taken without a calendar")
            }
        }
    }

    /// The queue of a kind's follow-ups.
    pub(super) fn follow_up_queue(&self, follow_up: &FollowUp) -> QueueIdx {
        let named = follow_up.queue.as_ref();
        let found = named.and_then(|name| self.book.find_queue(name).ok());
        // If that queue was removed, the one that always exists.
        found.unwrap_or(QueueIdx::of(0))
    }
}
