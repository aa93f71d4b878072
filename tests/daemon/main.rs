//! The daemon as a whole: the real binary, real sockets, a real disk, real signals.

#![expect(clippy::wildcard_enum_match_arm, reason = "tests look at one variant")]

mod support;

mod access;
mod actor;
mod clock;
mod crash;
mod desktops;
mod events;
mod floods;
mod full_disk;
mod ground;
mod http;
mod lifecycle;
mod limits;
mod logging;
mod old_beside_new;
mod rights;
mod snapshots;
mod talk;
mod timers;
mod upgrade;
mod vanished;
mod whose;
