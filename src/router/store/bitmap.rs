//! A set of small numbers with summary levels, made for intersections.
//!
//! Level 0 has one bit for each number; a bit of a higher level says that the word below is not
//! empty. The first number in several sets is found by descending the AND of their summaries, so
//! empty regions of 64, 4,096 or 262,144 numbers cost one word.

const LEVELS: usize = 3;

/// A growing set of `u32`.
#[derive(Clone, Debug, Default)]
pub struct Bitmap {
    levels: [Vec<u64>; LEVELS],
}

impl Bitmap {
    /// An empty set that can hold numbers below `len`.
    pub fn with_len(len: usize) -> Self {
        let mut map = Self::default();
        map.grow(len);
        map
    }

    /// Makes room for numbers below `len`.
    pub fn grow(&mut self, len: usize) {
        let mut words = len;
        for level in &mut self.levels {
            words = words.div_ceil(64);
            if level.len() < words {
                level.resize(words, 0);
            }
        }
    }

    pub fn insert(&mut self, n: u32) {
        let mut n = n as usize;
        for level in &mut self.levels {
            let word = &mut level[n >> 6];
            let was_empty = *word == 0;
            *word |= 1 << (n & 63);
            if !was_empty {
                return;
            }
            n >>= 6;
        }
    }

    pub fn remove(&mut self, n: u32) {
        let mut n = n as usize;
        for level in &mut self.levels {
            let word = &mut level[n >> 6];
            *word &= !(1 << (n & 63));
            if *word != 0 {
                return;
            }
            n >>= 6;
        }
    }

    pub fn contains(&self, n: u32) -> bool {
        self.levels[0]
            .get(n as usize >> 6)
            .is_some_and(|word| word >> (n & 63) & 1 == 1)
    }
}

/// The smallest number `>= from` that is in all of `maps`. `maps` is not empty and all sets have
/// the same capacity.
pub fn next_common(maps: &[&Bitmap], from: u32) -> Option<u32> {
    next_at(maps, 0, from as usize).map(|n| u32::try_from(n).expect("positions fit in u32"))
}

fn next_at(maps: &[&Bitmap], level: usize, from: usize) -> Option<usize> {
    let words = maps[0].levels[level].len();
    let mut from = from;
    loop {
        let index = from >> 6;
        if index >= words {
            return None;
        }
        let above = !0u64 << (from & 63);
        let word = maps
            .iter()
            .fold(above, |word, map| word & map.levels[level][index]);
        if word != 0 {
            return Some(index << 6 | word.trailing_zeros() as usize);
        }
        from = if level + 1 < LEVELS {
            next_at(maps, level + 1, index + 1)? << 6
        } else {
            (index + 1) << 6
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::router::store::draw::Draw;

    #[test]
    fn finds_what_a_scan_finds() {
        let mut numbers = Draw::new(7);
        let mut draw = || numbers.number();
        for len in [1usize, 64, 65, 5_000, 300_000] {
            let mut maps = [Bitmap::with_len(len), Bitmap::with_len(len)];
            let mut plain = [vec![false; len], vec![false; len]];
            for _ in 0..len.min(2_000) {
                let which = (draw() % 2) as usize;
                let n = (draw() as usize) % len;
                if draw() % 4 == 0 {
                    maps[which].remove(n as u32);
                    plain[which][n] = false;
                } else {
                    maps[which].insert(n as u32);
                    plain[which][n] = true;
                }
            }
            let found: Vec<usize> = {
                let refs = [&maps[0], &maps[1]];
                let mut found = Vec::new();
                let mut from = 0;
                while let Some(n) = next_common(&refs, from) {
                    found.push(n as usize);
                    from = n + 1;
                }
                found
            };
            let expected: Vec<usize> = (0..len).filter(|n| plain[0][*n] && plain[1][*n]).collect();
            assert_eq!(found, expected, "len {len}");
        }
    }
}
