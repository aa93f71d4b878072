//! The contacts of a tenant by number, name and booked slot.

use std::collections::BTreeSet;

use super::contact::Contact;
use crate::router::api::booking::Slot;
use crate::router::api::ids::{CaseIdx, ContactIdx, Name};
use crate::router::api::time::Timestamp;
use crate::router::store::directory::Directory;

/// The most boxes of forgotten contacts kept for reuse.
const SPARE_MAX: usize = 1_024;

/// The contacts of a tenant by number, with the free numbers.
#[derive(Clone, Debug, Default)]
pub struct Contacts {
    pub slots: Vec<Option<Box<Contact>>>,
    pub free: Vec<ContactIdx>,
    pub by_name: Directory<ContactIdx>,
    /// Contacts are known by number only and have no names; for bulk runs.
    pub nameless: bool,
    /// Contacts booked for a slot, by its beginning.
    pub booked: BTreeSet<(Timestamp, ContactIdx)>,
    /// Boxes of forgotten contacts: in the steady state no memory is allocated or freed.
    #[expect(clippy::vec_box, reason = "the boxes are what is kept")]
    spare: Vec<Box<Contact>>,
}

impl Contacts {
    pub fn find(&self, name: &Name) -> Option<ContactIdx> {
        let place = self.by_name.place(name.as_str().as_bytes());
        self.by_name.get(place, |idx| self[idx].id == *name)
    }

    pub fn get(&self, contact: ContactIdx) -> Option<&Contact> {
        self.slots.get(contact.at()).and_then(Option::as_deref)
    }

    pub fn get_mut(&mut self, contact: ContactIdx) -> Option<&mut Contact> {
        self.slots
            .get_mut(contact.at())
            .and_then(Option::as_deref_mut)
    }

    pub fn insert(&mut self, contact: Contact) -> ContactIdx {
        let idx = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            ContactIdx::from_usize(self.slots.len() - 1)
        });
        if !self.nameless {
            self.note_name(&contact.id, idx);
        }
        self.booked
            .extend(contact.slot().map(|slot| (slot.from_at, idx)));
        self.slots[idx.at()] = Some(self.boxed(contact));
        idx
    }

    /// Gives an unused name to a contact.
    pub fn note_name(&mut self, name: &Name, idx: ContactIdx) {
        let place = self.by_name.place(name.as_str().as_bytes());
        self.by_name.insert(place, idx);
    }

    fn boxed(&mut self, mut contact: Contact) -> Box<Contact> {
        let Some(mut spare) = self.spare.pop() else {
            return Box::new(contact);
        };
        if contact.trail.is_empty() {
            contact.trail = std::mem::take(&mut spare.trail);
        }
        *spare = contact;
        spare
    }

    /// Forgets a contact; returns its case, if any.
    pub fn remove(&mut self, idx: ContactIdx) -> Option<CaseIdx> {
        let mut contact = self.slots[idx.at()].take()?;
        if !self.nameless {
            let place = self.by_name.place(contact.id.as_str().as_bytes());
            self.by_name.remove(place, idx);
        }
        if let Some(slot) = contact.slot() {
            self.booked.remove(&(slot.from_at, idx));
        }
        self.free.push(idx);
        let case = contact.case;
        if self.spare.len() < SPARE_MAX {
            contact.trail.clear();
            contact.attributes = None;
            contact.cold = None;
            self.spare.push(contact);
        }
        case
    }

    /// Books a contact for a slot, or for none.
    pub fn set_slot(&mut self, idx: ContactIdx, slot: Option<Slot>) {
        let before = self[idx].slot();
        if before == slot {
            return;
        }
        if let Some(before) = before {
            self.booked.remove(&(before.from_at, idx));
        }
        self.booked.extend(slot.map(|slot| (slot.from_at, idx)));
        self[idx].cold_mut().slot = slot;
    }
}

impl std::ops::Index<ContactIdx> for Contacts {
    type Output = Contact;

    fn index(&self, contact: ContactIdx) -> &Contact {
        self.slots[contact.at()]
            .as_deref()
            .expect("a contact that is referred to is kept")
    }
}

impl std::ops::IndexMut<ContactIdx> for Contacts {
    fn index_mut(&mut self, contact: ContactIdx) -> &mut Contact {
        self.slots[contact.at()]
            .as_deref_mut()
            .expect("a contact that is referred to is kept")
    }
}
