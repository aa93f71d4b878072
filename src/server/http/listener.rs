//! HTTP connections, counted among the connections of the daemon.

use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio_io_timeout::TimeoutStream;

use crate::server::accept::NOT_ACCEPTED;
use crate::server::clock::millis;
use crate::server::hub::Hub;
use crate::server::places::Guest;

/// Pause after the system has run out of a resource.
const PAUSE: Duration = Duration::from_millis(100);

const FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nretry-after: 1\r\n\
    connection: close\r\n\r\n";

/// A listener that hands out connections only while there are places.
pub struct Places {
    hub: Arc<Hub>,
    listener: TcpListener,
}

impl Places {
    pub fn new(hub: Arc<Hub>, listener: TcpListener) -> Self {
        Self { hub, listener }
    }

    /// The next connection.
    pub async fn accept(&self) -> Placed {
        loop {
            let (mut stream, address) = match self.listener.accept().await {
                Ok(accepted) => accepted,
                Err(error) => {
                    if NOT_ACCEPTED.may_log() {
                        tracing::warn!(%error, "a connection could not be accepted");
                    }
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
            };
            self.hub.places.settled().await;
            let newcomer = self.hub.newcomer(address.ip());
            let Some(guest) = self.hub.places.seat(newcomer) else {
                self.hub.metrics.refused.increment(1);
                // A failed write means the peer has left.
                let _ = tokio::time::timeout(PAUSE, stream.write_all(FULL)).await;
                continue;
            };
            // The connection also works without this option, only slower.
            let _ = stream.set_nodelay(true);
            let mut stream = TimeoutStream::new(stream);
            let stall = self.hub.live().config.server.limits.stall_ms;
            stream.set_write_timeout(Some(millis(stall)));
            let stream = Box::pin(stream);
            return Placed { stream, guest };
        }
    }
}

/// A connection with its place.
pub struct Placed {
    /// A write fails if the peer takes nothing for `server.limits.stall`.
    stream: Pin<Box<TimeoutStream<TcpStream>>>,
    pub guest: Arc<Guest>,
}

fn too_much() -> io::Error {
    io::Error::new(io::ErrorKind::QuotaExceeded, "a token must be shown first")
}

impl Placed {
    /// The client's address.
    pub fn address(&self) -> Option<IpAddr> {
        self.stream
            .get_ref()
            .peer_addr()
            .ok()
            .map(|address| address.ip())
    }
}

impl AsyncRead for Placed {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(self.stream.as_mut().poll_read(cx, buf))?;
        let bytes = buf.filled().len() - before;
        // A peer without a token may hold little memory.
        let heard = self.guest.hear(bytes);
        Poll::Ready(heard.then_some(()).ok_or_else(too_much))
    }
}

impl AsyncWrite for Placed {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.stream.as_mut().poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream.as_mut().poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream.as_mut().poll_shutdown(cx)
    }
}
