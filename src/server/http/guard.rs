//! Refuses requests sent by foreign web pages through a browser on this machine.
//!
//! A page can reach a loopback address under its own name by DNS rebinding, so a daemon on loopback
//! answers only to the names of this machine. A page may open a WebSocket to any host, so a request
//! with an origin must have this one.

use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, HOST, HeaderName, ORIGIN, REFERER, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Host names accepted on loopback.
const LOCAL_NAMES: &[&str] = &["localhost", "127.0.0.1", "[::1]"];

/// Address of the listening socket.
#[derive(Clone, Copy, Debug)]
pub struct Guard {
    pub is_loopback: bool,
}

/// Refuses requests to a host name that is not this machine's.
pub async fn known_host(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    // Browsers always send the name; a request without one comes from no browser.
    let named = text(request.headers(), &HOST);
    let is_known = named.is_none_or(|named| {
        let host = named
            .parse::<Authority>()
            .map(|authority| authority.host().to_ascii_lowercase());
        host.is_ok_and(|host| LOCAL_NAMES.contains(&host.as_str()))
    });
    if guard.is_loopback && !is_known {
        let refusal = "this daemon listens on loopback: ask localhost, 127.0.0.1 or [::1]\n";
        return (StatusCode::FORBIDDEN, refusal).into_response();
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Refuses requests sent by a page of another origin.
pub async fn same_origin(State(_): State<Guard>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let is_foreign = text(headers, &ORIGIN).is_some_and(|origin| {
        let place = origin.split_once("://").map(|(_, place)| place);
        place.is_none() || place != text(headers, &HOST)
    });
    if is_foreign {
        let refusal = "requests from pages of another origin are refused\n";
        return (StatusCode::FORBIDDEN, refusal).into_response();
    }
    next.run(request).await
}

/// Whether a browser sent it: browsers send the origin, the referrer or the fetch site.
pub fn is_from_a_browser(headers: &HeaderMap) -> bool {
    let says = [ORIGIN, REFERER, HeaderName::from_static("sec-fetch-site")];
    says.iter().any(|name| headers.contains_key(name))
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
