//! `firsthand ledger --events FILE`, `firsthand ledger verify|export`.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use jiff::tz::TimeZone;

use super::out::say;
use super::{Done, Failure, USAGE};
use crate::ledger::log::{self, Columns, Key};
use crate::ledger::moment::{self, Reading, Unit};
use crate::ledger::{
    self, Hash, LedgerError, Selection, Verified, files, records, spans, write_csv, write_json,
};
use crate::router::ids::Name;
use crate::router::time::Timestamp;
use crate::server::Stored;

/// The exit code of a ledger that is damaged or cannot be read.
const DAMAGED: u8 = 74;

/// Verifies and exports the record of responsibility, or measures the log of any system
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, arg_required_else_help = true)]
pub struct Ledger {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    log: Log,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Checks every record and says the first that is wrong; works beside a running daemon
    Verify {
        /// The folder of the journal, of its ledgers, or of one ledger
        dir: PathBuf,
        /// A record and its hash as they were noted elsewhere: the ledger must have it
        #[arg(long, value_name = "N:HASH", value_parser = noted)]
        head: Option<(u64, Hash)>,
    },
    /// Lists who was responsible for each case, from when to when, and by whose act
    Export(Box<Export>),
}

/// Measures how often cases changed hands in the log of any system
#[derive(Debug, Args)]
struct Log {
    /// The log as CSV with a header, plain or gzip; - reads standard input
    #[arg(long, value_name = "FILE")]
    events: Option<PathBuf>,
    /// The column of the case
    #[arg(long, default_value = "case", value_name = "NAME")]
    case_column: String,
    /// The column of the time
    #[arg(long, default_value = "time", value_name = "NAME")]
    time_column: String,
    /// The column of who holds the case
    #[arg(long, default_value = "holder", value_name = "NAME")]
    holder_column: String,
    /// The column of the customer; "customer" where there is such a column
    #[arg(long, value_name = "NAME")]
    customer_column: Option<String>,
    /// What bare numbers count since 1970
    #[arg(long, value_enum, default_value = "ms", value_name = "UNIT")]
    time_unit: TimeUnit,
    /// A strptime pattern, where times are not ISO 8601, such as "%d.%m.%Y %H:%M"
    #[arg(long, value_name = "PATTERN")]
    time_format: Option<String>,
    /// Where times that name no offset were local time
    #[arg(long, default_value = "UTC", value_name = "ZONE", value_parser = zone)]
    time_zone: TimeZone,
    /// Whether a repeat is compared with the first or the last holder of the previous case
    #[arg(long, value_enum, default_value = "first")]
    key: By,
    /// Print a line of JSON for each case before the totals
    #[arg(long)]
    per_case: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum TimeUnit {
    Ms,
    S,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum By {
    First,
    Last,
}

#[derive(Debug, Args)]
struct Export {
    /// The folder of the journal, of its ledgers, or of one ledger
    dir: PathBuf,
    /// The tenant, where there are several
    #[arg(long, value_name = "TENANT")]
    tenant: Option<String>,
    /// Only this case; may be given again
    #[arg(long, value_name = "CASE", value_parser = Name::new)]
    case: Vec<Name>,
    /// Only this owner; may be given again
    #[arg(long, value_name = "AGENT", value_parser = Name::new)]
    owner: Vec<Name>,
    /// What lasted at this time or later: RFC 3339 or milliseconds since 1970
    #[arg(long, value_name = "TIME", value_parser = point)]
    from: Option<Timestamp>,
    /// What began before this time
    #[arg(long, value_name = "TIME", value_parser = point)]
    to: Option<Timestamp>,
    #[arg(long, value_enum, default_value = "csv")]
    format: Format,
    /// The records themselves, as lines of JSON with their hashes
    #[arg(long, conflicts_with = "format")]
    records: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    Csv,
    Json,
}

pub(super) fn zone(name: &str) -> Result<TimeZone, String> {
    TimeZone::get(name).map_err(|error| format!("{error}: give a name such as Asia/Shanghai"))
}

pub(super) fn point(text: &str) -> Result<Timestamp, String> {
    let read = Reading::default().read(text);
    read.ok_or_else(|| moment::EXPECTED.to_owned())
}

fn noted(text: &str) -> Result<(u64, Hash), String> {
    let read = || {
        let (n, hash) = text.split_once(':')?;
        Some((n.parse().ok()?, Hash::read(hash.as_bytes())?))
    };
    read().ok_or_else(|| "give the number and the 64 digits that verify printed".to_owned())
}

impl Ledger {
    pub fn run(self) -> Done {
        match self.command {
            Some(Command::Verify { dir, head }) => verify(&dir, head),
            Some(Command::Export(export)) => export.run(),
            None => self.log.run(),
        }
    }
}

fn damaged(error: LedgerError) -> Failure {
    Failure::new(DAMAGED, error)
}

impl Log {
    fn run(self) -> Done {
        let Some(path) = &self.events else {
            let message = "give --events FILE, or one of verify and export";
            return Err(Failure::new(USAGE, anyhow::anyhow!(message)));
        };
        let reading = Reading {
            unit: match self.time_unit {
                TimeUnit::Ms => Unit::Milliseconds,
                TimeUnit::S => Unit::Seconds,
            },
            format: self.time_format.clone(),
            zone: self.time_zone.clone(),
        };
        let columns = Columns {
            case: self.case_column.clone(),
            time: self.time_column.clone(),
            holder: self.holder_column.clone(),
            customer: self.customer_column.clone(),
        };
        let (name, source) = open(path)?;
        let log = log::read(&name, source, &columns, &reading)
            .map_err(|error| Failure::new(USAGE, error))?;
        if log.looks_like_seconds() {
            eprintln!(
                "note: all times lie in January and February 1970: if they are seconds, give \
                 --time-unit s"
            );
        }
        let key = match self.key {
            By::First => Key::First,
            By::Last => Key::Last,
        };
        let mut out = BufWriter::new(io::stdout().lock());
        if self.per_case {
            for case in log::by_case(&log) {
                serde_json::to_writer(&mut out, &case)?;
                out.write_all(b"\n")?;
            }
            serde_json::to_writer(&mut out, &log::figures(&log, key))?;
        } else {
            serde_json::to_writer_pretty(&mut out, &log::figures(&log, key))?;
        }
        out.write_all(b"\n")?;
        out.flush()?;
        Ok(0)
    }
}

/// A file or standard input, with its name for errors.
fn open(path: &Path) -> Result<(String, Box<dyn Read>), Failure> {
    if path == Path::new("-") {
        return Ok(("standard input".to_owned(), Box::new(io::stdin())));
    }
    let name = path.display().to_string();
    let file = File::open(path).map_err(|error| {
        Failure::new(USAGE, anyhow::anyhow!("{name} cannot be opened: {error}"))
    })?;
    Ok((name, Box::new(file)))
}

/// The folders of ledgers at a path; none is an error.
pub(super) fn folders(dir: &Path) -> Result<Vec<PathBuf>, Failure> {
    let folders = files::folders_at(dir);
    let folders = folders.map_err(|error| damaged(LedgerError::io("list", dir, error)))?;
    if folders.is_empty() {
        let message = format!("{} holds no ledger", dir.display());
        return Err(Failure::new(DAMAGED, anyhow::anyhow!(message)));
    }
    Ok(folders)
}

/// The one ledger meant by the arguments.
pub(super) fn folder_of(dir: &Path, tenant: Option<&str>) -> Result<PathBuf, Failure> {
    let folders = folders(dir)?;
    let mut tenants = Vec::new();
    for folder in &folders {
        let mut reader = ledger::Reader::open(folder).map_err(damaged)?;
        reader.read().map_err(damaged)?;
        let of = reader.tenant().unwrap_or_default().to_owned();
        if tenant.is_some_and(|tenant| tenant == of) {
            return Ok(folder.clone());
        }
        tenants.push(of);
    }
    let message = match (tenant, folders.as_slice()) {
        (None, [folder]) => return Ok(folder.clone()),
        (None, _) => format!("say with --tenant whose ledger: {}", tenants.join(", ")),
        (Some(tenant), _) => {
            let there = tenants.join(", ");
            format!("there is no ledger of tenant \"{tenant}\": there is {there}")
        }
    };
    Err(Failure::new(USAGE, anyhow::anyhow!(message)))
}

impl Export {
    fn run(self) -> Done {
        let folder = folder_of(&self.dir, self.tenant.as_deref())?;
        let selection = Selection {
            cases: self.case,
            owners: self.owner,
            from_at: self.from,
            to_at: self.to,
        };
        let mut out = BufWriter::new(io::stdout().lock());
        if self.records {
            let taken = records(&folder, &selection, |line| {
                out.write_all(line.as_bytes())?;
                out.write_all(b"\n")
            });
            taken.map_err(damaged)?;
        } else {
            let spans = spans(&folder, &selection).map_err(damaged)?;
            match self.format {
                Format::Csv => write_csv(&mut out, &spans)?,
                Format::Json => write_json(&mut out, &spans)?,
            }
        }
        out.flush()?;
        Ok(0)
    }
}

fn verify(dir: &Path, head: Option<(u64, Hash)>) -> Done {
    let folders = folders(dir)?;
    if head.is_some() && folders.len() > 1 {
        let message = "--head is of one ledger: give the folder of one tenant";
        return Err(Failure::new(USAGE, anyhow::anyhow!(message)));
    }
    let mut sound = true;
    for folder in folders {
        sound &= verify_one(&folder, head)?;
    }
    say!("{}", if sound { "ok" } else { "damaged" });
    Ok(if sound { 0 } else { DAMAGED })
}

/// The journal of a tenant's ledger, if the ledger is where the daemon writes it.
fn journal_of(folder: &Path) -> Option<Stored> {
    let ledgers = folder.parent()?;
    if ledgers.file_name()? != files::FOLDER {
        return None;
    }
    match Stored::open(ledgers.parent()?) {
        Ok(stored) => Some(stored),
        Err(error) => {
            say!("it is not held against a journal: {error}");
            None
        }
    }
}

fn verify_one(folder: &Path, head: Option<(u64, Hash)>) -> Result<bool, Failure> {
    let stored = journal_of(folder);
    // The name of the tenant is in the first record.
    let mut reader = ledger::Reader::open(folder).map_err(damaged)?;
    // A damaged record is reported below.
    let _ = reader.read();
    let tenant = reader.tenant().unwrap_or_default().to_owned();
    let journal = stored
        .as_ref()
        .map(|stored| files::journal_name(&stored.uuid));
    let kept_after = stored.as_ref().map_or(0, |s| s.kept_after(&tenant));
    let verified = ledger::verify(folder, journal.as_deref(), kept_after, head).map_err(damaged)?;
    let report = &verified.report;
    say!(
        "{tenant}: {} records, {} of them events, through event {}; head {}:{}",
        report.end.n,
        report.events,
        report.end.seq,
        report.end.n,
        report.end.hash
    );
    for gap in &report.breaks {
        say!(
            "at record {} it goes on after event {} and not after {}",
            gap.n,
            gap.after,
            gap.before
        );
    }
    let mut sound = true;
    if let Some(damage) = &report.damage {
        say!("{damage}");
        sound = false;
    }
    if report.is_as_noted == Some(false) {
        say!("the record that was noted is not in it: it was written anew, or cut off before");
        sound = false;
    }
    match stored {
        Some(stored) => Ok(against(verified, stored, &tenant)? && sound),
        None => Ok(sound),
    }
}

fn against(verified: Verified, stored: Stored, tenant: &str) -> Result<bool, Failure> {
    if verified.report.damage.is_some() {
        return Ok(false);
    }
    let mut comparison = verified.against(stored.snapshot_through(tenant));
    let told = stored.tell(|of, event| {
        if of.as_str() == tenant {
            comparison.take(event);
        }
    });
    told.map_err(|error| Failure::new(DAMAGED, error))?;
    say!(
        "held against the journal: {} records say the same, {} events are not yet written",
        comparison.compared,
        comparison.behind
    );
    if let Some(difference) = &comparison.difference {
        say!("{difference}");
    }
    Ok(comparison.difference.is_none())
}
