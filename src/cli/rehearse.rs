//! `firsthand rehearse SCRIPT.ndjson`.

use std::fs::File;
use std::io::{BufReader, BufWriter, IsTerminal};
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::{Done, Failure, USAGE};
use crate::config::Config;
use crate::identity;
use crate::rehearse;
use crate::router::Router;
use crate::router::command::Stamped;
use crate::router::effect::Effects;

#[derive(Debug, clap::Args)]
pub struct Rehearse {
    /// The script, one request a line with the virtual time `at`; - reads standard input
    script: PathBuf,
    /// The configuration to start from
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl Rehearse {
    pub fn run(self) -> Done {
        let start = match &self.config {
            Some(path) => configured(path)?,
            None => Router::new(),
        };
        let out = BufWriter::new(std::io::stdout().lock());
        let played = if self.script == Path::new("-") {
            rehearse::run(std::io::stdin().lock(), out, start)
        } else {
            let script = File::open(&self.script)
                .with_context(|| format!("cannot open {}", self.script.display()))?;
            rehearse::run(BufReader::new(script), out, start)
        };
        match played {
            Ok(()) => Ok(0),
            Err(error) => Err(Failure::new(error.exit_code(), error)),
        }
    }
}

/// A router set up from the configuration, at the virtual time 0.
fn configured(path: &Path) -> Result<Router, Failure> {
    let (config, warnings) = Config::load(path).map_err(|faults| {
        let colour = std::io::stderr().is_terminal();
        Failure::new(USAGE, anyhow::anyhow!("{}", faults.render(colour)))
    })?;
    for warning in warnings {
        eprintln!("{}", warning.render(std::io::stderr().is_terminal()));
    }
    let mut router = Router::new();
    let mut effects = Effects::default();
    for mut command in config.commands() {
        identity::admit(&mut command, router.book().settings())
            .map_err(|refusal| Failure::new(USAGE, refusal))?;
        let stamped = Stamped {
            at: 0,
            chance: 0,
            source: None,
            key: None,
            actor: None,
            command,
        };
        router
            .apply(&stamped, &mut effects)
            .map_err(|refusal| Failure::new(USAGE, refusal))?;
    }
    Ok(router)
}
