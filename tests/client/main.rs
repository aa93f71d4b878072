//! The client and `ctl` against a real daemon.

mod ctl;
mod link;

#[path = "../support/process.rs"]
mod process;
