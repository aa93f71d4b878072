//! Ownership: opening a case, its first owner, handover (rules 11, 13).

use crate::router::Router;
use crate::router::api::effect::Count;
use crate::router::api::event::CaseEvent;
use crate::router::api::ids::{AgentIdx, CaseIdx, ContactIdx, Name, Text};
use crate::router::state::case::Case;

impl Router {
    /// Opens a case for a contact without one.
    pub(in crate::router::act) fn open_case_for(&mut self, idx: ContactIdx) -> Option<CaseIdx> {
        let contact = self.book.contact(idx);
        // The case of a shared number belongs to the contact.
        let has_matter = contact.customer().is_some() || contact.shared().is_some();
        if !has_matter && !self.detail.nameless_cases {
            return None;
        }
        let id = self.book.fresh_case_name();
        let contact = self.book.contact(idx);
        let (topic, kind) = (contact.topic.clone(), contact.kind().cloned());
        let case = Case::new(id, contact.customer(), topic, kind, self.book.at());
        Some(self.enter_case(case, Some(idx)))
    }

    /// Adds a new case, with its event.
    pub(super) fn enter_case(&mut self, case: Case, contact: Option<ContactIdx>) -> CaseIdx {
        let customer = case.customer();
        let idx = self.book.enter_case(case, true);
        self.count(|_| Count::CaseOpened);
        self.begin_work(idx);
        self.emit(|book| {
            let progress = book.case(idx).progress();
            let due_at = progress.and_then(|progress| progress.whole_due_at());
            let entry = book.case(idx);
            CaseEvent::Opened {
                case: entry.id(),
                customer: customer.map(|customer| book.customer(customer).id()),
                topic: entry.topic().cloned(),
                kind: entry.kind().cloned(),
                contact: contact.map(|contact| book.contact(contact).id.clone()),
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
        let before = self.book.set_owner(case, owner);
        debug_assert!(before.is_none(), "ownership moves only by handover");
        self.emit(|book| CaseEvent::Owned {
            case: book.case(case).id(),
            owner: book.agent_name(owner),
            contact: contact.map(|contact| book.contact(contact).id.clone()),
        });
        self.judge_seeking(case);
    }

    /// Moves ownership, with reason and who says so (rule 13).
    pub(in crate::router::act) fn hand_over(
        &mut self,
        case: CaseIdx,
        to: AgentIdx,
        reason: Text,
        by: Name,
    ) {
        self.move_ownership(case, to, reason, by, false);
    }

    /// Moves ownership because the owner is removed: by whoever removes it (rule 13).
    pub(in crate::router::act) fn succeed(&mut self, case: CaseIdx, to: AgentIdx, reason: Text) {
        let by = self.actor_name();
        self.move_ownership(case, to, reason, by, true);
    }

    fn move_ownership(
        &mut self,
        case: CaseIdx,
        to: AgentIdx,
        reason: Text,
        by: Name,
        removed: bool,
    ) {
        let from = self.book.set_owner(case, to);
        let at = self.book.at();
        let entry = self.book.case_mut(case);
        entry.active_at = at;
        entry.cold_mut().handovers += 1;
        self.count(|_| Count::Handover);
        self.emit(|book| CaseEvent::HandedOver {
            case: book.case(case).id(),
            from: from.map(|from| book.agent_name(from)),
            to: book.agent_name(to),
            reason,
            by,
            removed,
        });
        self.judge_seeking(case);
    }
}
