//! The client with which `ctl`, `replay` and `demo` talk to a daemon.
//!
//! ```text
//! Address ──▶ Connection   one socket: requests out, replies and events in
//!                 │
//!               Link       the same across broken connections: back-off, resend, resume
//! ```
//!
//! The client knows the protocol and nothing inside the router. It starts no tasks; the caller
//! polls it.

mod address;
mod arguments;
mod connection;
mod error;
mod link;
mod message;
mod ordered;
mod prompt;
mod table;
mod telling;

pub use address::Address;
pub use arguments::{ArgumentError, params};
pub use connection::Connection;
pub use error::{ClientError, Refusal};
pub use link::{Arrived, Link, Who};
pub use message::{Event, Incoming, Reply};
pub use ordered::Ordered;
pub use prompt::{Completer, candidates};
pub use table::human;
pub use telling::{duration, telling};
