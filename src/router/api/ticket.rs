//! Tickets of a walk-in counter: numbers such as A001, in order of arrival.

use serde::{Deserialize, Serialize};

use super::codes::TicketReset;
use super::ids::Name;
use super::number::{Small, Span};
use super::time::Timestamp;
use crate::calendar::{DAY_MS, Zone};

/// The longest prefix in bytes.
pub const TICKET_PREFIX_BYTES_MAX: usize = 16;
/// The most digits.
pub const TICKET_DIGITS_MAX: u8 = 9;

/// The digits of a number.
pub type Digits = Small<1, TICKET_DIGITS_MAX>;
/// Milliseconds after midnight.
pub type TimeOfDay = Span<0, { DAY_MS - 1 }>;

/// How a queue numbers its walk-in contacts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TicketPolicy {
    /// The prefix of the number. `None` = no tickets.
    pub prefix: Option<Name>,
    /// The minimum number of digits, padded with zeros.
    pub digits: Digits,
    /// The first number of a day.
    pub from: u32,
    pub reset: TicketReset,
    /// When a day begins, after midnight of the queue's calendar, else of the tenant's zone.
    pub day_starts_ms: TimeOfDay,
}

impl Default for TicketPolicy {
    fn default() -> Self {
        Self {
            prefix: None,
            digits: Digits::of(3),
            from: 1,
            reset: TicketReset::Daily,
            day_starts_ms: TimeOfDay::of(0),
        }
    }
}

impl TicketPolicy {
    /// What is wrong with the prefix, if anything.
    pub fn fault(&self) -> Option<String> {
        let bytes = self.prefix.as_ref().map_or(0, |name| name.as_str().len());
        (bytes > TICKET_PREFIX_BYTES_MAX)
            .then(|| format!("{bytes} bytes are too long: give at most {TICKET_PREFIX_BYTES_MAX}"))
    }

    /// The number of the day that contains a time.
    pub(in crate::router) fn day(&self, at: Timestamp, zone: &Zone) -> i64 {
        match self.reset {
            TicketReset::Daily => (zone.local(at) - self.day_starts_ms.get()).div_euclid(DAY_MS),
            TicketReset::Never => 0,
        }
    }
}
