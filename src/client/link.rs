//! A connection that survives a restart of the daemon: it reconnects, repeats and resumes.
//!
//! Unanswered requests are kept; after a break the link reconnects with back-off, opens its
//! session, repeats the unanswered requests in order and subscribes after the last event it saw. So
//! every mutation sent here must carry a `key`, or be idempotent by its ids. The link counts gaps
//! and repetitions in the events; there should be none.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::address::Address;
use super::connection::{Connection, line};
use super::error::ClientError;
use super::message::{Event, Incoming, Reply};

/// The first pause before reconnecting, and the longest; each is twice the one before.
const BACK_OFF: Duration = Duration::from_millis(20);
const BACK_OFF_MAX: Duration = Duration::from_secs(1);

/// The session that the link opens.
#[derive(Clone, Debug)]
pub struct Who {
    pub client: String,
    pub token: Option<String>,
    pub tenant: Option<String>,
    /// Whether the program holds the lines of the contacts that it submits: they wait for its
    /// return, and end if it stays away.
    pub lines: bool,
}

impl Who {
    pub fn new(client: impl Into<String>) -> Self {
        Self {
            client: client.into(),
            token: None,
            tenant: None,
            lines: true,
        }
    }

    /// The same program, whose contacts are nobody's who could go away.
    #[must_use]
    pub fn without_lines(mut self) -> Self {
        self.lines = false;
        self
    }

    /// The params of `session.open`.
    pub fn params(&self) -> Value {
        let mut params = Map::new();
        params.insert("client".to_owned(), json!(self.client));
        for (name, value) in [("token", &self.token), ("tenant", &self.tenant)] {
            if let Some(value) = value {
                params.insert(name.to_owned(), json!(value));
            }
        }
        if !self.lines {
            params.insert("lines".to_owned(), json!(false));
        }
        Value::Object(params)
    }
}

/// Output of a link.
#[derive(Debug)]
pub enum Arrived {
    Reply(Reply),
    Event(Event),
    /// The connection broke; the link is reconnecting.
    Lost(ClientError),
    /// Connected again: unanswered requests were repeated, events continue. `seq` is the daemon's
    /// last event, `resent` the number of repeated requests.
    Restored {
        seq: u64,
        resent: usize,
    },
}

/// An attempt to connect, kept between polls so that cancelling `next` does not abort it.
type Attempt = Pin<Box<dyn Future<Output = Result<(Connection, u64), ClientError>> + Send>>;

/// A session with a daemon across broken connections.
pub struct Link {
    address: Address,
    who: Who,
    connection: Option<Connection>,
    attempt: Option<Attempt>,
    last_id: u64,
    /// Sent and not answered, by number.
    unanswered: BTreeMap<u64, Vec<u8>>,
    /// The last event seen.
    seq: u64,
    back_off: Duration,
    /// Events whose number was not the next one.
    pub gaps: u64,
    /// Events received again.
    pub repeated: u64,
}

impl Link {
    /// Connects, opens a session, and subscribes after `after`, or from now on.
    pub async fn open(address: Address, who: Who, after: Option<u64>) -> Result<Self, ClientError> {
        let (connection, last) = Self::connect(&address, &who, after).await?;
        let seq = after.unwrap_or(last);
        Ok(Self {
            address,
            who,
            connection: Some(connection),
            attempt: None,
            last_id: FIRST_ID,
            unanswered: BTreeMap::new(),
            seq,
            back_off: BACK_OFF,
            gaps: 0,
            repeated: 0,
        })
    }

    /// Opens a session and subscribes after `after`, or after the last event there is.
    async fn connect(
        address: &Address,
        who: &Who,
        after: Option<u64>,
    ) -> Result<(Connection, u64), ClientError> {
        #[derive(Deserialize)]
        struct Opened {
            seq: u64,
        }
        let mut connection = Connection::open(address).await?;
        let opened = connection.call("session.open", &who.params()).await?;
        let Opened { seq } =
            serde_json::from_str(opened.get()).map_err(|cause| ClientError::Strange {
                cause: cause.to_string(),
                line: opened.get().to_owned(),
            })?;
        let after = after.unwrap_or(seq);
        connection
            .call("events.subscribe", &json!({ "after": after }))
            .await?;
        Ok((connection, seq))
    }

    /// Sends a request, now or once connected, and returns its number.
    pub fn send<P: Serialize + ?Sized>(&mut self, method: &str, params: &P) -> u64 {
        self.last_id += 1;
        let line = line(self.last_id, method, params);
        if let Some(connection) = &mut self.connection {
            connection.send_line(&line);
        }
        self.unanswered.insert(self.last_id, line);
        self.last_id
    }

    /// Whether it is connected.
    pub const fn is_up(&self) -> bool {
        self.connection.is_some()
    }

    /// Number of requests waiting for their reply.
    pub fn unanswered(&self) -> usize {
        self.unanswered.len()
    }

    /// The last event seen.
    pub const fn seq(&self) -> u64 {
        self.seq
    }

    /// The next arrival. Connection errors come as [`Arrived::Lost`]; an error is returned only if
    /// reconnecting is useless, as when the daemon refuses the session.
    pub async fn next(&mut self) -> Result<Arrived, ClientError> {
        loop {
            let Some(connection) = &mut self.connection else {
                return self.come_back().await;
            };
            match connection.next().await {
                Ok(Incoming::Reply(reply)) => {
                    if reply
                        .id
                        .is_some_and(|id| self.unanswered.remove(&id).is_some())
                    {
                        return Ok(Arrived::Reply(reply));
                    }
                    if let Err(refusal) = reply.result {
                        return Err(ClientError::Refused(refusal));
                    }
                }
                Ok(Incoming::Event(event)) => {
                    if event.seq <= self.seq {
                        self.repeated += 1;
                        continue;
                    }
                    self.gaps += u64::from(event.seq != self.seq + 1);
                    self.seq = event.seq;
                    return Ok(Arrived::Event(event));
                }
                Err(error) => {
                    self.connection = None;
                    self.back_off = BACK_OFF;
                    return Ok(Arrived::Lost(error));
                }
            }
        }
    }

    /// Connects until it succeeds.
    async fn come_back(&mut self) -> Result<Arrived, ClientError> {
        loop {
            let attempt = self.attempt.get_or_insert_with(|| {
                let (address, who) = (self.address.clone(), self.who.clone());
                let (pause, after) = (self.back_off, self.seq);
                Box::pin(async move {
                    tokio::time::sleep(pause).await;
                    Self::connect(&address, &who, Some(after)).await
                })
            });
            let came = attempt.await;
            self.attempt = None;
            self.back_off = (self.back_off * 2).min(BACK_OFF_MAX);
            match came {
                Ok((mut connection, seq)) => {
                    for line in self.unanswered.values() {
                        connection.send_line(line);
                    }
                    self.connection = Some(connection);
                    let resent = self.unanswered.len();
                    return Ok(Arrived::Restored { seq, resent });
                }
                Err(error) if is_passing(&error) => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// Smaller numbers belong to the session's own calls on each new connection.
const FIRST_ID: u64 = 100;

/// Whether reconnecting may succeed later: the daemon does not listen yet, or says that it is not
/// ready.
fn is_passing(error: &ClientError) -> bool {
    match error {
        ClientError::Refused(refusal) => matches!(refusal.kind(), "unavailable" | "limit"),
        other @ (ClientError::Connect { .. }
        | ClientError::ConnectTimeout { .. }
        | ClientError::Closed
        | ClientError::Broken(_)
        | ClientError::Strange { .. }) => other.is_of_the_connection(),
    }
}
