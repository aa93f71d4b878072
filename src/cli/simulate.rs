//! `firsthand simulate`: arrivals through the router on a virtual clock.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::config::Config;
use crate::simulate::{self, Options};

use super::out::say;

/// Runs arrivals through the router on a virtual clock and prints a summary as JSON.
#[derive(Args, Debug)]
pub struct Simulate {
    /// The configuration with the policies of the queues; without it every queue has the default.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The arrivals as CSV, plain or gzip; `-` reads standard input.
    #[arg(long, value_name = "FILE")]
    arrivals: PathBuf,
    /// The agents and their shifts as CSV; without it the agents of the configuration are always
    /// on shift.
    #[arg(long, value_name = "FILE")]
    agents: Option<PathBuf>,
    /// Write what became of each contact.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write the course of the run by the hour.
    #[arg(long, value_name = "FILE")]
    by_hour: Option<PathBuf>,
    /// Draw waits, load and continuity.
    #[arg(long, value_name = "FILE.svg")]
    plot: Option<PathBuf>,
    /// Seed of the random numbers.
    #[arg(long, default_value_t = 0)]
    seed: u64,
}

impl Simulate {
    pub fn run(self) -> ExitCode {
        let config = match self.config.as_deref().map(load).transpose() {
            Ok(config) => config.unwrap_or_default(),
            Err(code) => return code,
        };
        let options = Options {
            arrivals: self.arrivals,
            agents: self.agents,
            out: self.out,
            by_hour: self.by_hour,
            plot: self.plot,
            seed: self.seed,
            progress: true,
        };
        match simulate::run(&config, &options) {
            Ok(report) => {
                for queue in &report.unknown_queues {
                    eprintln!("note: queue \"{queue}\" is not configured and has default policy");
                }
                for owner in &report.unknown_owners {
                    eprintln!("note: owner \"{owner}\" is no agent and counts as offline");
                }
                match serde_json::to_string_pretty(&report.summary) {
                    Ok(text) => {
                        say!("{text}");
                        ExitCode::SUCCESS
                    }
                    Err(error) => {
                        eprintln!("firsthand: {error}");
                        ExitCode::from(1)
                    }
                }
            }
            Err(error) => {
                eprintln!("firsthand: {error}");
                ExitCode::from(error.exit_code())
            }
        }
    }
}

/// Reads a configuration, or reports its faults.
pub(super) fn load(path: &std::path::Path) -> Result<Config, ExitCode> {
    match Config::load(path) {
        Ok((config, _warnings)) => Ok(config),
        Err(faults) => {
            eprintln!("{faults}");
            Err(ExitCode::from(2))
        }
    }
}
