//! A calendar, and calculation with working days and opening hours.
//!
//! A term of N working days that begins on a day counts from the day after and ends when business
//! ends on the Nth working day: at the last closing time of that day, or at midnight if the day has
//! no hours of its own. What happens before that instant is in time.

use serde::{Deserialize, Serialize};

use super::civil::Date;
use super::hours::{Hours, MINUTES_OF_DAY, Span, Week};
use super::offsets::Zone;
use super::term::Term;
use super::{DAY_MS, Instant};

/// Most dates in one list.
pub const DAYS_MAX: usize = 4_096;

/// A calendar. At least one day of the week is worked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    pub zone: Zone,
    pub week: Week,
    /// Days that are not worked whatever the week says, in order.
    pub holidays: Vec<Date>,
    /// Days that are worked whatever the week and the holidays say (调休), in order.
    pub make_up: Vec<Date>,
    /// The hours of those days.
    pub make_up_hours: Hours,
    /// Dates with hours of their own, or with none, before all else; in order.
    pub special: Vec<Special>,
}

/// The hours of one date; none = closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Special {
    pub date: Date,
    pub hours: Hours,
}

/// The rest of a term that is paused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pause {
    /// Elapsed milliseconds.
    Elapsed(i64),
    /// Working days after the current one.
    WorkingDays(u32),
    /// Milliseconds of opening time.
    OpenMs(i64),
}

impl Calendar {
    /// The hours of a date; none = not worked.
    pub fn hours(&self, date: Date) -> &[Span] {
        if let Some(special) = self.special(date) {
            &special.hours
        } else if self.make_up.binary_search(&date).is_ok() {
            &self.make_up_hours
        } else if self.holidays.binary_search(&date).is_ok() {
            &[]
        } else {
            &self.week[date.weekday()]
        }
    }

    fn special(&self, date: Date) -> Option<&Special> {
        let at = self.special.binary_search_by_key(&date, |of| of.date);
        at.ok().map(|at| &self.special[at])
    }

    pub fn is_worked(&self, date: Date) -> bool {
        !self.hours(date).is_empty()
    }

    /// When a term that begins at `at` ends.
    pub fn end(&self, at: Instant, term: Term) -> Instant {
        match term {
            Term::Elapsed(ms) => at.saturating_add(ms),
            Term::WorkingDays(n) => self.closing(self.nth_after(self.day(at), n)),
            Term::OpenMs(ms) => self.add_open(at, ms),
        }
    }

    /// The rest at `at` of a term that ends at `due_at`.
    pub fn left(&self, at: Instant, due_at: Instant, term: Term) -> Pause {
        match term {
            Term::Elapsed(_) => Pause::Elapsed((due_at - at).max(0)),
            Term::WorkingDays(_) => {
                let last = self.day(due_at - 1);
                let mut date = self.day(at);
                let mut n = 0;
                while date < last {
                    date = date.next();
                    n += u32::from(self.is_worked(date));
                }
                Pause::WorkingDays(n)
            }
            Term::OpenMs(_) => Pause::OpenMs(self.open_between(at, due_at)),
        }
    }

    /// When a paused term ends if it continues at `at`.
    pub fn resumed(&self, at: Instant, left: Pause) -> Instant {
        match left {
            Pause::Elapsed(ms) => at.saturating_add(ms),
            Pause::WorkingDays(0) => {
                let today = self.day(at);
                let closing = self.closing(today);
                if self.is_worked(today) && closing > at {
                    closing
                } else {
                    self.closing(self.nth_after(today, 1))
                }
            }
            Pause::WorkingDays(n) => self.closing(self.nth_after(self.day(at), n)),
            Pause::OpenMs(ms) => self.add_open(at, ms),
        }
    }

    /// The first instant from `at` on at which the calendar is open.
    pub fn next_open(&self, at: Instant) -> Instant {
        let mut date = self.zone.date(at).previous();
        loop {
            for (from, to) in self.spans(date) {
                if at < to {
                    return from.max(at);
                }
            }
            date = date.next();
        }
    }

    /// Whether the calendar is open at an instant.
    pub fn is_open(&self, at: Instant) -> bool {
        self.next_open(at) == at
    }

    /// The opening time of the nth worked day after the current one.
    pub fn opening(&self, at: Instant, n: u32) -> Instant {
        let date = self.nth_after(self.day(at), n);
        let opens = self.hours(date).first().map_or(0, |span| span.from);
        self.next_open(self.zone.instant(date, opens))
    }

    /// The day to which an instant belongs: the one before while a span of it still runs.
    fn day(&self, at: Instant) -> Date {
        let date = self.zone.date(at);
        let before = date.previous();
        let ran_on = self.hours(before).last();
        let runs = ran_on.is_some_and(|span| span.passes_midnight()) && at < self.closing(before);
        if runs { before } else { date }
    }

    /// The nth worked day after a date; `n` is at least 1.
    fn nth_after(&self, mut date: Date, n: u32) -> Date {
        let mut left = n;
        while left > 0 {
            date = date.next();
            left -= u32::from(self.is_worked(date));
        }
        date
    }

    /// When business ends on a worked day.
    fn closing(&self, date: Date) -> Instant {
        let last = self.hours(date).last();
        let to = last.map_or(MINUTES_OF_DAY, |span| self.minute_of_end(date, *span));
        self.zone.instant(date, to)
    }

    /// When a span ends that begins on a date, in minutes after the midnight before.
    fn minute_of_end(&self, date: Date, span: Span) -> u16 {
        if !span.passes_midnight() {
            return span.to;
        }
        let next = date.next();
        let is_holiday = self.holidays.binary_search(&next).is_ok()
            && self.make_up.binary_search(&next).is_err();
        if is_holiday || self.special(next).is_some() {
            return MINUTES_OF_DAY;
        }
        let begins = self.hours(next).first();
        begins.map_or(span.to, |first| span.to.min(MINUTES_OF_DAY + first.from))
    }

    /// The opening hours that begin on a date, as instants. Hours that the clocks skip are empty.
    fn spans(&self, date: Date) -> impl Iterator<Item = (Instant, Instant)> + '_ {
        self.hours(date)
            .iter()
            .map(move |span| {
                let from = self.zone.instant(date, span.from);
                let to = self.minute_of_end(date, *span);
                (from, self.zone.instant(date, to))
            })
            .filter(|(from, to)| from < to)
    }

    fn add_open(&self, at: Instant, ms: i64) -> Instant {
        let mut date = self.zone.date(at).previous();
        let mut left = ms;
        loop {
            for (from, to) in self.spans(date) {
                let open = to - from.max(at);
                if open >= left {
                    return from.max(at) + left;
                }
                left -= open.max(0);
            }
            date = date.next();
        }
    }

    fn open_between(&self, from: Instant, to: Instant) -> i64 {
        let mut open = 0;
        let mut date = self.zone.date(from).previous();
        while i64::from(date.0) * DAY_MS <= self.zone.local(to) {
            for (begins, ends) in self.spans(date) {
                open += (ends.min(to) - begins.max(from)).max(0);
            }
            date = date.next();
        }
        open
    }
}
