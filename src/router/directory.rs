//! Names → numbers, for as many customers as a country has, growing without standing still.
//!
//! One table of ten million names stands still for a second or more while it doubles. Here the
//! hash of a name sends it to one of [`SHARDS`] tables, each of which grows by itself and is small
//! when it does. The hash is kept beside the name, so growing never looks at a name. There is no
//! order in here and no way to go through it.

use std::hash::BuildHasher;

use hashbrown::HashTable;

use super::ids::Name;

/// Tables of one directory.
const SHARDS: usize = 256;

/// A directory of numbers of one kind.
#[derive(Clone, Debug)]
pub struct Directory<I> {
    hasher: foldhash::fast::RandomState,
    shards: Box<[HashTable<Entry<I>>]>,
}

#[derive(Clone, Debug)]
struct Entry<I> {
    name: Name,
    hash: u32,
    number: I,
}

impl<I> Default for Directory<I> {
    fn default() -> Self {
        Self {
            hasher: foldhash::fast::RandomState::default(),
            shards: std::iter::repeat_with(HashTable::new)
                .take(SHARDS)
                .collect(),
        }
    }
}

/// The shard of a name, and the hash kept in it: different bits of one hash.
#[derive(Clone, Copy)]
struct Place {
    shard: usize,
    hash: u32,
}

impl<I> Directory<I> {
    fn place(&self, name: &str) -> Place {
        let hash = self.hasher.hash_one(name);
        let [a, b, c, d, shard, ..] = hash.to_le_bytes();
        Place {
            shard: usize::from(shard),
            hash: u32::from_le_bytes([a, b, c, d]),
        }
    }

    pub fn get(&self, name: &str) -> Option<&I> {
        let at = self.place(name);
        let found = self.shards[at.shard].find(spread(at.hash), |entry| entry.is(at, name));
        found.map(|entry| &entry.number)
    }

    /// Notes a name, instead of what it stood for before.
    pub fn insert(&mut self, name: Name, number: I) {
        let at = self.place(name.as_str());
        let shard = &mut self.shards[at.shard];
        if let Some(known) = shard.find_mut(spread(at.hash), |entry| entry.is(at, name.as_str())) {
            known.number = number;
            return;
        }
        let entry = Entry {
            name,
            hash: at.hash,
            number,
        };
        shard.insert_unique(spread(at.hash), entry, |entry| spread(entry.hash));
    }

    pub fn remove(&mut self, name: &str) {
        let at = self.place(name);
        let shard = &mut self.shards[at.shard];
        if let Ok(known) = shard.find_entry(spread(at.hash), |entry| entry.is(at, name)) {
            known.remove();
        }
    }
}

impl<I> Entry<I> {
    fn is(&self, at: Place, name: &str) -> bool {
        self.hash == at.hash && self.name.as_str() == name
    }
}

/// A table takes its places from the low bits and its marks from the high ones.
fn spread(hash: u32) -> u64 {
    u64::from(hash) << 32 | u64::from(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_replaced_and_forgotten() {
        const NAMES: u32 = 20_000;
        let name = |n: u32| Name::of(&format!("tel:+86{n}"));
        let mut directory = Directory::default();
        for n in 0..NAMES {
            directory.insert(name(n), n);
        }
        for n in (0..NAMES).step_by(2) {
            directory.insert(name(n), n + NAMES);
        }
        for n in (0..NAMES).step_by(3) {
            directory.remove(name(n).as_str());
        }
        for n in 0..NAMES {
            let expected = match n {
                _ if n % 3 == 0 => None,
                _ if n % 2 == 0 => Some(n + NAMES),
                _ => Some(n),
            };
            assert_eq!(directory.get(name(n).as_str()).copied(), expected, "{n}");
        }
        assert_eq!(directory.get(name(NAMES).as_str()), None);
        let largest = directory.shards.iter().map(HashTable::len).max();
        assert!(largest.is_some_and(|largest| largest < 150), "{largest:?}");
    }
}
