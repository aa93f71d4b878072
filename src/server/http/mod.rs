//! HTTP: metrics, health, `POST /rpc`, and the WebSocket `/ws`.
//!
//! The same calls are understood and carried out as on the sockets. What a browser could be made
//! to do by a foreign page is refused before anything is looked into (`guard`).

mod guard;
mod health;
mod listener;
mod rpc;
mod ws;

use std::future::IntoFuture;
use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use tokio::net::TcpListener;

use super::hub::Hub;

use listener::Places;

/// Serves until the daemon stops.
pub async fn serve(hub: Arc<Hub>, listener: TcpListener) {
    let local = listener.local_addr().ok();
    let guard = guard::Guard {
        is_loopback: local.is_none_or(|address| address.ip().is_loopback()),
    };
    let app = Router::new()
        .route("/rpc", post(rpc::rpc))
        .route("/ws", get(ws::upgrade))
        .layer(from_fn_with_state(guard, guard::same_origin))
        .route("/metrics", get(health::metrics))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/version", get(health::version))
        .layer(from_fn_with_state(guard, guard::known_host))
        .with_state(Arc::clone(&hub));
    let stop = Arc::clone(&hub);
    let places = Places::new(hub, listener);
    let served = axum::serve(places, app)
        .with_graceful_shutdown(async move { stop.serving.cancelled().await })
        .into_future()
        .await;
    if let Err(error) = served {
        tracing::error!(%error, "HTTP ended");
    }
}
