//! Customers: their identities, and the agents they exclude.

use firsthand::router::command::{CustomerExclude, CustomerLink, CustomerUnlink};
use firsthand::router::ids::Name;
use firsthand::router::reject::RejectKind;

use super::{Customer, Model, Verdict};

impl Model {
    /// Rule 11: by id or by any identity.
    pub fn customer(&self, name: &Name) -> Option<usize> {
        self.customers.iter().position(|customer| {
            !customer.merged && (customer.name == *name || customer.identities.contains(name))
        })
    }

    /// Rule 11: an unknown name makes a new customer.
    pub(super) fn customer_or_new(&mut self, name: &Name) -> usize {
        if let Some(known) = self.customer(name) {
            return known;
        }
        self.customers.push(Customer {
            name: name.clone(),
            identities: Vec::new(),
            excluded: Vec::new(),
            cases: Vec::new(),
            merged: false,
        });
        self.customers.len() - 1
    }

    /// Adds identities to a customer. One of another customer is a conflict, unless the two are to
    /// be one or nothing else is known of the other; they are merged then, with all their cases.
    pub(super) fn customer_link(&mut self, link: &CustomerLink) -> Verdict {
        let known = self.customer(&link.customer);
        for identity in &link.identities {
            let Some(other) = self.customer(identity) else {
                continue;
            };
            let entry = &self.customers[other];
            let is_alone = entry.name == *identity && entry.identities.is_empty();
            if Some(other) != known && !is_alone && !link.merge {
                return Err(RejectKind::Conflict);
            }
        }
        let customer = self.customer_or_new(&link.customer);
        for identity in &link.identities {
            match self.customer(identity) {
                Some(same) if same == customer => {}
                Some(other) => self.merge(other, customer),
                None => {
                    let identities = &mut self.customers[customer].identities;
                    identities.push(identity.clone());
                }
            }
        }
        self.relink();
        Ok(())
    }

    /// Takes one identity away, with the cases named.
    pub(super) fn customer_unlink(&mut self, unlink: &CustomerUnlink) -> Verdict {
        let identity = &unlink.identity;
        let from = self
            .customer(&unlink.customer)
            .ok_or(RejectKind::NotFound)?;
        let holder = self.customer(identity).ok_or(RejectKind::NotFound)?;
        let is_all = self.customers[from].identities.is_empty();
        if holder != from || self.customers[from].name == *identity && is_all {
            return Err(RejectKind::Conflict);
        }
        let mut cases = Vec::new();
        for name in &unlink.cases {
            let case = self.must_case(name)?;
            if self.cases[case].customer != Some(from) {
                return Err(RejectKind::Conflict);
            }
            if !cases.contains(&case) {
                cases.push(case);
            }
        }
        let to = unlink.to.clone();
        if to
            .as_ref()
            .is_some_and(|to| to != identity && self.customer(to) == Some(from))
        {
            return Err(RejectKind::Conflict);
        }
        let to = to.or_else(|| (!cases.is_empty()).then(|| identity.clone()));
        let entry = &mut self.customers[from];
        if entry.name == *identity {
            entry.name = entry.identities.remove(0);
        } else {
            entry.identities.retain(|other| other != identity);
        }
        if let Some(to) = to {
            let target = self.customer_or_new(&to);
            if to != *identity {
                self.customers[target].identities.push(identity.clone());
            }
            for case in cases {
                self.customers[from].cases.retain(|other| *other != case);
                self.customers[target].cases.push(case);
                self.cases[case].customer = Some(target);
                for contact in self.contacts.iter_mut().chain(&mut self.ended) {
                    if contact.case == Some(case) {
                        contact.customer = Some(target);
                    }
                }
            }
            self.revoke_excluded();
        }
        self.relink();
        Ok(())
    }

    fn merge(&mut self, from: usize, into: usize) {
        let gone = self.customers[from].clone();
        self.customers[from].merged = true;
        let kept = &mut self.customers[into];
        kept.identities.push(gone.name);
        kept.identities.extend(gone.identities);
        for agent in gone.excluded {
            if !kept.excluded.contains(&agent) {
                kept.excluded.push(agent);
            }
        }
        kept.cases.extend(&gone.cases);
        for case in gone.cases {
            self.cases[case].customer = Some(into);
        }
        // Of places abandoned at one instant the last is resumed first; the merged customer's come
        // last.
        self.abandoned.sort_by_key(|place| place.customer == from);
        for place in &mut self.abandoned {
            if place.customer == from {
                place.customer = into;
            }
        }
        for contact in self.contacts.iter_mut().chain(&mut self.ended) {
            if contact.customer == Some(from) {
                contact.customer = Some(into);
            }
        }
        self.revoke_excluded();
    }

    /// Rule 17: this customer is never routed to this agent, owner or not.
    pub(super) fn customer_exclude(&mut self, exclude: &CustomerExclude) -> Verdict {
        if self.agent(&exclude.agent).is_none() {
            return Err(RejectKind::NotFound);
        }
        let customer = self.customer_or_new(&exclude.customer);
        let excluded = &mut self.customers[customer].excluded;
        excluded.retain(|agent| *agent != exclude.agent);
        if exclude.on {
            excluded.push(exclude.agent.clone());
        }
        self.revoke_excluded();
        Ok(())
    }

    fn revoke_excluded(&mut self) {
        for idx in 0..self.contacts.len() {
            let contact = self.contacts[idx].clone();
            for offer in &contact.offers {
                if self.is_shut_out(&offer.agent, &contact) {
                    let offers = &mut self.contacts[idx].offers;
                    offers.retain(|other| other.agent != offer.agent);
                    self.free(&offer.agent);
                    self.offer_is_over(idx);
                }
            }
        }
    }
}
