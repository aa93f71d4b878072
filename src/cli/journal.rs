//! `firsthand journal verify|dump|backup|restore|compact`.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde::Serialize;

use super::{Done, Failure};
use crate::journal::{JournalError, SnapshotInfo, tools};
use crate::ledger::{LedgerError, files};
use crate::printable::printable;
use crate::server::{Program, Record, RecordError, ServerError, WrittenBy};

/// The exit code for a journal that is damaged or cannot be read. Not 74, which is the daemon's
/// code for its supervisor.
const DAMAGED: u8 = super::FAILED;

#[derive(Debug, clap::Args)]
pub struct Journal {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Checks every byte that counts and says the first that is wrong; works beside a running daemon
    Verify {
        /// The folder of the journal
        dir: PathBuf,
    },
    /// Prints every record as a line of JSON; works beside a running daemon
    Dump {
        /// The folder of the journal
        dir: PathBuf,
        /// Begin with this sequence; 0 = with the oldest that is kept
        #[arg(long, default_value_t = 0, value_name = "SEQUENCE")]
        from: u64,
    },
    /// Copies a journal, which may be in use, into an empty folder
    Backup { dir: PathBuf, to: PathBuf },
    /// Copies a backup into an empty folder
    Restore { from: PathBuf, dir: PathBuf },
    /// Removes what the older of the two newest snapshots makes unnecessary
    Compact {
        /// The folder of the journal
        dir: PathBuf,
    },
}

impl Journal {
    pub fn run(self) -> Done {
        let mut out = BufWriter::new(std::io::stdout().lock());
        let code = match self.command {
            Command::Verify { dir } => verify(&dir, &mut out)?,
            Command::Dump { dir, from } => dump(&dir, from, &mut out)?,
            Command::Backup { dir, to } => {
                say(&mut out, "copied", tools::backup(&dir, &to))?;
                copy_ledger(&mut out, &dir, &to)?
            }
            Command::Restore { from, dir } => {
                say(&mut out, "restored", tools::restore(&from, &dir))?;
                copy_ledger(&mut out, &from, &dir)?
            }
            Command::Compact { dir } => {
                let pruned = tools::compact(&dir).map_err(damaged)?;
                writeln!(
                    out,
                    "removed {} segments ({} bytes) and {} snapshots",
                    pruned.segments, pruned.segments_bytes, pruned.snapshots
                )?;
                0
            }
        };
        out.flush()?;
        Ok(code)
    }
}

fn damaged(error: JournalError) -> Failure {
    Failure::new(DAMAGED, error)
}

fn say(out: &mut impl Write, done: &str, transfer: Result<tools::Transfer, JournalError>) -> Done {
    let transfer = transfer.map_err(damaged)?;
    writeln!(
        out,
        "{done} through sequence {}: {} segments, {} snapshots, {} of them links",
        transfer.last_sequence, transfer.segments, transfer.snapshots, transfer.linked
    )?;
    Ok(0)
}

/// The ledger is copied after its journal: a ledger older than the journal's snapshots would have a
/// gap.
fn copy_ledger(out: &mut impl Write, from: &Path, to: &Path) -> Done {
    let copied = files::copy(from, to)
        .map_err(|error| Failure::new(DAMAGED, LedgerError::io("copy", to, error)))?;
    if copied > 0 {
        writeln!(out, "and the ledger: {copied} files")?;
    }
    Ok(0)
}

fn verify(dir: &Path, out: &mut impl Write) -> Done {
    let report = tools::verify(dir).map_err(damaged)?;
    writeln!(
        out,
        "{}: {} segments, sequences {} to {}, {} records in {} frames, {} bytes",
        report.place,
        report.segments.len(),
        report.first_sequence,
        report.last_sequence,
        report.records,
        report.frames,
        report.frames_bytes
    )?;
    for snapshot in &report.snapshots {
        match &snapshot.outcome {
            Ok(info) => {
                let (file, bytes, by) = (&snapshot.file, info.state_bytes, written_by(info));
                writeln!(out, "{file}: whole, {bytes} bytes, {by}")?;
            }
            Err(reason) => writeln!(out, "{reason}")?,
        }
    }
    let snapshots = report.snapshots.iter();
    let newest = snapshots.filter_map(|snapshot| Some(snapshot.outcome.as_ref().ok()?.sequence));
    let behind = report
        .last_sequence
        .saturating_sub(newest.max().unwrap_or(0));
    writeln!(out, "{behind} records behind the newest snapshot")?;
    if let Some(torn) = &report.torn {
        writeln!(
            out,
            "a torn, never acknowledged tail at byte {} of segment {}: {}; the next start cuts it",
            torn.offset, torn.segment, torn.reason
        )?;
    }
    if let Some(fault) = &report.fault {
        writeln!(out, "{fault}")?;
    }
    let sound = report.is_sound();
    writeln!(out, "{}", if sound { "ok" } else { "damaged" })?;
    Ok(if sound { 0 } else { DAMAGED })
}

fn written_by(snapshot: &SnapshotInfo) -> String {
    match WrittenBy::read(&snapshot.head) {
        Ok(WrittenBy {
            program,
            image_format,
        }) => format!(
            "written by version {}, rules level {}, image format {image_format}",
            program.version, program.rules_level
        ),
        Err(ServerError::PositionalSnapshot) => "written by an early build of 0.1.0".to_owned(),
        Err(error) => error.to_string(),
    }
}

/// A record as it is printed.
#[serde_with::skip_serializing_none]
#[derive(Serialize)]
#[serde(untagged)]
enum Printed<'a> {
    Command {
        seq: u64,
        tenant: &'a str,
        at: i64,
        source: Option<&'a str>,
        key: Option<&'a str>,
        command: &'a crate::router::command::Command,
    },
    Configured {
        seq: u64,
        tenant: &'a str,
        configured: serde_json::Value,
    },
    Program {
        seq: u64,
        version: &'a str,
        rules_level: u32,
    },
}

/// Why a dump ended early.
#[derive(Debug, thiserror::Error)]
enum DumpError {
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error(transparent)]
    Record(#[from] RecordError),
    #[error("cannot print: {0}")]
    Print(#[from] std::io::Error),
}

fn dump(dir: &Path, from: u64, out: &mut impl Write) -> Done {
    let mut program = Program::unknown();
    let dumped = tools::dump::<DumpError>(dir, from, |stored| {
        let seq = stored.sequence;
        match program.read(&stored)? {
            Record::Command { tenant, stamped } => print(
                out,
                &Printed::Command {
                    seq,
                    tenant: tenant.as_str(),
                    at: stamped.at,
                    source: stamped.source.as_ref().map(|name| name.as_str()),
                    key: stamped.key.as_ref().map(|key| key.name.as_str()),
                    command: &stamped.command,
                },
            ),
            Record::Configured { tenant, json } => print(
                out,
                &Printed::Configured {
                    seq,
                    tenant: tenant.as_str(),
                    configured: serde_json::from_str(&json).unwrap_or_default(),
                },
            ),
            Record::Program(program) => print(
                out,
                &Printed::Program {
                    seq,
                    version: &program.version,
                    rules_level: program.rules_level,
                },
            ),
        }
    });
    match dumped {
        Ok(()) => Ok(0),
        // The reader of the output has gone.
        Err(DumpError::Print(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(0),
        Err(error) => Err(Failure::new(DAMAGED, error)),
    }
}

fn print(out: &mut impl Write, printed: &Printed<'_>) -> Result<(), DumpError> {
    let line = serde_json::to_string(printed).map_err(std::io::Error::from)?;
    writeln!(out, "{}", printable(&line))?;
    Ok(())
}
