//! `/ws`: the conversation over a WebSocket, one JSON-RPC message or event in a frame.

use std::error::Error;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{
    CloseFrame, Message as Frame, Utf8Bytes, WebSocket, WebSocketUpgrade, close_code,
};
use axum::extract::{Extension, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use tokio::time::Instant as Moment;

use super::{From, rpc};
use crate::config::Limits;
use crate::server::access::Via;
use crate::server::clock::millis;
use crate::server::connection::{deadline, limits_for, wire_limits};
use crate::server::conversation::Conversation;
use crate::server::end::End;
use crate::server::held::Portion;
use crate::server::hub::Hub;
use crate::server::pieces::Pieces;
use crate::server::places::Guest;
use crate::wire::request::{self, Message};

/// Bytes of events taken at a time.
const EVENTS_BYTES: usize = 64 << 10;
/// A frame over the limit of a line is read and refused, and the connection goes on; one over this
/// many times the limit ends it.
const OVERSIZE: usize = 2;
/// A peer that does not read has this long to take the last frame.
const CLOSE_WITHIN: Duration = Duration::from_secs(1);
/// Bytes read at a time.
const READ_BYTES: usize = 16 << 10;

/// Upgrades the request to a WebSocket.
pub async fn upgrade(
    State(hub): State<Arc<Hub>>,
    Extension(From(from)): Extension<From>,
    Extension(guest): Extension<Arc<Guest>>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let limits = hub.live().config.server.limits.clone();
    let via = Via::Http;
    let mut conversation =
        Conversation::new(Arc::clone(&hub), Arc::clone(&guest), via, true).at_address(from);
    if let Some(secret) = rpc::bearer(&headers)
        && let Err(refusal) = conversation.show("/ws", &secret)
    {
        return (axum::http::StatusCode::UNAUTHORIZED, refusal.message).into_response();
    }
    guest.set_known(conversation.is_admitted());
    let largest = limits.line_bytes.saturating_mul(OVERSIZE);
    upgrade
        .read_buffer_size(READ_BYTES)
        .write_buffer_size(0)
        .max_message_size(largest)
        .max_frame_size(largest)
        .on_upgrade(move |socket| async move {
            let metrics = Arc::clone(&hub.metrics);
            let tasks = hub.tasks.clone();
            let end = tasks
                .track_future(serve(hub, guest, conversation, socket, limits))
                .await;
            metrics.count_end(end);
        })
}

async fn serve(
    hub: Arc<Hub>,
    guest: Arc<Guest>,
    mut conversation: Conversation,
    mut socket: WebSocket,
    limits: Limits,
) -> End {
    let stall = millis(limits.stall_ms);
    let mut heard = Moment::now();
    let mut out = Vec::new();
    let mut portion = Portion::new(Arc::clone(&hub.held), Arc::clone(&guest));
    let end = loop {
        let since = conversation.stranger_since();
        let deadline = deadline(&limits, conversation.is_admitted(), since, heard);
        let outdated = conversation.outdated();
        let event = tokio::select! {
            frame = socket.recv() => match frame {
                Some(Ok(frame)) => Event::Heard(frame),
                Some(Err(error)) => break ended(&error),
                None => break End::Closed,
            },
            found = events(&mut conversation) => match found {
                Ok(()) => Event::Events,
                Err(_) => break End::Lost,
            },
            () = tokio::time::sleep_until(deadline) => break End::Idle,
            () = outdated => Event::Outdated,
            () = guest.dismissed() => break guest.why(),
        };
        let mut messages = Vec::new();
        match event {
            Event::Outdated => {
                if let Err(end) = conversation.renew().await {
                    break end;
                }
            }
            Event::Heard(frame) => {
                heard = Moment::now();
                conversation.enter().await;
                let admitted = conversation.is_admitted();
                messages = read(&mut socket, frame, admitted, &limits);
                guest.answered();
            }
            Event::Events => {
                if let Some(feed) = conversation.feed() {
                    feed.pull(&mut out, EVENTS_BYTES);
                }
            }
        }
        let mut way = Way {
            guest: &guest,
            socket: &mut socket,
            out: &mut out,
            portion: &mut portion,
            stall,
        };
        if let Err(end) = way.answer(&mut conversation, messages).await {
            break end;
        }
        out.shrink_to(EVENTS_BYTES);
        portion.set(out.capacity());
    };
    let end = conversation.end_word(end);
    conversation.end().await;
    // The peer may have left.
    let bye = socket.send(Frame::Close(close_frame(end)));
    let _ = tokio::time::timeout(CLOSE_WITHIN, bye).await;
    end
}

/// The code by which a browser knows whether to come again.
fn close_frame(end: End) -> Option<CloseFrame> {
    let code = match end {
        End::Closed | End::Gone => return None,
        End::Stopped => close_code::AWAY,
        End::Lost => close_code::ERROR,
        End::Idle | End::SlowConsumer | End::Revoked | End::Crowded => close_code::POLICY,
    };
    Some(CloseFrame {
        code,
        reason: end.as_str().into(),
    })
}

enum Event {
    Heard(Frame),
    Events,
    /// The configuration was replaced, or the daemon stops.
    Outdated,
}

/// The output to the peer.
struct Way<'a> {
    guest: &'a Guest,
    socket: &'a mut WebSocket,
    out: &'a mut Vec<u8>,
    portion: &'a mut Portion,
    stall: Duration,
}

impl Way<'_> {
    /// Carries out the messages and sends the replies, in pieces.
    async fn answer(
        &mut self,
        conversation: &mut Conversation,
        mut messages: Vec<Message>,
    ) -> Result<(), End> {
        let mut pieces = Pieces::of(&mut messages);
        loop {
            conversation.handle(&mut pieces, self.out).await?;
            self.portion.set(self.out.capacity());
            let written = tokio::time::timeout(self.stall, write(self.socket, self.out));
            let written = tokio::select! {
                written = written => written,
                () = self.guest.dismissed() => return Err(self.guest.why()),
            };
            match written {
                Ok(Ok(())) if pieces.is_done() => return Ok(()),
                Ok(Ok(())) => {}
                Ok(Err(error)) => return Err(ended(&error)),
                Err(_) => return Err(End::SlowConsumer),
            }
        }
    }
}

fn ended(error: &axum::Error) -> End {
    let first: &(dyn Error + 'static) = error;
    let mut causes = std::iter::successors(Some(first), |error| (*error).source());
    let io = causes.find_map(|error| error.downcast_ref::<io::Error>());
    io.map_or(End::Closed, |error| io::Error::from(error.kind()).into())
}

/// The messages of a frame and of those that have arrived behind it. A stranger's are taken one by
/// one, because its limits depend on the token it sends.
fn read(socket: &mut WebSocket, first: Frame, admitted: bool, limits: &Limits) -> Vec<Message> {
    let wire = limits_for(admitted, &wire_limits(limits));
    let mut messages = Vec::new();
    let mut next = Some(first);
    while let Some(frame) = next.take() {
        match frame {
            Frame::Text(text) => messages.push(request::parse(text.as_bytes(), &wire)),
            Frame::Binary(bytes) => messages.push(request::parse(&bytes, &wire)),
            Frame::Ping(_) | Frame::Pong(_) | Frame::Close(_) => {}
        }
        if admitted
            && messages.len() < limits.turn
            && let Some(Some(Ok(frame))) = socket.recv().now_or_never()
        {
            next = Some(frame);
        }
    }
    messages
}

/// Writes each whole line as a frame.
async fn write(socket: &mut WebSocket, out: &mut Vec<u8>) -> Result<(), axum::Error> {
    let whole = memchr::memrchr(b'\n', out).map_or(0, |end| end + 1);
    let lines = out.get(..whole).unwrap_or_default();
    for line in lines
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
    {
        let text = String::from_utf8_lossy(line).into_owned();
        socket.send(Frame::Text(Utf8Bytes::from(text))).await?;
    }
    out.drain(..whole);
    Ok(())
}

async fn events(conversation: &mut Conversation) -> Result<(), crate::server::feed::Lost> {
    match conversation.feed() {
        Some(feed) => feed.wait().await,
        None => std::future::pending().await,
    }
}
