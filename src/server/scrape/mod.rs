//! The Prometheus text: the counters, and the state as of now.

pub mod only;

mod agents;

use std::sync::Arc;

use bytes::Bytes;

use super::hub::Hub;
use super::metrics::names;
use crate::journal::Space;
use crate::router::codes::AgentState;

/// The Prometheus text, never older than the request; `None` = it could not be made.
pub async fn shared(hub: &Arc<Hub>) -> Option<Bytes> {
    let of_hub = Arc::clone(hub);
    hub.scrapes.shared(move || text(&of_hub)).await
}

/// The Prometheus text. Takes the tenants' locks one after another and may be slow: not for an I/O
/// thread.
pub fn text(hub: &Hub) -> String {
    let metrics = &hub.metrics;
    let set = |metric, value: f64| metrics.gauge(metric, &[]).set(value);
    set(&names::UPTIME, hub.clock.uptime().as_secs_f64());
    set(&names::DRAINING, f64::from(u8::from(hub.is_draining())));
    set(&names::CLOCK_AHEAD, hub.clock.ahead_us() as f64 / 1e6);
    set(&names::CONNECTIONS, hub.connections() as f64);
    let count = |metric, value| metrics.counter(metric, &[]).absolute(value);
    count(&names::LOG_DROPPED, crate::log::dropped());
    count(&names::LOG_FAILED, crate::log::failed());
    set(&names::HELD, hub.held.bytes() as f64);
    let stats = hub.journal.stats();
    set(&names::JOURNAL_WAITING, stats.waiting_bytes as f64);
    set(&names::JOURNAL_SIZE, stats.segments_bytes as f64);
    if let Some(keeper) = &hub.ledger {
        let records = metrics.counter(&names::LEDGER_RECORDS, &[]);
        records.absolute(keeper.records());
        set(
            &names::LEDGER_STOPPED,
            f64::from(u8::from(keeper.stopped().is_some())),
        );
        set(&names::LEDGER_LAG, keeper.lag(hub) as f64);
    }
    let full = matches!(stats.space, Space::Low { .. } | Space::Out { .. });
    set(&names::JOURNAL_DISK_FULL, f64::from(u8::from(full)));
    let lag = stats
        .appended_sequence
        .saturating_sub(stats.durable_sequence);
    set(&names::JOURNAL_LAG, lag as f64);
    for cell in hub.cells.all() {
        let census = cell.look(|tenant| tenant.router().book().census());
        let now = hub.clock.now();
        let tenant = cell.name.as_str();
        for queue in &census.queues {
            let labels = [("tenant", tenant), ("queue", queue.queue.as_str())];
            let set = |metric, value: f64| metrics.gauge(metric, &labels).set(value);
            let oldest = queue.oldest_joined_at.map_or(0, |at| (now - at).max(0));
            set(&names::WAITING, f64::from(queue.waiting));
            set(&names::OFFERED, f64::from(queue.offered));
            set(&names::IN_CONVERSATION, f64::from(queue.connected));
            set(&names::OLDEST_WAIT, oldest as f64 / 1e3);
        }
        for (state, count) in AgentState::ALL.iter().zip(census.agents) {
            let labels = [("tenant", tenant), ("state", state.as_str())];
            metrics.gauge(&names::AGENTS, &labels).set(count as f64);
        }
        let labels = [("tenant", tenant)];
        let open = census.open_cases as f64;
        metrics.gauge(&names::CASES_OPEN, &labels).set(open);
        let most = census.open_cases_most as f64;
        metrics.gauge(&names::CASES_MOST, &labels).set(most);
        let full = census.agents_full as f64;
        metrics.gauge(&names::OWNERS_FULL, &labels).set(full);
        let overdue = census.overdue as f64;
        metrics.gauge(&names::OVERDUE_OPEN, &labels).set(overdue);
    }
    let mut text = metrics.render();
    if hub.live().config.metrics.agents {
        agents::append(hub, &mut text);
    }
    text
}
