//! How often cases changed hands. `docs/ledger.md` has the definitions.

use serde::Serialize;

use super::read::{Entry, Log};
use crate::router::time::Timestamp;

const DAY_MS: i64 = 86_400_000;

/// Which holder of the earlier case a repeat is compared with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Key {
    #[default]
    First,
    Last,
}

/// The totals, as printed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figures {
    pub cases: u64,
    pub events: u64,
    pub handovers: u64,
    pub cases_with_handover: u64,
    pub ping_pong: u64,
    pub cases_with_ping_pong: u64,
    pub returns: u64,
    pub cases_with_return: u64,
    /// A share; `None` if no case has a holder.
    pub finished_by_first: Option<f64>,
    /// `None` if the log has no customers.
    pub repeats: Option<Repeats>,
}

/// Repeats within a number of days.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Repeats {
    pub d1: Window,
    pub d7: Window,
    pub d30: Window,
}

/// Repeats within a time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Window {
    pub repeats: u64,
    pub proposed: u64,
    pub same_handler: u64,
}

/// One case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CaseFigures<'a> {
    pub case: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer: Option<&'a str>,
    pub from_at: Timestamp,
    pub to_at: Timestamp,
    pub events: u64,
    pub first_holder: Option<&'a str>,
    pub last_holder: Option<&'a str>,
    pub holders: u64,
    pub handovers: u64,
    pub ping_pong: u64,
    pub returns: u64,
    pub finished_by_first: bool,
}

/// The counts of one case.
#[derive(Clone, Copy, Debug, Default)]
struct Course {
    from_at: Timestamp,
    to_at: Timestamp,
    events: u64,
    customer: Option<u32>,
    first: Option<u32>,
    last: Option<u32>,
    holders: u64,
    handovers: u64,
    ping_pong: u64,
    returns: u64,
}

impl Course {
    /// Counts the events of one case, in order of time. `had` is, for each holder, the case it last
    /// had.
    fn of(case: u32, entries: &[Entry], had: &mut [Option<u32>]) -> Self {
        let mut course = Self {
            from_at: entries.first().map_or(0, |entry| entry.at),
            to_at: entries.last().map_or(0, |entry| entry.at),
            events: entries.len() as u64,
            customer: entries.iter().find_map(Entry::customer),
            ..Self::default()
        };
        let mut before_last = None;
        for holder in entries.iter().filter_map(Entry::holder) {
            if course.last == Some(holder) {
                continue;
            }
            course.handovers += u64::from(course.last.is_some());
            course.ping_pong += u64::from(before_last == Some(holder));
            if had[holder as usize].replace(case) == Some(case) {
                course.returns += 1;
            } else {
                course.holders += 1;
            }
            before_last = course.last;
            course.first = course.first.or(Some(holder));
            course.last = Some(holder);
        }
        course
    }

    fn is_finished_by_first(&self) -> bool {
        self.first.is_some() && self.first == self.last
    }
}

fn courses(log: &Log) -> impl Iterator<Item = (u32, Course)> {
    let mut had = vec![None; log.holders.len()];
    log.entries
        .chunk_by(|one, next| one.case == next.case)
        .map(move |entries| {
            let case = entries[0].case;
            (case, Course::of(case, entries, &mut had))
        })
}

/// The totals of a log.
pub fn figures(log: &Log, key: Key) -> Figures {
    let mut figures = Figures {
        cases: log.cases.len() as u64,
        events: log.entries.len() as u64,
        handovers: 0,
        cases_with_handover: 0,
        ping_pong: 0,
        cases_with_ping_pong: 0,
        returns: 0,
        cases_with_return: 0,
        finished_by_first: None,
        repeats: None,
    };
    let (mut held, mut by_first) = (0_u64, 0_u64);
    let mut of_customers: Vec<(u32, Course)> = Vec::new();
    for (_, course) in courses(log) {
        figures.handovers += course.handovers;
        figures.cases_with_handover += u64::from(course.handovers > 0);
        figures.ping_pong += course.ping_pong;
        figures.cases_with_ping_pong += u64::from(course.ping_pong > 0);
        figures.returns += course.returns;
        figures.cases_with_return += u64::from(course.returns > 0);
        held += u64::from(course.first.is_some());
        by_first += u64::from(course.is_finished_by_first());
        if let Some(customer) = course.customer {
            of_customers.push((customer, course));
        }
    }
    figures.finished_by_first = (held > 0).then(|| by_first as f64 / held as f64);
    figures.repeats = log.has_customers.then(|| repeats(of_customers, key));
    figures
}

/// Compares each case of a customer with the one that began before it.
fn repeats(mut courses: Vec<(u32, Course)>, key: Key) -> Repeats {
    // Stable: cases that begin at the same time stay in the order of the file.
    courses.sort_by_key(|(customer, course)| (*customer, course.from_at));
    let mut repeats = Repeats::default();
    for pair in courses.windows(2) {
        let [(customer, former), (same, new)] = pair else {
            continue;
        };
        if customer != same {
            continue;
        }
        let after = new.from_at - former.to_at;
        let handler = match key {
            Key::First => former.first,
            Key::Last => former.last,
        };
        let windows = [
            (1, &mut repeats.d1),
            (7, &mut repeats.d7),
            (30, &mut repeats.d30),
        ];
        for (days, window) in windows {
            if after <= days * DAY_MS {
                window.repeats += 1;
                window.proposed += u64::from(handler.is_some());
                window.same_handler += u64::from(handler.is_some() && handler == new.first);
            }
        }
    }
    repeats
}

/// Case by case, in the order of their first rows.
pub fn by_case(log: &Log) -> impl Iterator<Item = CaseFigures<'_>> {
    let holder = |holder: Option<u32>| holder.map(|holder| log.holders.name(holder));
    courses(log).map(move |(case, course)| CaseFigures {
        case: log.cases.name(case),
        customer: course.customer.map(|customer| log.customers.name(customer)),
        from_at: course.from_at,
        to_at: course.to_at,
        events: course.events,
        first_holder: holder(course.first),
        last_holder: holder(course.last),
        holders: course.holders,
        handovers: course.handovers,
        ping_pong: course.ping_pong,
        returns: course.returns,
        finished_by_first: course.is_finished_by_first(),
    })
}
