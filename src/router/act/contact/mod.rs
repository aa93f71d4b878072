//! What is done to contacts, from submission to end.

pub(super) mod accept;
mod booking;
mod callbacks;
pub(super) mod duty;
pub(in crate::router) mod ends;
mod learnt;
mod offers;
mod seek;
mod sessions;
pub(in crate::router) mod submit;
mod ticket;
mod transfer;
