//! The daemon as a whole: the real binary, real sockets, a real disk, real signals.

mod support;

mod access;
mod clock;
mod crash;
mod events;
mod ground;
mod http;
mod lifecycle;
mod limits;
mod rights;
mod logging;
mod snapshots;
mod talk;
mod timers;
mod whose;
