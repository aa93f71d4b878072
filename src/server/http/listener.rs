//! HTTP connections count among the connections of the daemon.

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
use crate::server::connection::millis;
use crate::server::hub::Hub;
use crate::server::places::Guest;

/// How long acceptance rests when the system has no more to give.
const REST: Duration = Duration::from_millis(100);

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
                    if NOT_ACCEPTED.may_tell() {
                        tracing::warn!(%error, "a connection could not be accepted");
                    }
                    tokio::time::sleep(REST).await;
                    continue;
                }
            };
            self.hub.places.settled().await;
            let comer = self.hub.comer(address.ip());
            let Some(guest) = self.hub.places.seat(comer) else {
                self.hub.metrics.refused.increment(1);
                // A peer that is gone already needs no answer.
                let _ = tokio::time::timeout(REST, stream.write_all(FULL)).await;
                continue;
            };
            // Without it the connection works as well, only slower.
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
    /// Writing fails when the peer takes nothing for `server.limits.stall`.
    stream: Pin<Box<TimeoutStream<TcpStream>>>,
    pub guest: Arc<Guest>,
}

fn too_much() -> io::Error {
    io::Error::new(io::ErrorKind::QuotaExceeded, "a token must be shown first")
}

impl Placed {
    /// Where the client is.
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
        // Whoever has shown no token holds little memory.
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
