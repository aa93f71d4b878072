//! Temporary.
pub mod ctl;
