//! Processor time and memory of a process, from the kernel.

use std::time::Instant;

use serde::Serialize;

/// The kernel's unit of processor time for programs, the same on every Linux.
const TICKS_PER_SECOND: f64 = 100.0;

/// A reading of a process.
#[derive(Clone, Copy, Debug)]
pub struct Usage {
    pid: Option<u32>,
    at: Instant,
    ticks: Option<Ticks>,
}

#[derive(Clone, Copy, Debug)]
struct Ticks {
    user: u64,
    system: u64,
}

/// What a process used between two readings.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Cost {
    /// Seconds in user mode.
    pub user_s: f64,
    /// Seconds in kernel mode.
    pub system_s: f64,
    /// Average number of busy processors.
    pub processors: f64,
    /// Memory in use at the end, in bytes.
    pub memory_bytes: Option<u64>,
}

impl Cost {
    pub fn seconds(&self) -> f64 {
        self.user_s + self.system_s
    }
}

impl Usage {
    pub fn of(pid: Option<u32>) -> Self {
        Self {
            pid,
            at: Instant::now(),
            ticks: pid.and_then(ticks),
        }
    }

    /// Usage since this reading; `None` if the kernel does not report it.
    pub fn until_now(self) -> Option<Cost> {
        let pid = self.pid?;
        let (before, after) = (self.ticks?, ticks(pid)?);
        let seconds =
            |before: u64, after: u64| after.saturating_sub(before) as f64 / TICKS_PER_SECOND;
        let user_s = seconds(before.user, after.user);
        let system_s = seconds(before.system, after.system);
        let span = self.at.elapsed().as_secs_f64().max(f64::MIN_POSITIVE);
        Some(Cost {
            user_s,
            system_s,
            processors: (user_s + system_s) / span,
            memory_bytes: memory(pid),
        })
    }
}

fn ticks(pid: u32) -> Option<Ticks> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The program's name is in parentheses and may contain anything.
    let (_, rest) = stat.rsplit_once(") ")?;
    let mut fields = rest.split(' ').skip(11);
    let user = fields.next()?.parse().ok()?;
    let system = fields.next()?.parse().ok()?;
    Some(Ticks { user, system })
}

fn memory(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kibibytes * 1_024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_usage() {
        let usage = Usage::of(Some(std::process::id()));
        let began = Instant::now();
        let mut sum = 0_u64;
        while began.elapsed().as_millis() < 60 {
            sum = std::hint::black_box(sum.wrapping_add(1));
        }
        let cost = usage.until_now().expect("the kernel says it");
        assert!(cost.seconds() > 0.0, "{cost:?}");
        assert!(cost.memory_bytes.is_some_and(|bytes| bytes > 100_000));
    }
}
