//! A customer: one person behind several identities.
//!
//! Plain state, and the directory of names that leads to it. What linking, merging and excluding
//! do is in `customers`.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::command::Profile;
use super::directory::Directory;
use super::few::Few;
use super::ids::{AgentIdx, CaseIdx, ContactIdx, CustomerIdx, Name, QueueIdx, Text};
use super::segments::Segments;
use super::time::Timestamp;

/// The most identities of one customer.
pub const IDENTITIES_MAX: usize = 256;

/// A customer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Customer {
    pub id: Name,
    /// Its cases, closed ones too while they are kept.
    pub cases: Few<CaseIdx>,
    /// What most customers have none of.
    pub extra: Option<Box<CustomerExtra>>,
}

/// What a customer may have besides its cases.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct CustomerExtra {
    pub identities: Vec<Name>,
    pub profile: Profile,
    pub excluded: SmallVec<[Excluded; 1]>,
    /// Places it gave up by hanging up, for whoever calls again in time.
    pub abandoned: SmallVec<[Abandoned; 1]>,
    /// The customer into which this one was merged.
    pub merged_into: Option<CustomerIdx>,
}

/// An agent who never serves this customer (回避).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excluded {
    pub agent: AgentIdx,
    pub reason: Text,
}

/// A place in the order that was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Abandoned {
    pub queue: QueueIdx,
    pub at: Timestamp,
    pub joined_at: Timestamp,
    pub seq: u64,
}

impl Customer {
    pub fn new(id: Name) -> Self {
        Self {
            id,
            cases: Few::None,
            extra: None,
        }
    }

    pub fn extra_mut(&mut self) -> &mut CustomerExtra {
        self.extra.get_or_insert_default()
    }

    /// Its identities besides its id.
    pub fn identities(&self) -> &[Name] {
        self.extra.as_ref().map_or(&[], |extra| &extra.identities)
    }

    pub fn excluded(&self) -> &[Excluded] {
        self.extra.as_ref().map_or(&[], |extra| &extra.excluded)
    }

    pub fn excludes(&self, agent: AgentIdx) -> bool {
        self.excluded()
            .iter()
            .any(|excluded| excluded.agent == agent)
    }

    pub fn abandoned(&self) -> &[Abandoned] {
        self.extra.as_ref().map_or(&[], |extra| &extra.abandoned)
    }

    /// Whether it went into another customer and has no names of its own any more.
    fn is_merged(&self) -> bool {
        let extra = self.extra.as_ref();
        extra.is_some_and(|extra| extra.merged_into.is_some())
    }

    fn is_called(&self, identity: &str) -> bool {
        let is = |name: &Name| name.as_str() == identity;
        !self.is_merged() && (is(&self.id) || self.identities().iter().any(is))
    }
}

/// The customers of a tenant; ids and identities lead to the same numbers.
#[derive(Clone, Debug, Default)]
pub struct Customers {
    pub slots: Segments<Customer>,
    pub by_identity: Directory<CustomerIdx>,
    /// Contacts that seek an agent and belong to no case yet, by customer.
    pub unattached: BTreeMap<CustomerIdx, Few<ContactIdx>>,
}

impl Customers {
    pub fn find(&self, identity: &str) -> Option<CustomerIdx> {
        let is_it = |idx: CustomerIdx| self[idx].is_called(identity);
        self.by_identity.get(identity, is_it)
    }

    /// The customer of an identity, made where it is unknown.
    pub fn intern(&mut self, identity: &Name) -> CustomerIdx {
        if let Some(found) = self.find(identity.as_str()) {
            return found;
        }
        let idx = CustomerIdx::from_usize(self.slots.len());
        self.slots.push(Customer::new(identity.clone()));
        self.by_identity.insert(identity.as_str(), idx);
        idx
    }

    /// Makes an identity that nobody has lead to a customer.
    pub fn name(&mut self, identity: &Name, idx: CustomerIdx) {
        self.by_identity.insert(identity.as_str(), idx);
    }

    /// Makes an identity lead to a customer no longer.
    pub fn unname(&mut self, identity: &Name, idx: CustomerIdx) {
        self.by_identity.remove(identity.as_str(), idx);
    }

    /// The customers as an image has them.
    pub fn of_image(
        slots: Segments<Customer>,
        unattached: BTreeMap<CustomerIdx, Few<ContactIdx>>,
    ) -> Self {
        let known = slots.iter().enumerate();
        let known = known.filter(|(_, customer)| !customer.is_merged());
        let names = known.flat_map(|(n, customer)| {
            let names = std::iter::once(&customer.id).chain(customer.identities());
            names.map(move |name| (name.as_str(), CustomerIdx::from_usize(n)))
        });
        Self {
            by_identity: Directory::of(names),
            slots,
            unattached,
        }
    }

    /// A contact of a customer belongs to no case yet.
    pub fn join_unattached(&mut self, idx: CustomerIdx, contact: ContactIdx) {
        self.unattached.entry(idx).or_default().push(contact);
    }

    /// A contact has found its case or seeks nobody any more.
    pub fn leave_unattached(&mut self, idx: CustomerIdx, contact: ContactIdx) {
        let Entry::Occupied(mut list) = self.unattached.entry(idx) else {
            return;
        };
        list.get_mut().retain(|other| other != contact);
        if list.get().is_empty() {
            list.remove();
        }
    }

    /// The contacts of one customer that belong to no case yet are another's.
    pub fn move_unattached(&mut self, from: CustomerIdx, to: CustomerIdx) {
        if let Some(list) = self.unattached.remove(&from) {
            let into = self.unattached.entry(to).or_default();
            into.extend(list.as_slice().iter().copied());
        }
    }

    /// The contacts of a customer that belong to no case yet.
    pub fn unattached_of(&self, idx: CustomerIdx) -> &[ContactIdx] {
        self.unattached.get(&idx).map_or(&[], Few::as_slice)
    }
}

impl std::ops::Index<CustomerIdx> for Customers {
    type Output = Customer;

    fn index(&self, customer: CustomerIdx) -> &Customer {
        &self.slots[customer.at()]
    }
}

impl std::ops::IndexMut<CustomerIdx> for Customers {
    fn index_mut(&mut self, customer: CustomerIdx) -> &mut Customer {
        &mut self.slots[customer.at()]
    }
}
