//! `firsthand report`: the scorecard of first-contact responsibility.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use jiff::tz::TimeZone;

use super::ledger::{folder_of, point, zone};
use super::{Done, Failure, USAGE};
use crate::printable::printable_lines;
use crate::report::{self, Fold, InputError, Options, Period};
use crate::router::time::Timestamp;

/// The exit code of a ledger that is damaged or cannot be read.
const DAMAGED: u8 = 74;

/// The scorecard of first-contact responsibility, from the ledger
#[derive(Debug, Args)]
#[command(after_long_help = after_help())]
pub struct Report {
    /// The folder of the journal, of its ledgers, or of one ledger
    #[arg(required_unless_present = "events", conflicts_with = "events")]
    dir: Option<PathBuf>,
    /// The tenant, where there are several
    #[arg(long, value_name = "TENANT")]
    tenant: Option<String>,
    /// Events as lines of JSON instead of a ledger, as rehearse and ctl events print them; - reads
    /// standard input
    #[arg(long, value_name = "FILE")]
    events: Option<PathBuf>,
    /// Only what happened at this time or later: RFC 3339 or milliseconds since 1970
    #[arg(long, value_name = "TIME", value_parser = point)]
    from: Option<Timestamp>,
    /// Only what happened before this time
    #[arg(long, value_name = "TIME", value_parser = point)]
    to: Option<Timestamp>,
    /// Length of the periods that the report is divided into
    #[arg(long, value_enum, default_value = "month")]
    period: By,
    /// Where days and months begin
    #[arg(long, default_value = "UTC", value_name = "ZONE", value_parser = zone)]
    time_zone: TimeZone,
    /// A contact that waited no longer is answered in time
    #[arg(long, default_value = "15s", value_name = "DURATION", value_parser = duration)]
    within: i64,
    /// A kind of case that is a complaint; may be given again
    #[arg(long, default_value = "complaint", value_name = "KIND")]
    complaint: Vec<String>,
    /// Print JSON
    #[arg(long, conflicts_with = "csv")]
    json: bool,
    /// Print CSV, a row for each value
    #[arg(long)]
    csv: bool,
    /// Write a page with tables and plots
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Leave the formulas out below the tables
    #[arg(long)]
    no_formulas: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum By {
    Day,
    Week,
    Month,
    Year,
}

fn after_help() -> String {
    format!("Measures:\n{}", report::formulas())
}

fn duration(text: &str) -> Result<i64, String> {
    crate::config::duration::parse(text).map(|duration| duration.0)
}

impl Report {
    pub fn run(self) -> Done {
        let options = Options {
            from_at: self.from,
            to_at: self.to,
            period: match self.period {
                By::Day => Period::Day,
                By::Week => Period::Week,
                By::Month => Period::Month,
                By::Year => Period::Year,
            },
            zone: self.time_zone.clone(),
            within_ms: self.within,
            complaints: self.complaint.clone(),
        };
        let mut fold = Fold::new(options);
        self.read(&mut fold)?;
        let report = fold.finish();
        if let Some(path) = &self.html {
            std::fs::write(path, report::html(&report)?)?;
        }
        let mut out = BufWriter::new(io::stdout().lock());
        if self.json {
            writeln!(out, "{:#}", report::json(&report))?;
        } else if self.csv {
            report::csv(&report, &mut out)?;
        } else if self.html.is_none() {
            let table = report::table(&report, !self.no_formulas).to_string();
            write!(out, "{}", printable_lines(&table))?;
        }
        out.flush()?;
        Ok(0)
    }

    fn read(&self, fold: &mut Fold) -> Result<(), Failure> {
        let read = match (&self.events, &self.dir) {
            (Some(path), _) => {
                let lines = open(path)?;
                report::read_feed(&path.display().to_string(), lines, fold)
            }
            (None, Some(dir)) => {
                let folder = folder_of(dir, self.tenant.as_deref())?;
                report::read_ledger(&folder, fold)
            }
            (None, None) => Ok(()),
        };
        read.map_err(|error| match error {
            InputError::Line { .. } => Failure::new(USAGE, error),
            InputError::Ledger(_) | InputError::Record { .. } => Failure::new(DAMAGED, error),
        })
    }
}

fn open(path: &Path) -> Result<Box<dyn BufRead>, Failure> {
    if path == Path::new("-") {
        return Ok(Box::new(BufReader::new(io::stdin())));
    }
    let file = File::open(path).map_err(|error| {
        let name = path.display();
        Failure::new(USAGE, anyhow::anyhow!("{name} cannot be opened: {error}"))
    })?;
    Ok(Box::new(BufReader::new(file)))
}
