//! firsthand: a contact router that keeps its word.

pub mod config;
pub mod router;

pub mod wire;

pub mod rehearse;
