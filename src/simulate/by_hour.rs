//! The hours of a simulation, as a CSV file.

use std::io::{self, Write};

use crate::figures::share;
use crate::router::time::Timestamp;

use super::rota::Rota;
use super::tally::Tally;
use super::timeline::Bucket;

const HOUR_MS: i64 = 3_600_000;

/// One hour. Counts go by the time of arrival, means over the hour.
#[derive(Clone, Copy, Debug)]
pub struct Hour {
    pub from_ms: Timestamp,
    pub length_ms: i64,
    pub counts: Bucket,
    pub queue_length_mean: f64,
    pub agents_busy_mean: f64,
    pub agents_on_shift_mean: f64,
}

/// The hours of a run.
pub(super) fn hours(tally: &Tally, rota: &Rota) -> Vec<Hour> {
    let steps = tally.timeline.steps(HOUR_MS);
    let mut on_shift = vec![0_i128; steps.len()];
    if let Some((origin, length, _)) = steps.first().copied() {
        let end = origin + length * steps.len() as i64;
        for (_, from, to) in rota.stretches(origin, end) {
            let (first, last) = ((from - origin) / length, (to - 1 - origin) / length);
            for n in first..=last {
                let begin = from.max(origin + n * length);
                let finish = to.min(origin + (n + 1) * length);
                if let Some(area) = usize::try_from(n).ok().and_then(|n| on_shift.get_mut(n)) {
                    *area += i128::from(finish - begin);
                }
            }
        }
    }
    steps
        .into_iter()
        .zip(on_shift)
        .map(|((from_ms, length_ms, counts), on)| {
            let mean = |area: i128| area as f64 / length_ms as f64;
            Hour {
                from_ms,
                length_ms,
                queue_length_mean: mean(counts.waiting_area),
                agents_busy_mean: mean(counts.talking_area),
                agents_on_shift_mean: mean(on),
                counts,
            }
        })
        .collect()
}

/// Writes the file.
pub(super) fn write(out: &mut dyn Write, hours: &[Hour]) -> io::Result<()> {
    writeln!(
        out,
        "from_ms,contacts,served,abandoned,blocked,timeout,overflowed,rejected,wait_mean_ms,\
         wait_max_ms,service_level,queue_length_mean,agents_busy_mean,agents_on_shift_mean,\
         repeat_contacts,owner_hits,continuity"
    )?;
    for hour in hours {
        let counts = &hour.counts;
        let ends = &counts.sums.ends;
        writeln!(
            out,
            "{},{},{},{},{},{},{},{},{},{},{},{:.4},{:.4},{:.4},{},{},{}",
            hour.from_ms,
            ends.contacts,
            ends.served,
            ends.abandoned,
            ends.blocked,
            ends.timeout,
            ends.overflowed,
            ends.rejected,
            cell(share(counts.wait_ms as f64, ends.served as f64), 1),
            counts.wait_max_ms,
            cell(counts.sums.service_level(), 4),
            hour.queue_length_mean,
            hour.agents_busy_mean,
            hour.agents_on_shift_mean,
            counts.sums.repeat_contacts,
            counts.sums.owner_hits,
            cell(counts.sums.continuity(), 4),
        )?;
    }
    Ok(())
}

/// A value, or an empty cell.
fn cell(value: Option<f64>, digits: usize) -> String {
    value.map_or_else(String::new, |value| format!("{value:.digits$}"))
}
