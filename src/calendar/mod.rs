//! Calendars: which days are worked, when doors are open, and how long until a deadline.
//!
//! Integers only. A calendar holds all that it needs, the offsets of its time zone too, so the same
//! calendar gives the same deadlines on every machine and for ever. Nothing here reads a clock or
//! a file; [`zone`] alone looks into the time zone database that is built into the program, and
//! only those who take a calendar in call it.

mod civil;
mod hours;
mod offsets;
mod reckoning;
mod term;
mod written;
pub mod zone;

pub use civil::Date;
pub use hours::{Hours, SPANS_MAX, Span, WEEKDAYS, Week};
pub use offsets::{OFFSETS_MAX, Offset, Zone};
pub use reckoning::{Calendar, DAYS_MAX, Pause};
pub use term::{OPEN_MS_MAX, TERM_MS_MAX, Term, WORKING_DAYS_MAX, parse_ms};
pub use written::{Fault, Written, plain};

/// Milliseconds since 1970 in UTC.
pub type Instant = i64;

/// Milliseconds of a day of 24 hours.
pub const DAY_MS: i64 = 86_400_000;
