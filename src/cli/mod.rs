//! The commands.

pub mod compare;
pub mod generate;
pub mod simulate;
pub mod staff;
