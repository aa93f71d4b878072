//! Cases and their owners.

use firsthand::router::codes::{AgentKind, CaseState, ContactState};
use firsthand::router::command::{CaseHandover, CaseNote, CaseOpen};
use firsthand::router::ids::Name;
use firsthand::router::reject::RejectKind;

use super::{Case, Model, Verdict};

impl Model {
    pub fn case(&self, name: &Name) -> Option<usize> {
        self.cases.iter().position(|case| case.name == *name)
    }

    pub(super) fn must_case(&self, name: &Name) -> Result<usize, RejectKind> {
        self.case(name).ok_or(RejectKind::NotFound)
    }

    /// [11] [12] An owner is an agent that exists, and never a bot.
    pub(super) fn must_own(&self, name: &Name) -> Verdict {
        match self.agent(name).map(|agent| agent.kind) {
            None => Err(RejectKind::NotFound),
            Some(AgentKind::Bot) => Err(RejectKind::Conflict),
            Some(AgentKind::Human) => Ok(()),
        }
    }

    /// [11] The customer's open case of the same topic, or without a topic the most recently
    /// active; else a resolved one in the same way.
    pub(super) fn case_of(&self, customer: Option<usize>, topic: Option<&Name>) -> Option<usize> {
        customer?;
        for state in [CaseState::Open, CaseState::Resolved] {
            let fitting = self.cases.iter().enumerate().filter(|(_, case)| {
                case.customer == customer
                    && case.state == state
                    && (topic.is_none() || case.topic.as_ref() == topic)
            });
            if let Some((idx, _)) = fitting.max_by_key(|(idx, case)| (case.active_at, *idx)) {
                return Some(idx);
            }
        }
        None
    }

    /// [11] Within `affinity_ms` after closing: the last owner, as a preference only.
    pub(super) fn last_owner(&self, contact: usize) -> Option<Name> {
        let contact = &self.contacts[contact];
        let customer = contact.customer?;
        let within = self.policy(&contact.queue).ownership.affinity_ms.0;
        let closed = self.cases.iter().enumerate().filter(|(_, case)| {
            case.customer == Some(customer)
                && case.state == CaseState::Closed
                && (contact.topic.is_none() || case.topic == contact.topic)
                && case.closed_at.is_some_and(|at| self.now < at + within)
        });
        let (_, case) = closed.max_by_key(|(idx, case)| (case.closed_at, *idx))?;
        case.owner.clone()
    }

    /// A contact belongs to a case from now on. [18] It is counted by when it was submitted.
    pub(super) fn attach(&mut self, contact: usize, case: usize) {
        self.contacts[contact].case = Some(case);
        let submitted_at = self.contacts[contact].submitted_at;
        self.cases[case].submitted.push(submitted_at);
        self.cases[case].active_at = self.now;
        let window = self.settings.repeat_window_ms.0;
        let most = self.settings.repeat_supervise as usize;
        let now = self.now;
        let case_view = &mut self.cases[case];
        let recent = case_view
            .submitted
            .iter()
            .filter(|at| now - **at <= window)
            .count();
        let quiet = case_view.escalated_at.is_none_or(|at| now - at > window);
        if most > 0 && recent >= most && quiet && case_view.state == CaseState::Open {
            case_view.escalated_at = Some(now);
            self.escalated.push(case);
        }
    }

    /// [14] Contacts without a case wait on: a case that comes to be, or comes to their customer,
    /// is theirs too.
    pub(super) fn relink(&mut self) {
        for idx in 0..self.contacts.len() {
            let contact = &self.contacts[idx];
            let waits = matches!(
                contact.state(),
                ContactState::Scheduled | ContactState::Waiting | ContactState::Offered
            );
            if !waits || contact.case.is_some() {
                continue;
            }
            if let Some(case) = self.case_of(contact.customer, contact.topic.as_ref()) {
                self.attach(idx, case);
            }
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
            closed_at: None,
            handovers: 0,
            submitted: Vec::new(),
            escalated_at: None,
        });
        self.cases.len() - 1
    }

    /// The router's name for the case that it opened for a contact, or one of our own.
    fn hinted_case(&self, contact: usize) -> Name {
        let contact = &self.contacts[contact].name;
        let hint = self.hints.cases.iter().find(|(of, _)| of == contact);
        hint.map_or_else(
            || Name::of(&format!("case {} of {contact}", self.cases.len())),
            |(_, case)| case.clone(),
        )
    }

    /// [11] At an accept a resolved case is reopened, and a human opens a new one where there is
    /// none.
    pub(super) fn case_at_accept(&mut self, contact: usize, human: bool) {
        if let Some(case) = self.contacts[contact].case
            && self.cases[case].state == CaseState::Closed
        {
            self.contacts[contact].case = None;
        }
        if self.contacts[contact].case.is_none() {
            let (customer, topic) = (
                self.contacts[contact].customer,
                self.contacts[contact].topic.clone(),
            );
            match self.case_of(customer, topic.as_ref()) {
                Some(case) => self.attach(contact, case),
                None if human => {
                    let name = self.hinted_case(contact);
                    let case = self.new_case(name, customer, topic);
                    self.attach(contact, case);
                    self.relink();
                }
                None => return,
            }
        }
        let case = self.contacts[contact].case.expect("found or opened");
        if self.cases[case].state == CaseState::Resolved {
            self.cases[case].state = CaseState::Open;
            self.cases[case].resolved_at = None;
        }
    }

    pub(super) fn own(&mut self, case: usize, owner: &Name) {
        self.cases[case].owner = Some(owner.clone());
        self.cases[case].owned_at = Some(self.now);
        self.route_case(case);
    }

    /// [13] A recorded handover.
    pub(super) fn hand_over(&mut self, case: usize, to: &Name) {
        self.cases[case].handovers += 1;
        self.cases[case].active_at = self.now;
        self.own(case, to);
    }

    /// [15] A new owner counts for the contacts that wait already.
    fn route_case(&mut self, case: usize) {
        let mut waiting: Vec<usize> = (0..self.contacts.len())
            .filter(|idx| self.contacts[*idx].case == Some(case))
            .filter(|idx| self.contacts[*idx].state() == ContactState::Waiting)
            .collect();
        waiting.sort_by_key(|idx| self.place(&self.contacts[*idx]));
        for idx in waiting {
            self.route(idx);
        }
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
        self.route_case(case);
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

    /// [13] `case.reopen` restores the owner.
    pub(super) fn case_reopen(&mut self, name: &Name) -> Verdict {
        let idx = self.must_case(name)?;
        let now = self.now;
        let case = &mut self.cases[idx];
        if case.state == CaseState::Open {
            return Err(RejectKind::Conflict);
        }
        case.state = CaseState::Open;
        case.resolved_at = None;
        case.closed_at = None;
        case.active_at = now;
        self.relink();
        self.route_case(idx);
        Ok(())
    }

    pub(super) fn close(&mut self, case: usize) {
        let now = self.now;
        let case = &mut self.cases[case];
        case.state = CaseState::Closed;
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
        let cases = match (&handover.case, &handover.owner) {
            (Some(case), None) => vec![self.must_case(case)?],
            (None, Some(owner)) => {
                if self.agent(owner).is_none() {
                    return Err(RejectKind::NotFound);
                }
                self.cases_owned_by(owner)
            }
            (Some(_), Some(_)) | (None, None) => return Err(RejectKind::Invalid),
        };
        self.must_own(&handover.to)?;
        if cases
            .iter()
            .any(|case| self.cases[*case].state == CaseState::Closed)
        {
            return Err(RejectKind::Conflict);
        }
        for case in cases {
            if self.cases[case].owner.as_ref() != Some(&handover.to) {
                self.hand_over(case, &handover.to);
            }
        }
        Ok(())
    }
}
