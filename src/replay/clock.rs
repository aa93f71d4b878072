//! The virtual clock: the time of the files, driven by the daemon's clock.
//!
//! It runs `speed` times as fast as the daemon's clock, except where it stood still or leapt. Both
//! directions use the same pieces, so the virtual time between two of the daemon's times is always
//! the same.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// From `real_us` of the daemon's clock on, virtual time continues from `virtual_us`.
#[derive(Clone, Copy, Debug)]
struct Piece {
    real_us: i64,
    virtual_us: i64,
    runs: bool,
}

/// Converts the daemon's milliseconds to virtual milliseconds.
#[derive(Clone, Debug)]
pub struct Clock {
    speed: f64,
    /// The daemon's clock minus the local clock.
    offset_us: i64,
    /// In the order of time; never empty.
    pieces: Vec<Piece>,
}

impl Clock {
    /// A clock that stands at `start_ms` until [`Self::run`].
    pub fn new(speed: f64, start_ms: i64, offset_us: i64) -> Self {
        let mut clock = Self {
            speed,
            offset_us,
            pieces: Vec::new(),
        };
        clock.pieces.push(Piece {
            real_us: clock.real_us(),
            virtual_us: start_ms * 1_000,
            runs: false,
        });
        clock
    }

    /// The local clock in microseconds since 1970.
    pub fn local_us() -> i64 {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
    }

    /// The current time of the daemon's clock.
    fn real_us(&self) -> i64 {
        Self::local_us() + self.offset_us
    }

    /// The current virtual time in milliseconds.
    pub fn now_ms(&self) -> i64 {
        self.at_us(self.real_us()).div_euclid(1_000)
    }

    /// The virtual time of one of the daemon's times, both in milliseconds.
    pub fn at_ms(&self, at: i64) -> i64 {
        self.at_us(at.saturating_mul(1_000)).div_euclid(1_000)
    }

    fn at_us(&self, real_us: i64) -> i64 {
        let after = self
            .pieces
            .partition_point(|piece| piece.real_us <= real_us);
        // A time before the first piece counts as its beginning.
        let piece = self.pieces[after.saturating_sub(1)];
        if !piece.runs {
            return piece.virtual_us;
        }
        let passed = (real_us - piece.real_us).max(0);
        piece.virtual_us + (passed as f64 * self.speed) as i64
    }

    /// Real time until a virtual time; `None` while the clock stands still.
    pub fn until(&self, virtual_ms: i64) -> Option<Duration> {
        let piece = self.last();
        if !piece.runs {
            return None;
        }
        let left = virtual_ms.saturating_mul(1_000) - self.at_us(self.real_us());
        Some(Duration::from_micros(
            (left.max(0) as f64 / self.speed).ceil() as u64,
        ))
    }

    /// How long ago a virtual time was, in real milliseconds.
    pub fn behind_ms(&self, virtual_ms: i64) -> f64 {
        let behind = self.at_us(self.real_us()) - virtual_ms * 1_000;
        behind.max(0) as f64 / self.speed / 1_000.0
    }

    /// Takes back the time since `virtual_ms` was due, and returns it in real milliseconds: the
    /// machine delayed the replay, which must not add to the waits in the file.
    pub fn stall(&mut self, virtual_ms: i64) -> f64 {
        let behind_us = (self.behind_ms(virtual_ms) * 1_000.0) as i64;
        let now_us = self.real_us();
        let since_us = (now_us - behind_us).max(self.last().real_us);
        let virtual_us = self.at_us(since_us);
        for (real_us, runs) in [(since_us, false), (now_us.max(since_us), true)] {
            self.pieces.push(Piece {
                real_us,
                virtual_us,
                runs,
            });
        }
        (now_us - since_us) as f64 / 1_000.0
    }

    pub const fn speed(&self) -> f64 {
        self.speed
    }

    pub fn is_running(&self) -> bool {
        self.last().runs
    }

    /// Stops the clock.
    pub fn pause(&mut self) {
        self.add_piece(None, false);
    }

    /// Starts the clock.
    pub fn run(&mut self) {
        self.add_piece(None, true);
    }

    /// Skips to a later time.
    pub fn leap(&mut self, to_ms: i64) {
        let runs = self.is_running();
        self.add_piece(Some(to_ms * 1_000), runs);
    }

    fn add_piece(&mut self, to_us: Option<i64>, runs: bool) {
        let real_us = self.real_us().max(self.last().real_us);
        let here = self.at_us(real_us);
        self.pieces.push(Piece {
            real_us,
            virtual_us: to_us.map_or(here, |to| to.max(here)),
            runs,
        });
    }

    fn last(&self) -> Piece {
        *self.pieces.last().expect("a clock has a first piece")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_joined_without_a_step_back() {
        let mut clock = Clock::new(1_000.0, 5_000, 0);
        assert_eq!(clock.now_ms(), 5_000);
        assert!(clock.until(9_000).is_none());
        clock.run();
        let real = clock.last().real_us / 1_000;
        assert!((5_000..=6_000).contains(&clock.at_ms(real + 1)));
        assert_eq!(clock.at_ms(real + 11) - clock.at_ms(real + 1), 10_000);
        std::thread::sleep(Duration::from_millis(4));
        let due = clock.now_ms() - 3_000;
        assert!((2.5..=60.0).contains(&clock.stall(due)));
        assert!((due - 1..due + 60_000).contains(&clock.now_ms()));
        clock.pause();
        let stopped_at = clock.now_ms();
        std::thread::sleep(Duration::from_millis(3));
        assert_eq!(clock.now_ms(), stopped_at);
        clock.leap(1_000_000);
        assert_eq!(clock.now_ms(), 1_000_000);
        clock.leap(3);
        assert_eq!(clock.now_ms(), 1_000_000);
        assert!(clock.at_ms(real - 10_000) == 5_000);
    }
}
