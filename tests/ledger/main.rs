//! The ledger: logs of other systems, the chain, and the daemon that writes it.

#[path = "../support/centre.rs"]
mod centre;
mod chain;
mod daemon;
mod log;
mod mending;
#[path = "../support/process.rs"]
mod process;
