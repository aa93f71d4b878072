//! A customer: one person behind several identities.

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::command::Profile;
use super::directory::Directory;
use super::ids::{AgentIdx, CaseIdx, ContactIdx, CustomerIdx, Name, QueueIdx, Text};
use super::time::Timestamp;

/// The most identities of one customer.
pub const IDENTITIES_MAX: usize = 256;

/// A customer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Customer {
    pub id: Name,
    pub identities: Vec<Name>,
    pub profile: Profile,
    pub excluded: SmallVec<[Excluded; 1]>,
    /// Its cases, closed ones too while they are kept.
    pub cases: SmallVec<[CaseIdx; 1]>,
    /// Its contacts that seek an agent and belong to no case yet.
    pub unattached: SmallVec<[ContactIdx; 1]>,
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
            identities: Vec::new(),
            profile: Profile::default(),
            excluded: SmallVec::new(),
            cases: SmallVec::new(),
            unattached: SmallVec::new(),
            abandoned: SmallVec::new(),
            merged_into: None,
        }
    }

    pub fn excludes(&self, agent: AgentIdx) -> bool {
        self.excluded.iter().any(|excluded| excluded.agent == agent)
    }
}

/// The customers of a tenant; ids and identities lead to the same numbers.
#[derive(Clone, Debug, Default)]
pub struct Customers {
    /// In boxes: a growing list of millions is moved, and they are large.
    #[expect(
        clippy::vec_box,
        reason = "moving the list must not move the customers"
    )]
    pub slots: Vec<Box<Customer>>,
    pub by_identity: Directory<CustomerIdx>,
}

impl Customers {
    pub fn find(&self, identity: &Name) -> Option<CustomerIdx> {
        self.by_identity.get(identity.as_str()).copied()
    }

    /// The customer of an identity, made where it is unknown.
    pub fn intern(&mut self, identity: &Name) -> CustomerIdx {
        if let Some(found) = self.find(identity) {
            return found;
        }
        let idx = CustomerIdx::from_usize(self.slots.len());
        self.slots.push(Box::new(Customer::new(identity.clone())));
        self.by_identity.insert(identity.clone(), idx);
        idx
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
