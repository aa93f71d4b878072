//! The only place where the daemon reads the time.
//!
//! The time of day is read once, at the start; from then on the monotonic clock runs on it, so a
//! time of day that is set back or forward moves no deadline. What the two drift apart is taken
//! back slowly: at most [`SLEW_US_MAX`] in each correction. [`Clock::now`] never falls, and
//! never lies below the last command of the journal: after a start with a time of day that was
//! set back, time goes on from that command and waits for the time of day to catch up, slowly.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::router::time::Timestamp;

/// The most that one correction moves the clock, in microseconds.
const SLEW_US_MAX: i64 = 1_000;
/// Differences below this many microseconds are left alone: they are the reading itself.
const SLEW_US_MIN: i64 = 2_000;
/// How often the clock is corrected.
pub const CORRECT_EVERY: Duration = Duration::from_secs(1);

/// The daemon's clock.
#[derive(Debug)]
pub struct Clock {
    started: Instant,
    /// Microseconds since the epoch at `started`, with the corrections since.
    base_us: AtomicI64,
    /// The latest time told.
    told: AtomicI64,
}

impl Clock {
    /// A clock that shows the time of day, or `floor` if that is later.
    pub fn start(floor: Timestamp) -> Self {
        let wall = wall_us();
        Self {
            started: Instant::now(),
            base_us: AtomicI64::new(wall.max(floor.saturating_mul(1_000))),
            told: AtomicI64::new(floor),
        }
    }

    /// Milliseconds since the epoch. Never falls.
    pub fn now(&self) -> Timestamp {
        let now = self.now_us().div_euclid(1_000);
        self.told.fetch_max(now, Ordering::Relaxed).max(now)
    }

    /// How long it is until `at`; zero if it has passed.
    pub fn until(&self, at: Timestamp) -> Duration {
        let left = at.saturating_mul(1_000).saturating_sub(self.now_us());
        Duration::from_micros(u64::try_from(left).unwrap_or(0))
    }

    /// Moves a little towards the time of day.
    pub fn correct(&self) {
        let ahead = self.ahead_us();
        if ahead.abs() >= SLEW_US_MIN {
            let step = ahead.clamp(-SLEW_US_MAX, SLEW_US_MAX);
            self.base_us.fetch_sub(step, Ordering::Relaxed);
        }
    }

    /// How far the clock is ahead of the time of day, in microseconds.
    pub fn ahead_us(&self) -> i64 {
        self.now_us().saturating_sub(wall_us())
    }

    /// How long the process has been up.
    pub fn uptime(&self) -> Duration {
        self.started.elapsed()
    }

    fn now_us(&self) -> i64 {
        let elapsed = i64::try_from(self.started.elapsed().as_micros()).unwrap_or(i64::MAX);
        self.base_us.load(Ordering::Relaxed).saturating_add(elapsed)
    }
}

/// Measures how long something takes. It decides nothing that is recorded.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    pub fn start() -> Self {
        Self(Instant::now())
    }

    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

fn wall_us() -> i64 {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_micros()).unwrap_or(i64::MAX),
        // A time of day before 1970: the clock then shows the floor and goes on from there.
        Err(_) => 0,
    }
}
