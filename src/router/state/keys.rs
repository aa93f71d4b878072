//! Idempotency keys: the same key with the same parameters is answered as before.
//!
//! Bounded in number and age; what was forgotten is carried out anew, so a client must repeat
//! within the time that the settings promise.

use std::collections::VecDeque;

use hashbrown::HashMap;
use serde::{Deserialize, Serialize};

use crate::router::api::answer::{Answer, Repeated};
use crate::router::api::ids::{Key, Name};
use crate::router::api::policy::Settings;
use crate::router::api::reject::Reject;
use crate::router::api::time::Timestamp;

/// A request remembered, with its answer as text.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Remembered {
    pub name: Name,
    pub digest: u64,
    pub at: Timestamp,
    pub answer: Box<str>,
}

/// The keys of a tenant.
#[derive(Clone, Debug, Default)]
pub struct Keys {
    /// In order of age; the number of the first is `first`.
    pub list: VecDeque<Remembered>,
    first: u64,
    by_name: HashMap<Name, u64, foldhash::fast::RandomState>,
}

impl Keys {
    /// The answer given before, a conflict, or nothing.
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
            self.list.len() > settings.keep_keys_max as usize || at - oldest.at > keep
        }) {
            if let Some(oldest) = self.list.pop_front() {
                self.by_name.remove(&oldest.name);
                self.first += 1;
            }
        }
    }

    /// Adds an entry at the end.
    pub fn push(&mut self, entry: Remembered) {
        let number = self.first + self.list.len() as u64;
        self.by_name.insert(entry.name.clone(), number);
        self.list.push_back(entry);
    }
}
