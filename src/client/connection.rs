//! One connection to a daemon: numbered requests out, replies and events in.
//!
//! Runs in the caller's task: [`Connection::next`] writes what is queued and reads until something
//! has arrived. It is cancel safe, so it can be used in `select!`.

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use bytes::{Buf, BytesMut};
use serde::Serialize;
use serde_json::value::RawValue;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};

use super::address::Address;
use super::error::ClientError;
use super::message::{Event, Incoming, Reply};

/// How long connecting may take.
const CONNECT_MAX: Duration = Duration::from_secs(5);

enum Socket {
    Unix(UnixStream),
    Tcp(TcpStream),
}

/// An open connection.
pub struct Connection {
    socket: Socket,
    /// Bytes read and not yet parsed, and how many of them have no line end.
    read: BytesMut,
    searched: usize,
    write: BytesMut,
    last_id: u64,
    /// What arrived while a call waited for its reply.
    aside: VecDeque<Incoming>,
}

impl Connection {
    pub async fn open(address: &Address) -> Result<Self, ClientError> {
        let connect = async {
            match address {
                Address::Unix(path) => UnixStream::connect(path).await.map(Socket::Unix),
                Address::Tcp(host) => {
                    let stream = TcpStream::connect(host.as_str()).await?;
                    // Requests are small and in order: none should wait for another.
                    stream.set_nodelay(true)?;
                    Ok(Socket::Tcp(stream))
                }
            }
        };
        let socket = match tokio::time::timeout(CONNECT_MAX, connect).await {
            Ok(Ok(socket)) => socket,
            Ok(Err(cause)) => {
                let address = address.clone();
                return Err(ClientError::Connect { address, cause });
            }
            Err(_) => {
                return Err(ClientError::ConnectTimeout {
                    address: address.clone(),
                    after: CONNECT_MAX,
                });
            }
        };
        Ok(Self {
            socket,
            read: BytesMut::new(),
            searched: 0,
            write: BytesMut::new(),
            last_id: 0,
            aside: VecDeque::new(),
        })
    }

    /// Queues a request and returns its number; [`Self::next`] sends it.
    pub fn send<P: Serialize + ?Sized>(&mut self, method: &str, params: &P) -> u64 {
        self.last_id += 1;
        let id = self.last_id;
        self.send_line(&line(id, method, params));
        id
    }

    /// Queues a line that has its number and its end.
    pub(super) fn send_line(&mut self, line: &[u8]) {
        self.write.extend_from_slice(line);
    }

    /// Calls a method and waits for the reply; [`Self::next`] returns later what else arrives
    /// meanwhile.
    pub async fn call<P: Serialize + ?Sized>(
        &mut self,
        method: &str,
        params: &P,
    ) -> Result<Box<RawValue>, ClientError> {
        let wanted = self.send(method, params);
        self.reply_to(wanted).await
    }

    /// Waits for the reply to a request.
    pub async fn reply_to(&mut self, wanted: u64) -> Result<Box<RawValue>, ClientError> {
        loop {
            match self.arrive().await? {
                // A reply without a number is about a line the daemon could not read; replies come
                // in order, so it belongs to this request.
                Incoming::Reply(Reply { id, result }) if id.is_none_or(|id| id == wanted) => {
                    return result.map_err(ClientError::Refused);
                }
                other @ (Incoming::Reply(_) | Incoming::Event(_)) => self.aside.push_back(other),
            }
        }
    }

    /// The next reply or event.
    pub async fn next(&mut self) -> Result<Incoming, ClientError> {
        match self.aside.pop_front() {
            Some(incoming) => Ok(incoming),
            None => self.arrive().await,
        }
    }

    /// The next event; replies are skipped.
    pub async fn next_event(&mut self) -> Result<Event, ClientError> {
        loop {
            if let Incoming::Event(event) = self.next().await? {
                return Ok(event);
            }
        }
    }

    /// Reads until a line is complete, and writes what is queued.
    async fn arrive(&mut self) -> Result<Incoming, ClientError> {
        loop {
            while let Some(line) = self.take_line() {
                if !line.is_empty()
                    && let Some(incoming) = Incoming::read(&line)?
                {
                    return Ok(incoming);
                }
            }
            let read = match &mut self.socket {
                Socket::Unix(stream) => pump(stream, &mut self.read, &mut self.write).await,
                Socket::Tcp(stream) => pump(stream, &mut self.read, &mut self.write).await,
            };
            match read {
                Ok(true) => {}
                Ok(false) => return Err(ClientError::Closed),
                Err(error) => return Err(ClientError::Broken(error)),
            }
        }
    }

    /// A complete line without its end.
    fn take_line(&mut self) -> Option<BytesMut> {
        let unsearched = self.read.get(self.searched..)?;
        let Some(at) = memchr::memchr(b'\n', unsearched) else {
            self.searched = self.read.len();
            return None;
        };
        let line = self.read.split_to(self.searched + at);
        self.read.advance(1);
        self.searched = 0;
        Some(line)
    }
}

/// Writes some bytes or reads some, whichever is possible first; `false` at the end.
async fn pump<S>(stream: &mut S, read: &mut BytesMut, write: &mut BytesMut) -> io::Result<bool>
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    let (mut reader, mut writer) = tokio::io::split(stream);
    read.reserve(READ_BYTES);
    tokio::select! {
        // Read first: a daemon whose replies are not read takes no requests.
        biased;
        got = reader.read_buf(read) => got.map(|bytes| bytes > 0),
        sent = writer.write_buf(write), if !write.is_empty() => match sent {
            Ok(0) => Ok(false),
            Ok(_) => Ok(true),
            Err(error) => Err(error),
        },
    }
}

/// Bytes read at once.
const READ_BYTES: usize = 16 * 1024;

/// A request as a line.
pub(super) fn line<P: Serialize + ?Sized>(id: u64, method: &str, params: &P) -> Vec<u8> {
    #[derive(Serialize)]
    struct Request<'a, P: ?Sized> {
        jsonrpc: &'static str,
        id: u64,
        method: &'a str,
        params: &'a P,
    }
    let request = Request {
        jsonrpc: "2.0",
        id,
        method,
        params,
    };
    let mut line =
        serde_json::to_vec(&request).expect("params are plain data with strings for member names");
    line.push(b'\n');
    line
}
