//! `firsthand generate`: arrivals and agents from a model.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use crate::generate::{GenerateError, Model, write_agents, write_arrivals};

/// Draws arrivals and agents from a model and writes them as CSV.
#[derive(Args, Debug)]
pub struct Generate {
    /// The model; config/models/ has some, and docs/simulation.md says what one may contain.
    #[arg(long, value_name = "FILE")]
    model: PathBuf,
    /// The same model and seed give the same bytes.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Where the arrivals go; standard output when neither file is given.
    #[arg(long, value_name = "FILE")]
    out_arrivals: Option<PathBuf>,
    /// Where the agents and their shifts go.
    #[arg(long, value_name = "FILE")]
    out_agents: Option<PathBuf>,
}

impl Generate {
    pub fn run(self) -> ExitCode {
        match self.generate() {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("firsthand: {error}");
                ExitCode::from(error.exit_code())
            }
        }
    }

    fn generate(&self) -> Result<(), GenerateError> {
        let model = Model::load(&self.model)?;
        if let Some(path) = &self.out_arrivals {
            to_file(path, |out| write_arrivals(&model, self.seed, out))?;
        }
        if let Some(path) = &self.out_agents {
            to_file(path, |out| write_agents(&model, self.seed, out))?;
        }
        if self.out_arrivals.is_none() && self.out_agents.is_none() {
            let mut out = BufWriter::new(io::stdout().lock());
            write_arrivals(&model, self.seed, &mut out)
                .map_err(|error| unwritten("standard output", error))?;
        }
        Ok(())
    }
}

fn to_file(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), GenerateError> {
    let name = path.display().to_string();
    let file = File::create(path).map_err(|error| unwritten(&name, error))?;
    let mut out = BufWriter::new(file);
    write(&mut out).map_err(|error| unwritten(&name, error))
}

fn unwritten(file: &str, error: io::Error) -> GenerateError {
    GenerateError::Write {
        file: file.to_owned(),
        error,
    }
}
