//! The stored form of calendars and terms.

use crate::calendar::{Calendar, Date, Offset, Span, Term, Zone};
use crate::stored::{Error, Reader, Stored, Writer, as_inner, stored};

as_inner! { Date(i32) }

stored! { Calendar { 1 zone, 2 week, 3 holidays, 4 make_up, 5 make_up_hours } }
stored! { Zone { 1 name, 2 offsets } }
stored! { Offset { 1 from, 2 ms } }
stored! { Span { 1 from, 2 to } }

/// A number for the unit, and the amount.
impl Stored for Term {
    fn write(&self, out: &mut Writer<'_>) {
        let (unit, amount) = match *self {
            Self::Elapsed(ms) => (1_u8, ms),
            Self::WorkingDays(days) => (2, i64::from(days)),
            Self::OpenMs(ms) => (3, ms),
        };
        out.plain(&unit);
        out.plain(&amount);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Error> {
        let (unit, amount): (u8, i64) = (from.plain()?, from.plain()?);
        match (unit, u32::try_from(amount)) {
            (1, _) => Ok(Self::Elapsed(amount)),
            (2, Ok(days)) => Ok(Self::WorkingDays(days)),
            (3, _) => Ok(Self::OpenMs(amount)),
            (number, _) => Err(Error::UnknownNumber { of: "term", number }),
        }
    }
}
