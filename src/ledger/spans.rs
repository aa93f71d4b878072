//! Folds records into responsibilities: who was responsible for which case from when to when.

use std::collections::HashMap;

use serde::Serialize;

use super::fact::{Fact, Stated};
use crate::router::ids::Name;
use crate::router::time::Timestamp;

/// The reason by which records of earlier builds say that the former owner was removed.
const REMOVED_BEFORE: &str = "agent_removed";

/// The act by which a responsibility began or ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// The first agent accepted a contact of the case.
    FirstAccept,
    /// The owner was named when the case was opened.
    Assigned,
    Handover,
    /// Succession to an agent who was removed.
    Succession,
    /// The case was reopened with its former owner.
    Reopened,
    Closed,
}

impl Act {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FirstAccept => "first_accept",
            Self::Assigned => "assigned",
            Self::Handover => "handover",
            Self::Succession => "succession",
            Self::Reopened => "reopened",
            Self::Closed => "closed",
        }
    }
}

/// A period in which one agent was responsible for one case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Span {
    pub case: Name,
    pub customer: Option<Name>,
    pub owner: Name,
    pub from_at: Timestamp,
    pub act: Act,
    /// Who did it; unknown for a case that was opened with an owner.
    pub by: Option<Name>,
    pub reason: Option<String>,
    /// The contact that was accepted.
    pub contact: Option<Name>,
    /// The number of the event, and of its record in the ledger.
    pub seq: u64,
    pub record: u64,
    /// `None` while it lasts.
    pub to_at: Option<Timestamp>,
    pub ended_by: Option<Act>,
}

/// The fold over the records.
#[derive(Debug, Default)]
pub struct Spans {
    spans: Vec<Span>,
    /// The number of the event that ended each span.
    ends: Vec<Option<u64>>,
    /// The open span of each case that has an owner.
    open: HashMap<Name, usize>,
    customers: HashMap<Name, Name>,
    journal: Option<String>,
}

impl Spans {
    /// Adds the next record.
    pub fn take(&mut self, stated: &Stated) {
        match &stated.fact {
            Fact::CaseOpened {
                case,
                customer: Some(customer),
                ..
            } => {
                self.customers.insert(case.clone(), customer.clone());
            }
            Fact::CaseOwned {
                case,
                owner,
                contact,
            } => self.owned(stated, case, owner, contact.as_ref()),
            Fact::CaseHandedOver {
                case,
                to,
                reason,
                by,
                removed,
                ..
            } => {
                let is_succession = *removed || reason == REMOVED_BEFORE;
                self.handed_over(stated, case, to, is_succession, (reason, by));
            }
            Fact::CaseReopened { case, by, owner } => {
                // A case that was resolved but not closed kept its owner.
                if let (Some(owner), false) = (owner, self.open.contains_key(case)) {
                    let mut span = self.span(stated, case, owner, Act::Reopened);
                    span.by = Some(by.clone());
                    self.begin(span);
                }
            }
            Fact::CaseClosed { case, .. } => self.end(case, stated, Act::Closed),
            Fact::ContactConnected {
                case: Some(case),
                customer: Some(customer),
                ..
            } => {
                self.customers
                    .entry(case.clone())
                    .or_insert_with(|| customer.clone());
            }
            Fact::Follows { journal } => {
                if self.journal.as_ref() == Some(journal) {
                    self.void_after(stated.seq);
                }
                self.journal = Some(journal.clone());
            }
            Fact::AgentSet { .. }
            | Fact::ContactOffered { .. }
            | Fact::ContactConnected { .. }
            | Fact::ContactLeft { .. }
            | Fact::ContactRetrieved { .. }
            | Fact::ContactUnreached { .. }
            | Fact::ContactEnded { .. }
            | Fact::CaseOpened { .. }
            | Fact::CaseEscalated { .. }
            | Fact::CaseResolved { .. }
            | Fact::CaseStage { .. }
            | Fact::CaseDueSoon { .. }
            | Fact::CaseOverdue { .. }
            | Fact::CaseMet { .. }
            | Fact::CaseExtended { .. }
            | Fact::CaseWaiting { .. }
            | Fact::CaseResumed { .. }
            | Fact::CaseAssistRequested { .. }
            | Fact::CaseAssistDone { .. }
            | Fact::CaseFollowUpDue { .. }
            | Fact::CaseFollowedUp { .. }
            | Fact::Other => {}
        }
    }

    fn owned(&mut self, stated: &Stated, case: &Name, owner: &Name, contact: Option<&Name>) {
        let act = match contact {
            Some(_) => Act::FirstAccept,
            None => Act::Assigned,
        };
        let mut span = self.span(stated, case, owner, act);
        span.by = contact.map(|_| owner.clone());
        span.contact = contact.cloned();
        self.begin(span);
    }

    fn handed_over(
        &mut self,
        stated: &Stated,
        case: &Name,
        to: &Name,
        is_succession: bool,
        (reason, by): (&str, &Name),
    ) {
        let act = match is_succession {
            true => Act::Succession,
            false => Act::Handover,
        };
        self.end(case, stated, act);
        let mut span = self.span(stated, case, to, act);
        span.by = Some(by.clone());
        span.reason = (!reason.is_empty()).then(|| reason.to_owned());
        self.begin(span);
    }

    /// Every responsibility, in order of beginning.
    pub fn finish(mut self) -> Vec<Span> {
        for span in &mut self.spans {
            if span.customer.is_none() {
                span.customer = self.customers.get(&span.case).cloned();
            }
        }
        self.spans
    }

    fn span(&self, stated: &Stated, case: &Name, owner: &Name, act: Act) -> Span {
        Span {
            case: case.clone(),
            customer: self.customers.get(case).cloned(),
            owner: owner.clone(),
            from_at: stated.at,
            act,
            by: None,
            reason: None,
            contact: None,
            seq: stated.seq,
            record: stated.n,
            to_at: None,
            ended_by: None,
        }
    }

    fn begin(&mut self, span: Span) {
        self.open.insert(span.case.clone(), self.spans.len());
        self.spans.push(span);
        self.ends.push(None);
    }

    fn end(&mut self, case: &Name, stated: &Stated, act: Act) {
        if let Some(open) = self.open.remove(case) {
            let span = &mut self.spans[open];
            span.to_at = Some(stated.at);
            span.ended_by = Some(act);
            self.ends[open] = Some(stated.seq);
        }
    }

    /// Drops everything after an event: the journal has lost what followed it.
    fn void_after(&mut self, seq: u64) {
        let kept = self.spans.partition_point(|span| span.seq <= seq);
        self.spans.truncate(kept);
        self.ends.truncate(kept);
        self.open.clear();
        for (at, end) in self.ends.iter_mut().enumerate() {
            let span = &mut self.spans[at];
            if end.is_none_or(|end| end > seq) {
                (span.to_at, span.ended_by, *end) = (None, None, None);
                self.open.insert(span.case.clone(), at);
            }
        }
    }
}
