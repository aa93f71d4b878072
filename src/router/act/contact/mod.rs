//! What is done to contacts, from submission to end.

// In: a submission, what it draws and where it waits.
mod seek;
mod submit;
mod ticket;

// On: offers and conversations.
pub(super) mod accept;
mod callbacks;
mod learnt;
mod offers;
mod trail;
mod transfer;
mod update;

// Out: the end, full queues, platforms that are gone.
pub(in crate::router) mod end;
mod overflow;
mod sessions;

// Contacts of the router's own.
pub(super) mod duty;
