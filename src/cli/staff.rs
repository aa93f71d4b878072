//! `firsthand staff`: how many agents a queue needs.

use std::process::ExitCode;

use clap::Args;
use comfy_table::{CellAlignment, Table, presets};
use serde_json::json;

use crate::queueing::{Delay, Patience};

use super::out::say;

/// The most agents tried.
const AGENTS_MAX: u32 = 100_000;
/// Rows shown below and above the answer.
const AROUND: u32 = 3;

/// Says how many agents answer so many calls in time, by Erlang C, or Erlang A with --patience.
#[derive(Args, Debug)]
pub struct Staff {
    /// Calls that come in an hour.
    #[arg(long, value_name = "N", value_parser = above_zero)]
    calls_per_hour: f64,
    /// Average handling time, wrap-up included: seconds, or 45s, 3m, 1h.
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    aht: f64,
    /// The promise: 80/20 is 80 % within 20 seconds.
    #[arg(long, value_name = "PERCENT/SECONDS", default_value = "80/20", value_parser = target)]
    target: (f64, f64),
    /// How long callers wait on average before they hang up; without it they wait for ever.
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    patience: Option<f64>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// What this many agents achieve.
struct Line {
    agents: u32,
    occupancy: f64,
    waits: f64,
    mean_wait_s: f64,
    within: f64,
    abandons: f64,
}

impl Staff {
    pub fn run(self) -> ExitCode {
        let rate = self.calls_per_hour / 3_600.0;
        let (share, limit) = self.target;
        let needed = match self.patience {
            None => Delay::staff(rate, self.aht, share, limit, AGENTS_MAX),
            Some(patience) => Patience::staff(rate, self.aht, patience, share, limit, AGENTS_MAX),
        };
        let Some(needed) = needed else {
            eprintln!("firsthand: {AGENTS_MAX} agents are not enough");
            return ExitCode::from(1);
        };
        let from = needed.saturating_sub(AROUND).max(1);
        let lines: Vec<Line> = (from..=needed + AROUND)
            .map(|agents| self.line(agents, rate, limit))
            .collect();
        if self.json {
            say!("{}", in_json(needed, &lines));
        } else {
            say!("{}", in_table(needed, limit, &lines));
        }
        ExitCode::SUCCESS
    }

    fn line(&self, agents: u32, rate: f64, limit: f64) -> Line {
        match self.patience {
            None => {
                let queue = Delay::new(agents, rate, self.aht);
                Line {
                    agents,
                    occupancy: queue.occupancy(),
                    waits: queue.waits(),
                    mean_wait_s: queue.mean_wait(),
                    within: queue.within(limit),
                    abandons: 0.0,
                }
            }
            Some(patience) => {
                let queue = Patience::new(agents, rate, self.aht, patience);
                Line {
                    agents,
                    occupancy: queue.occupancy(),
                    waits: queue.waits(),
                    mean_wait_s: queue.mean_wait(),
                    within: queue.within(limit),
                    abandons: queue.abandons(),
                }
            }
        }
    }
}

fn in_json(needed: u32, lines: &[Line]) -> serde_json::Value {
    let options: Vec<_> = lines
        .iter()
        .map(|line| {
            json!({
                "agents": line.agents,
                "occupancy": line.occupancy,
                "waited": line.waits,
                "wait_mean_s": line.mean_wait_s.is_finite().then_some(line.mean_wait_s),
                "service_level": line.within,
                "abandoned": line.abandons,
            })
        })
        .collect();
    json!({ "agents": needed, "options": options })
}

fn in_table(needed: u32, limit: f64, lines: &[Line]) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::UTF8_BORDERS_ONLY);
    let within = format!("within {limit} s");
    table.set_header([
        "agents",
        "occupancy",
        "wait at all",
        "mean wait",
        &within,
        "hang up",
        "",
    ]);
    for line in lines {
        let percent = |share: f64| format!("{:.1} %", 100.0 * share);
        let wait = if line.mean_wait_s.is_finite() {
            format!("{:.1} s", line.mean_wait_s)
        } else {
            "grows".to_owned()
        };
        let mark = if line.agents == needed { "needed" } else { "" };
        table.add_row([
            line.agents.to_string(),
            percent(line.occupancy),
            percent(line.waits),
            wait,
            percent(line.within),
            percent(line.abandons),
            mark.to_owned(),
        ]);
    }
    for column in table.column_iter_mut() {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn above_zero(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|n: &f64| n.is_finite() && *n > 0.0)
        .ok_or_else(|| format!("\"{text}\" is not a number above 0"))
}

/// A time in seconds, written as `180`, `180s`, `3m` or `1h`.
fn seconds(text: &str) -> Result<f64, String> {
    let unit_from = text.find(|c: char| c.is_ascii_alphabetic());
    let (number, unit) = text.split_at(unit_from.unwrap_or(text.len()));
    let factor = match unit {
        "" | "s" => 1.0,
        "ms" => 0.001,
        "m" | "min" => 60.0,
        "h" => 3_600.0,
        other => return Err(format!("no unit \"{other}\": write 180, 180s, 3m or 1h")),
    };
    above_zero(number.trim()).map(|n| n * factor)
}

fn target(text: &str) -> Result<(f64, f64), String> {
    let wrong = || format!("\"{text}\" is not a target: write 80/20 for 80 % within 20 seconds");
    let (percent, limit) = text.split_once('/').ok_or_else(wrong)?;
    let percent: f64 = percent.trim().parse().map_err(|_| wrong())?;
    let limit: f64 = limit.trim().parse().map_err(|_| wrong())?;
    let sound = percent > 0.0 && percent < 100.0 && limit >= 0.0 && limit.is_finite();
    sound.then_some((percent / 100.0, limit)).ok_or_else(wrong)
}
