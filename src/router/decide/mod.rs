//! Decisions: who may, who is best, what follows.
//!
//! Questions about the present state, asked alike by a submission, a preview and every later
//! occasion. Nothing here changes anything.

pub(super) mod choose;
pub(super) mod estimate;
pub(super) mod judge;
pub(super) mod plan;
