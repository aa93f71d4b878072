//! Tickets of a walk-in counter: numbers such as A001, drawn in the order of coming.

use serde::{Deserialize, Serialize};

use super::codes::TicketReset;
use super::ids::Name;
use super::time::{Millis, Timestamp};
use crate::calendar::DAY_MS;

/// The longest prefix in bytes.
pub const TICKET_PREFIX_BYTES_MAX: usize = 16;
/// The most digits.
pub const TICKET_DIGITS_MAX: u8 = 9;

/// How a queue numbers its walk-in contacts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TicketPolicy {
    /// What stands before the number. `None` = no tickets.
    pub prefix: Option<Name>,
    /// The least digits, filled up with zeros.
    pub digits: u8,
    /// The first number of a day.
    pub from: u32,
    pub reset: TicketReset,
    /// When a day begins, after midnight UTC.
    pub day_starts_ms: Millis,
}

impl Default for TicketPolicy {
    fn default() -> Self {
        Self {
            prefix: None,
            digits: 3,
            from: 1,
            reset: TicketReset::Daily,
            day_starts_ms: Millis::ZERO,
        }
    }
}

impl TicketPolicy {
    /// What is wrong with it: the field, and what would be right.
    pub fn fault(&self) -> Option<(&'static str, String)> {
        let prefix = self
            .prefix
            .as_ref()
            .map_or(0, |prefix| prefix.as_str().len());
        if prefix > TICKET_PREFIX_BYTES_MAX {
            let right =
                format!("{prefix} bytes are too long: give at most {TICKET_PREFIX_BYTES_MAX}");
            return Some(("ticket.prefix", right));
        }
        if !(1..=TICKET_DIGITS_MAX).contains(&self.digits) {
            let n = self.digits;
            let right = format!("{n} is out of range: give 1 to {TICKET_DIGITS_MAX}");
            return Some(("ticket.digits", right));
        }
        if self.day_starts_ms.0 >= DAY_MS {
            let n = self.day_starts_ms.0;
            let right = format!("{n} is not a time of day: give 0 to {}", DAY_MS - 1);
            return Some(("ticket.day_starts_ms", right));
        }
        None
    }

    /// The number of the day of a time.
    pub(in crate::router) fn day(&self, at: Timestamp) -> i64 {
        match self.reset {
            TicketReset::Daily => (at - self.day_starts_ms.0).div_euclid(DAY_MS),
            TicketReset::Never => 0,
        }
    }
}
