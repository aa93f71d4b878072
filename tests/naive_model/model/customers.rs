//! Customers: their identities, and the agents they exclude.

use firsthand::router::command::{CustomerExclude, CustomerLink};
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

    /// Adds identities to a customer; customers who share one are merged, with all their cases.
    pub(super) fn customer_link(&mut self, link: &CustomerLink) -> Verdict {
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
                if self.is_excluded(&offer.agent, &contact) {
                    let offers = &mut self.contacts[idx].offers;
                    offers.retain(|other| other.agent != offer.agent);
                    self.free(&offer.agent);
                    self.offer_is_over(idx);
                }
            }
        }
    }
}
