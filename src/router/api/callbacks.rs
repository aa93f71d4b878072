//! How often a callback is tried that does not reach the customer.

use serde::{Deserialize, Serialize};

use super::number::Whole;
use super::time::Millis;

/// The most tries of one callback.
pub const CALLBACK_ATTEMPTS_MAX: u32 = 20;

/// The tries of the callbacks of a queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Callbacks {
    /// How often it is tried; after the last try it ends as `unreached`.
    pub attempts: Whole<1, CALLBACK_ATTEMPTS_MAX>,
    /// The time from one try to the next.
    pub every_ms: Millis,
}

impl Default for Callbacks {
    fn default() -> Self {
        Self {
            attempts: Whole::of(3),
            every_ms: Millis::seconds(30 * 60),
        }
    }
}
