//! Callbacks: whom they can reach, and what follows when they do not (rule 25).

use firsthand::router::codes::ContactState;
use firsthand::router::command::ContactSubmit;
use firsthand::router::ids::Name;

use super::{Contact, Model};

fn is_number(name: &Name) -> bool {
    name.as_str().starts_with("tel:")
}

impl Model {
    fn is_reachable(&self, customer: usize) -> bool {
        let customer = &self.customers[customer];
        is_number(&customer.name) || customer.identities.iter().any(is_number)
    }

    /// The workload names no addresses: a customer has a number or has none.
    pub(super) fn has_number(&self, contact: &Contact) -> bool {
        contact.customer.is_some_and(|of| self.is_reachable(of))
    }

    pub(super) fn can_call(&self, submit: &ContactSubmit, case: Option<usize>) -> bool {
        let named = submit.customer.as_ref();
        let known = named.and_then(|name| self.customer(name));
        let of_case = case.and_then(|case| self.cases[case].customer);
        named.is_some_and(is_number) || known.or(of_case).is_some_and(|of| self.is_reachable(of))
    }

    /// Only a callback can be one that did not reach the customer.
    pub(super) fn may_be_unreached(&self, contact: &Name) -> bool {
        self.live(contact).is_none_or(|idx| {
            let contact = &self.contacts[idx];
            contact.channel.as_str() == "callback"
                || contact.by_owner_only
                || matches!(contact.state(), ContactState::WrapUp | ContactState::Ended)
        })
    }

    /// A callback that did not reach the customer is tried again, unless that was the last try.
    pub(super) fn tries_again(&mut self, idx: usize) -> bool {
        let policy = self.policy(&self.contacts[idx].queue).callback.clone();
        self.contacts[idx].tries += 1;
        if self.contacts[idx].tries >= policy.attempts.get() {
            return false;
        }
        self.revoke_all(idx);
        while !self.contacts[idx].legs.is_empty() {
            self.leave(idx, false);
        }
        let now = self.now;
        let contact = &mut self.contacts[idx];
        contact.seeking = false;
        contact.direct = None;
        contact.last_agent = None;
        contact.route = None;
        contact.lease_at = None;
        contact.came_later = true;
        contact.scheduled_at = Some(now + policy.every_ms.0);
        true
    }
}
