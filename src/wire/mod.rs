//! The wire: bytes ↔ types, the only place that knows the outside format.
//!
//! ```text
//! bytes ── line ──▶ lines ── request ──▶ Call { id, method, key, request }
//!                                          │ method: one table of names, rights, parameters
//!                                          │ params, scan, check: types, form, idempotency key
//! bytes ◀────────── reply, event ◀── Answer, Reject, WireError, Event
//! ```
//!
//! Everything here is pure: no runtime, clock, file or log. Requests are parsed here and executed
//! elsewhere. Nothing sent is ignored: an unknown member is an error that names it.

pub mod limits;

pub mod line;

pub mod request;

pub mod method;

pub mod reply;

pub mod event;

pub mod json;

mod members;

pub mod subscription;

pub mod error;

pub mod openrpc;

pub mod check;

pub mod fields;

mod clean;
mod page;
mod params;
mod plain;
mod plain_call;
mod plain_params;

mod scan;

/// The protocol version, in the answers to `session.open` and `rpc.discover`.
pub const PROTOCOL: u32 = 1;
