//! `POST /rpc`: one JSON-RPC message, single or batch, in one request.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{Extension, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;

use super::From;
use crate::router::ids::Text;
use crate::router::reject::Reject;
use crate::server::access::{Via, unauthorized};
use crate::server::clock::millis;
use crate::server::connection::{limits_for, wire_limits};
use crate::server::conversation::Conversation;
use crate::server::held::{Counted, Portion};
use crate::server::http::guard::is_from_a_browser;
use crate::server::hub::Hub;
use crate::server::pieces::Pieces;
use crate::server::places::Guest;
use crate::wire::error::WireError;
use crate::wire::reply;
use crate::wire::request::{self, Id, Message, Token};

const JSON: &str = "application/json";

/// Carries out the requests in the body.
pub async fn rpc(
    State(hub): State<Arc<Hub>>,
    Extension(From(from)): Extension<From>,
    Extension(guest): Extension<Arc<Guest>>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let is_json = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|kind| kind.split(';').next().map(str::trim) == Some(JSON));
    if !is_json && is_from_a_browser(&headers) {
        // Browsers let a page send other types to any host without a preflight.
        let refusal = "the content type must be application/json\n";
        return (StatusCode::UNSUPPORTED_MEDIA_TYPE, refusal).into_response();
    }
    // Check the token first: a peer without one may not send a long body.
    let via = Via::Http;
    let mut conversation =
        Conversation::new(Arc::clone(&hub), Arc::clone(&guest), via, false).at_address(from);
    if let Some(secret) = bearer(&headers)
        && let Err(refusal) = conversation.show("/rpc", &secret)
    {
        return refused(StatusCode::UNAUTHORIZED, &refusal);
    }
    let admitted = conversation.is_admitted();
    guest.set_known(admitted);
    let server = hub.live().config.server.limits.clone();
    let limits = limits_for(admitted, &wire_limits(&server));
    let body = to_bytes(body, limits.line_bytes_max);
    let Ok(read) = tokio::time::timeout(millis(server.stall_ms), body).await else {
        return StatusCode::REQUEST_TIMEOUT.into_response();
    };
    let Ok(bytes) = read else {
        if !admitted {
            let refusal = unauthorized("a token comes first: give Authorization: Bearer TOKEN");
            return refused(StatusCode::UNAUTHORIZED, &refusal);
        }
        let error = WireError::line_too_long(limits.line_bytes_max);
        let mut out = Vec::new();
        reply::error(&mut out, &Id::Null, &error);
        return json(StatusCode::PAYLOAD_TOO_LARGE, out);
    };
    conversation.enter().await;
    let mut messages = vec![request::parse(&bytes, &limits)];
    drop(bytes);
    let calls: usize = messages.iter().map(Message::calls).sum();
    let mut portion = Portion::new(Arc::clone(&hub.held), guest);
    let mut out = Vec::new();
    let mut pieces = Pieces::of(&mut messages);
    while !pieces.is_done() {
        // The changes are not durable, so no reply may be sent.
        if conversation.handle(&mut pieces, &mut out).await.is_err() {
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
        portion.set(out.capacity());
    }
    if out.is_empty() {
        return StatusCode::NO_CONTENT.into_response();
    }
    let is_throttled = conversation.throttled() == calls;
    match (admitted, is_throttled) {
        (_, true) => {
            let later = [(CONTENT_TYPE, JSON), (RETRY_AFTER, "1")];
            (StatusCode::TOO_MANY_REQUESTS, later, out).into_response()
        }
        (false, false) => json(StatusCode::UNAUTHORIZED, out),
        // An answer not taken soon counts among the bytes held by slow readers.
        (true, false) => {
            let body = Bytes::from_owner(Counted::new(out, portion));
            (StatusCode::OK, [(CONTENT_TYPE, JSON)], body).into_response()
        }
    }
}

fn refused(code: StatusCode, refusal: &Reject) -> Response {
    let mut out = Vec::new();
    reply::refusal(&mut out, &Id::Null, refusal);
    json(code, out)
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
