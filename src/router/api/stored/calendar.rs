//! The stored form of calendars and terms.

use crate::calendar::{Calendar, Date, Offset, Pause, Span, Special, Term, Zone};
use crate::stored::{as_inner, numbered, stored};

as_inner! { Date(i32) }

stored! { Calendar { 1 zone, 2 week, 3 holidays, 4 make_up, 5 make_up_hours, 6 special } }
stored! { Special { 1 date, 2 hours } }
stored! { Zone { 1 name, 2 offsets } }
stored! { Offset { 1 from, 2 ms } }
stored! { Span { 1 from, 2 to } }

numbered! {
    Term { 1 Elapsed(ms), 2 WorkingDays(days), 3 OpenMs(ms) }
    Pause { 1 Elapsed(ms), 2 WorkingDays(days), 3 OpenMs(ms) }
}
