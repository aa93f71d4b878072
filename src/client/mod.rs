//! The client: what `ctl`, `replay` and `demo` speak to a daemon with.
//!
//! ```text
//! Address ──▶ Connection   one socket: requests out, replies and events in
//!                 │
//!               Link       the same across broken connections: back-off, resend, resume
//! ```
//!
//! The client knows the protocol and nothing of the router's inside: what it tells the rest of
//! the program is what came over the socket. It starts no tasks; whoever polls it drives it.

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
