//! Observed durations or scores.

use crate::figures::{rank, share};

/// The observations, in the order in which they were added.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sample(Vec<i64>);

impl Sample {
    pub fn add(&mut self, value: i64) {
        self.0.push(value);
    }

    pub fn count(&self) -> u64 {
        self.0.len() as u64
    }

    pub fn mean(&self) -> Option<f64> {
        let sum: i128 = self.0.iter().map(|value| i128::from(*value)).sum();
        share(sum as f64, self.0.len() as f64)
    }

    /// The nearest rank: the smallest observation that `percent` % do not exceed.
    pub fn percentile(&self, percent: u32) -> Option<f64> {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let rank = rank(sorted.len() as u64, percent.into()) as usize;
        sorted.get(rank - 1).map(|value| *value as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::Sample;

    #[test]
    fn percentiles_are_nearest_ranks() {
        let mut sample = Sample::default();
        assert_eq!((sample.mean(), sample.percentile(90)), (None, None));
        for value in [5, 1, 4, 2, 3] {
            sample.add(value);
        }
        assert_eq!(sample.mean(), Some(3.0));
        assert_eq!(sample.percentile(50), Some(3.0));
        assert_eq!(sample.percentile(90), Some(5.0));
        assert_eq!(sample.percentile(20), Some(1.0));
    }
}
