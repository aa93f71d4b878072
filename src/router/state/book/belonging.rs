//! Relations: contact to case, case to customer, and both to one customer after a merge. The lists
//! of both sides and the reference counts change here together.

use super::Book;
use crate::router::api::booking::Slot;
use crate::router::api::ids::{CaseIdx, ContactIdx, CustomerIdx, Name};
use crate::router::state::case::Case;

impl Book {
    /// Adds a new case of its customer. A case that is never found by its name may share a name.
    pub(in crate::router) fn enter_case(&mut self, case: Case, is_named: bool) -> CaseIdx {
        let customer = case.customer;
        let idx = if is_named {
            self.cases.insert(case)
        } else {
            self.cases.insert_unnamed(case)
        };
        if let Some(customer) = customer {
            self.customers[customer].add_case(idx);
        }
        idx
    }

    /// A name for a case opened by the router, not used by any client.
    pub(in crate::router) fn fresh_case_name(&mut self) -> Name {
        self.cases.fresh_name()
    }

    /// The customer of an identity, created if unknown.
    pub(in crate::router) fn intern_customer(&mut self, identity: &Name) -> CustomerIdx {
        self.customers.intern(identity)
    }

    /// Books a contact for a slot, or for none.
    pub(in crate::router) fn set_slot(&mut self, idx: ContactIdx, slot: Option<Slot>) {
        self.contacts.set_slot(idx, slot);
    }

    /// From now on contacts are known by number only, without names.
    pub(in crate::router) fn know_by_number(&mut self) {
        self.contacts.nameless = true;
    }

    /// Refers a contact to a case without counting it as a contact of the case.
    pub(in crate::router) fn refer(&mut self, idx: ContactIdx, case: CaseIdx) {
        let of = self.cases[case].customer;
        self.cases[case].referred += 1;
        let contact = &mut self.contacts[idx];
        contact.case = Some(case);
        contact.customer = contact.customer.or(of);
        let customer = contact.customer;
        self.note_seeking(idx);
        if let Some(customer) = customer {
            self.customers.leave_unattached(customer, idx);
            if of.is_none() {
                self.cases[case].customer = Some(customer);
                self.customers[customer].add_case(case);
            }
        }
    }

    /// Detaches a contact from a closed case.
    pub(in crate::router) fn detach(&mut self, idx: ContactIdx) {
        if let Some(case) = self.contacts[idx].case.take() {
            self.cases[case].referred -= 1;
            self.cases.note_seeking(case, idx, false);
        }
    }

    /// Adds a contact to its customer's contacts without a case.
    pub(in crate::router) fn join_unattached(&mut self, customer: CustomerIdx, idx: ContactIdx) {
        self.customers.join_unattached(customer, idx);
    }

    /// Adds an identity to a customer.
    pub(in crate::router) fn identify(&mut self, idx: CustomerIdx, identity: &Name) {
        if self.customers.find(identity.as_str()).is_none() {
            self.customers.name(identity, idx);
        }
        self.add_identity(idx, identity);
    }

    fn add_identity(&mut self, idx: CustomerIdx, identity: &Name) {
        let entry = &mut self.customers[idx];
        if !entry.is_named(identity) && !entry.identities().contains(identity) {
            entry.cold_mut().identities.push(identity.clone());
        }
    }

    /// Takes an identity away from a customer. Where it is the id, the first of the other
    /// identities becomes the id; there must be one.
    pub(in crate::router) fn unidentify(&mut self, idx: CustomerIdx, identity: &Name) {
        self.customers.unname(identity, idx);
        let entry = &mut self.customers[idx];
        if entry.is_named(identity) {
            let left = &mut entry.cold_mut().identities;
            let id = left.remove(0);
            entry.rename(&id);
        } else {
            let identities = &mut entry.cold_mut().identities;
            identities.retain(|other| other != identity);
        }
    }

    /// Moves cases to another customer, with their contacts.
    pub(in crate::router) fn move_cases(
        &mut self,
        cases: &[CaseIdx],
        from: CustomerIdx,
        to: CustomerIdx,
    ) {
        for case in cases {
            self.customers[from].drop_case(*case);
            self.customers[to].add_case(*case);
            self.cases[*case].customer = Some(to);
        }
        for slot in self.contacts.slots.iter_mut().flatten() {
            if slot.case.is_some_and(|case| cases.contains(&case)) {
                slot.customer = Some(to);
            }
        }
    }

    /// Merges two customers: everything of `other`, including its names, goes to `idx`.
    pub(in crate::router) fn merge_customers(&mut self, idx: CustomerIdx, other: CustomerIdx) {
        let entry = &mut self.customers[other];
        let cases = entry.take_cases();
        let cold = entry.take_cold();
        entry.cold_mut().merged_into = Some(idx);
        let id = entry.id();
        for name in std::iter::once(&id).chain(&cold.identities) {
            self.customers.unname(name, other);
            self.customers.name(name, idx);
            self.add_identity(idx, name);
        }
        for case in &cases {
            self.cases[*case].customer = Some(idx);
        }
        self.customers.move_unattached(other, idx);
        let into = &mut self.customers[idx];
        for case in cases {
            into.add_case(case);
        }
        for excluded in cold.excluded {
            if !into.excludes(excluded.agent) {
                into.cold_mut().excluded.push(excluded);
            }
        }
        if !cold.abandoned.is_empty() {
            into.cold_mut().abandoned.extend(cold.abandoned);
        }
        for slot in self.contacts.slots.iter_mut().flatten() {
            if slot.customer == Some(other) {
                slot.customer = Some(idx);
            }
        }
    }
}
