//! The `firsthand` binary: reads the command line and answers with an exit code.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    firsthand::cli::run()
}
