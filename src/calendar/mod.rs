//! Calendars: which days are worked, when the centre is open, and how long until a deadline.
//!
//! Integers only. A calendar contains all that it needs, including the offsets of its time zone, so
//! the same calendar gives the same deadlines on every machine, forever. Nothing here reads a clock
//! or a file. Only [`zone`] reads the time zone database built into the program, and it is called
//! only when a calendar is set.

mod arithmetic;
mod civil;
mod hours;
mod offsets;
mod read;
mod term;
mod written;
pub mod zone;

pub use arithmetic::{Calendar, DAYS_MAX, Pause, Special};
pub use civil::Date;
pub use hours::{Hours, SPANS_MAX, Span, WEEKDAYS, Week};
pub use offsets::{OFFSETS_MAX, Offset, Zone};
pub use read::Fault;
pub use term::{OPEN_MS_MAX, TERM_MS_MAX, Term, WORKING_DAYS_MAX, parse_ms};
pub use written::{Written, plain};

/// Milliseconds since 1970 in UTC.
pub type Instant = i64;

/// Milliseconds of a day of 24 hours.
pub const DAY_MS: i64 = 86_400_000;
