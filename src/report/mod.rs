//! The scorecard of first-contact responsibility, computed from the ledger's records.
//!
//! ```text
//! ledger or feed ─▶ input ─▶ fold ─▶ figures of each group ─▶ table, JSON, CSV, HTML
//!                                         measures: one formula for each
//! ```
//! Every figure is a measure with its formula (`measures`), and every form of the report prints
//! the same measures. Nothing here decides or reads a clock.

mod charts;
mod figures;
mod fold;
mod html;
mod input;
mod measures;
mod period;
mod print;
mod sample;

pub use figures::{Figures, StageFigures};
pub use fold::{Fold, Options, Report};
pub use html::html;
pub use input::{InputError, read_feed, read_ledger};
pub use measures::{MEASURES, Measure, Section, Unit};
pub use period::Period;
pub use print::{csv, formulas, json, table};
pub use sample::Sample;
