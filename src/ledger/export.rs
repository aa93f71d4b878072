//! Exports for an auditor: responsibilities, or the records themselves.

use std::io::{self, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::error::LedgerError;
use super::fact::{Fact, Stated};
use super::moment;
use super::reader::{Line, Reader};
use super::spans::{Span, Spans};
use crate::router::ids::Name;
use crate::router::time::Timestamp;

/// The selection; absent fields select everything.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    pub cases: Vec<Name>,
    pub owners: Vec<Name>,
    pub from_at: Option<Timestamp>,
    /// Exclusive.
    pub to_at: Option<Timestamp>,
}

impl Selection {
    /// Whether the responsibility overlaps the period and matches the rest.
    fn matches(&self, span: &Span) -> bool {
        (self.cases.is_empty() || self.cases.contains(&span.case))
            && (self.owners.is_empty() || self.owners.contains(&span.owner))
            && self.to_at.is_none_or(|to| span.from_at < to)
            && self
                .from_at
                .is_none_or(|from| span.to_at.is_none_or(|to| to > from))
    }

    fn matches_line(&self, line: &Line<'_>) -> bool {
        #[derive(Deserialize)]
        struct Of {
            case: Option<Name>,
            owner: Option<Name>,
        }
        let at = line.head.at;
        if line.head.kind.is_own()
            || self.from_at.is_some_and(|from| at < from)
            || self.to_at.is_some_and(|to| at >= to)
        {
            return false;
        }
        if self.cases.is_empty() && self.owners.is_empty() {
            return true;
        }
        let Ok(of) = serde_json::from_str::<Of>(line.text) else {
            return false;
        };
        let is_of = |wanted: &[Name], found: Option<&Name>| {
            wanted.is_empty() || found.is_some_and(|found| wanted.contains(found))
        };
        is_of(&self.cases, of.case.as_ref()) && is_of(&self.owners, of.owner.as_ref())
    }
}

/// The responsibilities in a ledger, which is verified while it is read.
pub fn spans(folder: &Path, selection: &Selection) -> Result<Vec<Span>, LedgerError> {
    let mut reader = Reader::open(folder)?;
    let mut spans = Spans::default();
    while let Some(line) = reader.read()? {
        let stated = Stated::read(line.text).map_err(|error| {
            let n = line.head.n;
            LedgerError::Refused(format!("record {n} cannot be understood: {error}"))
        })?;
        if stated.fact != Fact::Other {
            spans.take(&stated);
        }
    }
    let mut spans = spans.finish();
    spans.retain(|span| selection.matches(span));
    Ok(spans)
}

/// Passes the records, as they were written, to `take`.
pub fn records(
    folder: &Path,
    selection: &Selection,
    mut take: impl FnMut(&str) -> io::Result<()>,
) -> Result<(), LedgerError> {
    let mut reader = Reader::open(folder)?;
    while let Some(line) = reader.read()? {
        if selection.matches_line(&line) {
            take(line.text).map_err(|error| LedgerError::io("write", Path::new("-"), error))?;
        }
    }
    Ok(())
}

const HEADER: [&str; 14] = [
    "case", "customer", "owner", "from_at", "from", "act", "by", "reason", "contact", "to_at",
    "to", "ended_by", "seq", "record",
];

/// Writes responsibilities as CSV.
pub fn write_csv(out: impl Write, spans: &[Span]) -> Result<(), csv::Error> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(HEADER)?;
    let name = |name: &Option<Name>| name.as_ref().map_or("", Name::as_str).to_owned();
    for span in spans {
        csv.write_record([
            span.case.as_str().to_owned(),
            name(&span.customer),
            span.owner.as_str().to_owned(),
            span.from_at.to_string(),
            moment::rfc3339(span.from_at),
            span.act.as_str().to_owned(),
            name(&span.by),
            span.reason.clone().unwrap_or_default(),
            name(&span.contact),
            span.to_at.map_or_else(String::new, |at| at.to_string()),
            span.to_at.map_or_else(String::new, moment::rfc3339),
            span.ended_by.map_or("", |act| act.as_str()).to_owned(),
            span.seq.to_string(),
            span.record.to_string(),
        ])?;
    }
    csv.flush()?;
    Ok(())
}

/// A responsibility with its times as text.
#[derive(Serialize)]
struct Printed<'a> {
    #[serde(flatten)]
    span: &'a Span,
    from: String,
    to: Option<String>,
}

/// Writes responsibilities as a JSON array, one a line.
pub fn write_json(mut out: impl Write, spans: &[Span]) -> io::Result<()> {
    let mut before = "[\n";
    for span in spans {
        out.write_all(before.as_bytes())?;
        before = ",\n";
        let printed = Printed {
            span,
            from: moment::rfc3339(span.from_at),
            to: span.to_at.map(moment::rfc3339),
        };
        serde_json::to_writer(&mut out, &printed)?;
    }
    out.write_all(if spans.is_empty() { b"[]\n" } else { b"\n]\n" })
}
