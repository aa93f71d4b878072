//! A map from names to numbers, for as many customers as a country has, that grows without pauses.
//!
//! A single table of ten million names would pause for a second or more to grow. Here the hash of a
//! name selects one of [`SHARDS`] tables, each of which grows separately and is small. A table is a
//! row of buckets of one cache line each, so a name costs one memory access before that of its
//! record. The hash is stored beside the number, so growing never reads a name. A larger table
//! grows in place by an eighth, so little memory is unused. There is no order and no iteration.

use std::hash::BuildHasher;

use super::segments::Segments;

/// Tables in a directory.
const SHARDS: usize = 256;
/// Entries in a bucket.
const SLOTS: usize = 8;
/// The fill limit of a table: in fuller ones many entries are far from their home bucket.
const FULL: (usize, usize) = (4, 5);
/// Up to this many entries a table doubles; small ones would grow all the time.
const DOUBLED_MAX: usize = 64;

/// A directory of numbers of one kind. It stores no names: the caller checks whether a number with
/// the name's hash is the one of that name.
#[derive(Clone, Debug)]
pub struct Directory<I> {
    hasher: foldhash::fast::RandomState,
    shards: Box<[Shard<I>]>,
}

/// One table. An entry is in the bucket of its hash or, if that and all between are full, in a
/// later one, wrapping round. Buckets are ordered by hash value, so a larger table keeps the order
/// of entries.
#[derive(Clone, Debug)]
struct Shard<I> {
    buckets: Segments<Bucket<I>>,
    held: usize,
}

/// A cache line of entries; no entry follows the first free place.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
struct Bucket<I> {
    hashes: [u32; SLOTS],
    numbers: [Option<I>; SLOTS],
}

/// The shard of a name, and the stored hash: different bits of one hash.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    shard: usize,
    hash: u32,
}

impl<I> Default for Directory<I> {
    fn default() -> Self {
        let empty = || Shard {
            buckets: Segments::default(),
            held: 0,
        };
        Self {
            hasher: foldhash::fast::RandomState::default(),
            shards: std::iter::repeat_with(empty).take(SHARDS).collect(),
        }
    }
}

/// Distinct names not yet in a directory, by table.
#[derive(Debug)]
pub struct Gathered<I>(Box<[Vec<(u32, I)>]>);

impl<I> Default for Gathered<I> {
    fn default() -> Self {
        Self(std::iter::repeat_with(Vec::new).take(SHARDS).collect())
    }
}

impl<I> Gathered<I> {
    pub fn add(&mut self, at: Place, number: I) {
        self.0[at.shard].push((at.hash, number));
    }
}

impl<I: Copy + PartialEq> Directory<I> {
    /// The shard and hash of a name.
    pub fn place(&self, name: &[u8]) -> Place {
        let hash = self.hasher.hash_one(name);
        let [a, b, c, d, shard, ..] = hash.to_le_bytes();
        Place {
            shard: usize::from(shard),
            hash: u32::from_le_bytes([a, b, c, d]),
        }
    }

    /// The number of a name; `is_it` says whether a number's record has the name.
    pub fn get(&self, at: Place, is_it: impl Fn(I) -> bool) -> Option<I> {
        let (bucket, slot) = self.shards[at.shard].find(at.hash, is_it)?;
        self.shards[at.shard].buckets[bucket].numbers[slot]
    }

    /// The most likely number for a name: one with its hash.
    pub fn guess(&self, at: Place) -> Option<I> {
        self.get(at, |_| true)
    }

    /// Adds a name that is not in the directory.
    pub fn insert(&mut self, at: Place, number: I) {
        let shard = &mut self.shards[at.shard];
        if (shard.held + 1) * FULL.1 > shard.buckets.len() * SLOTS * FULL.0 {
            let more = (shard.held / 8).max(shard.held.min(DOUBLED_MAX));
            shard.grow_for(shard.held + 1 + more);
        }
        shard.insert(at.hash, number);
    }

    /// Removes the name of a number, if present.
    pub fn remove(&mut self, at: Place, number: I) {
        let shard = &mut self.shards[at.shard];
        if let Some((bucket, slot)) = shard.find(at.hash, |found| found == number) {
            shard.remove(bucket, slot);
        }
    }

    /// Adds gathered names one table after the other, so that each stays in the processor's caches
    /// while it is filled.
    pub fn fill(&mut self, names: Gathered<I>) {
        for (shard, names) in self.shards.iter_mut().zip(names.0) {
            shard.grow_for(shard.held + names.len());
            for (hash, number) in names {
                shard.insert(hash, number);
            }
        }
    }
}

impl<I: Copy + PartialEq> Shard<I> {
    fn home(&self, hash: u32) -> usize {
        home(hash, self.buckets.len())
    }

    fn after(&self, bucket: usize) -> usize {
        if bucket + 1 == self.buckets.len() {
            0
        } else {
            bucket + 1
        }
    }

    /// The bucket and place of an entry. Some bucket is not full, so the search ends.
    fn find(&self, hash: u32, is_it: impl Fn(I) -> bool) -> Option<(usize, usize)> {
        if self.held == 0 {
            return None;
        }
        let mut at = self.home(hash);
        loop {
            let bucket = &self.buckets[at];
            let mut equal = bucket.equal(hash);
            while equal != 0 {
                let slot = equal.trailing_zeros() as usize;
                if bucket.numbers[slot].is_some_and(&is_it) {
                    return Some((at, slot));
                }
                equal &= equal - 1;
            }
            if !bucket.is_full() {
                return None;
            }
            at = self.after(at);
        }
    }

    fn insert(&mut self, hash: u32, number: I) {
        let mut at = self.home(hash);
        while self.buckets[at].is_full() {
            at = self.after(at);
        }
        self.buckets[at].push(hash, number);
        self.held += 1;
    }

    /// Removes an entry. A later one displaced by a full bucket moves up, and so on, until all are
    /// placed as if the entry had never been there.
    fn remove(&mut self, bucket: usize, slot: usize) {
        self.held -= 1;
        let mut hole = bucket;
        let was_full = self.buckets[hole].is_full();
        self.buckets[hole].take(slot);
        if !was_full {
            return;
        }
        let mut at = self.after(hole);
        loop {
            let was_full = self.buckets[at].is_full();
            if let Some((slot, hash, number)) = self.moved_past(at, hole) {
                self.buckets[hole].push(hash, number);
                self.buckets[at].take(slot);
                hole = at;
            }
            if !was_full {
                return;
            }
            at = self.after(at);
        }
    }

    /// An entry of a bucket that belongs in an earlier one, were there room.
    fn moved_past(&self, at: usize, hole: usize) -> Option<(usize, u32, I)> {
        let count = self.buckets.len();
        let way = |from: usize, to: usize| (to + count - from) % count;
        let bucket = &self.buckets[at];
        (0..SLOTS).find_map(|slot| {
            let (hash, number) = (bucket.hashes[slot], bucket.numbers[slot]?);
            let from = self.home(hash);
            (way(from, at) >= way(hole, at)).then_some((slot, hash, number))
        })
    }

    /// Grows the table for `wanted` entries.
    fn grow_for(&mut self, wanted: usize) {
        let count = (wanted * FULL.1).div_ceil(SLOTS * FULL.0);
        let mut entries = Vec::with_capacity(self.held);
        for at in 0..self.buckets.len() {
            let bucket = std::mem::replace(&mut self.buckets[at], Bucket::EMPTY);
            let numbers = bucket.numbers.into_iter().map_while(|number| number);
            entries.extend(bucket.hashes.into_iter().zip(numbers));
        }
        for _ in self.buckets.len()..count {
            self.buckets.push(Bucket::EMPTY);
        }
        self.held = 0;
        for (hash, number) in entries {
            self.insert(hash, number);
        }
    }
}

/// The home bucket of a hash in a table of this size.
fn home(hash: u32, buckets: usize) -> usize {
    ((u64::from(hash) * buckets as u64) >> 32) as usize
}

impl<I: Copy + PartialEq> Bucket<I> {
    const EMPTY: Self = Self {
        hashes: [0; SLOTS],
        numbers: [None; SLOTS],
    };

    /// The places with a hash, as bits; free ones may be included.
    fn equal(&self, hash: u32) -> u32 {
        let mut equal = 0;
        for (slot, other) in self.hashes.iter().enumerate() {
            equal |= u32::from(*other == hash) << slot;
        }
        equal
    }

    fn is_full(&self) -> bool {
        self.numbers[SLOTS - 1].is_some()
    }

    fn push(&mut self, hash: u32, number: I) {
        let free = self.numbers.iter().position(Option::is_none);
        let free = free.expect("a bucket that is not full has a free place");
        (self.hashes[free], self.numbers[free]) = (hash, Some(number));
    }

    /// Removes an entry; the last one takes its place.
    fn take(&mut self, slot: usize) {
        let held = self.numbers.iter().flatten().count();
        self.hashes[slot] = self.hashes[held - 1];
        self.numbers[slot] = self.numbers[held - 1];
        self.numbers[held - 1] = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::router::api::ids::CaseIdx;

    const NAMES: u32 = 20_000;

    fn name(n: u32) -> String {
        format!("tel:+86{n}")
    }

    fn find(directory: &Directory<CaseIdx>, n: u32) -> Option<u32> {
        let text = name(n);
        let at = directory.place(text.as_bytes());
        let found = directory.get(at, |found| name(found.number()) == text);
        found.map(CaseIdx::number)
    }

    #[test]
    fn an_entry_is_a_cache_line_of_eight() {
        assert_eq!(size_of::<Bucket<CaseIdx>>(), 64);
    }

    #[test]
    fn names_are_found_and_forgotten() {
        let mut directory = Directory::default();
        for n in 0..NAMES {
            let at = directory.place(name(n).as_bytes());
            directory.insert(at, CaseIdx::of(n));
        }
        for n in (0..NAMES).step_by(3) {
            let at = directory.place(name(n).as_bytes());
            directory.remove(at, CaseIdx::of(n + 1));
            assert_eq!(find(&directory, n), Some(n));
            directory.remove(at, CaseIdx::of(n));
        }
        for n in 0..NAMES + 1_000 {
            let known = n % 3 != 0 && n < NAMES;
            assert_eq!(find(&directory, n), known.then_some(n), "{n}");
        }
        let mut gathered = Gathered::default();
        let mut whole = Directory::default();
        for n in 0..NAMES {
            gathered.add(whole.place(name(n).as_bytes()), CaseIdx::of(n));
        }
        whole.fill(gathered);
        assert!((0..NAMES).all(|n| find(&whole, n) == Some(n)));
        assert_eq!(find(&whole, NAMES), None);
        let held: usize = directory.shards.iter().map(|shard| shard.held).sum();
        assert_eq!(held, (NAMES - NAMES.div_ceil(3)) as usize);
        let largest = directory.shards.iter().map(|shard| shard.held).max();
        assert!(largest.is_some_and(|largest| largest < 150), "{largest:?}");
    }

    #[test]
    fn little_room_is_empty() {
        const MANY: u32 = 1_000_000;
        let mut directory = Directory::default();
        let mut largest: f64 = 0.0;
        for n in 0..MANY {
            let at = directory.place(name(n).as_bytes());
            directory.insert(at, CaseIdx::of(n));
            if n % 50_000 == 49_999 {
                let buckets: usize = directory.shards.iter().map(|s| s.buckets.len()).sum();
                let bytes = (buckets * size_of::<Bucket<CaseIdx>>()) as f64;
                largest = largest.max(bytes / f64::from(n + 1));
            }
        }
        // Eight bytes in tables four fifths full, an eighth more after growth, a partly filled
        // bucket.
        assert!(largest < 12.5, "{largest} bytes a name");
        assert!((0..MANY).all(|n| find(&directory, n) == Some(n)));
    }

    /// A table too full to be fast, in which entries are far from home and wrap round, behaves like
    /// a list.
    #[test]
    fn a_crowded_table_keeps_its_entries() {
        let mut shard = Shard {
            buckets: [Bucket::EMPTY; 5].into_iter().collect(),
            held: 0,
        };
        let mut list: Vec<(u32, CaseIdx)> = Vec::new();
        let mut draw = 1_u32;
        for n in 0..20_000_u32 {
            draw = draw.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let grows = if n % 500 < 250 { 5 } else { 2 };
            if (draw >> 24) & 7 < grows && list.len() < 5 * SLOTS - 1 {
                let hash = draw.wrapping_mul(0x9e37_79b9) | (0xc000_0000 * (n & 1));
                shard.insert(hash, CaseIdx::of(n));
                list.push((hash, CaseIdx::of(n)));
            } else if !list.is_empty() {
                let (hash, number) = list.swap_remove(draw as usize % list.len());
                let (bucket, slot) = shard.find(hash, |found| found == number).expect("held");
                shard.remove(bucket, slot);
            }
            assert_eq!(shard.held, list.len());
            for (hash, number) in &list {
                assert!(shard.find(*hash, |found| found == *number).is_some());
            }
        }
    }
}
