//! Ownership: a case is opened, gets its owner, and passes to another (rules 11, 13). Nothing else in
//! the router may write `owner`.

use crate::router::Router;
use crate::router::api::effect::Count;
use crate::router::api::event::EventBody;
use crate::router::api::ids::{AgentIdx, CaseIdx, ContactIdx, Name, Text};
use crate::router::api::time::MaybeAt;
use crate::router::state::case::Case;

impl Router {
    /// Opens a case for a contact that belongs to none.
    pub(in crate::router::act) fn open_case_for(&mut self, idx: ContactIdx) -> Option<CaseIdx> {
        if self.contacts[idx].customer.is_none() && !self.detail.nameless_cases {
            return None;
        }
        let id = self.cases.fresh_name();
        let contact = &self.contacts[idx];
        let (topic, kind) = (contact.topic.clone(), contact.kind().cloned());
        let case = Case::new(id, contact.customer, topic, kind, self.at);
        Some(self.enter_case(case, Some(idx)))
    }

    /// Puts a new case into the books and tells of it.
    pub(super) fn enter_case(&mut self, case: Case, contact: Option<ContactIdx>) -> CaseIdx {
        let customer = case.customer;
        let idx = self.cases.insert(case);
        if let Some(customer) = customer {
            self.customers[customer].add_case(idx);
        }
        self.count(|_| Count::CaseOpened);
        self.begin_work(idx);
        self.emit(|router| {
            let progress = router.cases[idx].progress();
            let due_at = progress.and_then(|progress| progress.whole_due_at());
            let entry = &router.cases[idx];
            EventBody::CaseOpened {
                case: entry.id(),
                customer: customer.map(|customer| router.customers[customer].id()),
                topic: entry.topic().cloned(),
                kind: entry.kind().cloned(),
                contact: contact.map(|contact| router.contacts[contact].id.clone()),
                due_at,
            }
        });
        self.tell_stage(idx, None, None);
        idx
    }

    /// Makes an agent the first owner of a case.
    pub(in crate::router) fn own(
        &mut self,
        case: CaseIdx,
        owner: AgentIdx,
        contact: Option<ContactIdx>,
    ) {
        let entry = &mut self.cases[case];
        debug_assert!(entry.owner.is_none(), "ownership moves only by handover");
        entry.owner = Some(owner);
        entry.owned_at = MaybeAt::at(self.at);
        self.agents[owner.at()].cases.insert(case);
        self.emit(|router| EventBody::CaseOwned {
            case: router.cases[case].id(),
            owner: router.agents[owner.at()].id.clone(),
            contact: contact.map(|contact| router.contacts[contact].id.clone()),
        });
        self.judge_seeking(case);
    }

    /// Moves ownership, with actor and reason (rule 13).
    pub(in crate::router::act) fn hand_over(
        &mut self,
        case: CaseIdx,
        to: AgentIdx,
        reason: Text,
        by: Name,
    ) {
        let at = self.at;
        let entry = &mut self.cases[case];
        let from = entry.owner.replace(to);
        entry.owned_at = MaybeAt::at(at);
        entry.active_at = at;
        entry.extra_mut().handovers += 1;
        if let Some(from) = from {
            self.agents[from.at()].cases.remove(&case);
        }
        self.agents[to.at()].cases.insert(case);
        self.count(|_| Count::Handover);
        self.emit(|router| EventBody::CaseHandedOver {
            case: router.cases[case].id(),
            from: from.map(|from| router.agents[from.at()].id.clone()),
            to: router.agents[to.at()].id.clone(),
            reason,
            by,
        });
        self.judge_seeking(case);
    }
}
