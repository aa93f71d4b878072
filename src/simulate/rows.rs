//! The file of what became of each contact, in the order of arrival.
//!
//! A row is held back only as long as an earlier contact has not ended.

use std::collections::VecDeque;
use std::io::{self, Write};

use crate::figures::Fate;
use crate::router::codes::Route;
use crate::router::ids::Name;
use crate::router::time::Timestamp;

/// The columns.
pub const HEADER: &str =
    "contact,outcome,agent,route,owner,queued_ms,connected_ms,ended_ms,wait_ms,offers\n";

/// One row.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub contact: Vec<u8>,
    pub fate: Fate,
    pub agent: Option<Name>,
    pub route: Option<Route>,
    pub owner: Option<Name>,
    pub queued_at: Timestamp,
    pub connected_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    pub wait_ms: Option<i64>,
    pub offers: u32,
}

impl Row {
    /// The row of a contact that reached no agent.
    pub fn unserved(contact: Vec<u8>, fate: Fate, queued_at: Timestamp) -> Self {
        Self {
            contact,
            fate,
            agent: None,
            route: None,
            owner: None,
            queued_at,
            connected_at: None,
            ended_at: None,
            wait_ms: None,
            offers: 0,
        }
    }
}

/// Writes the rows.
pub(super) struct Rows {
    out: Box<dyn Write>,
    /// Rows of contacts from number `first` on; `None` while unfinished.
    held: VecDeque<Option<Row>>,
    first: u64,
    line: Vec<u8>,
}

impl Rows {
    pub fn new(mut out: Box<dyn Write>) -> io::Result<Self> {
        out.write_all(HEADER.as_bytes())?;
        Ok(Self {
            out,
            held: VecDeque::new(),
            first: 0,
            line: Vec::new(),
        })
    }

    /// Adds a place for the next contact.
    pub fn expect(&mut self) {
        self.held.push_back(None);
    }

    /// Adds the row of a contact by its number in the order of arrival.
    pub fn put(&mut self, number: u64, row: Row) -> io::Result<()> {
        let place = usize::try_from(number - self.first).unwrap_or(usize::MAX);
        if let Some(held) = self.held.get_mut(place) {
            *held = Some(row);
        }
        while let Some(Some(row)) = self.held.front() {
            self.line.clear();
            write_row(&mut self.line, row)?;
            self.out.write_all(&self.line)?;
            self.held.pop_front();
            self.first += 1;
        }
        Ok(())
    }

    pub fn finish(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

fn write_row(line: &mut Vec<u8>, row: &Row) -> io::Result<()> {
    write_cell(line, &row.contact);
    line.push(b',');
    line.extend_from_slice(row.fate.as_str().as_bytes());
    line.push(b',');
    write_cell(line, row.agent.as_ref().map_or("", Name::as_str).as_bytes());
    line.push(b',');
    line.extend_from_slice(row.route.map_or("", Route::as_str).as_bytes());
    line.push(b',');
    write_cell(line, row.owner.as_ref().map_or("", Name::as_str).as_bytes());
    write!(line, ",{}", row.queued_at)?;
    for number in [row.connected_at, row.ended_at, row.wait_ms] {
        line.push(b',');
        if let Some(number) = number {
            write!(line, "{number}")?;
        }
    }
    writeln!(line, ",{}", row.offers)
}

/// Writes a cell, quoted if necessary.
fn write_cell(line: &mut Vec<u8>, text: &[u8]) {
    if !text
        .iter()
        .any(|b| matches!(b, b',' | b'"' | b'\n' | b'\r'))
    {
        line.extend_from_slice(text);
        return;
    }
    line.push(b'"');
    for byte in text {
        if *byte == b'"' {
            line.push(b'"');
        }
        line.push(*byte);
    }
    line.push(b'"');
}
