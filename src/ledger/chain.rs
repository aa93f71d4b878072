//! The chain: each line ends with a hash over the line and the hash of the line before.
//!
//! ```text
//! {"n":7,…,"hash":"<64 hexadecimal digits>"}\n
//! └ body ┘└────────────── seal ─────────────┘
//! hash = BLAKE3(hash of the line before, 32 bytes ‖ body); before the first line 32 zero bytes
//! ```
//! Changing any byte breaks the chain: the body is hashed, and the seal has only one valid form.
//! This file must not read or write files.

use std::fmt;

/// The hash of a line.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Hash([u8; 32]);

const OPEN: &[u8] = b",\"hash\":\"";
const CLOSE: &[u8] = b"\"}";
const DIGITS: usize = 64;

impl Hash {
    /// The hash before the first line.
    pub const ZERO: Self = Self([0; 32]);

    /// The hash of the line with this body, after the line with this hash.
    pub fn after(self, body: &[u8]) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.0);
        hasher.update(body);
        Self(*hasher.finalize().as_bytes())
    }

    /// Reads 64 lower-case hexadecimal digits.
    pub fn read(digits: &[u8]) -> Option<Self> {
        if digits.len() != DIGITS || digits.iter().any(u8::is_ascii_uppercase) {
            return None;
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
            let digit = |at: usize| char::from(pair[at]).to_digit(16);
            *byte = u8::try_from(digit(0)? << 4 | digit(1)?).ok()?;
        }
        Some(Self(bytes))
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// Seals the line whose body begins at `start` of `out`, and returns its hash.
pub fn seal(out: &mut Vec<u8>, start: usize, before: Hash) -> Hash {
    let hash = before.after(&out[start..]);
    out.extend_from_slice(OPEN);
    out.extend_from_slice(hash.to_string().as_bytes());
    out.extend_from_slice(CLOSE);
    out.push(b'\n');
    hash
}

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    #[error("the line does not end as a record must: it was altered or cut off")]
    NoSeal,
    #[error("the hash does not match: the record, its hash or the one before was altered")]
    WrongHash,
}

/// Checks a line, given without its line end, and returns its body and hash.
pub fn unseal(line: &[u8], before: Hash) -> Result<(&[u8], Hash), Broken> {
    let (body, said) = split(line).ok_or(Broken::NoSeal)?;
    if before.after(body) != said {
        return Err(Broken::WrongHash);
    }
    Ok((body, said))
}

/// The hash at the end of a line, unchecked.
pub fn hash_of(line: &[u8]) -> Option<Hash> {
    Some(split(line)?.1)
}

fn split(line: &[u8]) -> Option<(&[u8], Hash)> {
    let seal = OPEN.len() + DIGITS + CLOSE.len();
    let (body, rest) = line.split_at_checked(line.len().checked_sub(seal)?)?;
    let digits = rest.strip_prefix(OPEN)?.strip_suffix(CLOSE)?;
    Some((body, Hash::read(digits)?))
}
