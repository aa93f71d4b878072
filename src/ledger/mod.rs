//! The ledger: who was responsible for which case when, and who changed that.
//!
//! There are two parts. [`log`] reads the log of any system and counts how often its cases changed
//! hands. The rest is firsthand's own record: events of cases and contacts as lines of text, each
//! chained to the one before by a hash. The daemon writes it beside its journal (`server::ledger`);
//! commands verify and read it. Nothing here decides or reads a clock.

pub mod log;
pub mod moment;

mod chain;
mod content;
mod error;
mod export;
mod fact;
pub mod files;
mod kind;
mod reader;
mod spans;
mod verify;
mod writer;

pub use chain::{Broken, Hash};
pub use content::content;
pub use error::{Damage, LedgerError};
pub use export::{Selection, records, spans, write_csv, write_json};
pub use fact::{Fact, Stated};
pub use kind::Kind;
pub use reader::{Head, Line, Position, Reader};
pub use spans::{Act, Span, Spans};
pub use verify::{Break, Comparison, Difference, Report, Verified, verify};
pub use writer::{Place, Told, Writer};
