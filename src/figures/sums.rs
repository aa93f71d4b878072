//! The counts of contacts of a queue, an hour or a run, and the figures computed from them.
//!
//! Waits and percentiles (nearest rank) are those of served contacts; the service level is those
//! served within the target ÷ (served + abandoned + timeout).

use serde::Serialize;

use super::fate::Fate;
use super::share::share;
use super::waits::{WaitSummary, Waits};

/// Contacts that arrived, and what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Ends {
    pub contacts: u64,
    pub served: u64,
    pub abandoned: u64,
    pub blocked: u64,
    pub timeout: u64,
    pub overflowed: u64,
    pub rejected: u64,
    pub unserved: u64,
}

impl Ends {
    /// Counts the end of a contact; its arrival is counted separately.
    pub fn ended(&mut self, fate: Fate) {
        *match fate {
            Fate::Served => &mut self.served,
            Fate::Abandoned => &mut self.abandoned,
            Fate::Blocked => &mut self.blocked,
            Fate::Timeout => &mut self.timeout,
            Fate::Overflowed => &mut self.overflowed,
            Fate::Rejected => &mut self.rejected,
            Fate::Unserved => &mut self.unserved,
        } += 1;
    }

    fn add(&mut self, other: &Self) {
        self.contacts += other.contacts;
        self.served += other.served;
        self.abandoned += other.abandoned;
        self.blocked += other.blocked;
        self.timeout += other.timeout;
        self.overflowed += other.overflowed;
        self.rejected += other.rejected;
        self.unserved += other.unserved;
    }
}

/// The counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    pub ends: Ends,
    /// Contacts served within the target.
    pub within_target: u64,
    /// Served contacts whose case already had an owner; `owner_hits` reached that owner.
    pub repeat_contacts: u64,
    pub owner_hits: u64,
}

impl Sums {
    pub fn add(&mut self, other: &Self) {
        self.ends.add(&other.ends);
        self.within_target += other.within_target;
        self.repeat_contacts += other.repeat_contacts;
        self.owner_hits += other.owner_hits;
    }

    /// Counts a served contact.
    pub fn served(&mut self, within_target: bool, repeat: bool, hit: bool) {
        self.ends.ended(Fate::Served);
        self.within_target += u64::from(within_target);
        self.repeat_contacts += u64::from(repeat);
        self.owner_hits += u64::from(hit);
    }

    pub fn service_level(&self) -> Option<f64> {
        let promised = self.ends.served + self.ends.abandoned + self.ends.timeout;
        share(self.within_target as f64, promised as f64)
    }

    /// Owner hits ÷ repeat contacts.
    pub fn continuity(&self) -> Option<f64> {
        share(self.owner_hits as f64, self.repeat_contacts as f64)
    }
}

/// Only a mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Mean<F = f64> {
    pub mean: F,
}

/// The figures of a queue, or of all queues.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Figures<F = f64, I = i64> {
    #[serde(flatten)]
    pub ends: Ends,
    pub wait_ms: WaitSummary<F, I>,
    /// Over all that entered, which excludes the blocked and the rejected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait_all_ms: Option<Mean>,
    /// Share of the served contacts that waited at all.
    pub waited: Option<f64>,
    pub service_level: Option<f64>,
    pub repeat_contacts: u64,
    pub owner_hits: u64,
    pub continuity: Option<f64>,
}

impl<F, I> Figures<F, I> {
    /// `served` are the waits of served contacts, `wait_ms` the summary to print of them.
    pub fn new(sums: &Sums, served: &Waits, wait_ms: WaitSummary<F, I>) -> Self {
        Self {
            ends: sums.ends,
            wait_ms,
            wait_all_ms: None,
            waited: share(
                (served.count() - served.zeros()) as f64,
                served.count() as f64,
            ),
            service_level: sums.service_level(),
            repeat_contacts: sums.repeat_contacts,
            owner_hits: sums.owner_hits,
            continuity: sums.continuity(),
        }
    }
}
