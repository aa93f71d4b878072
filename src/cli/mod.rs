//! Temporary.
pub mod ctl;
pub mod replay;
