//! The command line: one table of subcommands, one file for each.
//!
//! Exit codes: 0 done, 1 failed, 2 wrong usage or configuration; 74 where `serve` ends because of
//! its journal or the disk.

mod bench;
mod check;
mod compare;
mod ctl;
mod demo;
mod generate;
mod journal;
mod ledger;
mod out;
mod policies;
mod rehearse;
mod replay;
mod report;
mod serve;
mod simulate;
mod staff;

use std::process::ExitCode;

use anyhow::Context;
use clap::{Parser, Subcommand};

/// The exit code of wrong usage or a wrong configuration.
const USAGE: u8 = 2;
/// The exit code where no daemon can be reached.
const UNREACHABLE: u8 = 69;
/// The exit code of a valid command that failed.
const FAILED: u8 = 1;

/// A contact router that keeps its word: whoever takes a matter first stays responsible.
#[derive(Debug, Parser)]
#[command(name = "firsthand", version, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// Every subcommand.
#[derive(Debug, Subcommand)]
enum Command {
    /// Runs the daemon
    Serve(serve::Serve),
    /// Shows the daemon at work, with a simulated call centre in front of it
    Demo(demo::Demo),
    /// Checks a configuration file and says everything that is wrong with it
    Check(check::Check),
    /// Plays a script of requests on a virtual clock
    Rehearse(rehearse::Rehearse),
    /// Calls the methods of a running daemon, follows its events, or is a prompt
    Ctl(ctl::Ctl),
    /// Plays arrivals against a running daemon, as the platform and the agents
    Replay(Box<replay::Replay>),
    /// Plays arrivals and shifts through the router on a virtual clock
    Simulate(Box<simulate::Simulate>),
    /// Makes arrivals and agents from a model
    Generate(generate::Generate),
    /// Plays one arrivals file under several policies
    Compare(compare::Compare),
    /// Says how many agents a queue needs
    Staff(staff::Staff),
    /// Loads a running daemon and measures it
    Bench(Box<bench::Bench>),
    /// Looks after the journal
    Journal(journal::Journal),
    /// Prints the scorecard of first-contact responsibility
    Report(Box<report::Report>),
    /// Verifies and exports the record of responsibility, or measures the log of any system
    Ledger(ledger::Ledger),
}

/// Reads the command line and runs the subcommand.
pub fn run() -> ExitCode {
    // Wrong usage exits here with clap's code 2.
    let cli = Cli::parse();
    let done = match cli.command {
        Command::Serve(command) => command.run(),
        Command::Demo(command) => command.run(),
        Command::Check(command) => command.run(),
        Command::Rehearse(command) => command.run(),
        Command::Ctl(command) => command.run(),
        Command::Replay(command) => command.run(),
        Command::Simulate(command) => return command.run(),
        Command::Generate(command) => return command.run(),
        Command::Compare(command) => return command.run(),
        Command::Staff(command) => return command.run(),
        Command::Bench(command) => command.run(),
        Command::Journal(command) => command.run(),
        Command::Report(command) => command.run(),
        Command::Ledger(command) => command.run(),
    };
    match done {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            let text = format!("firsthand: {:#}", failure.cause);
            crate::log::tell(crate::printable::printable_coloured(&text).into_owned());
            ExitCode::from(failure.code)
        }
    }
}

/// Why a subcommand failed, and its exit code.
#[derive(Debug)]
struct Failure {
    code: u8,
    cause: anyhow::Error,
}

impl Failure {
    fn new(code: u8, cause: impl Into<anyhow::Error>) -> Self {
        Self {
            code,
            cause: cause.into(),
        }
    }
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(cause: E) -> Self {
        Self::new(FAILED, cause)
    }
}

/// The exit code, or a failure.
type Done = Result<u8, Failure>;

/// Runs one client's work; one thread is enough for it.
fn block_on<T>(work: impl Future<Output = T>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    Ok(runtime.block_on(work))
}
