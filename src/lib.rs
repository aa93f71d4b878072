//! firsthand: a contact router that keeps its word — whoever takes a matter first stays
//! responsible until it is done (首问负责制).
//!
//! ```text
//!  bytes ──► wire ──► command ──► router ──► events, answer
//!                        │          (pure)         │
//!                        └──► journal ──(durable)──┴──► replies and events leave
//! ```
//!
//! Read the modules in this order:
//!
//! - [`stored`]: values as numbered fields, for what outlives a program; pure.
//! - [`calendar`]: working days, opening hours and time zones as integers; pure.
//! - [`router`]: the deterministic core. State changes only in `Router::apply`.
//! - [`fields`]: every field that can be written, on the wire or in a file; pure.
//! - [`wire`]: bytes to commands and back; pure.
//! - [`journal`]: the durable order of commands; it does not know what they mean.
//! - [`ledger`]: the record of responsibility, made of its events.
//! - [`report`]: the scorecard made of that record.
//! - [`table`]: CSV files, row by row; [`trace`]: arrivals and shifts in them.
//! - [`config`]: the configuration file, checked whole.
//! - [`server`]: the daemon around all that: sockets, clock, timers, metrics.
//! - [`rehearse`], [`simulate`]: the same router on a virtual clock.
//! - [`generate`]: arrivals and agents made from a model.
//! - [`queueing`]: the formulas that a simulation is held against.
//! - [`client`], [`replay`], [`demo`], [`mod@bench`]: the other end of the socket.
//! - [`spelling`], [`identity`]: the one form of ids and of customers' identities.
//! - [`nearest`]: did you mean; [`log`]: where the log goes; [`printable`]: what a terminal may be shown.
//! - [`cli`]: the command line.
//!
//! Every way to run the router — daemon, recovery, rehearsal, simulation — is the same fold over
//! commands. `router` and `wire` know no clock, file, socket or chance; a test holds them to it.

pub mod stored;

pub mod spelling;

pub mod calendar;

pub mod router;

pub mod fields;

pub mod wire;

pub mod journal;

pub mod ledger;

pub mod report;

pub mod table;

pub mod trace;

pub mod config;

pub mod server;

pub mod rehearse;

pub mod simulate;

pub mod generate;

pub mod queueing;

pub mod figures;

pub mod client;

pub mod replay;

pub mod demo;

pub mod bench;

pub mod nearest;

pub mod identity;

pub mod printable;

pub mod log;

pub mod cli;
