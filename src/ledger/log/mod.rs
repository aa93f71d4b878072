//! The log of any system: which holder had which case when, and how often that changed.
//!
//! Reads CSV with the columns case, time, holder and optionally customer, rows in any order. It
//! does not read firsthand's own records.

mod figures;
mod read;

pub use figures::{CaseFigures, Figures, Key, Repeats, Window, by_case, figures};
pub use read::{Columns, Log, LogError, read};
