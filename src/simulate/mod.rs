//! Simulation: arrivals and shifts from files, through the production router, on a virtual clock.
//!
//! It is deterministic: the same files, configuration and seed give the same bytes. It streams:
//! only contacts in the system, and rows held back for one of them, are in memory.

mod agenda;
mod by_hour;
mod driver;
mod error;
mod intake;
mod life;
mod names;
mod plot;
mod progress;
mod rota;
mod rows;
mod summary;
mod tally;
mod timeline;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::config::Config;
use crate::figures::Waits;
use crate::identity;
use crate::router::command::{Command, SettingsPatch};
use crate::router::ids::Name;
use crate::router::time::Millis;
use crate::router::{Detail, Router};
use crate::table::Table;
use crate::trace::{ARRIVAL_COLUMNS, Arrivals, Roster};

use driver::{Driver, Parts};
use intake::Intake;
use progress::Progress;
use rota::Rota;
use rows::Rows;
use tally::Tally;

pub use error::SimulateError;
pub use plot::{Compared, draw, draw_comparison};
pub use summary::{AgentSummary, Little, Summary};
pub use tally::Callbacks;

/// The input of a simulation.
#[derive(Clone, Debug, Default)]
pub struct Options {
    pub arrivals: PathBuf,
    /// If absent, the agents of the configuration, always on shift.
    pub agents: Option<PathBuf>,
    pub out: Option<PathBuf>,
    pub by_hour: Option<PathBuf>,
    pub plot: Option<PathBuf>,
    pub seed: u64,
    /// Show a progress bar on a terminal.
    pub progress: bool,
}

/// The result of a simulation.
#[derive(Clone, Debug)]
pub struct Report {
    pub summary: Summary,
    /// Queues in the arrivals that the configuration does not have.
    pub unknown_queues: Vec<Name>,
    /// Owners in the arrivals who are not agents.
    pub unknown_owners: Vec<Name>,
    hours: Vec<by_hour::Hour>,
    routes: Vec<Waits>,
}

impl Report {
    /// The hours of the run.
    pub fn hours(&self) -> &[by_hour::Hour] {
        &self.hours
    }

    /// Waits of served contacts by route, in the order of `Route::ALL`.
    pub fn routes(&self) -> &[Waits] {
        &self.routes
    }
}

/// Runs a simulation from files to files.
pub fn run(config: &Config, options: &Options) -> Result<Report, SimulateError> {
    let table = Table::open(&options.arrivals, ARRIVAL_COLUMNS)?;
    let roster = match &options.agents {
        Some(path) => Roster::open(path, Some(&config.tenant))?,
        None => Roster::of_config(&config.tenant),
    };
    let out = options.out.as_deref().map(create).transpose()?;
    let progress = Progress::new(options.progress);
    let report = simulate(config, options, table, &roster, out, progress)?;
    if let Some(path) = &options.by_hour {
        let mut file = create(path)?;
        by_hour::write(&mut file, &report.hours)
            .and_then(|()| file.flush())
            .map_err(|error| write_error(path, error))?;
    }
    if let Some(path) = &options.plot {
        plot::draw(path, &report)?;
    }
    Ok(report)
}

/// Runs a simulation on open tables; `out` receives a row for each contact.
pub fn run_on(
    config: &Config,
    arrivals: Table,
    roster: &Roster,
    out: Option<Box<dyn Write>>,
    seed: u64,
) -> Result<Report, SimulateError> {
    let options = Options {
        seed,
        ..Options::default()
    };
    simulate(
        config,
        &options,
        arrivals,
        roster,
        out,
        Progress::new(false),
    )
}

fn simulate(
    config: &Config,
    options: &Options,
    table: Table,
    roster: &Roster,
    out: Option<Box<dyn Write>>,
    progress: Progress,
) -> Result<Report, SimulateError> {
    let begun = Instant::now();
    if roster.shifts.is_empty() {
        let message =
            "there are no agents: give --agents FILE or [agents.NAME] in the configuration";
        return Err(SimulateError::Usage(message.to_owned()));
    }
    let rows_name = options
        .out
        .as_deref()
        .map_or_else(|| "--out".to_owned(), |path| path.display().to_string());
    let rows = out
        .map(Rows::new)
        .transpose()
        .map_err(|error| SimulateError::Write {
            file: rows_name.clone(),
            error,
        })?;
    let arrivals = Arrivals::of_table(table)?;
    let first_arrival = arrivals.next_at();
    let start = [first_arrival, roster.first_from()]
        .into_iter()
        .flatten()
        .min()
        .unwrap_or(0);
    let mut router = Router::with_detail(Detail::BULK);
    // Arrivals name customers and no numbers.
    router.assume_numbers();
    prepare(&mut router, config, start)?;
    let rota = Rota::new(&mut router, roster, start)?;
    let mut driver = Driver::new(Parts {
        router,
        arrivals,
        rota,
        intake: Intake::new(),
        rows,
        rows_name,
        progress,
        tally: Tally::new(first_arrival.unwrap_or(start)),
        answer_ms: config.simulation.answer_ms.0,
        seed: options.seed,
    });
    driver.run()?;
    let wall_s = begun.elapsed().as_secs_f64();
    let Driver {
        router,
        rota,
        intake,
        tally,
        ..
    } = driver;
    Ok(Report {
        summary: Summary::new(&tally, &router, &rota, wall_s),
        unknown_queues: intake.unknown_queues,
        unknown_owners: intake.unknown_owners,
        hours: by_hour::hours(&tally, &rota),
        routes: tally.routes(),
    })
}

/// Applies the configuration to the router, except that nothing that has ended is kept and every
/// case stays open to the end.
fn prepare(router: &mut Router, config: &Config, start: i64) -> Result<(), SimulateError> {
    let bare = SettingsPatch {
        lease_ms: Some(None),
        close_after_ms: Some(None),
        repeat_supervise: Some(0),
        keep_ended_ms: Some(Millis::ZERO),
        keep_ended_max: Some(0),
        ..SettingsPatch::default()
    };
    let bare = Command::Settings(Box::new(bare));
    for mut command in config.commands().into_iter().chain([bare]) {
        identity::admit(&mut command, router.book().settings())
            .map_err(|refusal| SimulateError::Usage(refusal.message))?;
        router
            .command_bulk(start, command)
            .map_err(|refusal| SimulateError::Usage(refusal.message))?;
    }
    Ok(())
}

fn create(path: &Path) -> Result<Box<dyn Write>, SimulateError> {
    let file = File::create(path).map_err(|error| write_error(path, error))?;
    Ok(Box::new(BufWriter::with_capacity(256 * 1_024, file)))
}

fn write_error(path: &Path, error: std::io::Error) -> SimulateError {
    SimulateError::Write {
        file: path.display().to_string(),
        error,
    }
}
