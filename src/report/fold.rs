//! Records → figures of each group.
//!
//! Owners are followed from the first record on; what happened outside the period asked for changes
//! the state but is not counted. A fact of a contact counts for its agent, one of a case for its
//! owner at that time, a repeat contact for the owner that it should have reached.

use std::collections::{BTreeMap, HashMap};

use jiff::tz::TimeZone;

use super::figures::{Figures, StageFigures};
use super::period::Period;
use crate::ledger::{Fact, Stated};
use crate::router::ids::Name;
use crate::router::time::Timestamp;

mod cases;
mod clocks;
mod contacts;

use cases::Case;
use contacts::Contact;

/// The label of a group without a name.
pub const NONE: &str = "–";

/// What to report.
#[derive(Clone, Debug)]
pub struct Options {
    pub from_at: Option<Timestamp>,
    /// Exclusive.
    pub to_at: Option<Timestamp>,
    pub period: Period,
    pub zone: TimeZone,
    /// Milliseconds of waiting within which an answer is in time.
    pub within_ms: i64,
    /// Kinds of case that are complaints.
    pub complaints: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            from_at: None,
            to_at: None,
            period: Period::default(),
            zone: TimeZone::UTC,
            within_ms: 15_000,
            complaints: vec!["complaint".to_owned()],
        }
    }
}

/// The figures of all groups.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    pub total: Figures,
    pub by_agent: BTreeMap<String, Figures>,
    pub by_team: BTreeMap<String, Figures>,
    pub by_kind: BTreeMap<String, Figures>,
    pub by_period: BTreeMap<String, Figures>,
    /// By kind and stage.
    pub stages: BTreeMap<(String, String), StageFigures>,
    /// Complaints opened, by class (the topic of the case) and period.
    pub classes: BTreeMap<(String, String), u64>,
    /// The times of the first and the last fact counted.
    pub span: Option<(Timestamp, Timestamp)>,
}

impl Report {
    /// The groups, by what divides them.
    pub fn groups(&self) -> [(&'static str, &BTreeMap<String, Figures>); 4] {
        [
            ("agent", &self.by_agent),
            ("team", &self.by_team),
            ("kind", &self.by_kind),
            ("period", &self.by_period),
        ]
    }
}

/// The fold over the records.
#[derive(Debug, Default)]
pub struct Fold {
    options: Options,
    report: Report,
    /// The team of each agent.
    teams: HashMap<Name, Option<Name>>,
    cases: BTreeMap<Name, Case>,
    /// Contacts that have not ended.
    contacts: HashMap<Name, Contact>,
}

/// The groups that a fact counts for.
#[derive(Clone, Copy, Default)]
struct Whose<'a> {
    agent: Option<&'a Name>,
    /// The kind of the case; `None` = the fact does not concern a case.
    kind: Option<&'a str>,
}

impl Fold {
    pub fn new(options: Options) -> Self {
        Self {
            options,
            ..Self::default()
        }
    }

    /// Adds the next record.
    pub fn take(&mut self, stated: &Stated) {
        match &stated.fact {
            Fact::AgentSet { agent, team } => {
                self.teams.insert(agent.clone(), team.clone());
            }
            Fact::ContactOffered { .. }
            | Fact::ContactConnected { .. }
            | Fact::ContactLeft { .. }
            | Fact::ContactRetrieved { .. }
            | Fact::ContactUnreached { .. }
            | Fact::ContactEnded { .. } => self.contact(stated),
            Fact::CaseOpened { .. }
            | Fact::CaseOwned { .. }
            | Fact::CaseHandedOver { .. }
            | Fact::CaseResolved { .. }
            | Fact::CaseReopened { .. }
            | Fact::CaseClosed { .. } => self.case(stated),
            Fact::CaseEscalated { .. }
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
            | Fact::CaseFollowedUp { .. } => self.clock(stated),
            Fact::Follows { .. } | Fact::Other => {}
        }
    }

    /// The figures.
    pub fn finish(mut self) -> Report {
        let cases = std::mem::take(&mut self.cases);
        for case in cases.values() {
            self.count_first_contact(case);
        }
        self.report
    }

    fn counts(&self, at: Timestamp) -> bool {
        self.options.from_at.is_none_or(|from| at >= from)
            && self.options.to_at.is_none_or(|to| at < to)
    }

    /// Changes the figures of every group that the fact counts for.
    fn add(&mut self, at: Timestamp, whose: Whose<'_>, add: impl Fn(&mut Figures)) {
        if !self.counts(at) {
            return;
        }
        let report = &mut self.report;
        let (first, last) = report.span.unwrap_or((at, at));
        report.span = Some((first.min(at), last.max(at)));
        add(&mut report.total);
        let period = self.options.period.of(at, &self.options.zone);
        add(report.by_period.entry(period).or_default());
        if let Some(kind) = whose.kind {
            add(figures_of(&mut report.by_kind, kind));
        }
        if let Some(agent) = whose.agent {
            add(figures_of(&mut report.by_agent, agent.as_str()));
            let team = self.teams.get(agent).and_then(Option::as_ref);
            add(figures_of(
                &mut report.by_team,
                team.map_or(NONE, Name::as_str),
            ));
        }
    }
}

fn figures_of<'a>(groups: &'a mut BTreeMap<String, Figures>, name: &str) -> &'a mut Figures {
    if !groups.contains_key(name) {
        groups.insert(name.to_owned(), Figures::default());
    }
    groups.get_mut(name).expect("it was inserted")
}
