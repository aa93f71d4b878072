//! A simulation over time: arrivals, answers, and how many contacts waited and talked, in buckets
//! of five minutes.
//!
//! Means over time are integrals of whole contacts over whole milliseconds, so they are exact.

use crate::figures::Sums;
use crate::router::time::Timestamp;

/// The first width of a bucket; it is doubled when a run needs too many buckets.
pub const BUCKET_MS: i64 = 5 * 60_000;
const BUCKETS_MAX: usize = 1 << 17;
const HOUR_MS: i64 = 3_600_000;

/// The counts of one bucket. They go by the time of arrival.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bucket {
    pub sums: Sums,
    /// The waits of served contacts.
    pub wait_ms: i64,
    pub wait_max_ms: i64,
    /// Contacts waiting, and in conversation, times milliseconds.
    pub waiting_area: i128,
    pub talking_area: i128,
}

impl Bucket {
    pub fn add(&mut self, other: &Self) {
        self.sums.add(&other.sums);
        self.wait_ms += other.wait_ms;
        self.wait_max_ms = self.wait_max_ms.max(other.wait_max_ms);
        self.waiting_area += other.waiting_area;
        self.talking_area += other.talking_area;
    }
}

/// The buckets, and how many contacts wait and talk now.
#[derive(Clone, Debug)]
pub struct Timeline {
    origin: Timestamp,
    width: i64,
    buckets: Vec<Bucket>,
    /// The bucket found last, and its beginning: mostly the next one too.
    last: usize,
    last_from: Timestamp,
    at: Timestamp,
    waiting: i64,
    talking: i64,
}

impl Timeline {
    /// Begins at the full hour before the first arrival.
    pub fn new(first_arrival: Timestamp) -> Self {
        let origin = first_arrival.div_euclid(HOUR_MS) * HOUR_MS;
        Self {
            origin,
            width: BUCKET_MS,
            buckets: vec![Bucket::default()],
            last: 0,
            last_from: origin,
            at: first_arrival,
            waiting: 0,
            talking: 0,
        }
    }

    /// The bucket of a time, which must not be before the origin.
    pub fn bucket(&mut self, at: Timestamp) -> &mut Bucket {
        if at < self.last_from || at >= self.last_from + self.width {
            self.find(at);
        }
        &mut self.buckets[self.last]
    }

    /// Finds the bucket of a time, and makes it if it does not exist.
    fn find(&mut self, at: Timestamp) {
        let mut place = usize::try_from((at - self.origin) / self.width).unwrap_or(0);
        while place >= BUCKETS_MAX {
            self.widen();
            place = usize::try_from((at - self.origin) / self.width).unwrap_or(0);
        }
        if self.buckets.len() <= place {
            self.buckets.resize(place + 1, Bucket::default());
        }
        self.last = place;
        self.last_from = self.origin + place as i64 * self.width;
    }

    fn widen(&mut self) {
        self.width *= 2;
        self.buckets = self
            .buckets
            .chunks(2)
            .map(|pair| {
                let mut both = pair[0];
                if let Some(second) = pair.get(1) {
                    both.add(second);
                }
                both
            })
            .collect();
    }

    /// Advances to a time with the current numbers of waiting and talking contacts, then changes
    /// them.
    pub fn change(&mut self, at: Timestamp, waiting: i64, talking: i64) {
        self.go_to(at);
        self.waiting += waiting;
        self.talking += talking;
    }

    fn go_to(&mut self, at: Timestamp) {
        if self.waiting == 0 && self.talking == 0 {
            self.at = self.at.max(at);
        }
        let last_to = self.last_from + self.width;
        if self.last_from <= self.at && self.at < at && at <= last_to {
            self.add_area(at - self.at);
            self.at = at;
        }
        while self.at < at {
            let from = self.at;
            // Finding the bucket may widen all of them, so its end is read afterwards.
            self.bucket(from);
            let end = (self.last_from + self.width).min(at);
            self.add_area(end - from);
            self.at = end;
        }
    }

    /// Adds a span of time to the last bucket.
    fn add_area(&mut self, span: i64) {
        let bucket = &mut self.buckets[self.last];
        bucket.waiting_area += i128::from(self.waiting * span);
        bucket.talking_area += i128::from(self.talking * span);
    }

    pub fn total(&self) -> Bucket {
        let mut total = Bucket::default();
        for bucket in &self.buckets {
            total.add(bucket);
        }
        total
    }

    /// Steps of at least `step_ms`: beginning, length and counts of each.
    pub fn steps(&self, step_ms: i64) -> Vec<(Timestamp, i64, Bucket)> {
        let group = usize::try_from(step_ms / self.width).unwrap_or(1).max(1);
        let step = self.width * group as i64;
        self.buckets
            .chunks(group)
            .enumerate()
            .map(|(n, buckets)| {
                let mut all = Bucket::default();
                for bucket in buckets {
                    all.add(bucket);
                }
                (self.origin + n as i64 * step, step, all)
            })
            .collect()
    }
}
