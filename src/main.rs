//! The `firsthand` binary.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use firsthand::cli;

#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Compare(cli::compare::Compare),
    Generate(cli::generate::Generate),
    Simulate(cli::simulate::Simulate),
    Staff(cli::staff::Staff),
}

fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Compare(compare) => compare.run(),
        Command::Generate(generate) => generate.run(),
        Command::Simulate(simulate) => simulate.run(),
        Command::Staff(staff) => staff.run(),
    }
}
