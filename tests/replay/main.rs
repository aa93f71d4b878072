//! A small centre replayed against a real daemon, which is killed again and again meanwhile.

mod centre;
mod kills;
mod whole;

#[path = "../support/process.rs"]
mod process;
