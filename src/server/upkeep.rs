//! Periodic work of the daemon that no request causes.

use std::sync::Arc;
use std::time::Duration;

use super::hub::Hub;

/// Interval of reporting suppressed refusals in the audit.
const AUDIT_EVERY: Duration = Duration::from_secs(1);
/// Interval of draining the histograms.
const METRICS_EVERY: Duration = Duration::from_secs(5);

/// Reports suppressed refusals, until the daemon stops.
pub async fn audit(hub: Arc<Hub>) {
    while serves_after(&hub, AUDIT_EVERY).await {
        hub.audit.tell_rest(hub.clock.now());
    }
}

/// Drains the histograms, until the daemon stops.
pub async fn metrics(hub: Arc<Hub>) {
    while serves_after(&hub, METRICS_EVERY).await {
        let metrics = Arc::clone(&hub.metrics);
        // Only fails when the process ends.
        let _ = tokio::task::spawn_blocking(move || metrics.upkeep()).await;
    }
}

async fn serves_after(hub: &Hub, pause: Duration) -> bool {
    tokio::select! {
        () = tokio::time::sleep(pause) => true,
        () = hub.serving.cancelled() => false,
    }
}
