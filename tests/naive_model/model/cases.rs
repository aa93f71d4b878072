//! Cases and their owners.

use firsthand::router::codes::{AgentKind, CaseState, ContactState};
use firsthand::router::command::{CaseHandover, CaseNote, CaseOpen};
use firsthand::router::ids::Name;
use firsthand::router::reject::RejectKind;
use firsthand::router::time::Timestamp;

use super::{Case, Model, Verdict};

impl Model {
    pub fn case(&self, name: &Name) -> Option<usize> {
        self.cases
            .iter()
            .position(|case| case.name == *name && !case.forgotten)
    }

    pub(super) fn must_case(&self, name: &Name) -> Result<usize, RejectKind> {
        self.case(name).ok_or(RejectKind::NotFound)
    }

    /// Rules 11 and 12: an owner is an existing agent, and never a bot.
    pub(super) fn must_own(&self, name: &Name) -> Verdict {
        match self.agent(name).map(|agent| agent.kind) {
            None => Err(RejectKind::NotFound),
            Some(AgentKind::Bot) => Err(RejectKind::Invalid),
            Some(AgentKind::Human) => Ok(()),
        }
    }

    /// Rule 11: the customer's open case of the same topic, or without a topic the most recently
    /// active; else a resolved one, chosen likewise.
    pub(super) fn case_of(&self, customer: Option<usize>, topic: Option<&Name>) -> Option<usize> {
        let cases = &self.customers[customer?].cases;
        for state in [CaseState::Open, CaseState::Resolved] {
            let fitting = cases.iter().filter(|idx| {
                let case = &self.cases[**idx];
                case.state == state && (topic.is_none() || case.topic.as_ref() == topic)
            });
            if let Some(idx) = fitting.max_by_key(|idx| self.cases[**idx].active_at) {
                return Some(*idx);
            }
        }
        None
    }

    /// Rule 11: the last owner within `affinity_ms` after closing, only as a preference.
    pub(super) fn last_owner(&self, contact: usize) -> Option<Name> {
        let contact = &self.contacts[contact];
        let customer = contact.customer?;
        let within = self.policy(&contact.queue).ownership.affinity_ms.0;
        let cases = self.customers[customer].cases.iter();
        let closed = cases.map(|idx| &self.cases[*idx]).filter(|case| {
            case.state == CaseState::Closed
                && !case.forgotten
                && case.owner.is_some()
                && (contact.topic.is_none() || case.topic == contact.topic)
        });
        let case = closed.max_by_key(|case| case.closed_at)?;
        let closed_at = case.closed_at?;
        let remembered = within > 0 && self.now - closed_at <= within;
        case.owner.clone().filter(|_| remembered)
    }

    /// Attaches a contact to a case. Rule 18: it counts at the time of its submit.
    pub(super) fn attach(&mut self, contact: usize, case: usize) {
        let nameless = self.cases[case].customer.is_none();
        self.refer(contact, case);
        let now = self.now;
        let window = self.settings.repeat_window_ms.0;
        let most = self.settings.repeat_supervise as usize;
        let submitted_at = self.contacts[contact].submitted_at;
        let counted = &mut self.cases[case];
        counted.contacts += 1;
        counted.active_at = now;
        // Keeps no more than are counted.
        counted.recent.push(submitted_at);
        counted.recent.sort_unstable();
        let surplus = counted.recent.len().saturating_sub(most);
        counted.recent.drain(..surplus);
        let within = |at: &Timestamp| now - at <= window;
        let repeated = most > 0 && counted.recent.iter().filter(|at| within(at)).count() >= most;
        let quiet = counted.escalated_at.is_none_or(|at| !within(&at));
        if repeated && quiet && counted.state != CaseState::Closed {
            counted.escalated_at = Some(now);
            self.escalated.push(case);
        }
        if nameless {
            // The case got a customer, whose other contacts may belong to it.
            self.relink();
        }
    }

    /// Links a contact and a case; if one has no customer, it gets the other's.
    pub(super) fn refer(&mut self, contact: usize, case: usize) {
        let (contact, referred) = (&mut self.contacts[contact], &mut self.cases[case]);
        contact.case = Some(case);
        contact.customer = contact.customer.or(referred.customer);
        if let (None, Some(customer)) = (referred.customer, contact.customer) {
            referred.customer = Some(customer);
            self.customers[customer].cases.push(case);
        }
    }

    /// Rule 14: waiting contacts without a case join a case that is opened for their customer or
    /// linked to it.
    pub(super) fn relink(&mut self) {
        let found: Vec<(usize, usize)> = self
            .contacts
            .iter()
            .enumerate()
            .filter(|(_, contact)| contact.case.is_none() && contact.connected_at.is_none())
            .filter(|(_, contact)| {
                matches!(
                    contact.state(),
                    ContactState::Scheduled | ContactState::Waiting | ContactState::Offered
                )
            })
            .filter_map(|(idx, contact)| {
                let case = self.case_of(contact.customer, contact.topic.as_ref())?;
                Some((idx, case))
            })
            .collect();
        for (contact, case) in found {
            self.attach(contact, case);
            self.contacts[contact].looks_for_more = true;
        }
    }

    fn new_case(&mut self, name: Name, customer: Option<usize>, topic: Option<Name>) -> usize {
        self.cases.push(Case {
            name,
            customer,
            topic,
            state: CaseState::Open,
            owner: None,
            last_handler: None,
            opened_at: self.now,
            owned_at: None,
            active_at: self.now,
            resolved_at: None,
            close_at: None,
            closed_at: None,
            handovers: 0,
            contacts: 0,
            recent: Vec::new(),
            escalated_at: None,
            forgotten: false,
        });
        let case = self.cases.len() - 1;
        if let Some(customer) = customer {
            self.customers[customer].cases.push(case);
        }
        case
    }

    /// The name of the case that the router opened for a contact, or a made-up one.
    fn hinted_case(&self, contact: usize) -> Name {
        let contact = &self.contacts[contact].name;
        let hint = self.hints.cases.iter().find(|(of, _)| of == contact);
        hint.map_or_else(
            || Name::of(&format!("case {} of {contact}", self.cases.len())),
            |(_, case)| case.clone(),
        )
    }

    /// Rule 11: an accept reopens a resolved case; a human without a case opens one.
    pub(super) fn case_at_accept(&mut self, contact: usize, human: bool) {
        if let Some(case) = self.contacts[contact].case
            && self.cases[case].state == CaseState::Closed
            && human
        {
            self.contacts[contact].case = None;
        }
        if self.contacts[contact].case.is_none() {
            let (customer, topic) = (
                self.contacts[contact].customer,
                self.contacts[contact].topic.clone(),
            );
            match self.case_of(customer, topic.as_ref()) {
                Some(case) if human => self.attach(contact, case),
                None if human => {
                    let name = self.hinted_case(contact);
                    let case = self.new_case(name, customer, topic);
                    self.attach(contact, case);
                    self.relink();
                }
                Some(_) | None => return,
            }
        }
        let case = self.contacts[contact].case.expect("found or opened");
        if self.cases[case].state == CaseState::Resolved && human {
            self.reopen(case);
        }
    }

    pub(super) fn own(&mut self, case: usize, owner: &Name) {
        self.cases[case].owner = Some(owner.clone());
        self.cases[case].owned_at = Some(self.now);
        // Rule 15: its contacts are judged anew, those that ring too.
        for contact in &mut self.contacts {
            contact.looks_for_more |= contact.case == Some(case);
        }
    }

    /// Rule 13: a recorded handover.
    pub(super) fn hand_over(&mut self, case: usize, to: &Name) {
        self.cases[case].handovers += 1;
        self.cases[case].active_at = self.now;
        self.own(case, to);
    }

    pub fn cases_owned_by(&self, owner: &Name) -> Vec<usize> {
        (0..self.cases.len())
            .filter(|idx| {
                let case = &self.cases[*idx];
                case.owner.as_ref() == Some(owner) && case.state != CaseState::Closed
            })
            .collect()
    }

    pub(super) fn case_open(&mut self, open: &CaseOpen) -> Verdict {
        if self.case(&open.case).is_some() {
            return Ok(());
        }
        if let Some(owner) = &open.owner {
            self.must_own(owner)?;
        }
        let customer = self.customer_or_new(&open.customer);
        let case = self.new_case(open.case.clone(), Some(customer), open.topic.clone());
        if let Some(owner) = &open.owner {
            self.cases[case].owner = Some(owner.clone());
            self.cases[case].owned_at = Some(self.now);
        }
        self.relink();
        Ok(())
    }

    pub(super) fn case_note(&mut self, note: &CaseNote) -> Verdict {
        let case = self.must_case(&note.case)?;
        self.cases[case].active_at = self.now;
        Ok(())
    }

    pub(super) fn resolve(&mut self, case: usize) {
        let now = self.now;
        let case = &mut self.cases[case];
        if case.state == CaseState::Open {
            case.state = CaseState::Resolved;
            case.resolved_at = Some(now);
            case.close_at = self.settings.close_after_ms.map(|after| now + after.0);
            case.active_at = now;
        }
    }

    pub(super) fn case_resolve(&mut self, name: &Name) -> Verdict {
        let case = self.must_case(name)?;
        if self.cases[case].state != CaseState::Open {
            return Err(RejectKind::Conflict);
        }
        self.resolve(case);
        Ok(())
    }

    /// Rule 13: `case.reopen` restores the owner.
    pub(super) fn case_reopen(&mut self, name: &Name) -> Verdict {
        let case = self.must_case(name)?;
        if self.cases[case].state == CaseState::Open {
            return Err(RejectKind::Conflict);
        }
        self.reopen(case);
        Ok(())
    }

    fn reopen(&mut self, case: usize) {
        let case = &mut self.cases[case];
        case.state = CaseState::Open;
        case.resolved_at = None;
        case.close_at = None;
        case.closed_at = None;
        case.active_at = self.now;
        self.relink();
    }

    pub(super) fn close(&mut self, case: usize) {
        let now = self.now;
        let case = &mut self.cases[case];
        case.state = CaseState::Closed;
        case.close_at = None;
        case.closed_at = Some(now);
        case.active_at = now;
    }

    pub(super) fn case_close(&mut self, name: &Name) -> Verdict {
        let case = self.must_case(name)?;
        if self.cases[case].state == CaseState::Closed {
            return Err(RejectKind::Conflict);
        }
        self.close(case);
        Ok(())
    }

    pub(super) fn case_handover(&mut self, handover: &CaseHandover) -> Verdict {
        self.must_own(&handover.to)?;
        let cases = match (&handover.case, &handover.owner) {
            (Some(case), None) => {
                let case = self.must_case(case)?;
                if self.cases[case].state == CaseState::Closed {
                    return Err(RejectKind::Conflict);
                }
                vec![case]
            }
            (None, Some(owner)) if self.agent(owner).is_none() => {
                return Err(RejectKind::NotFound);
            }
            (None, Some(owner)) => self.cases_owned_by(owner),
            (Some(_), Some(_)) | (None, None) => return Err(RejectKind::Invalid),
        };
        for case in cases {
            if self.cases[case].owner.as_ref() != Some(&handover.to) {
                self.hand_over(case, &handover.to);
            }
        }
        Ok(())
    }
}
