//! Customers: linking identities, merging two known as one, exclusions (rules 11, 17).

use super::Router;
use super::Subject;
use super::answer::{Answer, ExcludedView};
use super::command::{CustomerExclude, CustomerLink};
use super::customer::{Excluded, IDENTITIES_MAX};
use super::event::{EventBody, OfferReason};
use super::ids::{CaseIdx, ContactIdx, CustomerIdx, Name};
use super::reject::Reject;

impl Router {
    pub(super) fn customer_link(&mut self, link: &CustomerLink) -> Result<Subject, Reject> {
        let known = self.customers.find(&link.customer);
        let held = known.map_or(0, |customer| self.customers[customer].identities.len());
        if held + link.identities.len() > IDENTITIES_MAX {
            let message = format!("more than {IDENTITIES_MAX} identities of one customer");
            return Err(Reject::invalid("customer", "identities", message).with_id(&link.customer));
        }
        let idx = self.customers.intern(&link.customer);
        if let Some(profile) = &link.profile {
            let entry = &mut self.customers[idx].profile;
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
            match self.customers.find(identity) {
                Some(same) if same == idx => {
                    self.add_identity(idx, identity);
                }
                Some(other) => {
                    merged = Some(self.customers[other].id.clone());
                    self.merge_customers(idx, other);
                }
                None => {
                    self.customers.by_identity.insert(identity.clone(), idx);
                    self.add_identity(idx, identity);
                }
            }
        }
        if merged.is_some() {
            self.revoke_excluded(idx);
            self.reattach(idx);
        }
        if self.detail.events {
            self.emit(EventBody::CustomerLinked {
                customer: self.customers[idx].id.clone(),
                identities: link.identities.clone(),
                merged,
            });
        }
        Ok(Subject::Customer(idx))
    }

    fn add_identity(&mut self, idx: CustomerIdx, identity: &Name) {
        let entry = &mut self.customers[idx];
        if entry.id != *identity && !entry.identities.contains(identity) {
            entry.identities.push(identity.clone());
        }
    }

    /// Two customers turn out to be one: everything of `other` goes to `idx`, and all its names
    /// lead there.
    fn merge_customers(&mut self, idx: CustomerIdx, other: CustomerIdx) {
        let mut entry = std::mem::replace(
            &mut self.customers[other],
            super::customer::Customer::new(Name::of("merged")),
        );
        let names: Vec<Name> = std::iter::once(entry.id.clone())
            .chain(entry.identities.drain(..))
            .collect();
        self.customers[other].id = entry.id.clone();
        self.customers[other].merged_into = Some(idx);
        for name in &names {
            self.customers.by_identity.insert(name.clone(), idx);
            self.add_identity(idx, name);
        }
        let cases: Vec<CaseIdx> = entry.cases.into_vec();
        for case in &cases {
            self.cases[*case].customer = Some(idx);
        }
        let into = &mut self.customers[idx];
        into.cases.extend(cases);
        for excluded in entry.excluded {
            if !into.excludes(excluded.agent) {
                into.excluded.push(excluded);
            }
        }
        into.unattached.extend(entry.unattached);
        into.abandoned.extend(entry.abandoned);
        for slot in self.contacts.slots.iter_mut().flatten() {
            if slot.customer == Some(other) {
                slot.customer = Some(idx);
            }
        }
    }

    /// Takes back what is offered of a customer's contacts to agents it excludes.
    fn revoke_excluded(&mut self, idx: CustomerIdx) {
        let excluded = self.customers[idx].excluded.clone();
        for Excluded { agent, .. } in excluded {
            let offered: Vec<ContactIdx> = self.agents[agent.at()]
                .reserved
                .iter()
                .map(|held| held.contact)
                .filter(|contact| self.contacts[*contact].customer == Some(idx))
                .collect();
            for contact in offered {
                self.revoke_offers(contact, OfferReason::Rerouted, |offer| offer.agent == agent);
                self.dirty_contacts.push(contact);
            }
        }
    }

    /// Waiting contacts without a case may find one among the cases that were merged.
    fn reattach(&mut self, idx: CustomerIdx) {
        // All find their case before any is attached: that would make it the most recently active.
        let unattached = self.customers[idx].unattached.iter();
        let found = unattached.filter_map(|contact| Some((*contact, self.case_for(*contact)?)));
        for (contact, case) in found.collect::<Vec<(ContactIdx, CaseIdx)>>() {
            self.attach(contact, case);
            self.dirty_contacts.push(contact);
        }
        let waiting = self
            .queues
            .iter()
            .flat_map(|queue| queue.waiting.values())
            .copied();
        let of_customer: Vec<ContactIdx> = waiting
            .filter(|contact| self.contacts[*contact].customer == Some(idx))
            .collect();
        self.dirty_contacts.extend(of_customer);
    }

    pub(super) fn customer_exclude(
        &mut self,
        exclude: &CustomerExclude,
    ) -> Result<Subject, Reject> {
        let agent = self.find_agent(&exclude.agent)?;
        let idx = self.customers.intern(&exclude.customer);
        let entry = &mut self.customers[idx];
        entry.excluded.retain(|excluded| excluded.agent != agent);
        if exclude.on {
            entry.excluded.push(Excluded {
                agent,
                reason: exclude.reason.clone(),
            });
        }
        if self.detail.events {
            self.emit(EventBody::CustomerExcluded {
                customer: self.customers[idx].id.clone(),
                agent: exclude.agent.clone(),
                on: exclude.on,
                reason: exclude.reason.clone(),
            });
        }
        self.revoke_excluded(idx);
        self.reattach(idx);
        Ok(Subject::Answer(Answer::Excluded(ExcludedView {
            customer: self.customers[idx].id.clone(),
            agent: exclude.agent.clone(),
            on: exclude.on,
            reason: exclude.reason.clone(),
        })))
    }
}
