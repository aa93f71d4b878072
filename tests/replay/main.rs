//! A small centre replayed against a real daemon that is killed repeatedly.

mod centre;
mod kills;
mod whole;

#[path = "../support/process.rs"]
mod process;
