//! Arrivals, read one at a time as they become due.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::Path;

use crate::router::DEFAULT_QUEUE;
use crate::router::codes::Outcome;
use crate::router::ids::{NAME_BYTES_MAX, Name};
use crate::router::policy::PRIORITY_MAX;
use crate::router::time::{MILLIS_MAX, TIMESTAMP_MAX, Timestamp};
use crate::table::{Columns, Table, TableError};

pub(crate) const CONTACT: usize = 0;
pub(crate) const AT_MS: usize = 1;
pub(crate) const QUEUE: usize = 2;
pub(crate) const CUSTOMER: usize = 3;
pub(crate) const CHANNEL: usize = 4;
pub(crate) const TOPIC: usize = 5;
pub(crate) const CASE: usize = 6;
pub(crate) const OWNER: usize = 7;
pub(crate) const PRIORITY: usize = 8;
pub(crate) const REQUIRES: usize = 9;
const SERVICE_MS: usize = 10;
const PATIENCE_MS: usize = 11;
const WRAP_UP_MS: usize = 12;
pub(crate) const OUTCOME: usize = 13;

/// The columns of an arrivals file.
pub const COLUMNS: Columns = Columns {
    known: &[
        "contact",
        "at_ms",
        "queue",
        "customer",
        "channel",
        "topic",
        "case",
        "owner",
        "priority",
        "requires",
        "service_ms",
        "patience_ms",
        "wrap_up_ms",
        "outcome",
    ],
    required: 3,
};

/// The durations of a contact.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    pub service_ms: i64,
    /// `None`: waits forever.
    pub patience_ms: Option<i64>,
    /// `None`: as agent and queue say.
    pub wrap_up_ms: Option<i64>,
}

/// The arrivals of a file, at the next one.
pub struct Arrivals {
    table: Table,
    next_at: Option<Timestamp>,
    last_at: Timestamp,
}

impl Arrivals {
    pub fn of_table(table: Table) -> Result<Self, TableError> {
        let mut arrivals = Self {
            table,
            next_at: None,
            last_at: Timestamp::MIN,
        };
        arrivals.advance()?;
        Ok(arrivals)
    }

    /// When the next one comes; `None` after the last.
    pub fn next_at(&self) -> Option<Timestamp> {
        self.next_at
    }

    /// The table, at the row of the next one.
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// Whether the file has a column for customer, topic, case or owner.
    pub fn has_matters(&self) -> bool {
        [CUSTOMER, TOPIC, CASE, OWNER]
            .iter()
            .any(|column| self.table.has(*column))
    }

    /// Goes to the next arrival.
    pub fn advance(&mut self) -> Result<(), TableError> {
        if !self.table.next_row()? {
            self.next_at = None;
            return Ok(());
        }
        let at = self
            .table
            .number(AT_MS, -TIMESTAMP_MAX, TIMESTAMP_MAX)?
            .ok_or_else(|| self.table.fault(AT_MS, "is empty: give whole milliseconds"))?;
        if at < self.last_at {
            let message = format!(
                "{at} is before the arrival of the row above ({}): sort the rows by at_ms",
                self.last_at
            );
            return Err(self.table.fault(AT_MS, message));
        }
        self.last_at = at;
        self.next_at = Some(at);
        Ok(())
    }

    /// The name of the next one in the file.
    pub fn contact(&self) -> Result<Cow<'_, [u8]>, TableError> {
        let bytes = self.table.bytes(CONTACT);
        let is_plain = bytes
            .iter()
            .fold(true, |plain, byte| plain & (0x20..0x7f).contains(byte));
        let has_blank_end = bytes.first() == Some(&b' ') || bytes.last() == Some(&b' ');
        if !is_plain || has_blank_end || bytes.is_empty() || bytes.len() > NAME_BYTES_MAX {
            let text = self.table.text(CONTACT)?.unwrap_or_default();
            let name = Name::new(text).map_err(|why| self.table.fault(CONTACT, why))?;
            return Ok(Cow::Owned(name.as_str().as_bytes().to_vec()));
        }
        Ok(Cow::Borrowed(bytes))
    }

    pub fn priority(&self) -> Result<i32, TableError> {
        let max = i64::from(PRIORITY_MAX);
        let priority = self.table.number(PRIORITY, -max, max)?.unwrap_or(0);
        Ok(i32::try_from(priority).unwrap_or(0))
    }

    pub fn times(&self) -> Result<Times, TableError> {
        let duration = |column| self.table.number(column, 0, MILLIS_MAX);
        // Only a replay against a daemon uses the outcome. A simulation keeps every case open and
        // only checks the word.
        if let Some(word) = self.table.text(OUTCOME)?
            && !Outcome::WORDS.contains(&word)
        {
            let known = Outcome::WORDS.join(", ");
            let message = format!("\"{word}\" is not an outcome: one of {known}");
            return Err(self.table.fault(OUTCOME, message));
        }
        Ok(Times {
            service_ms: duration(SERVICE_MS)?.unwrap_or(0),
            patience_ms: duration(PATIENCE_MS)?,
            wrap_up_ms: duration(WRAP_UP_MS)?,
        })
    }
}

/// The queues that a file of arrivals names.
pub fn queues_of(path: &Path) -> Result<BTreeSet<String>, TableError> {
    let mut table = Table::open(path, COLUMNS)?;
    let mut queues = BTreeSet::new();
    while table.next_row()? {
        let queue = table.text(QUEUE)?.unwrap_or(DEFAULT_QUEUE);
        if !queues.contains(queue) {
            queues.insert(queue.to_owned());
        }
    }
    Ok(queues)
}
