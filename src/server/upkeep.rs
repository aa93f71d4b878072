//! What is done from time to time as long as the daemon serves, whoever asks for what.

use std::sync::Arc;
use std::time::Duration;

use super::hub::Hub;

/// How often the audit tells of refusals that were only counted.
const AUDIT_EVERY: Duration = Duration::from_secs(1);
/// How often histograms are drained.
const METRICS_EVERY: Duration = Duration::from_secs(5);

/// Tells the rest of the audit, until the daemon stops.
pub async fn audit(hub: Arc<Hub>) {
    while serves_after(&hub, AUDIT_EVERY).await {
        hub.audit.tell_rest(hub.clock.now());
    }
}

/// Drains the histograms, until the daemon stops.
pub async fn metrics(hub: Arc<Hub>) {
    while serves_after(&hub, METRICS_EVERY).await {
        let metrics = Arc::clone(&hub.metrics);
        // It only fails when the process ends.
        let _ = tokio::task::spawn_blocking(move || metrics.upkeep()).await;
    }
}

async fn serves_after(hub: &Hub, pause: Duration) -> bool {
    tokio::select! {
        () = tokio::time::sleep(pause) => true,
        () = hub.serving.cancelled() => false,
    }
}
