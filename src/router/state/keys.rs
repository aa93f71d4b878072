//! Idempotency keys: the same key with the same parameters gets the same answer.
//!
//! Limited in number, age and bytes. A request whose key was forgotten is applied again, so a
//! client must repeat within the time that the settings promise.

use std::collections::VecDeque;

use hashbrown::HashMap;

use crate::router::api::answer::{Answer, Repeated};
use crate::router::api::ids::{Key, Name};
use crate::router::api::policy::Settings;
use crate::router::api::reject::Reject;
use crate::router::api::time::Timestamp;
use crate::stored::stored;

/// The most bytes of stored answers of a tenant. Usual answers take a few hundred each, but a case
/// with many notes may take megabytes.
const ANSWERS_BYTES_MAX: usize = 64 << 20;

/// A stored request, with its answer as text.
#[derive(Clone, Debug)]
pub struct Remembered {
    pub name: Name,
    pub digest: u64,
    pub at: Timestamp,
    pub answer: Box<str>,
}

stored! { Remembered { 1 name, 2 digest, 3 at, 4 answer } }

/// The keys of a tenant.
#[derive(Clone, Debug, Default)]
pub struct Keys {
    /// In order of age; the number of the first is `first`.
    pub list: VecDeque<Remembered>,
    first: u64,
    /// Bytes of the answers in `list`.
    bytes: usize,
    by_name: HashMap<Name, u64, foldhash::fast::RandomState>,
}

impl Keys {
    /// The stored answer, a conflict, or nothing.
    pub fn look_up(&self, key: &Key) -> Option<Result<Answer, Reject>> {
        let number = *self.by_name.get(&key.name)?;
        let place = usize::try_from(number - self.first).ok()?;
        let known = self.list.get(place)?;
        if known.digest == key.digest {
            return Some(Ok(Answer::Repeated(Repeated(known.answer.clone()))));
        }
        let message = format!("key \"{}\" was used with other parameters", key.name);
        Some(Err(
            Reject::conflict("key", &key.name, message).in_field("key")
        ))
    }

    pub fn remember(&mut self, key: &Key, answer: &Answer, at: Timestamp, settings: &Settings) {
        let text = serde_json::to_string(answer).expect("an answer is writable as JSON");
        self.push(Remembered {
            name: key.name.clone(),
            digest: key.digest,
            at,
            answer: text.into_boxed_str(),
        });
        let keep = settings.keep_keys_ms.0;
        while self.list.front().is_some_and(|oldest| {
            self.list.len() > settings.keep_keys_max as usize
                || at - oldest.at > keep
                || self.bytes > ANSWERS_BYTES_MAX
        }) {
            if let Some(oldest) = self.list.pop_front() {
                self.by_name.remove(&oldest.name);
                self.bytes -= oldest.answer.len();
                self.first += 1;
            }
        }
    }

    /// Adds an entry at the end.
    pub fn push(&mut self, entry: Remembered) {
        let number = self.first + self.list.len() as u64;
        self.by_name.insert(entry.name.clone(), number);
        self.bytes += entry.answer.len();
        self.list.push_back(entry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_answers_push_out_the_oldest() {
        let mut keys = Keys::default();
        let settings = Settings::default();
        let text = format!("\"{}\"", "x".repeat(ANSWERS_BYTES_MAX / 4));
        let large = Answer::Repeated(Repeated(text.into()));
        let key = |n: u64| Key {
            name: Name::of(&format!("k{n}")),
            digest: n,
        };
        for n in 0..10 {
            keys.remember(&key(n), &large, 0, &settings);
        }
        assert!(keys.bytes <= ANSWERS_BYTES_MAX);
        assert!(keys.look_up(&key(9)).is_some());
        assert!(keys.look_up(&key(0)).is_none());
    }
}
