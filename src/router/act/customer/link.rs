//! Customers: linking identities, merging two known customers, exclusions (rules 11, 17).

use crate::router::Router;
use crate::router::Subject;
use crate::router::api::answer::{Answer, ExcludedView};
use crate::router::api::command::{CustomerExclude, CustomerLink};
use crate::router::api::event::{CustomerEvent, OfferReason};
use crate::router::api::ids::{CaseIdx, ContactIdx, CustomerIdx, Name};
use crate::router::api::reject::Reject;
use crate::router::state::customer::{Excluded, IDENTITIES_MAX};

impl Router {
    pub(super) fn customer_link(&mut self, link: &CustomerLink) -> Result<Subject, Reject> {
        let known = self.book.customers().find(link.customer.as_str());
        let held = known.map_or(0, |customer| {
            self.book.customer(customer).identities().len()
        });
        if held + link.identities.len() > IDENTITIES_MAX {
            let message = format!("more than {IDENTITIES_MAX} identities of one customer");
            return Err(Reject::invalid("customer", "identities", message).with_id(&link.customer));
        }
        self.check_owners(link, known)?;
        let idx = self.book.intern_customer(&link.customer);
        if let Some(profile) = &link.profile {
            let entry = &mut self.book.customer_mut(idx).cold_mut().profile;
            let take = |old: &mut Option<_>, new: &Option<_>| {
                if new.is_some() {
                    old.clone_from(new);
                }
            };
            take(&mut entry.tier, &profile.tier);
            take(&mut entry.language, &profile.language);
            take(&mut entry.grid, &profile.grid);
            take(&mut entry.name, &profile.name);
            entry.special_care = profile.special_care.or(entry.special_care);
        }
        let mut merged: Option<Name> = None;
        for identity in &link.identities {
            match self.book.customers().find(identity.as_str()) {
                Some(other) if other != idx => {
                    merged = Some(self.book.customer(other).id());
                    self.book.merge_customers(idx, other);
                }
                Some(_) | None => self.book.identify(idx, identity),
            }
        }
        if merged.is_some() {
            self.revoke_excluded(idx);
            self.reattach(idx);
        }
        self.emit(|book| CustomerEvent::Linked {
            customer: book.customer(idx).id(),
            identities: link.identities.clone(),
            merged,
        });
        Ok(Subject::Customer(idx))
    }

    /// Refuses identities of other customers, unless both are to become one. A customer known by
    /// nothing but the identity called before anybody linked it: it may.
    fn check_owners(&self, link: &CustomerLink, known: Option<CustomerIdx>) -> Result<(), Reject> {
        if link.merge {
            return Ok(());
        }
        for identity in &link.identities {
            let Some(other) = self.book.customers().find(identity.as_str()) else {
                continue;
            };
            let entry = self.book.customer(other);
            let is_alone = entry.is_named(identity) && entry.identities().is_empty();
            if Some(other) != known && !is_alone {
                let message = format!(
                    "\"{identity}\" belongs to the customer \"{}\", not to \"{}\": give merge: true \
                     where both are one person, or move it with customer.unlink",
                    entry.id(),
                    link.customer
                );
                let conflict = Reject::conflict("customer", &entry.id(), message);
                return Err(conflict.in_field("identities"));
            }
        }
        Ok(())
    }

    /// Revokes the offers of a customer's contacts to agents it excludes.
    pub(super) fn revoke_excluded(&mut self, idx: CustomerIdx) {
        let excluded = self.book.customer(idx).excluded().to_vec();
        for Excluded { agent, .. } in excluded {
            let offered: Vec<ContactIdx> = self
                .book
                .agent(agent)
                .reserved()
                .iter()
                .map(|held| held.contact)
                .filter(|contact| self.book.contact(*contact).customer() == Some(idx))
                .collect();
            for contact in offered {
                self.revoke_offers(contact, OfferReason::Rerouted, |offer| offer.agent == agent);
                self.unsettled.push(contact);
            }
        }
    }

    /// Waiting contacts without a case may belong to one of the merged cases.
    pub(super) fn reattach(&mut self, idx: CustomerIdx) {
        // All find their case before any is attached, which would make it the most recently active.
        let unattached = self.book.customers().unattached_of(idx).iter();
        let found =
            unattached.filter_map(|contact| Some((*contact, self.book.case_for(*contact)?)));
        for (contact, case) in found.collect::<Vec<(ContactIdx, CaseIdx)>>() {
            self.attach(contact, case);
            self.unsettled.push(contact);
        }
        let waiting = self
            .book
            .queues()
            .iter()
            .flat_map(|queue| queue.waiting().contacts());
        let of_customer: Vec<ContactIdx> = waiting
            .filter(|contact| self.book.contact(*contact).customer() == Some(idx))
            .collect();
        self.unsettled.extend(of_customer);
    }

    pub(super) fn customer_exclude(
        &mut self,
        exclude: &CustomerExclude,
    ) -> Result<Subject, Reject> {
        let agent = self.book.find_agent(&exclude.agent)?;
        let idx = self.book.intern_customer(&exclude.customer);
        let excluded = &mut self.book.customer_mut(idx).cold_mut().excluded;
        excluded.retain(|excluded| excluded.agent != agent);
        if exclude.on {
            excluded.push(Excluded {
                agent,
                reason: exclude.reason.clone(),
            });
        }
        self.emit(|book| CustomerEvent::Excluded {
            customer: book.customer(idx).id(),
            agent: exclude.agent.clone(),
            on: exclude.on,
            reason: exclude.reason.clone(),
        });
        self.revoke_excluded(idx);
        self.reattach(idx);
        Ok(Subject::Answer(Answer::Excluded(ExcludedView {
            customer: self.book.customer(idx).id(),
            agent: exclude.agent.clone(),
            on: exclude.on,
            reason: exclude.reason.clone(),
        })))
    }
}
