//! The progress bar of a long run: on a terminal only, and only when it takes a while.

use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// Runs shorter than this show nothing.
const PATIENCE: Duration = Duration::from_millis(500);
/// The clock is looked at once in so many arrivals.
const EVERY: u64 = 16_384;

/// Shows how many contacts have arrived.
#[derive(Debug)]
pub(super) struct Progress {
    begun: Option<Instant>,
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Shows something where standard error is a terminal and `wanted`.
    pub fn new(wanted: bool) -> Self {
        let shown = wanted && std::io::stderr().is_terminal();
        Self {
            begun: shown.then(Instant::now),
            bar: None,
        }
    }

    pub fn arrived(&mut self, contacts: u64) {
        if !contacts.is_multiple_of(EVERY) {
            return;
        }
        let Some(begun) = self.begun else { return };
        if self.bar.is_none() && begun.elapsed() > PATIENCE {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) =
                ProgressStyle::with_template("{spinner} {human_pos} contacts, {per_sec}")
            {
                bar.set_style(style);
            }
            self.bar = Some(bar);
        }
        if let Some(bar) = &self.bar {
            bar.set_position(contacts);
        }
    }

    pub fn finish(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}
