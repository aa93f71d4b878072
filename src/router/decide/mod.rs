//! Decisions: who may serve, who is best, what follows.
//!
//! The same functions answer a submission, a preview and every later occasion. Nothing here changes
//! state: everything gets a `&Book`.

// Input: whose it is, what it would be, whether there is room.
mod callable;
pub(super) mod matter;
mod moments;
pub(super) mod overflow;
pub(super) mod resolve;
pub(super) mod slots;
mod there;
pub(super) mod wishes;

// For a contact: who may serve it, who is best, what happens now.
pub(super) mod choose;
pub(super) mod considered;
pub(super) mod judge;
pub(super) mod place;
pub(super) mod plan;

// For an agent.
pub(super) mod away;
pub(super) mod pick;
pub(super) mod role;

// Waiting times.
pub(super) mod estimate;
