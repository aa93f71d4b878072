//! `firsthand compare`: one stream of arrivals under several policies.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use comfy_table::{CellAlignment, Table, presets};

use super::out::say;
use super::policies::{self, Named};
use crate::simulate::{self, Compared, Options, SimulateError, Summary, draw_comparison};
use crate::trace;

/// Simulates the same arrivals under each configuration and sets waits against continuity.
#[derive(Args, Debug)]
pub struct Compare {
    /// The arrivals as CSV, plain or gzip.
    #[arg(long, value_name = "FILE")]
    arrivals: PathBuf,
    /// The agents and their shifts as CSV.
    #[arg(long, value_name = "FILE")]
    agents: Option<PathBuf>,
    /// A configuration to compare; give several, or one on which --ownership is laid.
    #[arg(long, value_name = "FILE", required_unless_present = "ownership")]
    config: Vec<PathBuf>,
    /// Named ownership policies to compare, each laid on every queue.
    #[arg(long, value_name = "FILE")]
    ownership: Option<PathBuf>,
    /// Draw mean waits against continuity.
    #[arg(long, value_name = "FILE.svg")]
    plot: Option<PathBuf>,
    /// Print the summaries as JSON.
    #[arg(long)]
    json: bool,
    /// Seed of the random numbers.
    #[arg(long, default_value_t = 0)]
    seed: u64,
}

impl Compare {
    pub fn run(self) -> ExitCode {
        if self.arrivals == Path::new("-") {
            eprintln!("firsthand: standard input can be read only once: give a file of arrivals");
            return ExitCode::from(2);
        }
        let policies = match self.policies() {
            Ok(policies) => policies,
            Err(code) => return code,
        };
        let mut compared = Vec::new();
        for (name, config) in policies {
            let options = Options {
                arrivals: self.arrivals.clone(),
                agents: self.agents.clone(),
                seed: self.seed,
                progress: true,
                ..Options::default()
            };
            match simulate::run(&config, &options) {
                Ok(report) => compared.push(Compared {
                    name,
                    summary: report.summary,
                }),
                Err(error) => return told(&error),
            }
        }
        if let Some(path) = &self.plot
            && let Err(error) = draw_comparison(path, &compared)
        {
            return told(&error);
        }
        if self.json {
            let all: serde_json::Map<_, _> = compared
                .into_iter()
                .filter_map(|c| Some((c.name, serde_json::to_value(c.summary).ok()?)))
                .collect();
            say!("{:#}", serde_json::Value::Object(all));
        } else {
            say!("{}", table(&compared));
        }
        ExitCode::SUCCESS
    }
}

impl Compare {
    /// The configurations to compare, in order.
    fn policies(&self) -> Result<Vec<Named>, ExitCode> {
        let Some(file) = &self.ownership else {
            let load = |path: &PathBuf| Ok((name_of(path), super::simulate::load(path)?));
            return self.config.iter().map(load).collect();
        };
        if self.config.len() > 1 {
            eprintln!("firsthand: --ownership is laid on one --config, or on none");
            return Err(ExitCode::from(2));
        }
        let queues = trace::queues_of(&self.arrivals).map_err(|error| told(&error.into()))?;
        let base = self.config.first().map(PathBuf::as_path);
        policies::read(file, base, &queues).map_err(|message| {
            eprintln!("firsthand: {message}");
            ExitCode::from(2)
        })
    }
}

fn told(error: &SimulateError) -> ExitCode {
    eprintln!("firsthand: {error}");
    ExitCode::from(error.exit_code())
}

fn name_of(path: &Path) -> String {
    path.file_stem()
        .map_or_else(String::new, |stem| stem.to_string_lossy().into_owned())
}

fn table(compared: &[Compared]) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::UTF8_BORDERS_ONLY);
    table.set_header([
        "policy",
        "served",
        "abandoned",
        "mean wait",
        "of all",
        "p95",
        "service level",
        "repeat",
        "owner",
        "continuity",
        "called back",
        "reached",
    ]);
    for one in compared {
        table.add_row(row(&one.name, &one.summary));
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn row(name: &str, summary: &Summary) -> [String; 12] {
    let all = &summary.all;
    let percent = |share: Option<f64>| {
        share.map_or_else(|| "–".to_owned(), |share| format!("{:.1} %", 100.0 * share))
    };
    [
        name.to_owned(),
        all.ends.served.to_string(),
        all.ends.abandoned.to_string(),
        format!("{:.2} s", all.wait_ms.mean / 1e3),
        format!("{:.2} s", all.wait_all_ms.unwrap_or_default().mean / 1e3),
        format!("{:.1} s", all.wait_ms.p95 as f64 / 1e3),
        percent(all.service_level),
        all.repeat_contacts.to_string(),
        all.owner_hits.to_string(),
        percent(all.continuity),
        summary.owner_callbacks.made.to_string(),
        percent(summary.owner_reached),
    ]
}
