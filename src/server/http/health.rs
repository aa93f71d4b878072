//! Health, readiness, version and metrics.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::Serialize;

use super::{From, rpc};
use crate::config::Role;
use crate::router::reject::RejectKind;
use crate::server::access::{token_actor, token_of};
use crate::server::audit::{Line, Target, Who};
use crate::server::hub::Hub;
use crate::server::places::Guest;
use crate::server::scrape::{self, only};

/// Content type of the Prometheus text format.
const TEXT_FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

#[derive(Serialize)]
struct Health {
    status: &'static str,
    reasons: Vec<String>,
}

#[derive(Serialize)]
struct Version {
    name: &'static str,
    version: &'static str,
    protocol: u32,
}

/// `/healthz`: the process is alive.
pub async fn alive() -> Response {
    let health = Health {
        status: "ok",
        reasons: Vec::new(),
    };
    Json(health).into_response()
}

/// `/readyz`: whether the daemon should get work, and if not, why.
pub async fn ready(State(hub): State<Arc<Hub>>) -> Response {
    let mut reasons = Vec::new();
    if hub.is_draining() {
        reasons.push("draining: new contacts are refused".to_owned());
    }
    if let Some(failure) = hub.failure() {
        reasons.push(failure.to_string());
    }
    if let Some(stopped) = hub.ledger.as_ref().and_then(|keeper| keeper.stopped()) {
        reasons.push(format!("the ledger is not written: {stopped}"));
    }
    let behind = hub.check_room(hub.journal.waiting_bytes()).err();
    for refusal in hub.disk_shortage().into_iter().chain(behind) {
        reasons.push(refusal.message);
    }
    let (code, status) = if reasons.is_empty() {
        (StatusCode::OK, "ready")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "not ready")
    };
    (code, Json(Health { status, reasons })).into_response()
}

/// `/version`.
pub async fn version() -> Response {
    let version = Version {
        name: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        protocol: crate::wire::PROTOCOL,
    };
    Json(version).into_response()
}

/// `/metrics`. Where tokens are configured, it needs one of the roles `ops`, `supervisor` or
/// `admin`; the first two see the series of their tenant and those without a tenant.
pub async fn metrics(
    State(hub): State<Arc<Hub>>,
    Extension(From(from)): Extension<From>,
    Extension(guest): Extension<Arc<Guest>>,
    headers: HeaderMap,
) -> Response {
    let live = hub.live();
    let secret = rpc::bearer(&headers);
    let shown = secret.as_ref();
    let token = shown.and_then(|secret| token_of(secret, &live.config));
    let refuse = |who: Who, refused: RejectKind| {
        let line = Line {
            who,
            from,
            tenant: token.map(|token| &token.tenant),
            method: "/metrics",
            target: Target::default(),
            event: None,
            refused: Some(refused),
        };
        hub.audit.tell(hub.clock.now(), &line);
    };
    let tenant = match token {
        Some(token) => match token.role {
            Role::Ops | Role::Supervisor => Some(token.tenant.clone()),
            Role::Admin => None,
            Role::Platform | Role::Agent => {
                let who = Who::Known(token_actor(token));
                refuse(who, RejectKind::Forbidden);
                return StatusCode::FORBIDDEN.into_response();
            }
        },
        None if live.config.tokens.is_empty() => None,
        None => {
            refuse(Who::Stranger(from), RejectKind::Unauthorized);
            return StatusCode::UNAUTHORIZED.into_response();
        }
    };
    guest.set_known(true);
    let Some(all) = scrape::shared(&hub).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let text = match tenant {
        None => all,
        Some(of) => only::of_tenant(&String::from_utf8_lossy(&all), of.as_str()).into(),
    };
    ([(CONTENT_TYPE, TEXT_FORMAT)], text).into_response()
}
