//! The log: lines wait in memory, and one thread writes them.
//!
//! Logging must never block or end the work. If [`WAITING_BYTES_MAX`] are waiting already, as with
//! a pipe that nobody reads, a line is dropped and counted. Lines that cannot be written (full
//! disk, closed pipe) are counted too, and writing continues with the next. Once writing works
//! again, a line says how many are missing. Lines are made safe for a terminal, and lines after a
//! line break are indented, so that no text from outside can pass for a line of the log.

use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, mpsc};
use std::time::Duration;

use parking_lot::{Condvar, Mutex};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use tracing_subscriber::fmt::MakeWriter;

use crate::printable::{printable_coloured, printable_lines};

/// Bytes of lines that may wait to be written.
pub const WAITING_BYTES_MAX: usize = 1 << 20;
/// How long the end of the process waits for the last lines.
pub const LAST_LINES_WITHIN: Duration = Duration::from_secs(1);
/// Timeout of one wait for room in a non-blocking pipe.
const POLL: Timespec = Timespec {
    tv_sec: 1,
    tv_nsec: 0,
};

/// The log of this process; `tracing` has one subscriber.
static LOG: OnceLock<Log> = OnceLock::new();
/// Lines dropped because too many waited.
static DROPPED: AtomicU64 = AtomicU64::new(0);
/// Lines that could not be written.
static FAILED: AtomicU64 = AtomicU64::new(0);

/// Lines dropped since the start because too many waited.
pub fn dropped() -> u64 {
    DROPPED.load(Ordering::Relaxed)
}

/// Lines that could not be written since the start.
pub fn failed() -> u64 {
    FAILED.load(Ordering::Relaxed)
}

/// Starts logging to a stream of the process. Only the first call has an effect.
pub fn to(stream: impl AsFd, coloured: bool) -> io::Result<Log> {
    if let Some(log) = LOG.get() {
        return Ok(log.clone());
    }
    let file = File::from(stream.as_fd().try_clone_to_owned()?);
    let log = Log(Arc::new(Shared {
        coloured,
        ..Shared::default()
    }));
    let shared = Arc::clone(&log.0);
    std::thread::Builder::new()
        .name("log".to_owned())
        .spawn(move || shared.write_all(&file))?;
    Ok(LOG.get_or_init(|| log).clone())
}

/// Waits for a limited time until all lines are written; the rest is lost with the process.
pub fn finish() {
    if let Some(Log(shared)) = LOG.get() {
        let mut state = shared.state.lock();
        if state.lines > 0 || state.is_writing {
            // Notified once, when everything has been written.
            shared.idle.wait_for(&mut state, LAST_LINES_WITHIN);
        }
    }
}

/// Writes to standard error, which may be closed or a pipe that nobody reads, without panicking or
/// blocking.
pub fn tell(text: String) {
    let (done, wait) = mpsc::channel();
    let work = move || {
        // There is nowhere left to report this.
        let _ = writeln!(io::stderr(), "{text}");
        let _ = done.send(());
    };
    if std::thread::Builder::new().spawn(work).is_ok() {
        let _ = wait.recv_timeout(LAST_LINES_WITHIN);
    }
}

/// Writes panics to the log and not to standard error, which may block.
pub fn panics_too() {
    std::panic::set_hook(Box::new(|panic| {
        tracing::error!(%panic, "a bug: a task has ended by a panic");
    }));
}

/// Takes lines and returns at once.
#[derive(Clone)]
pub struct Log(Arc<Shared>);

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    /// There is something to write.
    work: Condvar,
    /// Nothing is left to write.
    idle: Condvar,
    coloured: bool,
}

#[derive(Default)]
struct State {
    waiting: Vec<u8>,
    lines: u64,
    is_writing: bool,
}

impl Shared {
    fn put(&self, event: &[u8]) {
        let text = String::from_utf8_lossy(event);
        let text = text.trim_end_matches('\n');
        let safe = if self.coloured {
            printable_coloured(text)
        } else {
            printable_lines(text)
        };
        let mut state = self.state.lock();
        if state.waiting.len() + safe.len() > WAITING_BYTES_MAX {
            DROPPED.fetch_add(1, Ordering::Relaxed);
            return;
        }
        for (n, line) in safe.split('\n').enumerate() {
            if n > 0 {
                state.waiting.extend_from_slice(b"\n    ");
            }
            state.waiting.extend_from_slice(line.as_bytes());
        }
        state.waiting.push(b'\n');
        state.lines += 1;
        drop(state);
        self.work.notify_one();
    }

    /// The writing thread: runs as long as the process.
    fn write_all(&self, file: &File) {
        let mut taken = Vec::new();
        let mut told = 0;
        let mut is_cut = false;
        loop {
            let mut state = self.state.lock();
            state.is_writing = false;
            while state.lines == 0 {
                self.idle.notify_all();
                self.work.wait(&mut state);
            }
            taken.clear();
            std::mem::swap(&mut taken, &mut state.waiting);
            state.lines = 0;
            state.is_writing = true;
            drop(state);
            if is_cut && write(file, b"\n").is_ok() {
                is_cut = false;
            }
            if let Err((at, _)) = write(file, &taken) {
                let rest = taken.get(at..).unwrap_or_default();
                let lost = rest.iter().filter(|byte| **byte == b'\n').count();
                FAILED.fetch_add(lost as u64, Ordering::Relaxed);
                is_cut |= at > 0 && taken.get(at - 1) != Some(&b'\n');
                continue;
            }
            let lost = dropped() + failed();
            if lost > told {
                // A line like any other, behind those that waited.
                tracing::warn!(
                    lines = lost - told,
                    dropped = dropped(),
                    failed = failed(),
                    "the log flows again: lines before this one are missing"
                );
                told = lost;
            }
        }
    }
}

/// Writes everything, or returns how much was written and the error.
fn write(file: &File, bytes: &[u8]) -> Result<(), (usize, io::Error)> {
    let mut at = 0;
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        match (&*file).write(rest) {
            Ok(0) => return Err((at, ErrorKind::WriteZero.into())),
            Ok(written) => at += written,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            // Another process sharing the pipe has set it non-blocking.
            Err(error) if error.kind() == ErrorKind::WouldBlock => wait_for_room(file.as_fd()),
            Err(error) => return Err((at, error)),
        }
    }
    Ok(())
}

fn wait_for_room(file: BorrowedFd<'_>) {
    let mut wanted = [PollFd::new(&file, PollFlags::OUT)];
    if poll(&mut wanted, Some(&POLL)).is_err() {
        std::thread::sleep(Duration::from_millis(10));
    }
}

impl Write for Log {
    /// Each call brings one whole event.
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        self.0.put(event);
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}
