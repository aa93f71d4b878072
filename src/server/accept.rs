//! Accepts connections on the listening sockets, up to the number of places.

use std::io;
use std::os::fd::AsFd;
use std::sync::Arc;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec};
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream, tcp, unix};

use crate::router::ids::Name;
use crate::router::reject::Reject;
use crate::wire::reply;
use crate::wire::request::Id;

use super::access::Via;
use super::connection::{self, Peer};
use super::conversation::Conversation;
use super::descriptors::LogLimit;
use super::end::End;
use super::hub::Hub;
use super::places::{Guest, Newcomer};

/// Pause after the system has run out of a resource, such as open files.
const PAUSE: Duration = Duration::from_millis(100);
/// Limits how often a failure to accept is logged, over all sockets.
pub static NOT_ACCEPTED: LogLimit = LogLimit::new();

/// Accepts on the Unix socket until the daemon stops accepting.
pub async fn unix(hub: Arc<Hub>, listener: UnixListener) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted.map(|(stream, _)| {
                let uid = stream.peer_cred().ok().map(|peer| peer.uid());
                let via = Via::Unix { uid };
                let is_operator = via.is_operator();
                (stream, if is_operator { Newcomer::Operator } else { Newcomer::Local }, via)
            }),
            () = hub.accepting.cancelled() => return,
        };
        let Some((stream, guest, via)) = admit(&hub, accepted).await else {
            continue;
        };
        let hub_of_task = Arc::clone(&hub);
        hub.tasks.spawn(serve_unix(hub_of_task, stream, guest, via));
    }
}

/// Accepts on a TCP socket until the daemon stops accepting.
pub async fn tcp(hub: Arc<Hub>, listener: TcpListener) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted.map(|(stream, address)| {
                (stream, hub.newcomer(address.ip()), Via::Tcp)
            }),
            () = hub.accepting.cancelled() => return,
        };
        let Some((stream, guest, _)) = admit(&hub, accepted).await else {
            continue;
        };
        let hub_of_task = Arc::clone(&hub);
        hub.tasks.spawn(serve_tcp(hub_of_task, stream, guest));
    }
}

/// Gives an accepted connection a place, or refuses it.
async fn admit<S: AsyncWrite + Unpin>(
    hub: &Hub,
    accepted: io::Result<(S, Newcomer, Via)>,
) -> Option<(S, Arc<Guest>, Via)> {
    let (mut stream, newcomer, via) = match accepted {
        Ok(accepted) => accepted,
        Err(error) => {
            if NOT_ACCEPTED.may_log() {
                tracing::warn!(%error, "a connection could not be accepted");
            }
            tokio::time::sleep(PAUSE).await;
            return None;
        }
    };
    hub.places.settled().await;
    let Some(guest) = hub.places.seat(newcomer) else {
        hub.metrics.refused.increment(1);
        // The line fits into the socket's empty send buffer; a failed write means the peer has
        // left.
        let line = refusal("too many connections (server.limits.connections): try again later");
        let _ = tokio::time::timeout(PAUSE, stream.write_all(&line)).await;
        return None;
    };
    Some((stream, guest, via))
}

/// The line sent to a peer that gets no place.
pub fn refusal(message: &str) -> Vec<u8> {
    let id = Name::of("connections");
    let refusal = Reject::limit("server", &id, message);
    let mut line = Vec::new();
    reply::refusal(&mut line, &Id::Null, &refusal);
    reply::end(&mut line);
    line
}

async fn serve_unix(hub: Arc<Hub>, stream: UnixStream, guest: Arc<Guest>, via: Via) {
    let conversation = Conversation::new(Arc::clone(&hub), Arc::clone(&guest), via, true);
    let (reader, writer) = stream.into_split();
    let hub_of_end = Arc::clone(&hub);
    let peer = Peer {
        confirm: |_: &unix::OwnedReadHalf| {},
        has_left: |reader: &unix::OwnedReadHalf| has_hung_up(reader.as_ref()),
    };
    let end = connection::serve(hub, conversation, &guest, reader, writer, peer).await;
    ended(&hub_of_end, "unix", end);
}

async fn serve_tcp(hub: Arc<Hub>, stream: TcpStream, guest: Arc<Guest>) {
    // The connection also works without these options, only slower.
    let _ = stream.set_nodelay(true);
    let conversation = Conversation::new(Arc::clone(&hub), Arc::clone(&guest), Via::Tcp, true)
        .at_address(stream.peer_addr().ok().map(|address| address.ip()));
    let (reader, writer) = stream.into_split();
    // Some telephony platforms hold back the second of two small writes until the first is
    // acknowledged, and the kernel delays its acknowledgement unless asked after each read.
    let hub_of_end = Arc::clone(&hub);
    let peer = Peer {
        confirm: |reader: &tcp::OwnedReadHalf| {
            let _ = rustix::net::sockopt::set_tcp_quickack(reader.as_ref(), true);
        },
        has_left: |reader: &tcp::OwnedReadHalf| has_hung_up(reader.as_ref()),
    };
    let end = connection::serve(hub, conversation, &guest, reader, writer, peer).await;
    ended(&hub_of_end, "tcp", end);
}

/// Whether both directions are closed. Over TCP a peer that has closed all looks like one that only
/// sends nothing more, until something is written to it or the kernel probes it.
fn has_hung_up(stream: impl AsFd) -> bool {
    let mut watched = [PollFd::new(&stream, PollFlags::empty())];
    let now = Timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    let found = rustix::event::poll(&mut watched, Some(&now));
    found.is_ok_and(|found| found > 0)
}

fn ended(hub: &Hub, via: &'static str, end: End) {
    hub.metrics.count_end(end);
    match end {
        End::Closed | End::Stopped | End::Crowded => {
            tracing::debug!(via, ?end, "a connection ended");
        }
        End::Idle | End::SlowConsumer | End::Lost | End::Revoked | End::Gone => {
            tracing::info!(via, ?end, "a connection was closed");
        }
    }
}
