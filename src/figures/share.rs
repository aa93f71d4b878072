//! Shares and ranks.

/// `part / whole`; `None` if `whole` is 0.
pub fn share(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}

/// The nearest rank, counted from 1: the first of `count` sorted values that at least `percent` %
/// of them do not exceed.
pub fn rank(count: u64, percent: u64) -> u64 {
    (count * percent).div_ceil(100).max(1)
}

#[cfg(test)]
mod tests {
    use super::rank;

    #[test]
    fn percentiles_are_nearest_ranks() {
        assert_eq!([50, 90, 95, 99].map(|p| rank(10, p)), [5, 9, 10, 10]);
        assert_eq!([20, 50, 90].map(|p| rank(5, p)), [1, 3, 5]);
        assert_eq!(rank(0, 50), 1);
    }
}
