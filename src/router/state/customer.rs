//! A customer: one person behind several identities.
//!
//! Plain state, and the directory of its names. Linking, merging and excluding are in
//! `act/customer`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use smallvec::SmallVec;

use crate::router::api::command::Profile;
use crate::router::api::ids::{AgentIdx, CaseIdx, ContactIdx, CustomerIdx, Name, QueueIdx, Text};
use crate::router::api::time::Timestamp;
use crate::router::store::compact_name::CompactName;
use crate::router::store::directory::{Directory, Gathered, Place};
use crate::router::store::segments::Segments;
use crate::router::store::small_list::SmallList;
use crate::stored::{Error, Reader, Stored, Writer, stored};

/// The most identities of one customer.
pub const IDENTITIES_MAX: usize = 256;

/// The longest name of a customer stored inline, enough for telephone numbers.
const NAME_IN_PLACE: usize = 19;

/// A customer, in half a cache line.
#[derive(Clone, Debug)]
pub struct Customer {
    /// Its id, and its case if it has one.
    id: CompactName<NAME_IN_PLACE, Option<CaseIdx>>,
    /// What most customers do not have.
    more: Option<Box<More>>,
}

/// Everything beyond one case.
#[derive(Clone, Debug, Default)]
struct More {
    /// All its cases, if it has more than one.
    cases: Vec<CaseIdx>,
    cold: Option<Box<CustomerCold>>,
}

/// The cold part of a customer: rarely used fields.
#[derive(Clone, Debug, Default)]
pub struct CustomerCold {
    pub identities: Vec<Name>,
    pub profile: Profile,
    pub excluded: SmallVec<[Excluded; 1]>,
    /// Places abandoned by hanging up, which a call within the time resumes.
    pub abandoned: SmallVec<[Abandoned; 1]>,
    /// The customer that this one was merged into.
    pub merged_into: Option<CustomerIdx>,
}

stored! { CustomerCold { 1 identities, 2 profile, 3 excluded, 4 abandoned, 5 merged_into } }

/// An agent who must never serve this customer (回避).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excluded {
    pub agent: AgentIdx,
    pub reason: Text,
}

stored! { Excluded { 1 agent, 2 reason } }

/// An abandoned place in the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Abandoned {
    pub queue: QueueIdx,
    pub at: Timestamp,
    pub joined_at: Timestamp,
    pub seq: u64,
}

stored! { Abandoned { 1 queue, 2 at, 3 joined_at, 4 seq } }

impl Customer {
    pub fn new(id: &Name) -> Self {
        Self {
            id: CompactName::new(id, None),
            more: None,
        }
    }

    pub fn id(&self) -> Name {
        self.id.name()
    }

    /// Another of its names becomes its id.
    pub fn rename(&mut self, id: &Name) {
        let case = *self.id.beside();
        self.id = CompactName::new(id, case);
    }

    /// Its cases in the order in which they were added, including closed ones while they are kept.
    pub fn cases(&self) -> &[CaseIdx] {
        match &self.more {
            Some(more) if !more.cases.is_empty() => &more.cases,
            _ => self.id.beside().as_slice(),
        }
    }

    pub fn add_case(&mut self, case: CaseIdx) {
        match (self.id.beside(), &mut self.more) {
            (_, Some(more)) if !more.cases.is_empty() => more.cases.push(case),
            (None, _) => *self.id.beside_mut() = Some(case),
            (Some(first), more) => more.get_or_insert_default().cases = vec![*first, case],
        }
    }

    pub fn drop_case(&mut self, case: CaseIdx) {
        let mut left = self.take_cases();
        left.retain(|other| *other != case);
        match left[..] {
            [] => {}
            [one] => self.add_case(one),
            _ => self.more.get_or_insert_default().cases = left,
        }
    }

    pub fn take_cases(&mut self) -> Vec<CaseIdx> {
        let first = self.id.beside_mut().take();
        let more = self.more.as_mut();
        let mut cases = more.map_or_else(Vec::new, |more| std::mem::take(&mut more.cases));
        if cases.is_empty() {
            cases.extend(first);
        }
        if self.more.as_ref().is_some_and(|more| more.cold.is_none()) {
            self.more = None;
        }
        cases
    }

    pub fn cold(&self) -> Option<&CustomerCold> {
        self.more.as_ref()?.cold.as_deref()
    }

    pub fn cold_mut(&mut self) -> &mut CustomerCold {
        let more = self.more.get_or_insert_default();
        more.cold.get_or_insert_default()
    }

    pub fn take_cold(&mut self) -> CustomerCold {
        let cold = self.more.as_mut().and_then(|more| more.cold.take());
        cold.map_or_else(CustomerCold::default, |cold| *cold)
    }

    /// Its identities besides its id.
    pub fn identities(&self) -> &[Name] {
        self.cold().map_or(&[], |cold| &cold.identities)
    }

    pub fn excluded(&self) -> &[Excluded] {
        self.cold().map_or(&[], |cold| &cold.excluded)
    }

    pub fn excludes(&self, agent: AgentIdx) -> bool {
        self.excluded()
            .iter()
            .any(|excluded| excluded.agent == agent)
    }

    pub fn abandoned(&self) -> &[Abandoned] {
        self.cold().map_or(&[], |cold| &cold.abandoned)
    }

    /// Whether it was merged into another customer and has no names any more.
    fn is_merged(&self) -> bool {
        self.cold().is_some_and(|cold| cold.merged_into.is_some())
    }

    pub fn id_bytes(&self) -> &[u8] {
        self.id.as_bytes()
    }

    pub fn is_named(&self, identity: &Name) -> bool {
        self.id.is(identity)
    }

    fn is_called(&self, identity: &str) -> bool {
        let is = |name: &Name| name.as_str() == identity;
        let is_id = self.id.as_bytes() == identity.as_bytes();
        !self.is_merged() && (is_id || self.identities().iter().any(is))
    }
}

/// Stored as its id, its cases, and its cold part.
impl Stored for Customer {
    fn write(&self, out: &mut Writer<'_>) {
        out.field(1);
        out.plain(self.id.as_str());
        let cases = Cow::Borrowed(self.cases());
        if !cases.is_absent() {
            out.field(2);
            cases.write(out);
        }
        if let Some(cold) = self.cold() {
            out.field(3);
            cold.write(out);
        }
        out.end();
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Error> {
        let (of, mut id, mut cases, mut cold) = ("customer", None, SmallList::None, None);
        while let Some(number) = from.field()? {
            match number {
                1 => id = Some(from.plain()?),
                2 => cases = SmallList::read(from)?,
                3 => cold = Some(Box::read(from)?),
                _ => return Err(Error::UnknownField { of, number }),
            }
        }
        let (case, cases) = match cases {
            SmallList::None => (None, Vec::new()),
            SmallList::One(case) => (Some(case), Vec::new()),
            SmallList::Many(cases) => (None, *cases),
        };
        let id = id.ok_or(Error::MissingField { of, number: 1 })?;
        let has_more = cold.is_some() || !cases.is_empty();
        Ok(Self {
            id: CompactName::read(id, case).map_err(Error::Wrong)?,
            more: has_more.then(|| Box::new(More { cases, cold })),
        })
    }
}

/// The customers of a tenant; ids and identities lead to the same numbers.
#[derive(Clone, Debug, Default)]
pub struct Customers {
    pub slots: Segments<Customer>,
    pub by_identity: Directory<CustomerIdx>,
    /// Seeking contacts without a case, by customer.
    pub unattached: BTreeMap<CustomerIdx, SmallList<ContactIdx>>,
}

impl Customers {
    pub fn find(&self, identity: &str) -> Option<CustomerIdx> {
        self.find_at(self.by_identity.place(identity.as_bytes()), identity)
    }

    fn find_at(&self, place: Place, identity: &str) -> Option<CustomerIdx> {
        let is_it = |idx: CustomerIdx| self[idx].is_called(identity);
        self.by_identity.get(place, is_it)
    }

    /// The customer of an identity, created if unknown.
    pub fn intern(&mut self, identity: &Name) -> CustomerIdx {
        let place = self.by_identity.place(identity.as_str().as_bytes());
        if let Some(found) = self.find_at(place, identity.as_str()) {
            return found;
        }
        let idx = CustomerIdx::from_usize(self.slots.len());
        self.slots.push(Customer::new(identity));
        self.by_identity.insert(place, idx);
        idx
    }

    /// Adds an unused identity to a customer.
    pub fn name(&mut self, identity: &Name, idx: CustomerIdx) {
        let place = self.by_identity.place(identity.as_str().as_bytes());
        self.by_identity.insert(place, idx);
    }

    /// Removes an identity of a customer.
    pub fn unname(&mut self, identity: &Name, idx: CustomerIdx) {
        let place = self.by_identity.place(identity.as_str().as_bytes());
        self.by_identity.remove(place, idx);
    }

    /// Restores the customers of an image: `read` reads them and passes each with its number.
    pub fn read(
        read: impl FnOnce(&mut dyn FnMut(usize, &Customer)) -> Result<Segments<Customer>, String>,
    ) -> Result<Self, String> {
        let mut customers = Self::default();
        let mut names = Gathered::default();
        customers.slots = read(&mut |n, customer| {
            if customer.is_merged() {
                return;
            }
            let identities = customer.identities().iter();
            let identities = identities.map(|name| name.as_str().as_bytes());
            for name in std::iter::once(customer.id.as_bytes()).chain(identities) {
                let place = customers.by_identity.place(name);
                names.add(place, CustomerIdx::from_usize(n));
            }
        })?;
        customers.by_identity.fill(names);
        Ok(customers)
    }

    /// Adds a contact to its customer's contacts without a case.
    pub fn join_unattached(&mut self, idx: CustomerIdx, contact: ContactIdx) {
        self.unattached.entry(idx).or_default().push(contact);
    }

    /// A contact has a case now or is no longer seeking.
    pub fn leave_unattached(&mut self, idx: CustomerIdx, contact: ContactIdx) {
        let Entry::Occupied(mut list) = self.unattached.entry(idx) else {
            return;
        };
        list.get_mut().retain(|other| other != contact);
        if list.get().is_empty() {
            list.remove();
        }
    }

    /// Moves the contacts without a case from one customer to another.
    pub fn move_unattached(&mut self, from: CustomerIdx, to: CustomerIdx) {
        if let Some(list) = self.unattached.remove(&from) {
            let into = self.unattached.entry(to).or_default();
            into.extend(list.as_slice().iter().copied());
        }
    }

    /// The contacts of a customer without a case.
    pub fn unattached_of(&self, idx: CustomerIdx) -> &[ContactIdx] {
        self.unattached.get(&idx).map_or(&[], SmallList::as_slice)
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
