//! A token bucket: limits the requests of one client per second.

use crate::router::time::Timestamp;

/// Holds up to two seconds' worth of requests.
#[derive(Clone, Copy, Debug)]
pub struct Bucket {
    per_second: u32,
    /// Thousandths of a request.
    held: i64,
    filled_at: Timestamp,
}

impl Bucket {
    pub fn new(per_second: u32, now: Timestamp) -> Self {
        Self {
            per_second,
            held: i64::from(per_second) * 2_000,
            filled_at: now,
        }
    }

    pub fn per_second(&self) -> u32 {
        self.per_second
    }

    /// Whether the bucket has refilled completely.
    pub fn is_full(&self, now: Timestamp) -> bool {
        let rate = i64::from(self.per_second);
        let refill = (now - self.filled_at).max(0).saturating_mul(rate);
        self.held.saturating_add(refill) >= rate * 2_000
    }

    /// Takes one request out; `false` = the bucket is empty.
    pub fn take(&mut self, now: Timestamp) -> bool {
        let rate = i64::from(self.per_second);
        let passed = (now - self.filled_at).max(0);
        self.filled_at = now;
        // A rate of n per second is n thousandths per millisecond.
        let refill = passed.saturating_mul(rate);
        self.held = self.held.saturating_add(refill).min(rate * 2_000);
        if self.held < 1_000 {
            return false;
        }
        self.held -= 1_000;
        true
    }
}
