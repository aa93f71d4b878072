//! The progress bar of a long run, only on a terminal.

use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// Runs shorter than this show no bar.
const PATIENCE: Duration = Duration::from_millis(500);
/// Arrivals between two readings of the clock.
const EVERY: u64 = 16_384;

/// The number of contacts that have arrived.
#[derive(Debug)]
pub(super) struct Progress {
    begun: Option<Instant>,
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Shows a bar if `wanted` and standard error is a terminal.
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
