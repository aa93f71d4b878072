//! `POST /rpc`: one message of JSON-RPC, single or batch, in one request.

use std::sync::Arc;

use axum::Extension;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::From;
use crate::router::ids::Text;
use crate::server::access::Via;
use crate::server::connection::{millis, wire_limits};
use crate::server::conversation::Conversation;
use crate::server::http::guard::is_from_a_browser;
use crate::server::hub::Hub;
use crate::wire::error::WireError;
use crate::wire::reply;
use crate::wire::request::{self, Id, Token};

const JSON: &str = "application/json";

/// Carries out what the body asks.
pub async fn rpc(
    State(hub): State<Arc<Hub>>,
    Extension(From(from)): Extension<From>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let is_json = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|kind| kind.split(';').next().map(str::trim) == Some(JSON));
    if !is_json && is_from_a_browser(&headers) {
        // A page may send other types anywhere without being asked for permission.
        let refusal = "the content type must be application/json\n";
        return (StatusCode::UNSUPPORTED_MEDIA_TYPE, refusal).into_response();
    }
    let server = hub.live().config.server.limits.clone();
    let limits = wire_limits(&server);
    let body = to_bytes(body, limits.line_bytes_max);
    let Ok(read) = tokio::time::timeout(millis(server.stall_ms), body).await else {
        return StatusCode::REQUEST_TIMEOUT.into_response();
    };
    let Ok(bytes) = read else {
        let error = WireError::line_too_long(limits.line_bytes_max);
        let mut out = Vec::new();
        reply::error(&mut out, &Id::Null, &error);
        return json(StatusCode::PAYLOAD_TOO_LARGE, out);
    };
    let mut conversation = Conversation::new(hub, Via::Http, false).at_address(from);
    if let Some(secret) = bearer(&headers)
        && let Err(refusal) = conversation.show("/rpc", &secret)
    {
        let mut out = Vec::new();
        reply::refusal(&mut out, &Id::Null, &refusal);
        return json(StatusCode::UNAUTHORIZED, out);
    }
    let code = if conversation.is_admitted() {
        StatusCode::OK
    } else {
        StatusCode::UNAUTHORIZED
    };
    let mut messages = vec![request::parse(&bytes, &limits)];
    let mut out = Vec::new();
    match conversation.handle(&mut messages, &mut out).await {
        // Nothing may leave: what was done is not durable.
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Ok(()) if out.is_empty() => StatusCode::NO_CONTENT.into_response(),
        Ok(()) => json(code, out),
    }
}

/// The token of the header `authorization: Bearer …`.
pub fn bearer(headers: &HeaderMap) -> Option<Token> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| Token(Text(token.trim().into())))
}

fn json(code: StatusCode, body: Vec<u8>) -> Response {
    (code, [(CONTENT_TYPE, JSON)], body).into_response()
}
