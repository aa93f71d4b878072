//! Cases: owners, handovers, resolution.

use super::super::figures::Figures;
use super::{Fold, NONE, Whose};
use crate::ledger::{Fact, Stated};
use crate::router::ids::Name;
use crate::router::time::Timestamp;

/// The number of contacts on a case from which its matter counts as repeated.
const REPEATED_FROM: u64 = 3;
/// The reason of a handover to the agent who handled the case last.
const LAST_HANDLER: &str = "last_handler";

/// The state of a case.
#[derive(Debug, Default)]
pub(super) struct Case {
    pub kind: Option<String>,
    opened_at: Option<Timestamp>,
    pub owner: Option<Name>,
    /// Everybody who owned it, in order.
    owners: Vec<Name>,
    /// The owner before the last accept, and the time of that accept.
    moved: Option<(Timestamp, Option<Name>)>,
    contacts: u64,
    resolution: Option<Resolution>,
    was_reopened: bool,
    pub stage: Option<Stage>,
    /// Whether its deadlines stand still while it waits.
    pub is_stopped: bool,
}

/// The first time that a case was resolved.
#[derive(Debug)]
struct Resolution {
    at: Timestamp,
    owner: Option<Name>,
    contacts: u64,
}

/// The current stage of a case.
#[derive(Debug)]
pub(super) struct Stage {
    pub name: String,
    pub since: Timestamp,
    pub stopped_ms: i64,
}

impl Case {
    pub fn kind(&self) -> &str {
        self.kind.as_deref().unwrap_or(NONE)
    }

    /// The owner before the accept at `at`.
    pub fn owner_before(&self, at: Timestamp) -> Option<&Name> {
        match &self.moved {
            Some((moved_at, before)) if *moved_at == at => before.as_ref(),
            _ => self.owner.as_ref(),
        }
    }
}

impl Fold {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "`take` lists every fact and sends only its own here"
    )]
    pub(super) fn case(&mut self, stated: &Stated) {
        let at = stated.at;
        match &stated.fact {
            Fact::CaseOpened {
                case, topic, kind, ..
            } => self.opened(at, case, topic.as_ref(), kind.as_ref()),
            Fact::CaseOwned {
                case,
                owner,
                contact,
            } => {
                let entry = self.cases.entry(case.clone()).or_default();
                entry.moved = contact.as_ref().map(|_| (at, None));
                entry.owner = Some(owner.clone());
                entry.owners.push(owner.clone());
                let response = entry.opened_at.map(|opened| at - opened);
                self.of_case(at, case, |figures| {
                    figures.taken += 1;
                    if let Some(response) = response {
                        figures.response.add(response);
                    }
                });
            }
            Fact::CaseHandedOver {
                case, to, reason, ..
            } => self.handed_over(at, case, to, reason),
            Fact::CaseResolved { case, .. } => self.resolved(at, case),
            Fact::CaseReopened { case, .. } => {
                self.cases.entry(case.clone()).or_default().was_reopened = true;
                self.of_case(at, case, |figures| figures.reopened += 1);
            }
            Fact::CaseClosed { case, .. } => {
                self.end_stage(at, case);
                self.of_case(at, case, |figures| figures.closed += 1);
            }
            _ => {}
        }
    }

    /// Changes the figures of a case's owner and kind.
    pub(super) fn of_case(&mut self, at: Timestamp, case: &Name, add: impl Fn(&mut Figures)) {
        let owner = self.cases.get(case).and_then(|case| case.owner.clone());
        self.of_owner(at, case, owner.as_ref(), add);
    }

    /// Changes the figures of an agent and of a case's kind.
    pub(super) fn of_owner(
        &mut self,
        at: Timestamp,
        case: &Name,
        owner: Option<&Name>,
        add: impl Fn(&mut Figures),
    ) {
        let kind = self.cases.get(case).map(|case| case.kind().to_owned());
        let whose = Whose {
            agent: owner,
            kind: Some(kind.as_deref().unwrap_or(NONE)),
        };
        self.add(at, whose, add);
    }

    fn opened(&mut self, at: Timestamp, case: &Name, topic: Option<&Name>, kind: Option<&Name>) {
        let entry = self.cases.entry(case.clone()).or_default();
        entry.kind = kind.map(|kind| kind.as_str().to_owned());
        entry.opened_at = Some(at);
        let kind = entry.kind().to_owned();
        let is_complaint = self.options.complaints.contains(&kind);
        if is_complaint && self.counts(at) {
            let class = topic.map_or(NONE, Name::as_str).to_owned();
            let period = self.options.period.of(at, &self.options.zone);
            *self.report.classes.entry((class, period)).or_default() += 1;
        }
        self.of_owner(at, case, None, |figures| {
            figures.opened += 1;
            figures.complaints += u64::from(is_complaint);
        });
    }

    fn handed_over(&mut self, at: Timestamp, case: &Name, to: &Name, reason: &str) {
        let entry = self.cases.entry(case.clone()).or_default();
        let before = entry.owner.replace(to.clone());
        entry.moved = (reason == LAST_HANDLER).then(|| (at, before.clone()));
        let former = entry.owners.len().checked_sub(2);
        let ping_pong = former.is_some_and(|former| entry.owners[former] == *to);
        let returns = entry.owners.contains(to);
        entry.owners.push(to.clone());
        self.of_owner(at, case, before.as_ref(), |figures| {
            figures.handovers += 1;
            figures.ping_pong += u64::from(ping_pong);
            figures.returns += u64::from(returns);
        });
        self.received(at, case, to);
    }

    /// Counted for the new owner only: in total it equals the handovers.
    fn received(&mut self, at: Timestamp, case: &Name, to: &Name) {
        self.of_owner(at, case, Some(to), |figures| figures.received += 1);
    }

    fn resolved(&mut self, at: Timestamp, case: &Name) {
        self.end_stage(at, case);
        let entry = self.cases.entry(case.clone()).or_default();
        let is_first = entry.resolution.is_none();
        if is_first {
            entry.resolution = Some(Resolution {
                at,
                owner: entry.owner.clone(),
                contacts: entry.contacts,
            });
        }
        let took = entry
            .opened_at
            .filter(|_| is_first)
            .map(|opened| at - opened);
        self.of_case(at, case, |figures| {
            figures.resolved += 1;
            if let Some(took) = took {
                figures.resolution.add(took);
            }
        });
    }

    /// Counts a contact that reached an agent on the case.
    pub(super) fn contact_on(&mut self, at: Timestamp, case: &Name) {
        let entry = self.cases.entry(case.clone()).or_default();
        entry.contacts += 1;
        if entry.contacts == REPEATED_FROM {
            self.of_case(at, case, |figures| figures.third_contacts += 1);
        }
    }

    /// Called at the end, when the number of contacts is final.
    pub(super) fn count_first_contact(&mut self, case: &Case) {
        let Some(resolution) = &case.resolution else {
            return;
        };
        let by_first =
            !case.was_reopened && resolution.contacts <= 1 && case.contacts == resolution.contacts;
        let whose = Whose {
            agent: resolution.owner.as_ref(),
            kind: Some(case.kind()),
        };
        self.add(resolution.at, whose, |figures| {
            figures.cases_resolved += 1;
            figures.first_contact += u64::from(by_first);
        });
    }
}
