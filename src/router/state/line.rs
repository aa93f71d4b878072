//! The waiting contacts of a queue, in order, each with its position.
//!
//! The order is stored in runs of neighbours. A new contact is nearly always last and is appended
//! to the last run; a position is the sum of the runs before it, counted from the nearer end, so it
//! costs the same for ten waiting contacts as for ten thousand, and little more for a hundred
//! thousand. This file knows the order, not who may take what.

use super::waiting::WaitKey;
use crate::router::api::ids::ContactIdx;

/// The most entries of a run.
const RUN_MAX: usize = 128;
/// Two runs that together have no more than this are joined.
const RUN_MIN: usize = RUN_MAX / 2;

/// The order.
#[derive(Clone, Debug, Default)]
pub struct Line {
    /// No run is empty; each ends before the next begins.
    runs: Vec<Run>,
    len: usize,
}

#[derive(Clone, Debug)]
struct Run {
    /// The last key of `entries`, to be read without accessing them.
    last: WaitKey,
    entries: Vec<(WaitKey, ContactIdx)>,
}

impl Run {
    fn of(entries: Vec<(WaitKey, ContactIdx)>) -> Option<Self> {
        let (last, _) = *entries.last()?;
        Some(Self { last, entries })
    }

    /// How many of its entries are before a key.
    fn before(&self, key: WaitKey) -> usize {
        self.entries.partition_point(|(other, _)| *other < key)
    }
}

impl Line {
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// All entries, first to last.
    pub fn iter(&self) -> impl Iterator<Item = (WaitKey, ContactIdx)> + '_ {
        self.runs.iter().flat_map(|run| run.entries.iter().copied())
    }

    pub fn contacts(&self) -> impl Iterator<Item = ContactIdx> + '_ {
        self.iter().map(|(_, contact)| contact)
    }

    /// The run of a key, whether the key is there or not.
    fn run_of(&self, key: WaitKey) -> usize {
        match self.runs.last() {
            Some(last) if last.last < key => self.runs.len(),
            _ => self.runs.partition_point(|run| run.last < key),
        }
    }

    /// Adds a contact at its place. A key that is already there gets the new contact.
    pub fn insert(&mut self, key: WaitKey, contact: ContactIdx) {
        let mut at = self.run_of(key);
        if at == self.runs.len() {
            self.len += 1;
            match self.runs.last_mut() {
                Some(run) if run.entries.len() < RUN_MAX => {
                    run.entries.push((key, contact));
                    run.last = key;
                }
                _ => self.runs.extend(Run::of(vec![(key, contact)])),
            }
            return;
        }
        if self.runs[at].entries.len() == RUN_MAX {
            let later = self.runs[at].entries.split_off(RUN_MAX / 2);
            let sooner = std::mem::take(&mut self.runs[at].entries);
            let halves = [sooner, later].into_iter().filter_map(Run::of);
            self.runs.splice(at..=at, halves);
            at += usize::from(self.runs[at].last < key);
        }
        let run = &mut self.runs[at];
        let place = run.before(key);
        match run.entries.get_mut(place) {
            Some(entry) if entry.0 == key => entry.1 = contact,
            _ => {
                run.entries.insert(place, (key, contact));
                self.len += 1;
            }
        }
    }

    /// Removes the entry of a key.
    pub fn remove(&mut self, key: WaitKey) {
        let at = self.run_of(key);
        let Some(run) = self.runs.get_mut(at) else {
            return;
        };
        let place = run.before(key);
        if run
            .entries
            .get(place)
            .is_none_or(|(other, _)| *other != key)
        {
            return;
        }
        run.entries.remove(place);
        self.len -= 1;
        match run.entries.last() {
            Some((last, _)) => run.last = *last,
            None => {
                self.runs.remove(at);
                return;
            }
        }
        let held = |at: usize| self.runs.get(at).map_or(RUN_MAX, |run| run.entries.len());
        if held(at) + held(at + 1) <= RUN_MIN {
            let next = self.runs.remove(at + 1);
            self.runs[at].entries.extend(next.entries);
            self.runs[at].last = next.last;
        }
    }

    /// How many entries are before a key, whether the key is there or not.
    pub fn before(&self, key: WaitKey) -> usize {
        let at = self.run_of(key);
        let Some(run) = self.runs.get(at) else {
            return self.len;
        };
        let held = |runs: &[Run]| runs.iter().map(|run| run.entries.len()).sum::<usize>();
        let (sooner, later) = self.runs.split_at(at);
        let whole = if sooner.len() < later.len() {
            held(sooner)
        } else {
            self.len - held(later)
        };
        whole + run.before(key)
    }

    /// When the earliest of all joined: the first of one of the priorities.
    pub fn oldest_joined_at(&self) -> Option<i64> {
        let mut oldest: Option<i64> = None;
        let mut at = 0;
        while let Some((first, _)) = self.at(at) {
            oldest = Some(oldest.map_or(first.joined_at, |oldest| oldest.min(first.joined_at)));
            at = self.before(WaitKey {
                minus_priority: first.minus_priority.saturating_add(1),
                joined_at: i64::MIN,
                seq: 0,
            });
        }
        oldest
    }

    /// The entry at a position, from 0.
    fn at(&self, mut place: usize) -> Option<(WaitKey, ContactIdx)> {
        for run in &self.runs {
            match run.entries.get(place) {
                Some(entry) => return Some(*entry),
                None => place -= run.entries.len(),
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::router::store::draw::Draw;

    /// Compares every answer of a line with a scanned map, after each of many random steps, while
    /// it grows, shrinks and grows again.
    #[test]
    fn places_are_those_of_a_sorted_map() {
        let mut draw = Draw::new(7);
        let mut below = |limit: u64| draw.below(limit);
        let (mut line, mut map) = (Line::default(), BTreeMap::new());
        for step in 0..45_000_u64 {
            let grows = step / 5_000 % 2 == 0;
            if below(10) < if grows { 8 } else { 2 } {
                let key = WaitKey {
                    minus_priority: below(3) as i64,
                    joined_at: if below(4) == 0 { below(step + 1) } else { step } as i64,
                    seq: step,
                };
                line.insert(key, ContactIdx::of(step as u32));
                map.insert(key, ContactIdx::of(step as u32));
            } else if !map.is_empty() {
                let nth = [0, below(map.len() as u64) as usize][below(2) as usize];
                let key = *map.keys().nth(nth).expect("within its length");
                line.remove(key);
                map.remove(&key);
                line.remove(key);
            }
            assert_eq!(line.len, map.len());
            assert_eq!(line.is_empty(), map.is_empty());
            if step % 97 == 0 {
                let nth = below(map.len() as u64 + 1) as usize;
                if let Some(key) = map.keys().nth(nth) {
                    assert_eq!(line.before(*key), nth);
                }
                let oldest = map.keys().map(|key| key.joined_at).min();
                assert_eq!(line.oldest_joined_at(), oldest);
                assert!(line.iter().eq(map.iter().map(|(key, idx)| (*key, *idx))));
                assert!(line.contacts().eq(map.values().copied()));
            }
        }
        let first = *map.keys().next().expect("it has grown");
        line.insert(first, ContactIdx::of(1));
        assert_eq!(line.len, map.len());
        assert_eq!(line.contacts().next(), Some(ContactIdx::of(1)));
        let runs = line.runs.len();
        assert!(runs <= map.len() / (RUN_MIN / 2) + 2, "{runs} runs");
    }
}
