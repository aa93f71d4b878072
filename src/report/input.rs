//! Where a report's records come from: a ledger, or a feed of events as lines of JSON.

use std::io::BufRead;
use std::path::Path;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::fold::Fold;
use crate::ledger::{LedgerError, Reader, Stated};

/// Why the records cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error("record {n} cannot be understood: {cause}")]
    Record { n: u64, cause: serde_json::Error },
    #[error("{file}, line {line}: {message}")]
    Line {
        file: String,
        line: u64,
        message: String,
    },
}

/// Reads a ledger, which is verified while it is read.
pub fn read_ledger(folder: &Path, fold: &mut Fold) -> Result<(), InputError> {
    let mut reader = Reader::open(folder)?;
    while let Some(line) = reader.read()? {
        let n = line.head.n;
        let stated = Stated::read(line.text).map_err(|cause| InputError::Record { n, cause })?;
        fold.take(&stated);
    }
    Ok(())
}

/// A line of a feed: a notification, a reply, or a record by itself.
#[derive(Deserialize)]
struct Message<'a> {
    method: Option<&'a str>,
    #[serde(borrow)]
    params: Option<&'a RawValue>,
    #[serde(rename = "type")]
    kind: Option<&'a str>,
}

/// Reads events as `ctl events --follow` and `rehearse` print them, or records; skips other lines.
pub fn read_feed(file: &str, lines: impl BufRead, fold: &mut Fold) -> Result<(), InputError> {
    for (at, line) in lines.lines().enumerate() {
        let wrong = |message: String| InputError::Line {
            file: file.to_owned(),
            line: at as u64 + 1,
            message,
        };
        let line = line.map_err(|error| wrong(format!("cannot be read: {error}")))?;
        if line.trim().is_empty() {
            continue;
        }
        let unreadable = |error: serde_json::Error| wrong(format!("is no event: {error}"));
        let message: Message<'_> = serde_json::from_str(&line).map_err(unreadable)?;
        let text = match (message.method, message.params, message.kind) {
            (Some("event"), Some(params), _) => params.get(),
            (None, _, Some(_)) => line.as_str(),
            _ => continue,
        };
        fold.take(&Stated::read(text).map_err(unreadable)?);
    }
    Ok(())
}
