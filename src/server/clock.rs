//! The only place where the daemon reads the time.
//!
//! The time of day is read at the start; from then on the monotonic clock runs on it, so a time of
//! day that is set moves no deadline at once. What the two have drifted apart is taken back:
//!
//! - up to [`APART_US`], slowly: at most [`SLEW_US_MAX`] in each correction;
//! - up to [`FOLLOW_US_MAX`], as after a jump of hours or a sleep of the machine, quickly: half a
//!   second in each correction, until the two agree. Meanwhile deadlines come up a third sooner
//!   than they should, or twice as late, and none comes up at once with all others;
//! - beyond that, slowly: a clock so wrong is more likely to be set right again than to be right.
//!
//! [`Clock::now`] never falls, and never lies below the last command of the journal: a time once
//! recorded cannot be taken back. So a start looks whether the time of day can be true
//! ([`Clock::check`]), before anything is recorded at it.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::error::ServerError;
use crate::router::time::Timestamp;

/// The most that one correction moves the clock, in microseconds.
const SLEW_US_MAX: i64 = 1_000;
/// The same while the clock follows a time of day that was set.
const FOLLOW_US: i64 = 500_000;
/// Differences below this many microseconds are left alone: they are the reading itself.
const SLEW_US_MIN: i64 = 2_000;
/// From here on the two are apart: the time of day was set, or the machine slept.
const APART_US: i64 = 2_000_000;
/// The largest difference that is followed.
const FOLLOW_US_MAX: i64 = DAY_MS * 1_000;
/// How often the clock is corrected.
pub const CORRECT_EVERY: Duration = Duration::from_secs(1);

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
/// A start so long after the journal's last command is refused: daemons are off for holidays, and
/// clocks without a battery, or set by hand, are wrong by months and years.
const AHEAD_MS_MAX: i64 = 30 * DAY_MS;
/// A start so long before the journal's last command is refused. What is less is caught up with.
const BEHIND_MS_MAX: i64 = DAY_MS;

/// The daemon's clock.
#[derive(Debug)]
pub struct Clock {
    started: Instant,
    /// Microseconds since the epoch at `started`, with the corrections since.
    base_us: AtomicI64,
    /// The latest time told.
    told: AtomicI64,
    /// Where the time of day comes from.
    wall_us: fn() -> i64,
    /// The time of day at `started`, as the last correction would have it.
    wall_base_us: AtomicI64,
    /// Whether the clock follows a time of day that was set.
    follows: AtomicBool,
}

/// What a correction found that is worth telling. Differences are positive where the daemon's time
/// is ahead of the time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// The two are apart, and the clock follows.
    Apart { jump_us: i64, ahead_us: i64 },
    /// They are so far apart that it does not.
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

    /// Refuses a time of day that cannot well be true, seen from the journal's last command.
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

    /// How long it is until `at`; zero if it has passed.
    pub fn until(&self, at: Timestamp) -> Duration {
        let left = at.saturating_mul(1_000).saturating_sub(self.now_us());
        Duration::from_micros(u64::try_from(left).unwrap_or(0))
    }

    /// Moves towards the time of day. Due every [`CORRECT_EVERY`].
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
            // It goes on until the two agree.
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

/// A time as people write it.
fn written(at: Timestamp) -> String {
    match jiff::Timestamp::from_millisecond(at) {
        Ok(at) => at.to_string(),
        Err(_) => at.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR_US: i64 = DAY_MS * 1_000 / 24;

    /// What the time of day of this thread's test was set by.
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

    /// One test, because the time of day is one.
    #[test]
    fn a_time_of_day_that_is_set_is_told_once_and_followed_at_a_bounded_rate() {
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
        // What is small is taken back as slowly as ever, and nobody is told.
        SET_BY.fetch_add(-HOUR_US / 3_600, Ordering::Relaxed);
        assert_eq!(clock.correct(), None);
        let ahead = clock.ahead_us();
        clock.correct();
        assert!((0..100_000).contains(&(ahead - clock.ahead_us())));
        // What is as large as only a mistake is, moves nothing.
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
    fn a_start_at_a_time_that_cannot_be_true_is_refused() {
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
    fn after_a_start_behind_the_journal_time_goes_on_from_there() {
        let floor = wall_us() / 1_000 + 3_600_000;
        let clock = Clock::start(floor);
        assert!(clock.now() >= floor);
        assert!(matches!(clock.correct(), Some(News::Apart { .. })));
        assert!(clock.now() >= floor);
    }
}
