//! Finds the bytes that a JSON string cannot hold as they are: the quote, the backslash and the
//! control characters below U+0020.
//!
//! Most strings are short and clean, so eight bytes are checked at a time. Non-ASCII bytes are
//! clean; UTF-8 is not checked here.

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;
const QUOTES: u64 = ONES * b'"' as u64;
const BACKSLASHES: u64 = ONES * b'\\' as u64;
const SPACES: u64 = ONES * b' ' as u64;

/// Sets the high bit of each zero byte. Bits above the lowest one may be wrong, since a borrow runs
/// upwards; the lowest is right, and none is set where no byte is 0.
const fn zeros(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word & HIGHS
}

/// The position of the first quote.
#[inline]
pub fn find_quote(text: &[u8]) -> Option<usize> {
    let (words, rest) = text.as_chunks::<8>();
    let mut at = 0;
    for word in words {
        let quotes = zeros(u64::from_le_bytes(*word) ^ QUOTES);
        if quotes != 0 {
            return Some(at + quotes.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    let offset = rest.iter().position(|byte| *byte == b'"')?;
    Some(at + offset)
}

/// Whether the bytes hold neither a backslash nor a control character.
pub fn is_without_escapes(text: &[u8]) -> bool {
    const WIDTH: usize = 16;
    // No branch for a single byte, so that the compiler handles a chunk at once.
    let is_plain = |bytes: &[u8]| {
        bytes.iter().fold(true, |plain, byte| {
            plain & (*byte >= b' ') & (*byte != b'\\')
        })
    };
    let (chunks, rest) = text.as_chunks::<WIDTH>();
    // The last step overlaps the one before where the length is no multiple of the width.
    let rest: &[u8] = text.last_chunk::<WIDTH>().map_or(rest, |last| last);
    chunks.iter().all(|chunk| is_plain(chunk)) && is_plain(rest)
}

/// Whether a string may hold all these bytes as they are.
#[inline]
pub fn is_clean(text: &[u8]) -> bool {
    let dirt = |word: u64| {
        let controls = word.wrapping_sub(SPACES) & !word & HIGHS;
        zeros(word ^ QUOTES) | zeros(word ^ BACKSLASHES) | controls
    };
    // Steps overlap where the length is no multiple of eight.
    if let Some(last) = text.last_chunk::<8>() {
        let (words, _) = text.as_chunks::<8>();
        let before = words.iter().map(|word| dirt(u64::from_le_bytes(*word)));
        return before.fold(0, |all, one| all | one) | dirt(u64::from_le_bytes(*last)) == 0;
    }
    if let (Some(first), Some(last)) = (text.first_chunk::<4>(), text.last_chunk::<4>()) {
        let halves = [u32::from_le_bytes(*first), u32::from_le_bytes(*last)].map(u64::from);
        return dirt(halves[0] | halves[1] << 32) == 0;
    }
    text.iter()
        .all(|byte| *byte >= b' ' && *byte != b'"' && *byte != b'\\')
}
