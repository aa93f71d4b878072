//! Decisions: who may, who is best, what follows.
//!
//! Questions about the present state, asked alike by a submission, a preview and every later
//! occasion. Nothing here changes anything: all that this room is given is a
//! `&Book`.

// What comes in: whose it is, what it would be, whether there is room.
pub(super) mod matter;
pub(super) mod overflow;
pub(super) mod resolve;
pub(super) mod slots;
pub(super) mod wishes;

// The contact's side: who may serve it, who is best, what happens now.
pub(super) mod choose;
pub(super) mod considered;
pub(super) mod judge;
pub(super) mod place;
pub(super) mod plan;

// The agent's side.
pub(super) mod away;
pub(super) mod pick;
pub(super) mod role;

// How long it takes.
pub(super) mod estimate;
