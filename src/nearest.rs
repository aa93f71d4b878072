//! The nearest of some known words to one that is not known.
//!
//! Only faults pay for it; it must never decide anything but a hint.

/// A longer word is no typing error, and the search is quadratic in its length.
const WRITTEN_BYTES_MAX: usize = 128;

/// The known word that `written` was most likely meant to be, if one is near enough: within a
/// third of its length, and within three letters.
pub fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if written.len() > WRITTEN_BYTES_MAX {
        return None;
    }
    let limit = (written.chars().count() / 3).clamp(1, 3);
    known
        .into_iter()
        .map(|word| (distance(written, word), word))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, word)| word)
}

/// Insertions, deletions, replacements and swaps of neighbours between two words, case aside.
pub fn distance(a: &str, b: &str) -> usize {
    strsim::osa_distance(&a.to_lowercase(), &b.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_found_and_far_ones_are_not() {
        let known = ["ring", "retry", "requires", "strategy"];
        assert_eq!(nearest("rnig", known), Some("ring"));
        assert_eq!(nearest("require", known), Some("requires"));
        assert_eq!(nearest("Strategy", known), Some("strategy"));
        assert_eq!(nearest("volume", known), None);
        assert_eq!(distance("ca", "ac"), 1);
        assert_eq!(distance("", "ab"), 2);
    }
}
