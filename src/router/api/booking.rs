//! How a queue takes bookings (预约), and the slots of time that are booked.
//!
//! Slots begin at multiples of their length since 1970.

use serde::{Deserialize, Serialize};

use super::time::{Millis, Timestamp};

/// The shortest slot.
pub const SLOT_MS_MIN: i64 = 60_000;
/// The longest slot.
pub const SLOT_MS_MAX: i64 = 24 * 3_600_000;

/// How a queue takes bookings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Booking {
    pub slot_ms: Millis,
    /// Contacts booked for one slot. `None` = no limit, and none for the owner either.
    pub capacity: Option<u32>,
    /// How far ahead a contact may be booked.
    pub ahead_ms: Option<Millis>,
}

impl Default for Booking {
    fn default() -> Self {
        Self {
            slot_ms: Millis::minutes(30),
            capacity: None,
            ahead_ms: None,
        }
    }
}

impl Booking {
    /// What is wrong with it: the field, and what would be right.
    pub fn fault(&self) -> Option<(&'static str, String)> {
        let slot = self.slot_ms.0;
        if (SLOT_MS_MIN..=SLOT_MS_MAX).contains(&slot) {
            return None;
        }
        let right = format!("{slot} is out of range: give {SLOT_MS_MIN} to {SLOT_MS_MAX}");
        Some(("booking.slot_ms", right))
    }

    /// The slot in which a time lies.
    pub(in crate::router) fn slot(&self, at: Timestamp) -> Slot {
        let from_at = at.div_euclid(self.slot_ms.0) * self.slot_ms.0;
        let to_at = from_at.saturating_add(self.slot_ms.0);
        Slot { from_at, to_at }
    }
}

/// A span of time that can be booked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot {
    pub from_at: Timestamp,
    pub to_at: Timestamp,
}
