//! The daemon as a whole: the real binary, real sockets, a real disk, real signals.

mod support;

mod access;
mod crash;
mod events;
mod floods;
mod http;
mod lifecycle;
mod limits;
mod rights;
mod snapshots;
mod talk;
mod timers;
mod vanished;
mod whose;
