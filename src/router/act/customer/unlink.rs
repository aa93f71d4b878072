//! Taking one identity away from a customer, with the cases named and without the rest.

use crate::router::Router;
use crate::router::Subject;
use crate::router::api::command::CustomerUnlink;
use crate::router::api::event::CustomerEvent;
use crate::router::api::ids::{CaseIdx, CustomerIdx, Name};
use crate::router::api::reject::Reject;
use crate::router::state::customer::IDENTITIES_MAX;

impl Router {
    pub(super) fn customer_unlink(&mut self, unlink: &CustomerUnlink) -> Result<Subject, Reject> {
        let idx = self.holder_of(unlink)?;
        let cases = self.cases_to_go(unlink, idx)?;
        let to = self.receiver(unlink, idx)?;
        self.book.unidentify(idx, &unlink.identity);
        if let Some(to) = &to {
            let target = self.book.intern_customer(to);
            if *to != unlink.identity {
                self.book.identify(target, &unlink.identity);
            }
            self.book.move_cases(&cases, idx, target);
            self.revoke_excluded(target);
            self.reattach(target);
        }
        self.emit(|book| CustomerEvent::Unlinked {
            customer: book.customer(idx).id(),
            identity: unlink.identity.clone(),
            to,
            cases: cases.iter().map(|case| book.case(*case).id()).collect(),
        });
        Ok(Subject::Customer(idx))
    }

    /// The customer, if it has the identity and another name besides.
    fn holder_of(&self, unlink: &CustomerUnlink) -> Result<CustomerIdx, Reject> {
        let find = |name: &Name| {
            let found = self.book.customers().find(name.as_str());
            found.ok_or_else(|| Reject::not_found("customer", name))
        };
        let idx = find(&unlink.customer)?;
        let identity = &unlink.identity;
        let holder = find(identity).map_err(|reject| reject.in_field("identity"))?;
        let conflict = |message: String| {
            let conflict = Reject::conflict("customer", &unlink.customer, message);
            Err(conflict.in_field("identity"))
        };
        if holder != idx {
            let other = self.book.customer(holder).id();
            return conflict(format!(
                "\"{identity}\" belongs to the customer \"{other}\", not to \"{}\"",
                unlink.customer
            ));
        }
        let entry = self.book.customer(idx);
        if entry.is_named(identity) && entry.identities().is_empty() {
            return conflict(format!(
                "\"{identity}\" is all that the customer is known by: link another identity first"
            ));
        }
        Ok(idx)
    }

    /// The cases named, which must be the customer's.
    fn cases_to_go(
        &self,
        unlink: &CustomerUnlink,
        idx: CustomerIdx,
    ) -> Result<Vec<CaseIdx>, Reject> {
        let mut cases = Vec::new();
        for name in &unlink.cases {
            let found = self.book.find_case(name);
            let case = found.map_err(|reject| reject.in_field("cases"))?;
            if self.book.case(case).customer() != Some(idx) {
                let message = format!("case \"{name}\" is not of \"{}\"", unlink.customer);
                return Err(Reject::conflict("case", name, message).in_field("cases"));
            }
            if !cases.contains(&case) {
                cases.push(case);
            }
        }
        Ok(cases)
    }

    /// Who gets the identity: a customer named, or one known by the identity alone where cases go
    /// with it.
    fn receiver(&self, unlink: &CustomerUnlink, idx: CustomerIdx) -> Result<Option<Name>, Reject> {
        let Some(to) = &unlink.to else {
            return Ok((!unlink.cases.is_empty()).then(|| unlink.identity.clone()));
        };
        if *to == unlink.identity {
            return Ok(Some(to.clone()));
        }
        let Some(known) = self.book.customers().find(to.as_str()) else {
            return Ok(Some(to.clone()));
        };
        if known == idx {
            let message = format!("\"{to}\" is the customer who has it: name another");
            return Err(Reject::conflict("customer", to, message).in_field("to"));
        }
        let held = self.book.customer(known).identities().len();
        if held >= IDENTITIES_MAX {
            let message = format!("\"{to}\" has {IDENTITIES_MAX} identities already");
            return Err(Reject::limit("customer", to, message).in_field("to"));
        }
        Ok(Some(to.clone()))
    }
}
