//! A timer in the epoll of the sockets.
//!
//! `epoll` itself counts in milliseconds and rounds up, which would delay due requests at the
//! daemon's charge; the kernel's timers are exact to some fifty microseconds.

use std::io;
use std::time::Duration;

use rustix::event::epoll::{self, EventData, EventFlags};
use rustix::fd::OwnedFd;
use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
    timerfd_settime,
};

/// The timer.
#[derive(Debug)]
pub struct Alarm(OwnedFd);

impl Alarm {
    /// Marks the timer's events in the epoll.
    pub const MARK: u64 = u64::MAX;

    /// A timer added to an epoll, not set.
    pub fn among(sockets: &OwnedFd) -> io::Result<Self> {
        let timer = timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::CLOEXEC)?;
        let mark = EventData::new_u64(Self::MARK);
        epoll::add(sockets, &timer, mark, EventFlags::IN)?;
        Ok(Self(timer))
    }

    /// Sets the timer to fire after this time, replacing an earlier setting and clearing one that
    /// has fired.
    pub fn set(&self, after: Duration) -> io::Result<()> {
        let not_at_all = Timespec {
            tv_sec: 0,
            tv_nsec: 0,
        };
        let after = after.max(Duration::from_nanos(1));
        let once = Itimerspec {
            it_interval: not_at_all,
            it_value: Timespec::try_from(after).map_err(io::Error::other)?,
        };
        timerfd_settime(&self.0, TimerfdTimerFlags::empty(), &once)?;
        Ok(())
    }
}
