//! The printed summary of a simulation.
//!
//! Waits and percentiles are those of served contacts; `wait_all_ms` is over all that entered,
//! which excludes the blocked and the rejected. Shares of nothing are `null`.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::figures::{Figures, Mean, share};
use crate::router::Router;
use crate::router::ids::{AgentIdx, QueueIdx};

use super::rota::Rota;
use super::tally::{Callbacks, QueueTally, Tally};

/// Little's law, L = λW: L measured over time against λW from the contacts' waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Little {
    pub queue_length: f64,
    pub queue_lambda_w: f64,
    pub in_system: f64,
    pub in_system_lambda_w: f64,
    /// The larger of the two relative differences.
    pub error: f64,
}

/// One agent.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AgentSummary {
    pub served: u64,
    pub owner_hits: u64,
    pub on_shift_ms: i64,
    pub busy_ms: i64,
    pub wrap_up_ms: i64,
    pub occupancy: Option<f64>,
}

/// The whole summary.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    #[serde(flatten)]
    pub all: Figures,
    pub queue_length_mean: f64,
    pub in_system_mean: f64,
    pub occupancy: Option<f64>,
    /// From the first arrival to the last end.
    pub span_ms: i64,
    pub littles_law: Little,
    pub owner_callbacks: Callbacks,
    /// Share of the repeat contacts that reached their owner, in the call or by the owner's
    /// callback.
    pub owner_reached: Option<f64>,
    pub by_queue: BTreeMap<String, Figures>,
    pub by_agent: BTreeMap<String, AgentSummary>,
    /// Steps of the router.
    pub decisions: u64,
    pub wall_s: f64,
}

impl Summary {
    pub(super) fn new(tally: &Tally, router: &Router, rota: &Rota, wall_s: f64) -> Self {
        let mut all = QueueTally::default();
        let mut by_queue = BTreeMap::new();
        for (n, queue) in tally.queues.iter().enumerate() {
            if queue.sums.ends.contacts == 0 {
                continue;
            }
            let name = router.queue_name_of(QueueIdx::from_usize(n)).to_string();
            by_queue.insert(name, figures(queue));
            add(&mut all, queue);
        }
        let span_ms = tally.last_at - tally.first_arrival;
        let total = tally.timeline.total();
        let queue_length_mean = over(total.waiting_area, span_ms);
        let in_system_mean = over(total.waiting_area + total.talking_area, span_ms);
        let (by_agent, occupancy) = agents(tally, router, rota);
        Self {
            owner_callbacks: tally.callbacks,
            owner_reached: reached(&all, tally.callbacks),
            littles_law: little(&all, queue_length_mean, in_system_mean, span_ms),
            all: figures(&all),
            queue_length_mean,
            in_system_mean,
            occupancy,
            span_ms,
            by_queue,
            by_agent,
            decisions: tally.decisions,
            wall_s,
        }
    }
}

fn add(all: &mut QueueTally, queue: &QueueTally) {
    all.sums.add(&queue.sums);
    for (all, waits) in all.routes.iter_mut().zip(&queue.routes) {
        all.merge(waits);
    }
    all.not_served_wait_ms += queue.not_served_wait_ms;
    all.not_served += queue.not_served;
    all.talk_ms += queue.talk_ms;
}

fn figures(queue: &QueueTally) -> Figures {
    let served = &queue.waits();
    let entered = served.count() + queue.not_served;
    let waited = (served.sum() + queue.not_served_wait_ms) as f64;
    Figures {
        wait_all_ms: Some(Mean {
            mean: share(waited, entered as f64).unwrap_or(0.0),
        }),
        ..Figures::new(&queue.sums, served, served.summary())
    }
}

/// Share of repeat contacts that reached their owner. Promised callbacks count as repeat contacts.
fn reached(all: &QueueTally, callbacks: Callbacks) -> Option<f64> {
    let repeats = all.sums.repeat_contacts + callbacks.promised;
    let hits = all.sums.owner_hits + callbacks.made;
    share(hits as f64, repeats as f64)
}

fn little(all: &QueueTally, queue_length: f64, in_system: f64, span_ms: i64) -> Little {
    let served = all.waits();
    let entered = (served.count() + all.not_served) as f64;
    let lambda = if span_ms > 0 {
        entered / span_ms as f64
    } else {
        0.0
    };
    let waits = (served.sum() + all.not_served_wait_ms) as f64;
    let mean = |sum: f64| if entered > 0.0 { sum / entered } else { 0.0 };
    let queue_lambda_w = lambda * mean(waits);
    let in_system_lambda_w = lambda * mean(waits + all.talk_ms as f64);
    let difference = |l: f64, lw: f64| {
        if l == lw {
            0.0
        } else {
            (l - lw).abs() / l.abs().max(lw.abs())
        }
    };
    Little {
        queue_length,
        queue_lambda_w,
        in_system,
        in_system_lambda_w,
        error: difference(queue_length, queue_lambda_w)
            .max(difference(in_system, in_system_lambda_w)),
    }
}

fn agents(
    tally: &Tally,
    router: &Router,
    rota: &Rota,
) -> (BTreeMap<String, AgentSummary>, Option<f64>) {
    let on_shift = rota.on_shift(tally.first_arrival, tally.last_at);
    let mut by_agent = BTreeMap::new();
    let (mut busy, mut on) = (0_i128, 0_i128);
    for (n, on_shift_ms) in on_shift.into_iter().enumerate() {
        let agent = tally.agents.get(n).copied().unwrap_or_default();
        if on_shift_ms == 0 && agent.served == 0 {
            continue;
        }
        busy += i128::from(agent.busy_ms);
        on += i128::from(on_shift_ms);
        let name = router.agent_name_of(AgentIdx::from_usize(n)).to_string();
        by_agent.insert(
            name,
            AgentSummary {
                served: agent.served,
                owner_hits: agent.owner_hits,
                on_shift_ms,
                busy_ms: agent.busy_ms,
                wrap_up_ms: agent.wrap_up_ms,
                occupancy: share(agent.busy_ms as f64, on_shift_ms as f64),
            },
        );
    }
    (by_agent, share(busy as f64, on as f64))
}

fn over(area: i128, span_ms: i64) -> f64 {
    share(area as f64, span_ms as f64).unwrap_or(0.0)
}
