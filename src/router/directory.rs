//! Names → numbers, for as many customers as a country has, growing without standing still.
//!
//! One table of ten million names stands still for a second or more while it doubles. Here the
//! hash of a name sends it to one of [`SHARDS`] tables, each of which grows by itself and is small
//! when it does. The hash is kept beside the number, so growing never looks at a name. There is no
//! order in here and no way to go through it.

use std::hash::BuildHasher;

use hashbrown::HashTable;

/// Tables of one directory.
const SHARDS: usize = 256;

/// A directory of numbers of one kind. It keeps no names: whoever asks looks into its record
/// whether a number that has the hash of a name is the one of that name.
#[derive(Clone, Debug)]
pub struct Directory<I> {
    hasher: foldhash::fast::RandomState,
    shards: Box<[HashTable<Entry<I>>]>,
}

#[derive(Clone, Copy, Debug)]
struct Entry<I> {
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
#[derive(Clone, Copy, Debug)]
pub struct Place {
    shard: usize,
    hash: u32,
}

impl<I: Copy + PartialEq> Directory<I> {
    /// Where a name stands if it is known.
    pub fn place(&self, name: &str) -> Place {
        let hash = self.hasher.hash_one(name);
        let [a, b, c, d, shard, ..] = hash.to_le_bytes();
        Place {
            shard: usize::from(shard),
            hash: u32::from_le_bytes([a, b, c, d]),
        }
    }

    /// The number of a name; `is_it` says whether a number's record bears the name.
    pub fn get(&self, name: &str, is_it: impl Fn(I) -> bool) -> Option<I> {
        let at = self.place(name);
        let found = self.shards[at.shard].find(spread(at.hash), |entry| {
            entry.hash == at.hash && is_it(entry.number)
        });
        found.map(|entry| entry.number)
    }

    /// The number that is most likely that of the name of a place: one with its hash.
    pub fn guess(&self, at: Place) -> Option<I> {
        let found = self.shards[at.shard].find(spread(at.hash), |entry| entry.hash == at.hash);
        found.map(|entry| entry.number)
    }

    /// A directory of many names, none of which comes twice. One table is filled after the other,
    /// so each stays in the processor's caches while it is.
    pub fn of<'a>(names: impl Iterator<Item = (&'a str, I)>) -> Self {
        let mut directory = Self::default();
        let mut parts: Vec<Vec<Entry<I>>> = (0..SHARDS).map(|_| Vec::new()).collect();
        for (name, number) in names {
            let Place { shard, hash } = directory.place(name);
            parts[shard].push(Entry { hash, number });
        }
        for (shard, part) in directory.shards.iter_mut().zip(parts) {
            shard.reserve(part.len(), |entry| spread(entry.hash));
            for entry in part {
                shard.insert_unique(spread(entry.hash), entry, |entry| spread(entry.hash));
            }
        }
        directory
    }

    /// Notes a name that is not in here.
    pub fn insert(&mut self, name: &str, number: I) {
        let at = self.place(name);
        let entry = Entry {
            hash: at.hash,
            number,
        };
        self.shards[at.shard].insert_unique(spread(at.hash), entry, |entry| spread(entry.hash));
    }

    /// Forgets a name of a number, where it is known.
    pub fn remove(&mut self, name: &str, number: I) {
        let at = self.place(name);
        let known = self.shards[at.shard].find_entry(spread(at.hash), |entry| {
            entry.hash == at.hash && entry.number == number
        });
        if let Ok(known) = known {
            known.remove();
        }
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
    fn names_are_found_and_forgotten() {
        const NAMES: u32 = 20_000;
        let name = |n: u32| format!("tel:+86{n}");
        let mut directory = Directory::default();
        for n in 0..NAMES {
            directory.insert(&name(n), n);
        }
        for n in (0..NAMES).step_by(3) {
            directory.remove(&name(n), n + 1);
            assert_eq!(directory.get(&name(n), |found| found == n), Some(n));
            directory.remove(&name(n), n);
        }
        for n in 0..NAMES {
            let expected = (n % 3 != 0).then_some(n);
            let text = name(n);
            let found = directory.get(&text, |found| name(found) == text);
            assert_eq!(found, expected, "{n}");
        }
        let names: Vec<String> = (0..NAMES).map(name).collect();
        let whole = Directory::of(names.iter().map(String::as_str).zip(0..NAMES));
        let of_itself = |(n, text): (usize, &String)| {
            whole.get(text, |found| names[found as usize] == *text) == u32::try_from(n).ok()
        };
        assert!(names.iter().enumerate().all(of_itself));
        let strange = name(NAMES);
        assert_eq!(
            directory.get(&strange, |found| name(found) == strange),
            None
        );
        let largest = directory.shards.iter().map(HashTable::len).max();
        assert!(largest.is_some_and(|largest| largest < 150), "{largest:?}");
    }
}
