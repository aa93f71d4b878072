//! The observer of the year: derives owners and open deadlines from the events alone.

use std::collections::BTreeMap;

use firsthand::router::codes::EscalationReason;
use firsthand::router::event::{AssistEvent, CaseEvent, ClockEvent, DeadlineRef, Event, EventBody};
use firsthand::router::ids::Name;

/// A deadline: the case, its stage, its assist task.
type Key = (Name, Option<Name>, Option<u32>);

#[derive(Clone, Debug, Default)]
struct Deadline {
    decided: bool,
    soon: u32,
    extended: u32,
}

/// The observed state of a case.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    pub owner: Option<Name>,
    pub open: bool,
    pub closed: bool,
    pub stage: Option<Name>,
}

#[derive(Debug, Default)]
pub struct Watch {
    pub cases: BTreeMap<Name, Seen>,
    deadlines: BTreeMap<Key, Deadline>,
    /// The number of events by type.
    pub told: BTreeMap<&'static str, u64>,
    last_seq: u64,
}

impl Watch {
    pub fn see(&mut self, event: &Event) {
        assert_eq!(event.seq, self.last_seq + 1, "no gap and no double");
        self.last_seq = event.seq;
        match &event.body {
            EventBody::Case(CaseEvent::Opened { case, due_at, .. }) => {
                let seen = Seen {
                    open: true,
                    ..Seen::default()
                };
                assert!(
                    self.cases.insert(case.clone(), seen).is_none(),
                    "{case} opened twice"
                );
                self.begin((case.clone(), None, None), *due_at);
            }
            EventBody::Case(CaseEvent::Reopened { case, due_at, .. }) => {
                self.tell("reopened");
                let seen = self.case(case);
                assert!(!seen.open, "{case} was open");
                (seen.open, seen.closed) = (true, false);
                self.begin((case.clone(), None, None), *due_at);
            }
            EventBody::Clock(ClockEvent::Stage {
                case,
                stage,
                due_at,
                ..
            }) => {
                self.case(case).stage = Some(stage.clone());
                self.begin((case.clone(), Some(stage.clone()), None), *due_at);
            }
            EventBody::Assist(AssistEvent::Requested {
                case,
                assist,
                due_at,
                ..
            }) => {
                self.begin((case.clone(), None, Some(*assist)), *due_at);
            }
            EventBody::Case(CaseEvent::Owned { case, owner, .. }) => {
                let seen = self.case(case);
                assert_eq!(seen.owner, None, "{case} is owned once");
                seen.owner = Some(owner.clone());
            }
            EventBody::Case(CaseEvent::HandedOver { case, from, to, .. }) => {
                let seen = self.case(case);
                assert_eq!(seen.owner, *from, "{case} goes from its owner");
                seen.owner = Some(to.clone());
            }
            EventBody::Case(CaseEvent::Resolved { case, .. }) => {
                let seen = self.case(case);
                assert!(seen.open, "{case} is resolved twice");
                seen.open = false;
                self.all_decided(case);
            }
            EventBody::Case(CaseEvent::Closed { case, note, .. }) => {
                if note.as_ref().is_some_and(|note| &*note.0 == "not_reached") {
                    self.tell("not_reached");
                }
                let seen = self.case(case);
                assert!(!seen.closed, "{case} is closed twice");
                (seen.open, seen.closed) = (false, true);
                self.all_decided(case);
            }
            EventBody::Clock(ClockEvent::Resumed { .. }) => self.tell("resumed"),
            _ => self.see_deadline(event.at, &event.body),
        }
    }

    /// Checks the events of deadlines: each has one verdict, on time or marked as late.
    fn see_deadline(&mut self, at: i64, body: &EventBody) {
        match body {
            EventBody::Clock(ClockEvent::Met { of, due_at, .. }) => {
                assert!(at < *due_at, "{of:?} was met at {at}, after {due_at}");
                self.decide(of, "met");
            }
            EventBody::Clock(ClockEvent::Overdue {
                of,
                due_at,
                late,
                owner,
            }) => {
                assert_eq!(*late, at > *due_at, "{of:?} at {at}");
                assert!(at >= *due_at, "{of:?} at {at}");
                assert_eq!(*owner, self.case(&of.case).owner);
                if *late {
                    self.tell("late");
                }
                self.decide(of, "overdue");
            }
            EventBody::Clock(ClockEvent::DueSoon { of, .. }) => {
                self.tell("soon");
                let deadline = self.deadline(of);
                assert!(!deadline.decided, "{of:?} was decided and is due soon");
                deadline.soon += 1;
                assert!(
                    deadline.soon <= deadline.extended + 1,
                    "{of:?} is told too often"
                );
            }
            EventBody::Clock(ClockEvent::Extended { of, .. }) => {
                self.tell("extended");
                let deadline = self.deadline(of);
                assert!(!deadline.decided, "{of:?} was decided and is extended");
                deadline.extended += 1;
            }
            EventBody::Case(CaseEvent::Escalated { reason, .. }) => match reason {
                EscalationReason::Urge => self.tell("urge"),
                EscalationReason::Assist => self.tell("assist"),
                EscalationReason::FollowUp => self.tell("follow_up"),
                EscalationReason::NoNumber => self.tell("no_number"),
                EscalationReason::Repeat | EscalationReason::Overdue | EscalationReason::Major => {}
            },
            _ => {}
        }
    }

    pub fn tell(&mut self, what: &'static str) {
        *self.told.entry(what).or_default() += 1;
    }

    fn case(&mut self, case: &Name) -> &mut Seen {
        self.cases.get_mut(case).expect("a case that was opened")
    }

    fn begin(&mut self, key: Key, due_at: Option<i64>) {
        if due_at.is_none() {
            return;
        }
        let before = self.deadlines.insert(key.clone(), Deadline::default());
        assert!(
            before.is_none_or(|d| d.decided),
            "{key:?} began anew undecided"
        );
    }

    fn deadline(&mut self, of: &DeadlineRef) -> &mut Deadline {
        let key = (of.case.clone(), of.stage.clone(), of.assist);
        self.deadlines.get_mut(&key).expect("a deadline that began")
    }

    fn decide(&mut self, of: &DeadlineRef, what: &'static str) {
        self.tell(what);
        let deadline = self.deadline(of);
        assert!(!deadline.decided, "{of:?} has two verdicts");
        deadline.decided = true;
    }

    /// A closed case has no deadline without a verdict; its tasks are withdrawn.
    fn all_decided(&mut self, case: &Name) {
        let from = (case.clone(), None, None);
        let of_case = self.deadlines.range_mut(from..);
        for (key, deadline) in of_case.take_while(|(key, _)| key.0 == *case) {
            if key.2.is_some() {
                deadline.decided = true;
            }
            assert!(
                deadline.decided,
                "{key:?} has no verdict and its case is over"
            );
        }
    }

    /// The cases with a deadline that has no verdict.
    pub fn undecided(&self) -> impl Iterator<Item = &Name> {
        let open = self
            .deadlines
            .iter()
            .filter(|(_, deadline)| !deadline.decided);
        open.map(|(key, _)| &key.0)
    }
}
