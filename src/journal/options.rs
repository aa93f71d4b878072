//! The options of a journal, each with its unit and range.
//!
//! This file must not read configuration; the daemon turns its configuration into [`Options`].

use std::fmt;
use std::sync::Arc;

use super::error::JournalError;
use super::frame::{HEADER_BYTES, PAGE_BYTES};
use super::segment::FRAMES_START;
use super::stats::CommitObserver;

/// Default size of the reserve, unless a segment is smaller.
const RESERVE_BYTES: u64 = 16 << 20;

/// When an appended record counts as durable, so that its reply may leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// After the disk confirmed it: survives power loss. The only level that is called durable.
    #[default]
    Fsync,
    /// After the kernel took it: survives `kill -9`, not power loss.
    Os,
    /// At once: the committer still writes in the background.
    None,
}

/// How a journal is opened. `Options::default()` suits production.
#[derive(Clone)]
pub struct Options {
    /// Size of each new segment file in bytes. Default 64 MiB, 64 KiB to 1 GiB, a multiple of
    /// 4 KiB. Existing segments keep the size they were made with.
    pub segment_bytes: u64,
    /// When a record counts as durable. Default [`Durability::Fsync`].
    pub durability: Durability,
    /// Idle time in milliseconds after which an empty frame seals the last one. Default 5,
    /// 1 to 1,000.
    pub seal_after_ms: u64,
    /// Payload bytes at which a frame is full and the next one begins. Default 256 KiB,
    /// 512 bytes to `append_bytes_max`.
    pub frame_bytes_target: usize,
    /// Largest single append in bytes, record headers included. Default 1 MiB, 4 KiB to a
    /// segment less 16 KiB and one header. All records of one append share one frame, so they
    /// survive together or not at all.
    pub append_bytes_max: usize,
    /// Bytes that may wait for the disk before `append` answers `Full`. Default 64 MiB,
    /// `append_bytes_max` to 4 GiB.
    pub waiting_bytes_max: usize,
    /// Size in bytes of the reserve segment, for when the disk has no room for the next segment.
    /// Default 16 MiB, or a segment if that is smaller; at least the largest append, at most 1 GiB.
    pub reserve_bytes: u64,
    /// Bytes of the largest append reserved with [`super::Journal::ask`]. Default:
    /// `append_bytes_max`, counted with its overhead.
    pub admitted_bytes: usize,
    /// Pause in milliseconds before a segment is allocated again after the disk was full.
    /// Default 1,000, 1 to 60,000.
    pub spare_retry_ms: u64,
    /// Begin an empty journal if there is none. Default false: a missing journal is refused,
    /// because a mistyped path would otherwise look like a fresh start.
    pub create: bool,
    /// Called after each commit, on the committer thread. Must return quickly.
    pub observer: Option<Arc<dyn CommitObserver>>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            segment_bytes: 64 << 20,
            durability: Durability::Fsync,
            seal_after_ms: 5,
            frame_bytes_target: 256 << 10,
            append_bytes_max: 1 << 20,
            waiting_bytes_max: 64 << 20,
            reserve_bytes: RESERVE_BYTES,
            admitted_bytes: 1 << 20,
            spare_retry_ms: 1_000,
            create: false,
            observer: None,
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("segment_bytes", &self.segment_bytes)
            .field("durability", &self.durability)
            .field("seal_after_ms", &self.seal_after_ms)
            .field("frame_bytes_target", &self.frame_bytes_target)
            .field("append_bytes_max", &self.append_bytes_max)
            .field("waiting_bytes_max", &self.waiting_bytes_max)
            .field("reserve_bytes", &self.reserve_bytes)
            .field("admitted_bytes", &self.admitted_bytes)
            .field("spare_retry_ms", &self.spare_retry_ms)
            .field("create", &self.create)
            .field("observer", &self.observer.is_some())
            .finish()
    }
}

impl Options {
    /// Options with a segment of `segment_bytes` and the frame limits lowered to fit it.
    #[must_use]
    pub fn with_segment_bytes(segment_bytes: u64) -> Self {
        let defaults = Self::default();
        let room = usize::try_from(frame_room(segment_bytes)).unwrap_or(usize::MAX);
        let append_bytes_max = defaults.append_bytes_max.min(room);
        Self {
            segment_bytes,
            append_bytes_max,
            frame_bytes_target: defaults.frame_bytes_target.min(append_bytes_max),
            reserve_bytes: segment_bytes.min(RESERVE_BYTES),
            admitted_bytes: append_bytes_max,
            ..defaults
        }
    }

    /// Bytes reserved for one append.
    pub(crate) fn admitted_bytes(&self) -> usize {
        self.admitted_bytes.min(self.append_bytes_max)
    }

    /// Checks every range. An error names the option, the value and the allowed range.
    pub fn validate(&self) -> Result<(), JournalError> {
        let room = frame_room(self.segment_bytes);
        check(
            "segment_bytes",
            self.segment_bytes,
            (64 << 10..=1 << 30).contains(&self.segment_bytes)
                && self.segment_bytes.is_multiple_of(PAGE_BYTES as u64),
            "64 KiB to 1 GiB, a multiple of 4 KiB",
        )?;
        check(
            "append_bytes_max",
            self.append_bytes_max as u64,
            self.append_bytes_max >= PAGE_BYTES && self.append_bytes_max as u64 <= room,
            "4 KiB to the segment size less 16 KiB and 64 bytes",
        )?;
        check(
            "frame_bytes_target",
            self.frame_bytes_target as u64,
            (512..=self.append_bytes_max).contains(&self.frame_bytes_target),
            "512 bytes to append_bytes_max",
        )?;
        check(
            "waiting_bytes_max",
            self.waiting_bytes_max as u64,
            self.waiting_bytes_max >= self.append_bytes_max
                && self.waiting_bytes_max as u64 <= 4 << 30,
            "append_bytes_max to 4 GiB",
        )?;
        check(
            "seal_after_ms",
            self.seal_after_ms,
            (1..=1_000).contains(&self.seal_after_ms),
            "1 to 1,000",
        )?;
        check(
            "reserve_bytes",
            self.reserve_bytes,
            self.append_bytes_max as u64 <= frame_room(self.reserve_bytes)
                && self.reserve_bytes <= 1 << 30
                && self.reserve_bytes.is_multiple_of(PAGE_BYTES as u64),
            "append_bytes_max and 16 KiB and 64 bytes to 1 GiB, a multiple of 4 KiB",
        )?;
        check(
            "spare_retry_ms",
            self.spare_retry_ms,
            (1..=60_000).contains(&self.spare_retry_ms),
            "1 to 60,000",
        )
    }
}

/// Size of the reserve for segments of `segment_bytes` and appends of `append_bytes_max`.
#[must_use]
pub fn reserve_bytes(segment_bytes: u64, append_bytes_max: usize) -> u64 {
    let wanted = (append_bytes_max as u64 + (32 << 10)).next_multiple_of(PAGE_BYTES as u64);
    segment_bytes.min(RESERVE_BYTES.max(wanted))
}

/// Payload bytes of the largest frame that fits a segment beside its closing frame.
fn frame_room(segment_bytes: u64) -> u64 {
    segment_bytes.saturating_sub(FRAMES_START + PAGE_BYTES as u64 + HEADER_BYTES as u64)
}

fn check(
    name: &'static str,
    value: u64,
    allowed: bool,
    expected: &'static str,
) -> Result<(), JournalError> {
    if allowed {
        return Ok(());
    }
    Err(JournalError::Option {
        name,
        value,
        expected,
    })
}
