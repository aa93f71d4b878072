//! Adds what a tenant's router counts to its metrics.
//!
//! Lives under the tenant's lock, so the handles need no lock. A handle is made when first used.

use std::sync::Arc;
use std::time::Duration;

use hashbrown::HashMap;
use metrics::{Counter, Histogram};

use super::{Metrics, names};
use crate::router::codes::{Outcome, Route};
use crate::router::effect::Count;
use crate::router::ids::Name;

use names::Metric;

/// The meters of one tenant.
pub struct TenantMeters {
    metrics: Arc<Metrics>,
    tenant: Name,
    decision: Histogram,
    cases_opened: Counter,
    cases_closed: Counter,
    handovers: Counter,
    labelled: Vec<(Metric, Named)>,
    queues: HashMap<Name, QueueMeters, foldhash::fast::RandomState>,
}

/// Counters of one metric by one more label, of few values.
type Named = Vec<(Name, Counter)>;

struct QueueMeters {
    submitted: Named,
    blocked: Option<Counter>,
    moved_in: Option<Counter>,
    moved_out: Option<Counter>,
    passed_on: Option<Counter>,
    unreached: Option<Counter>,
    connected: [Option<Counter>; Route::ALL.len()],
    within_target: Counter,
    ended: [Option<Counter>; Outcome::ALL.len()],
    offers: Named,
    wait: Histogram,
    handle: Histogram,
    repeats: Counter,
    hits: Counter,
    stand_ins: [Option<Counter>; Route::ALL.len()],
    breaks: Named,
}

impl std::fmt::Debug for TenantMeters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TenantMeters({})", self.tenant)
    }
}

impl TenantMeters {
    pub fn new(metrics: &Arc<Metrics>, tenant: &Name) -> Self {
        let labels = [("tenant", tenant.as_str())];
        Self {
            decision: metrics.histogram(&names::DECISION, &labels),
            cases_opened: metrics.counter(&names::CASES_OPENED, &labels),
            cases_closed: metrics.counter(&names::CASES_CLOSED, &labels),
            handovers: metrics.counter(&names::HANDOVERS, &labels),
            labelled: Vec::new(),
            queues: HashMap::default(),
            metrics: Arc::clone(metrics),
            tenant: tenant.clone(),
        }
    }

    /// A command was carried out.
    pub fn decided(&self, took: Duration) {
        self.decision.record(took.as_secs_f64());
    }

    pub fn count(&mut self, count: &Count) {
        match count {
            Count::Submitted { queue, channel } => self.at(queue).submitted(channel),
            Count::Blocked { queue } => self.at(queue).blocked(),
            Count::Connected {
                queue,
                route,
                wait_ms,
                within_target,
            } => self.at(queue).connected(*route, *wait_ms, *within_target),
            Count::Ended { queue, outcome } => self.at(queue).ended(*outcome),
            Count::Handled { queue, handle_ms } => {
                self.at(queue).meters.handle.record(seconds(*handle_ms));
            }
            Count::MovedIn { queue } => self.at(queue).moved_in(),
            Count::MovedOut { queue } => self.at(queue).moved_out(),
            Count::PassedOn { queue } => self.at(queue).passed_on(),
            Count::Unreached { queue } => self.at(queue).unreached(),
            Count::Offer { queue, result } => self.at(queue).offer(result),
            Count::Repeat { queue, hit, route } => self.at(queue).repeat(*hit, *route),
            Count::OwnerBreak { queue, reason } => self.at(queue).owner_break(reason),
            Count::CaseOpened => self.cases_opened.increment(1),
            Count::CaseClosed => self.cases_closed.increment(1),
            Count::Handover => self.handovers.increment(1),
            Count::Escalated { reason } => self.labelled(&names::ESCALATIONS, "reason", reason),
            Count::Overdue { of } => self.labelled(&names::OVERDUE, "of", of),
            Count::FollowUp { result } => self.labelled(&names::FOLLOW_UPS, "result", result),
            Count::Repaired { reason } => self.labelled(&names::REPAIRS, "reason", reason),
        }
    }

    fn at<'a>(&'a mut self, queue: &'a Name) -> QueueAt<'a> {
        let place = Place {
            metrics: &self.metrics,
            tenant: &self.tenant,
            queue,
        };
        let meters = self
            .queues
            .entry(queue.clone())
            .or_insert_with(|| QueueMeters::new(place));
        QueueAt { meters, place }
    }

    /// Counts by one more label, of few values.
    fn labelled(&mut self, metric: &Metric, label: &'static str, value: &'static str) {
        let place = self.labelled.iter().position(|(known, _)| known == metric);
        let place = place.unwrap_or_else(|| {
            self.labelled.push((*metric, Named::new()));
            self.labelled.len() - 1
        });
        let (metrics, tenant) = (&self.metrics, &self.tenant);
        let make = || {
            let labels = [("tenant", tenant.as_str()), (label, value)];
            metrics.counter(metric, &labels)
        };
        named_counter(&mut self.labelled[place].1, value, make).increment(1);
    }
}

/// What the meters of a queue are made with.
#[derive(Clone, Copy)]
struct Place<'a> {
    metrics: &'a Metrics,
    tenant: &'a Name,
    queue: &'a Name,
}

impl<'a> Place<'a> {
    fn labels(self) -> [(&'static str, &'a str); 2] {
        [
            ("tenant", self.tenant.as_str()),
            ("queue", self.queue.as_str()),
        ]
    }

    fn counter(self, metric: &Metric) -> Counter {
        self.metrics.counter(metric, &self.labels())
    }

    fn histogram(self, metric: &Metric) -> Histogram {
        self.metrics.histogram(metric, &self.labels())
    }

    /// The counter for one value of one more label.
    fn labelled(self, metric: &Metric, label: &'static str, value: &str) -> Counter {
        let [tenant, queue] = self.labels();
        self.metrics
            .counter(metric, &[tenant, queue, (label, value)])
    }
}

impl QueueMeters {
    fn new(place: Place<'_>) -> Self {
        Self {
            submitted: Named::new(),
            blocked: None,
            moved_in: None,
            moved_out: None,
            passed_on: None,
            unreached: None,
            connected: Default::default(),
            within_target: place.counter(&names::WITHIN_TARGET),
            ended: Default::default(),
            offers: Named::new(),
            wait: place.histogram(&names::WAIT),
            handle: place.histogram(&names::HANDLE),
            repeats: place.counter(&names::REPEATS),
            hits: place.counter(&names::HITS),
            stand_ins: Default::default(),
            breaks: Named::new(),
        }
    }
}

/// A queue's meters, and what makes more of them.
struct QueueAt<'a> {
    meters: &'a mut QueueMeters,
    place: Place<'a>,
}

impl QueueAt<'_> {
    fn submitted(self, channel: &Name) {
        let value = channel.as_str();
        let make = || self.place.labelled(&names::SUBMITTED, "channel", value);
        named_counter(&mut self.meters.submitted, value, make).increment(1);
    }

    fn blocked(self) {
        let make = || self.place.counter(&names::BLOCKED);
        self.meters.blocked.get_or_insert_with(make).increment(1);
    }

    fn connected(self, route: Route, wait_ms: i64, within_target: bool) {
        self.meters.wait.record(seconds(wait_ms));
        let within_target = u64::from(within_target);
        self.meters.within_target.increment(within_target);
        let value = route.as_str();
        let make = || self.place.labelled(&names::CONNECTED, "route", value);
        one(&mut self.meters.connected, route as usize, make);
    }

    fn moved_in(self) {
        let make = || self.place.counter(&names::MOVED_IN);
        self.meters.moved_in.get_or_insert_with(make).increment(1);
    }

    fn moved_out(self) {
        let make = || self.place.counter(&names::MOVED_OUT);
        self.meters.moved_out.get_or_insert_with(make).increment(1);
    }

    fn unreached(self) {
        let make = || self.place.counter(&names::UNREACHED);
        self.meters.unreached.get_or_insert_with(make).increment(1);
    }

    fn passed_on(self) {
        let make = || self.place.counter(&names::PASSED_ON);
        self.meters.passed_on.get_or_insert_with(make).increment(1);
    }

    fn ended(self, outcome: Outcome) {
        let value = outcome.as_str();
        let make = || self.place.labelled(&names::ENDED, "outcome", value);
        one(&mut self.meters.ended, outcome as usize, make);
    }

    fn offer(self, result: &'static str) {
        let make = || self.place.labelled(&names::OFFERS, "result", result);
        named_counter(&mut self.meters.offers, result, make).increment(1);
    }

    fn repeat(self, hit: bool, route: Route) {
        self.meters.repeats.increment(1);
        if hit {
            self.meters.hits.increment(1);
            return;
        }
        let value = route.as_str();
        let make = || self.place.labelled(&names::STAND_INS, "route", value);
        one(&mut self.meters.stand_ins, route as usize, make);
    }

    fn owner_break(self, reason: &'static str) {
        let make = || self.place.labelled(&names::BREAKS, "reason", reason);
        named_counter(&mut self.meters.breaks, reason, make).increment(1);
    }
}

fn one(counters: &mut [Option<Counter>], place: usize, make: impl FnOnce() -> Counter) {
    if let Some(counter) = counters.get_mut(place) {
        counter.get_or_insert_with(make).increment(1);
    }
}

fn named_counter<'a>(
    named: &'a mut Named,
    value: &str,
    make: impl FnOnce() -> Counter,
) -> &'a Counter {
    let place = named.iter().position(|(known, _)| known.as_str() == value);
    let place = place.unwrap_or_else(|| {
        named.push((Name::of(value), make()));
        named.len() - 1
    });
    &named[place].1
}

fn seconds(ms: i64) -> f64 {
    ms as f64 / 1_000.0
}
