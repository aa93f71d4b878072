//! What is done to contacts, from submission to end.

pub(super) mod accept;
pub(crate) mod booking;
mod callbacks;
pub(in crate::router) mod duty;
pub(in crate::router) mod ends;
mod learnt;
mod offers;
mod seek;
pub(in crate::router) mod sessions;
pub(in crate::router) mod submit;
pub(crate) mod ticket;
mod transfer;
