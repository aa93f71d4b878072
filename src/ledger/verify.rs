//! Verifies a ledger: its chain, its order, and its agreement with the journal beside it.
//!
//! It must not write, and it may run beside the daemon. The journal is not read here: the caller
//! replays it and passes the events.

use std::collections::VecDeque;
use std::path::Path;

use super::chain::Hash;
use super::content::{content, content_of};
use super::error::{Damage, LedgerError};
use super::kind::Kind;
use super::reader::{Position, Reader};
use crate::router::event::Event;

/// The result of a verification.
#[derive(Clone, Debug)]
pub struct Report {
    pub tenant: Option<String>,
    /// The last verified record.
    pub end: Position,
    /// Records of events.
    pub events: u64,
    /// Where the ledger does not continue after its last event.
    pub breaks: Vec<Break>,
    pub damage: Option<Damage>,
    /// Whether the record noted elsewhere has the noted hash.
    pub is_as_noted: Option<bool>,
}

/// Where the ledger follows another journal, or the same one after another event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Break {
    pub n: u64,
    /// The last event before the break.
    pub before: u64,
    /// The event after which it continues.
    pub after: u64,
    pub journal: Option<String>,
}

/// A verified ledger, ready to be compared with a journal.
#[derive(Debug)]
pub struct Verified {
    pub report: Report,
    /// Content hashes and numbers of the records whose events the journal still has.
    pending: VecDeque<Pending>,
}

#[derive(Debug)]
struct Pending {
    n: u64,
    seq: u64,
    content: blake3::Hash,
}

/// Reads a whole ledger. Records of the journal `journal` after the event `kept_after` are
/// remembered for [`Verified::against`]. `noted` is a record's number and hash noted outside the
/// ledger: it reveals a chain that was rebuilt as a whole.
pub fn verify(
    folder: &Path,
    journal: Option<&str>,
    kept_after: u64,
    noted: Option<(u64, Hash)>,
) -> Result<Verified, LedgerError> {
    let mut reader = Reader::open(folder)?;
    let mut pending = VecDeque::new();
    let (mut events, mut breaks) = (0, Vec::new());
    let mut is_as_noted = noted.map(|_| false);
    let damage = loop {
        let before = reader.position().seq;
        let line = match reader.read() {
            Ok(None) => break None,
            Err(LedgerError::Damaged(damage)) => break Some(damage),
            Err(error) => return Err(error),
            Ok(Some(line)) => line,
        };
        let head = line.head;
        if noted == Some((head.n, line.hash)) {
            is_as_noted = Some(true);
        }
        if head.kind == Kind::Follows {
            // Other events may follow under the same numbers.
            pending.retain(|pending: &Pending| pending.seq <= head.seq);
            if head.n > 2 {
                breaks.push(Break {
                    n: head.n,
                    before,
                    after: head.seq,
                    journal: None,
                });
            }
        } else if !head.kind.is_own() {
            events += 1;
            if head.seq > kept_after {
                pending.push_back(Pending {
                    n: head.n,
                    seq: head.seq,
                    content: blake3::hash(&content_of(&line)),
                });
            }
        }
        if let Some(last) = breaks.last_mut().filter(|last| last.n == head.n) {
            last.journal.clone_from(&reader.position().journal);
        }
    };
    if reader.position().journal.as_deref() != journal {
        pending.clear();
    }
    Ok(Verified {
        report: Report {
            tenant: reader.tenant().map(str::to_owned),
            end: reader.position().clone(),
            events,
            breaks,
            damage,
            is_as_noted,
        },
        pending,
    })
}

/// A difference between a journal and its ledger.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Difference {
    #[error(
        "the journal knows event {seq} ({kind}), which should be the record {n} and is not there"
    )]
    Missing { n: u64, seq: u64, kind: Kind },
    #[error("record {n} speaks of event {seq}, of which the journal knows nothing")]
    Unknown { n: u64, seq: u64 },
    #[error("record {n} does not say of event {seq} what the journal says")]
    Otherwise { n: u64, seq: u64 },
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A comparison of a ledger with the events of its journal.
#[derive(Debug)]
pub struct Comparison {
    verified: Verified,
    /// Events that should be kept and are not yet in the ledger.
    pub behind: u64,
    /// Events that agree.
    pub compared: u64,
    /// Events through this one must be there: a snapshot waited for them.
    sure: u64,
    pub difference: Option<Difference>,
}

impl Verified {
    /// Begins a comparison. The ledger must hold every event through `sure`.
    pub fn against(self, sure: u64) -> Comparison {
        let mut comparison = Comparison {
            verified: self,
            behind: 0,
            compared: 0,
            sure,
            difference: None,
        };
        let end = &comparison.verified.report.end;
        if comparison.verified.report.damage.is_none() && end.seq < sure {
            comparison.difference = Some(Difference::Missing {
                n: end.n + 1,
                seq: sure,
                kind: Kind::Mark,
            });
        }
        comparison
    }
}

impl Comparison {
    pub fn report(&self) -> &Report {
        &self.verified.report
    }

    /// Number and hash of the last record.
    pub fn head(&self) -> (u64, Hash) {
        (self.report().end.n, self.report().end.hash)
    }

    /// Compares the next event of the journal, of those after `kept_after`.
    pub fn take(&mut self, event: &Event) {
        let (Some(kind), Some(content)) = (Kind::of(&event.body), content(event)) else {
            return;
        };
        let pending = &mut self.verified.pending;
        match pending.front() {
            Some(front) if front.seq == event.seq => {
                if front.content != blake3::hash(&content) {
                    let (n, seq) = (front.n, event.seq);
                    self.difference
                        .get_or_insert(Difference::Otherwise { n, seq });
                }
                self.compared += 1;
                pending.pop_front();
            }
            Some(front) => {
                let (n, seq) = (front.n, event.seq);
                let difference = if front.seq < seq {
                    Difference::Unknown { n, seq: front.seq }
                } else {
                    Difference::Missing { n, seq, kind }
                };
                self.difference.get_or_insert(difference);
            }
            None if event.seq > self.verified.report.end.seq => {
                self.behind += 1;
                if event.seq <= self.sure {
                    let (n, seq) = (self.verified.report.end.n + 1, event.seq);
                    self.difference
                        .get_or_insert(Difference::Missing { n, seq, kind });
                }
            }
            None => {}
        }
    }
}
