//! `firsthand check FILE`, and against a running daemon.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::json;

use super::{Done, FAILED, Failure, UNREACHABLE, block_on};
use crate::client::{Address, ClientError, Connection};
use crate::printable::printable;

#[derive(Debug, clap::Args)]
pub struct Check {
    /// The configuration file
    file: PathBuf,
    /// Also say what a reload of the daemon at this socket or address would change and take away
    #[arg(long, value_name = "SOCKET")]
    against: Option<Address>,
}

/// The answer of `server.compare`.
#[derive(Deserialize)]
struct Compared {
    same: bool,
    refused: bool,
    changes: Vec<Change>,
    needs_restart: Vec<String>,
}

#[derive(Deserialize)]
struct Change {
    tenant: Option<String>,
    entity: String,
    id: Option<String>,
    change: String,
    holds: Option<String>,
}

impl Check {
    pub fn run(self) -> Done {
        let colour = std::io::stderr().is_terminal();
        let (mut out, mut err) = (std::io::stdout().lock(), std::io::stderr().lock());
        let code = crate::config::check(&self.file, &mut out, &mut err, colour)?;
        match &self.against {
            Some(daemon) if code == 0 => {
                let compared = block_on(ask(daemon, &self.file))?.map_err(|error| {
                    let is_there = !error.is_of_the_connection();
                    Failure::new(if is_there { FAILED } else { UNREACHABLE }, error)
                })?;
                tell(&compared, &mut out)?;
                Ok(if compared.refused { FAILED } else { 0 })
            }
            Some(_) | None => Ok(code),
        }
    }
}

async fn ask(daemon: &Address, file: &Path) -> Result<Compared, ClientError> {
    let mut connection = Connection::open(daemon).await?;
    let whole = std::path::absolute(file).unwrap_or_else(|_| file.to_path_buf());
    let params = json!({"file": whole.to_string_lossy()});
    let answer = connection.call("server.compare", &params).await?;
    serde_json::from_str(answer.get()).map_err(|cause| ClientError::Strange {
        cause: cause.to_string(),
        line: answer.get().to_owned(),
    })
}

fn tell(compared: &Compared, out: &mut impl Write) -> std::io::Result<()> {
    if compared.same {
        return writeln!(
            out,
            "the daemon has this configuration: a reload changes nothing"
        );
    }
    for change in &compared.changes {
        let of = change
            .tenant
            .as_ref()
            .map(|name| format!("tenant \"{name}\": "));
        let id = change.id.as_ref().map(|id| format!(" \"{id}\""));
        let holds = change.holds.as_ref().map(|holds| format!("; {holds}"));
        let line = format!(
            "{}{}{} would be {}{}",
            of.unwrap_or_default(),
            change.entity,
            id.unwrap_or_default(),
            change.change,
            holds.unwrap_or_default()
        );
        writeln!(out, "  {}", printable(&line))?;
    }
    for key in &compared.needs_restart {
        writeln!(out, "  {} differs: it needs a restart", printable(key))?;
    }
    if compared.refused {
        writeln!(
            out,
            "a reload would be refused: the file no longer names what is in use; name it again, or \
             reload with allow_removals"
        )?;
    }
    Ok(())
}
