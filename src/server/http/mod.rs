//! HTTP: metrics, health, `POST /rpc`, and the WebSocket `/ws`.
//!
//! The calls are the same as on the sockets. Requests of foreign web pages are refused before they
//! are read (`guard`).

mod guard;
mod health;
mod listener;
mod rpc;
mod ws;

use std::net::IpAddr;
use std::sync::Arc;

use axum::http::Request;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use axum::{Extension, Router};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;

use super::clock::millis;
use super::end::End;
use super::hub::Hub;

use listener::{Placed, Places};

/// A client's address, if known.
#[derive(Clone, Copy, Debug)]
struct From(Option<IpAddr>);

/// The longest head of a request: its first line and its headers.
const HEAD_BYTES_MAX: usize = 16 << 10;
/// The most headers of a request.
const HEADERS_MAX: usize = 64;

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
    let places = Places::new(Arc::clone(&hub), listener);
    loop {
        let stream = tokio::select! {
            stream = places.accept() => stream,
            () = hub.serving.cancelled() => return,
        };
        hub.tasks
            .spawn(converse(Arc::clone(&hub), app.clone(), stream));
    }
}

/// Serves one connection. It keeps its place only as long as requests come: the head of each must
/// be complete within the time a connection has to send its token.
async fn converse(hub: Arc<Hub>, app: Router, stream: Placed) {
    let within = millis(hub.live().config.server.limits.handshake_ms);
    let from = From(stream.address());
    let guest = Arc::clone(&stream.guest);
    let app = TowerToHyperService::new(app.layer(Extension(from)));
    let guest_of_requests = Arc::clone(&guest);
    let service = service_fn(move |mut request: Request<Incoming>| {
        let guest = Arc::clone(&guest_of_requests);
        guest.set_idle(false);
        request.extensions_mut().insert(Arc::clone(&guest));
        let answer = app.call(request);
        async move {
            let answer = answer.await;
            guest.answered();
            guest.set_idle(true);
            answer
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(within)
        .max_buf_size(HEAD_BYTES_MAX)
        .max_headers(HEADERS_MAX)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    // Errors here are the peer's and need no handling.
    tokio::select! {
        _ended = connection.as_mut() => {}
        () = guest.dismissed() => if guest.why() == End::Stopped {
            connection.as_mut().graceful_shutdown();
            let _ended = connection.await;
        } else {
            hub.metrics.count_end(guest.why());
        }
    }
}
