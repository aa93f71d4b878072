//! firsthand: a contact router that keeps its word.

pub mod cli;
pub mod client;
pub mod config;
pub mod demo;
pub mod journal;
pub mod rehearse;
pub mod replay;
pub mod router;
pub mod server;
pub mod wire;
