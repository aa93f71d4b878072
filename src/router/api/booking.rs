//! The booking rules of a queue (预约), and the slots of time.
//!
//! Slots begin at multiples of their length since 1970.

use serde::{Deserialize, Serialize};

use super::number::Span;
use super::time::{Millis, Timestamp};

/// The shortest slot.
pub const SLOT_MS_MIN: i64 = 60_000;
/// The longest slot.
pub const SLOT_MS_MAX: i64 = 24 * 3_600_000;

/// The length of a slot.
pub type SlotLength = Span<SLOT_MS_MIN, SLOT_MS_MAX>;

/// The booking rules of a queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Booking {
    pub slot_ms: SlotLength,
    /// Contacts booked for one slot. `None` = no limit, not even for the owner.
    pub capacity: Option<u32>,
    /// How far ahead a contact may be booked.
    pub ahead_ms: Option<Millis>,
}

impl Default for Booking {
    fn default() -> Self {
        Self {
            slot_ms: SlotLength::of(30 * 60_000),
            capacity: None,
            ahead_ms: None,
        }
    }
}

impl Booking {
    /// The slot that contains a time.
    pub(in crate::router) fn slot(&self, at: Timestamp) -> Slot {
        let from_at = at.div_euclid(self.slot_ms.get()) * self.slot_ms.get();
        let to_at = from_at.saturating_add(self.slot_ms.get());
        Slot { from_at, to_at }
    }
}

/// A bookable span of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot {
    pub from_at: Timestamp,
    pub to_at: Timestamp,
}
