//! Every figure of the performance table, measured in one run on this machine.
//!
//! Everything over sockets is measured beside Redis, with the same client (the engine of `firsthand
//! bench`), the same number of connections and requests, fresh processes, and in alternating turns,
//! so that other load on the machine slows both. Rows are ratios or processor time. What cannot be
//! measured here says so. `run` beside this file installs what is missing and runs it.

#[path = "../centre/mod.rs"]
mod centre;

mod connections;
mod disk;
mod inside;
mod keep;
mod plot;
mod redis;
mod servers;
mod sockets;
mod table;

use std::path::PathBuf;

use clap::Parser;

use table::Table;

// As in the daemon.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Measures the table of docs/performance.md on this machine.
#[derive(Parser, Debug)]
struct Arguments {
    /// Where journals and files of Redis are written: the disk that is measured
    #[arg(long, default_value = "target/side-by-side", value_name = "FOLDER")]
    folder: PathBuf,
    /// Writes side-by-side.json and side-by-side.svg there
    #[arg(long, default_value = "target/side-by-side", value_name = "FOLDER")]
    out: PathBuf,
    /// Owners in the measurements over a daemon and its journal; ten million take 6 GB of disk
    #[arg(long, default_value_t = 10_000_000)]
    owners: usize,
    /// Owners in the measurements in process; ten million take 2 GB
    #[arg(long, default_value_t = 10_000_000)]
    owners_inside: usize,
    /// Multiplies the number of requests
    #[arg(long, default_value_t = 1.0)]
    requests: f64,
    /// Turns of each measurement over sockets; the median counts
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Only some parts; memory is a part of inside that can be had by itself
    #[arg(
        long,
        value_delimiter = ',',
        value_parser = ["sockets", "ack", "connections", "inside", "memory", "directory", "keep"],
        default_value = "sockets,ack,connections,inside,keep"
    )]
    parts: Vec<String>,
    /// What cargo tells every measurement
    #[arg(long, hide = true)]
    bench: bool,
}

impl Arguments {
    fn wants(&self, part: &str) -> bool {
        self.parts.iter().any(|wanted| wanted == part)
    }
}

fn main() {
    let arguments = Arguments::parse();
    if arguments.wants(inside::DIRECTORY) {
        inside::print_directory(arguments.owners_inside);
        return;
    }
    std::fs::create_dir_all(&arguments.folder).expect("a folder for journals");
    std::fs::create_dir_all(&arguments.out).expect("a folder for results");
    let mut table = Table::new();
    if arguments.wants("inside") {
        inside::measure(arguments.owners_inside, &mut table);
    }
    if arguments.wants("memory") {
        inside::memory(arguments.owners_inside, &mut table);
    }
    if arguments.wants("sockets") {
        sockets::measure(
            &arguments.folder,
            arguments.requests,
            arguments.rounds,
            &mut table,
        );
    }
    if arguments.wants("ack") {
        sockets::acknowledgement(&arguments.folder, &mut table);
        sockets::contacts(&arguments.folder, &mut table);
    }
    if arguments.wants("connections") {
        connections::measure(
            &arguments.folder,
            arguments.requests,
            arguments.rounds,
            &mut table,
        );
    }
    if arguments.wants("keep") {
        keep::measure(&arguments.folder, arguments.owners, &mut table);
    }
    table.print();
    table.write(&arguments.out.join("side-by-side.json"));
    plot::draw(&arguments.out.join("side-by-side.svg"), &table);
}
