//! firsthand: a contact router that keeps its word.

pub mod cli;
pub mod config;
pub mod generate;
pub mod journal;
pub mod queueing;
pub mod rehearse;
pub mod router;
pub mod simulate;
pub mod wire;
