//! The only place where the daemon reads the time.
//!
//! The time of day is read at the start and then advanced by the monotonic clock, so setting the
//! time of day moves no deadline at once. The difference between the two is corrected:
//!
//! - up to [`APART_US`]: slowly, at most [`SLEW_US_MAX`] in each correction;
//! - up to [`FOLLOW_US_MAX`], as after a clock change or a sleep of the machine: by half a second
//!   in each correction until the two agree. Meanwhile deadlines come a third early or after twice
//!   the time, but not all at once;
//! - beyond that: slowly, because such a clock is more likely to be corrected than to be right.
//!
//! [`Clock::now`] never falls and never returns less than the journal's last command, because
//! recorded time cannot be taken back. So a start checks that the time of day is plausible
//! ([`Clock::check`]) before it records anything.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::error::ServerError;
use crate::router::time::{Millis, Timestamp};

/// Largest step of a slow correction, in microseconds.
const SLEW_US_MAX: i64 = 1_000;
/// Step while following a changed time of day, in microseconds.
const FOLLOW_US: i64 = 500_000;
/// Smaller differences, in microseconds, are reading noise and left alone.
const SLEW_US_MIN: i64 = 2_000;
/// From this difference on, the time of day was set or the machine slept.
const APART_US: i64 = 2_000_000;
/// Largest difference that is followed.
const FOLLOW_US_MAX: i64 = DAY_MS * 1_000;
/// Interval of corrections.
pub const CORRECT_EVERY: Duration = Duration::from_secs(1);

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
/// A start this long after the journal's last command is refused. Daemons are off over holidays; a
/// clock without a battery, or set by hand, is wrong by months or years.
const AHEAD_MS_MAX: i64 = 30 * DAY_MS;
/// A start this long before the journal's last command is refused; a smaller difference is slewed.
const BEHIND_MS_MAX: i64 = DAY_MS;

/// The daemon's clock.
#[derive(Debug)]
pub struct Clock {
    started: Instant,
    /// Microseconds since the epoch at `started`, plus all corrections since.
    base_us: AtomicI64,
    /// The latest time returned.
    told: AtomicI64,
    /// Source of the time of day.
    wall_us: fn() -> i64,
    /// The time of day at `started`, according to the last correction.
    wall_base_us: AtomicI64,
    /// Whether the clock is following a changed time of day.
    follows: AtomicBool,
}

/// What a correction found that should be logged. Positive = the daemon's clock is ahead of the
/// time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// The two differ, and the clock follows.
    Apart { jump_us: i64, ahead_us: i64 },
    /// The two differ too much to follow.
    FarApart { jump_us: i64, ahead_us: i64 },
    /// They agree again.
    Agree,
}

impl Clock {
    /// A clock that shows the time of day, or `floor` if that is later.
    pub fn start(floor: Timestamp) -> Self {
        Self::start_by(floor, wall_us)
    }

    fn start_by(floor: Timestamp, wall_us: fn() -> i64) -> Self {
        let wall = wall_us();
        let base = wall.max(floor.saturating_mul(1_000));
        Self {
            started: Instant::now(),
            base_us: AtomicI64::new(base),
            told: AtomicI64::new(floor),
            wall_us,
            wall_base_us: AtomicI64::new(wall),
            follows: AtomicBool::new(false),
        }
    }

    /// Refuses a time of day that is implausible given the journal's last command.
    pub fn check(&self, last_at: Timestamp) -> Result<(), ServerError> {
        let ahead = (self.wall_us)().div_euclid(1_000).saturating_sub(last_at);
        let (days, last) = (ahead.abs() / DAY_MS, written(last_at));
        match last_at {
            // There is no command yet.
            0 => Ok(()),
            _ if ahead > AHEAD_MS_MAX => Err(ServerError::ClockAhead { days, last }),
            _ if ahead < -BEHIND_MS_MAX => Err(ServerError::ClockBehind { days, last }),
            _ => Ok(()),
        }
    }

    /// Milliseconds since the epoch. Never falls.
    pub fn now(&self) -> Timestamp {
        let now = self.now_us().div_euclid(1_000);
        self.told.fetch_max(now, Ordering::Relaxed).max(now)
    }

    /// Time until `at`; zero if it has passed.
    pub fn until(&self, at: Timestamp) -> Duration {
        let left = at.saturating_mul(1_000).saturating_sub(self.now_us());
        Duration::from_micros(u64::try_from(left).unwrap_or(0))
    }

    /// Moves towards the time of day. To be called every [`CORRECT_EVERY`].
    pub fn correct(&self) -> Option<News> {
        let elapsed = self.elapsed_us();
        let wall_base = (self.wall_us)().saturating_sub(elapsed);
        let jump_us =
            wall_base.saturating_sub(self.wall_base_us.swap(wall_base, Ordering::Relaxed));
        let ahead_us = self
            .base_us
            .load(Ordering::Relaxed)
            .saturating_sub(wall_base);
        let apart = ahead_us.saturating_abs();
        let followed = self.follows.load(Ordering::Relaxed);
        let follows = match apart {
            APART_US..=FOLLOW_US_MAX => true,
            0..SLEW_US_MIN => false,
            // Following goes on until the two agree.
            _ => followed && apart <= FOLLOW_US_MAX,
        };
        self.follows.store(follows, Ordering::Relaxed);
        let most = if follows { FOLLOW_US } else { SLEW_US_MAX };
        if apart >= SLEW_US_MIN {
            let step = ahead_us.clamp(-most, most);
            self.base_us.fetch_sub(step, Ordering::Relaxed);
        }
        let jumped = jump_us.saturating_abs() >= APART_US;
        if apart > FOLLOW_US_MAX && jumped {
            Some(News::FarApart { jump_us, ahead_us })
        } else if follows && (jumped || !followed) {
            Some(News::Apart { jump_us, ahead_us })
        } else {
            (followed && apart < SLEW_US_MIN).then_some(News::Agree)
        }
    }

    /// How far the clock is ahead of the time of day, in microseconds.
    pub fn ahead_us(&self) -> i64 {
        self.now_us().saturating_sub((self.wall_us)())
    }

    /// How long the process has been up.
    pub fn uptime(&self) -> Duration {
        self.started.elapsed()
    }

    fn elapsed_us(&self) -> i64 {
        i64::try_from(self.started.elapsed().as_micros()).unwrap_or(i64::MAX)
    }

    fn now_us(&self) -> i64 {
        let base = self.base_us.load(Ordering::Relaxed);
        base.saturating_add(self.elapsed_us())
    }
}

/// Measures a duration. Never used for anything recorded.
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
        // The time of day is before 1970: the clock starts at the floor.
        Err(_) => 0,
    }
}

/// A time in readable form.
fn written(at: Timestamp) -> String {
    match jiff::Timestamp::from_millisecond(at) {
        Ok(at) => at.to_string(),
        Err(_) => at.to_string(),
    }
}

/// A configured time as the runtime takes it.
pub fn millis(span: Millis) -> Duration {
    Duration::from_millis(u64::try_from(span.0).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR_US: i64 = DAY_MS * 1_000 / 24;

    /// Offset added to the time of day in this thread's test.
    static SET_BY: AtomicI64 = AtomicI64::new(0);

    fn set_wall() -> i64 {
        wall_us() + SET_BY.load(Ordering::Relaxed)
    }

    fn agree_after(clock: &Clock) -> i64 {
        for count in 1.. {
            if clock.correct() == Some(News::Agree) {
                return count;
            }
            assert!(count < 1_000_000, "they never agree: {}", clock.ahead_us());
        }
        0
    }

    /// One test, because it changes the shared time of day.
    #[test]
    fn a_changed_time_of_day_is_logged_once_and_followed_at_a_bounded_rate() {
        let clock = Clock::start_by(0, set_wall);
        assert_eq!(clock.correct(), None);
        for by in [8 * HOUR_US, -8 * HOUR_US] {
            let before = clock.now();
            SET_BY.fetch_add(by, Ordering::Relaxed);
            assert!(clock.now() - before < 60_000, "nothing comes up at once");
            let Some(News::Apart { jump_us, ahead_us }) = clock.correct() else {
                panic!("it is not told");
            };
            assert!((jump_us - by).abs() < APART_US, "{jump_us}");
            assert!((ahead_us + by).abs() < APART_US, "{ahead_us}");
            assert_eq!(clock.correct(), None, "once is enough");
            let seconds = agree_after(&clock);
            let right = 2 * 8 * 3_600;
            assert!((right - 60..=right + 60).contains(&seconds), "{seconds}");
            assert!(clock.ahead_us().abs() < APART_US, "{}", clock.ahead_us());
            assert!(clock.now() >= before, "it never falls");
        }
        // Small differences are still corrected slowly and not logged.
        SET_BY.fetch_add(-HOUR_US / 3_600, Ordering::Relaxed);
        assert_eq!(clock.correct(), None);
        let ahead = clock.ahead_us();
        clock.correct();
        assert!((0..100_000).contains(&(ahead - clock.ahead_us())));
        // A difference so large that it must be a mistake is not followed.
        SET_BY.fetch_add(365 * 24 * HOUR_US, Ordering::Relaxed);
        assert!(matches!(clock.correct(), Some(News::FarApart { .. })));
        for _ in 0..1_000 {
            assert_eq!(clock.correct(), None);
        }
        assert!(clock.ahead_us() < -364 * 24 * HOUR_US);
        SET_BY.fetch_add(-365 * 24 * HOUR_US, Ordering::Relaxed);
        clock.correct();
        assert!(
            clock.ahead_us().abs() < 2 * APART_US,
            "{}",
            clock.ahead_us()
        );
    }

    #[test]
    fn a_start_at_an_implausible_time_of_day_is_refused() {
        let now = wall_us() / 1_000;
        let check = |last_at| Clock::start(last_at).check(last_at);
        assert!(check(0).is_ok(), "an empty journal says nothing");
        for days in [-29, 0] {
            assert!(check(now + days * DAY_MS).is_ok(), "{days}");
        }
        assert!(check(now + DAY_MS / 2).is_ok());
        let refused = |last_at| check(last_at).expect_err("refused").to_string();
        let ahead = refused(now - 365 * DAY_MS);
        assert!(
            ahead.contains("365 days") && ahead.contains("--accept-clock"),
            "{ahead}"
        );
        let behind = refused(now + 365 * DAY_MS);
        assert!(
            behind.contains("36") && behind.contains("--accept-clock"),
            "{behind}"
        );
    }

    #[test]
    fn a_start_before_the_journals_last_command_continues_from_its_time() {
        let floor = wall_us() / 1_000 + 3_600_000;
        let clock = Clock::start(floor);
        assert!(clock.now() >= floor);
        assert!(matches!(clock.correct(), Some(News::Apart { .. })));
        assert!(clock.now() >= floor);
    }
}
