//! firsthand: a contact router that keeps its word.

pub mod journal;
