//! `firsthand check FILE`.

use std::io::IsTerminal;
use std::path::PathBuf;

use super::Done;

#[derive(Debug, clap::Args)]
pub struct Check {
    /// The configuration file
    file: PathBuf,
}

impl Check {
    pub fn run(self) -> Done {
        let colour = std::io::stderr().is_terminal();
        let (mut out, mut err) = (std::io::stdout().lock(), std::io::stderr().lock());
        Ok(crate::config::check(
            &self.file, &mut out, &mut err, colour,
        )?)
    }
}
