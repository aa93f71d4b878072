//! `/ws`: the same conversation as on a socket, one message of JSON-RPC a frame, events too.

use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::extract::ws::{Message as Frame, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use tokio::time::Instant as Moment;

use super::{From, rpc};
use crate::config::Limits;
use crate::server::access::Via;
use crate::server::connection::{End, deadline, millis, wire_limits};
use crate::server::conversation::Conversation;
use crate::server::hub::Hub;
use crate::wire::request::{self, Message};

/// Bytes of events taken at a time.
const EVENTS_BYTES: usize = 64 << 10;
/// A frame over the limit of a line is read and refused, so that the connection can go on; one
/// over this many times the limit ends it.
const OVERSIZE: usize = 4;

/// Turns the request into a WebSocket.
pub async fn upgrade(
    State(hub): State<Arc<Hub>>,
    Extension(From(from)): Extension<From>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let limits = hub.live().config.server.limits.clone();
    let mut conversation = Conversation::new(Arc::clone(&hub), Via::Http, true).at_address(from);
    if let Some(secret) = rpc::bearer(&headers)
        && let Err(refusal) = conversation.show("/ws", &secret)
    {
        return (axum::http::StatusCode::UNAUTHORIZED, refusal.message).into_response();
    }
    let largest = limits.line_bytes.saturating_mul(OVERSIZE);
    upgrade
        .max_message_size(largest)
        .max_frame_size(largest)
        .on_upgrade(move |socket| async move {
            let metrics = Arc::clone(&hub.metrics);
            let tasks = hub.tasks.clone();
            let end = tasks
                .track_future(serve(conversation, socket, limits))
                .await;
            metrics.count_end(end);
        })
}

async fn serve(mut conversation: Conversation, mut socket: WebSocket, limits: Limits) -> End {
    let mut heard = Moment::now();
    let mut out = Vec::new();
    let end = loop {
        let since = conversation.stranger_since();
        let deadline = deadline(&limits, conversation.is_admitted(), since, heard);
        let outdated = conversation.outdated();
        let event = tokio::select! {
            frame = socket.recv() => match frame {
                Some(Ok(frame)) => Event::Heard(frame),
                Some(Err(_)) | None => break End::Closed,
            },
            found = events(&mut conversation) => match found {
                Ok(()) => Event::Events,
                Err(_) => break End::Lost,
            },
            () = tokio::time::sleep_until(deadline) => break End::Idle,
            () = outdated => Event::Outdated,
        };
        match event {
            Event::Outdated => {
                if let Err(end) = conversation.renew().await {
                    break end;
                }
            }
            Event::Heard(frame) => {
                heard = Moment::now();
                let mut messages = read(&mut socket, frame, &limits);
                if conversation.handle(&mut messages, &mut out).await.is_err() {
                    break End::Stopped;
                }
            }
            Event::Events => {
                if let Some(feed) = conversation.feed() {
                    feed.pull(&mut out, EVENTS_BYTES);
                }
            }
        }
        match tokio::time::timeout(millis(limits.stall_ms), write(&mut socket, &mut out)).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => break End::Closed,
            Err(_) => break End::SlowConsumer,
        }
    };
    let end = conversation.end_word(end);
    conversation.end().await;
    // The peer may be gone; a close that is not taken in time is no loss.
    let _ = tokio::time::timeout(Duration::from_secs(1), socket.send(Frame::Close(None))).await;
    end
}

enum Event {
    Heard(Frame),
    Events,
    /// Another configuration is in force, or the daemon stops.
    Outdated,
}

/// The messages of a frame and of those that have arrived behind it.
fn read(socket: &mut WebSocket, first: Frame, limits: &Limits) -> Vec<Message> {
    let wire = wire_limits(limits);
    let mut messages = Vec::new();
    let mut next = Some(first);
    while let Some(frame) = next.take() {
        match frame {
            Frame::Text(text) => messages.push(request::parse(text.as_bytes(), &wire)),
            Frame::Binary(bytes) => messages.push(request::parse(&bytes, &wire)),
            Frame::Ping(_) | Frame::Pong(_) | Frame::Close(_) => {}
        }
        if messages.len() < limits.turn
            && let Some(Some(Ok(frame))) = socket.recv().now_or_never()
        {
            next = Some(frame);
        }
    }
    messages
}

/// Writes each line as a frame.
async fn write(socket: &mut WebSocket, out: &mut Vec<u8>) -> Result<(), axum::Error> {
    for line in out
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
    {
        let text = String::from_utf8_lossy(line).into_owned();
        socket.send(Frame::Text(Utf8Bytes::from(text))).await?;
    }
    out.clear();
    Ok(())
}

async fn events(conversation: &mut Conversation) -> Result<(), crate::server::feed::Lost> {
    match conversation.feed() {
        Some(feed) => feed.wait().await,
        None => std::future::pending().await,
    }
}
