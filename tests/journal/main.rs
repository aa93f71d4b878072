//! The promises of the journal, one file each.
//!
//! Tests use only the journal's public API and damage it only through its storage.

mod append;
mod damage;
mod faults;
mod files;
mod format;
mod hostile;
mod power;
mod room;
mod snapshots;
mod support;
