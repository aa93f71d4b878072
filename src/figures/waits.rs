//! Waits counted exactly, by the millisecond, in bounded memory.
//!
//! Waits up to about a quarter of an hour are counted in a table, longer ones in a map, so the
//! memory depends on how long contacts wait and not on their number.

use std::collections::BTreeMap;

use serde::Serialize;

use super::share::rank;

/// Waits below this many milliseconds are counted in the table.
const DENSE_MS: usize = 1 << 20;

/// A distribution of waits.
#[derive(Clone, Debug, Default)]
pub struct Waits {
    dense: Vec<u32>,
    sparse: BTreeMap<i64, u32>,
    count: u64,
    sum: i128,
}

/// The summary of waits, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct WaitSummary<F = f64, I = i64> {
    pub mean: F,
    pub p50: I,
    pub p90: I,
    pub p95: I,
    pub p99: I,
    pub max: I,
}

impl Waits {
    pub fn add(&mut self, wait_ms: i64) {
        self.count += 1;
        self.sum += i128::from(wait_ms);
        match usize::try_from(wait_ms).ok().filter(|n| *n < DENSE_MS) {
            Some(n) => {
                if self.dense.len() <= n {
                    self.dense.resize((n + 1).next_power_of_two(), 0);
                }
                self.dense[n] += 1;
            }
            None => *self.sparse.entry(wait_ms).or_default() += 1,
        }
    }

    pub fn merge(&mut self, other: &Self) {
        if self.dense.len() < other.dense.len() {
            self.dense.resize(other.dense.len(), 0);
        }
        for (mine, theirs) in self.dense.iter_mut().zip(&other.dense) {
            *mine += theirs;
        }
        for (wait, n) in &other.sparse {
            *self.sparse.entry(*wait).or_default() += n;
        }
        self.count += other.count;
        self.sum += other.sum;
    }

    pub fn count(&self) -> u64 {
        self.count
    }

    pub fn sum(&self) -> i128 {
        self.sum
    }

    pub fn zeros(&self) -> u64 {
        self.dense.first().copied().map_or(0, u64::from)
    }

    pub fn mean(&self) -> f64 {
        if self.count == 0 {
            return 0.0;
        }
        self.sum as f64 / self.count as f64
    }

    /// Every wait with its count, ascending.
    pub fn iter(&self) -> impl Iterator<Item = (i64, u64)> {
        let dense = self.dense.iter().enumerate().filter(|(_, n)| **n > 0);
        dense
            .map(|(wait, n)| (wait as i64, u64::from(*n)))
            .chain(self.sparse.iter().map(|(wait, n)| (*wait, u64::from(*n))))
    }

    /// Mean, percentiles by nearest rank, and the longest.
    pub fn summary(&self) -> WaitSummary {
        let ranks = [50, 90, 95, 99, 100].map(|percent| rank(self.count, percent));
        let mut found = [0; 5];
        let (mut seen, mut next) = (0, 0);
        for (wait, n) in self.iter() {
            seen += n;
            while next < ranks.len() && ranks[next] <= seen {
                found[next] = wait;
                next += 1;
            }
        }
        let [p50, p90, p95, p99, max] = found;
        WaitSummary {
            mean: self.mean(),
            p50,
            p90,
            p95,
            p99,
            max,
        }
    }

    /// The summary, with `None` instead of zeros if there are no waits.
    pub fn summary_of_any(&self) -> WaitSummary<Option<f64>, Option<i64>> {
        if self.count == 0 {
            return WaitSummary::default();
        }
        let all = self.summary();
        WaitSummary {
            mean: Some(all.mean),
            p50: Some(all.p50),
            p90: Some(all.p90),
            p95: Some(all.p95),
            p99: Some(all.p99),
            max: Some(all.max),
        }
    }
}
