//! The contacts in the system, by their name in the file.
//!
//! The router of a simulation knows contacts only by number. This file rejects a name in use, and
//! finds the name of a number for its row. The memory of a name is reused for the next contact of
//! its number, so that an arrival allocates nothing. Nothing is decided here.

use std::hash::BuildHasher as _;

use hashbrown::HashTable;

use crate::router::ids::ContactIdx;

/// The names of the contacts in the system.
#[derive(Debug, Default)]
pub(super) struct Names {
    hasher: foldhash::fast::RandomState,
    numbers: HashTable<ContactIdx>,
    /// By number; empty if unused.
    texts: Vec<Text>,
}

#[derive(Clone, Debug, Default)]
struct Text {
    hash: u64,
    name: Vec<u8>,
}

/// A name that no contact in the system has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unused<'a> {
    hash: u64,
    name: &'a [u8],
}

impl Names {
    /// A name for a new contact; `None` if another has it.
    pub fn unused<'a>(&self, name: &'a [u8]) -> Option<Unused<'a>> {
        let hash = self.hasher.hash_one(name);
        let has_it = |contact: &ContactIdx| self.texts[contact.at()].name == name;
        match self.numbers.find(hash, has_it) {
            Some(_) => None,
            None => Some(Unused { hash, name }),
        }
    }

    pub fn enter(&mut self, contact: ContactIdx, name: Unused<'_>) {
        if self.texts.len() <= contact.at() {
            self.texts.resize_with(contact.at() + 1, Text::default);
        }
        let text = &mut self.texts[contact.at()];
        text.hash = name.hash;
        text.name.clear();
        text.name.extend_from_slice(name.name);
        let texts = &self.texts;
        self.numbers
            .insert_unique(name.hash, contact, |other| texts[other.at()].hash);
    }

    /// Frees the name of a contact that has ended, if it has one.
    pub fn leave(&mut self, contact: ContactIdx) {
        let Some(text) = self.texts.get_mut(contact.at()) else {
            return;
        };
        text.name.clear();
        let entry = self
            .numbers
            .find_entry(text.hash, |known| *known == contact);
        if let Ok(entry) = entry {
            entry.remove();
        }
    }

    /// The name of a contact; empty if it has none.
    pub fn of(&self, contact: ContactIdx) -> &[u8] {
        self.texts
            .get(contact.at())
            .map_or(&[], |text| text.name.as_slice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_free_again_when_its_contact_is_over() {
        let mut names = Names::default();
        for n in 0..1_000 {
            let name = format!("c{n}").into_bytes();
            let unused = names.unused(&name).expect("a new name");
            names.enter(ContactIdx::from_usize(n % 500), unused);
            assert!(names.unused(&name).is_none());
            if n >= 250 {
                names.leave(ContactIdx::from_usize((n - 250) % 500));
                assert!(names.unused(format!("c{}", n - 250).as_bytes()).is_some());
            }
        }
        assert_eq!(names.of(ContactIdx::from_usize(499)), b"c999");
        let nobody: &[u8] = &[];
        assert_eq!(names.of(ContactIdx::from_usize(0)), nobody);
        assert_eq!(names.of(ContactIdx::from_usize(900)), nobody);
        names.leave(ContactIdx::from_usize(0));
        assert_eq!(names.numbers.len(), 250);
    }
}
