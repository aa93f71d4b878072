//! The daemon: sockets, sessions, timers and the journal around the pure router.
//!
//! ```text
//! listen, accept ─▶ connection ─▶ conversation ─┬─▶ cell: one lock, one turn ─▶ tenant ─▶ router
//!        http    ─▶ rpc, ws   ─▶                │            │ records ─▶ journal│ events ─▶ ring
//!                                               └─▶ calls: session, events, server
//! timers ─▶ cell                  journal durable ─▶ replies leave, feed ─▶ subscribers
//!                                            ledger ─▶ records of responsibility
//! recovery: snapshot, records ─▶ the same fold ─▶ tenants
//! ```
//!
//! Nothing leaves before it is durable. No lock is held while anything is awaited. Time is read
//! in `clock` only.

pub mod error;
pub mod hub;
pub mod running;

mod clock;
mod end;

mod images;
mod program;
mod recent;
mod record;
mod record_buffer;
mod ring;
mod room;
mod tenant;
mod threads;

mod cell;

mod compare;
mod configure;
mod descriptors;
mod disk;
mod keeper;
mod ledger;
mod opening;
mod recovery;
mod reload;
mod removals;
mod snapshots;
mod status;
mod stored;
mod tenant_ledger;
mod timers;
mod upkeep;

mod access;
mod agent_scope;
mod audit;
mod bucket;
mod figures;
mod rates;
mod revocation;
mod rights;

mod calls;
mod conversation;
mod feed;
mod history;
mod pieces;
mod replies;

mod accept;
mod connection;
mod held;
mod listen;
mod outbox;
mod places;
mod platform_scope;
mod work;

mod http;
mod metrics;
mod scrape;

pub use error::ServerError;
pub use images::WrittenBy;
pub use program::Program;
pub use record::{Record, RecordError, write_command};
pub use reload::{ReloadError, Reloaded};
pub use running::{Control, Options, Running, run};
pub use stored::Stored;
