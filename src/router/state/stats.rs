//! The counts of a queue, since the start and by minute for the last hour.
//!
//! Integers only, so that every run over the same commands gives the same figures.

use std::collections::VecDeque;

use crate::router::api::codes::{Outcome, Route};
use crate::router::api::time::Timestamp;
use crate::stored::stored;

/// The longest window of `stats.get`: one hour.
pub const WINDOW_MINUTES_MAX: i64 = 60;

/// Counts of a span of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub submitted: u64,
    pub connected: u64,
    pub within_target: u64,
    pub abandoned: u64,
    pub timeout: u64,
    pub ended: u64,
    pub wait_sum_ms: i64,
    pub wait_max_ms: i64,
    pub handled: u64,
    pub handle_sum_ms: i64,
    pub repeat_contacts: u64,
    pub owner_hits: u64,
    /// Came to the queue to wait: submitted to it, from another queue, or passed on.
    pub entered: u64,
    /// Ended in the queue before an agent took them.
    pub unanswered: u64,
    /// Went to another queue before an agent took them.
    pub moved_out: u64,
    /// Passed on by an agent who got them through the queue.
    pub passed_on: u64,
    pub lost: u64,
}

stored! {
    Tally {
        1 submitted = 0, 2 connected = 0, 3 within_target = 0, 4 abandoned = 0, 5 timeout = 0,
        6 ended = 0, 7 wait_sum_ms = 0, 8 wait_max_ms = 0, 9 handled = 0, 10 handle_sum_ms = 0,
        11 repeat_contacts = 0, 12 owner_hits = 0, 13 entered = 0, 14 unanswered = 0, 15 moved_out = 0,
        16 passed_on = 0, 17 lost = 0,
    }
}

impl Tally {
    pub fn add(&mut self, other: &Self) {
        self.submitted += other.submitted;
        self.connected += other.connected;
        self.within_target += other.within_target;
        self.abandoned += other.abandoned;
        self.timeout += other.timeout;
        self.ended += other.ended;
        self.wait_sum_ms += other.wait_sum_ms;
        self.wait_max_ms = self.wait_max_ms.max(other.wait_max_ms);
        self.handled += other.handled;
        self.handle_sum_ms += other.handle_sum_ms;
        self.repeat_contacts += other.repeat_contacts;
        self.owner_hits += other.owner_hits;
        self.entered += other.entered;
        self.unanswered += other.unanswered;
        self.moved_out += other.moved_out;
        self.passed_on += other.passed_on;
        self.lost += other.lost;
    }

    /// Served within the target ÷ (served + abandoned + timed out).
    pub fn service_level(&self) -> Option<f64> {
        ratio(
            self.within_target,
            self.connected + self.abandoned + self.timeout,
        )
    }
}

/// `part / whole`; `None` if `whole` is 0.
pub fn ratio(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// Counts in total and by minute.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    pub total: Tally,
    minutes: VecDeque<(i64, Tally)>,
}

stored! { Stats { 1 total, 2 minutes } }

impl Stats {
    fn note(&mut self, at: Timestamp, change: impl Fn(&mut Tally)) {
        change(&mut self.total);
        let minute = at.div_euclid(60_000);
        if self.minutes.back().is_none_or(|(last, _)| *last != minute) {
            self.minutes.push_back((minute, Tally::default()));
            while self
                .minutes
                .front()
                .is_some_and(|(m, _)| m + WINDOW_MINUTES_MAX < minute)
            {
                self.minutes.pop_front();
            }
        }
        if let Some((_, tally)) = self.minutes.back_mut() {
            change(tally);
        }
    }

    pub fn submitted(&mut self, at: Timestamp) {
        self.note(at, |tally| tally.submitted += 1);
    }

    pub fn entered(&mut self, at: Timestamp) {
        self.note(at, |tally| tally.entered += 1);
    }

    pub fn moved_out(&mut self, at: Timestamp) {
        self.note(at, |tally| tally.moved_out += 1);
    }

    pub fn passed_on(&mut self, at: Timestamp) {
        self.note(at, |tally| tally.passed_on += 1);
    }

    /// An agent's part is over, wrap-up included.
    pub fn handled(&mut self, at: Timestamp, handle_ms: i64) {
        self.note(at, |tally| {
            tally.handled += 1;
            tally.handle_sum_ms += handle_ms;
        });
    }

    pub fn connected(&mut self, at: Timestamp, wait_ms: i64, within_target: bool) {
        self.note(at, |tally| {
            tally.connected += 1;
            tally.within_target += u64::from(within_target);
            tally.wait_sum_ms += wait_ms;
            tally.wait_max_ms = tally.wait_max_ms.max(wait_ms);
        });
    }

    pub fn repeat(&mut self, at: Timestamp, route: Route) {
        self.note(at, |tally| {
            tally.repeat_contacts += 1;
            tally.owner_hits += u64::from(route == Route::Owner);
        });
    }

    pub fn ended(&mut self, at: Timestamp, outcome: Outcome, was_waiting: bool) {
        self.note(at, |tally| {
            tally.ended += 1;
            tally.unanswered += u64::from(was_waiting);
            match outcome {
                Outcome::Abandoned => tally.abandoned += 1,
                Outcome::Timeout => tally.timeout += 1,
                Outcome::Lost => tally.lost += 1,
                Outcome::Resolved
                | Outcome::Open
                | Outcome::Transferred
                | Outcome::Dropped
                | Outcome::Rejected
                | Outcome::NoAgent
                | Outcome::Voicemail
                | Outcome::Callback
                | Outcome::Cancelled
                | Outcome::Unreached => {}
            }
        });
    }

    /// The counts of the last `window_ms`, by whole minutes.
    pub fn within(&self, at: Timestamp, window_ms: i64) -> Tally {
        let from = (at - window_ms).div_euclid(60_000);
        let mut tally = Tally::default();
        for (_, minute) in self.minutes.iter().filter(|(minute, _)| *minute > from) {
            tally.add(minute);
        }
        tally
    }
}
