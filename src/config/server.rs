//! Settings of the process around the router: sockets, limits, log, journal, tokens.
//!
//! Checked values with their defaults; fields have the wire's names, so durations end in `_ms`.
//! Nothing here opens, binds or reads.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::words::{Durability, LogFormat, LogLevel};
use crate::fields::{ALL, Role};
use crate::router::ids::Name;
use crate::router::time::Millis;

/// The tenant whose queues and agents are at the top level of the file.
pub const DEFAULT_TENANT: &str = "default";

/// `[server]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Server {
    /// The Unix-domain socket; `None` = off.
    pub socket: Option<PathBuf>,
    /// Its permission bits.
    pub socket_mode: u32,
    /// JSON-RPC, one message a line; `None` = off.
    pub tcp: Option<SocketAddr>,
    /// Metrics, health, `/rpc` and `/ws`; `None` = off.
    pub http: Option<SocketAddr>,
    /// How long a drain waits for conversations to end. `None` = for ever.
    pub drain_ms: Option<Millis>,
    pub limits: Limits,
    pub log: Log,
}

impl Default for Server {
    fn default() -> Self {
        let loopback = |port| Some(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port));
        Self {
            socket: Some(PathBuf::from("/run/firsthand/firsthand.sock")),
            socket_mode: 0o660,
            tcp: loopback(7878),
            http: loopback(9878),
            drain_ms: Some(Millis::seconds(30)),
            limits: Limits::default(),
            log: Log::default(),
        }
    }
}

/// `[server.limits]`: limits for clients.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// The longest line of a request, and the longest HTTP body.
    pub line_bytes: usize,
    /// The most requests of one batch.
    pub batch: usize,
    /// The deepest nesting of JSON.
    pub depth: usize,
    /// The most connections at once, over all sockets.
    pub connections: usize,
    /// The most of them from one address without a token, where one is needed.
    pub connections_by_address: usize,
    /// Bytes of the replies to one batch after which its other calls are refused.
    pub reply_bytes: usize,
    /// Bytes that may wait for a slow client before it is closed.
    pub outbox_bytes: usize,
    /// Bytes that may wait for all clients together before the largest holder is closed.
    pub outboxes_bytes: usize,
    /// A connection that sends nothing for this long is closed. `None` = never.
    pub idle_ms: Option<Millis>,
    /// How long a client may take to send its token, where one is needed.
    pub handshake_ms: Millis,
    /// A client that reads nothing for this long, while something waits for it, is closed.
    pub stall_ms: Millis,
    /// A TCP peer whose host does not respond for this long is taken to be gone.
    pub peer_gone_ms: Millis,
    /// Requests of one connection carried out before others have their turn.
    pub turn: usize,
    /// Requests of one client per second, with bursts of twice as many. `None` = no limit.
    pub requests_per_second: Option<u32>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            line_bytes: 64 << 10,
            batch: 1_000,
            depth: 32,
            connections: 10_000,
            connections_by_address: 1_000,
            reply_bytes: 4 << 20,
            outbox_bytes: 4 << 20,
            outboxes_bytes: 64 << 20,
            idle_ms: None,
            handshake_ms: Millis::seconds(10),
            stall_ms: Millis::seconds(30),
            peer_gone_ms: Millis::seconds(20),
            turn: 128,
            requests_per_second: None,
        }
    }
}

/// `[server.log]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    pub format: LogFormat,
    pub level: LogLevel,
}

impl Default for Log {
    fn default() -> Self {
        Self {
            format: LogFormat::Text,
            level: LogLevel::Info,
        }
    }
}

/// `[journal]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Journal {
    pub dir: PathBuf,
    pub durability: Durability,
    /// Size of each new segment file.
    pub segment_bytes: u64,
    /// Bytes that may wait for the disk before requests are refused as `unavailable`.
    pub waiting_bytes: usize,
    /// A snapshot after this many records. `None` = no such limit.
    pub snapshot_records: Option<u64>,
    /// A snapshot after this time. `None` = no such limit.
    pub snapshot_every_ms: Option<Millis>,
    /// How long events can be subscribed to again, and their records are kept for it.
    pub keep_events_ms: Millis,
    /// Whether the record of responsibility is written too.
    pub ledger: bool,
}

impl Default for Journal {
    fn default() -> Self {
        Self {
            dir: PathBuf::from("/var/lib/firsthand"),
            durability: Durability::Fsync,
            segment_bytes: 64 << 20,
            waiting_bytes: 64 << 20,
            snapshot_records: Some(1_000_000),
            snapshot_every_ms: Some(Millis::hours(1)),
            keep_events_ms: Millis::hours(1),
            ledger: true,
        }
    }
}

/// `[[tokens]]`: who may connect over TCP and HTTP, known by the hash of a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Token {
    /// Shown in the audit log; never the secret.
    pub name: Name,
    /// SHA-256 of the token's text, lower-case hexadecimal.
    pub sha256: String,
    pub role: Role,
    #[serde(default = "default_tenant")]
    pub tenant: Name,
    /// The agent of a token with the role `agent`.
    pub agent: Option<Name>,
    /// The agents whose telephones the holder of a token with the role `platform` holds.
    #[serde(default)]
    pub agents: Telephones,
}

/// For whom a platform may say presence, what the telephone is doing, and where it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Telephones {
    /// All agents of the tenant: the word `all`.
    #[default]
    #[serde(serialize_with = "all", deserialize_with = "only_all")]
    All,
    Of(BTreeSet<Name>),
}

impl Telephones {
    pub fn include(&self, agent: &Name) -> bool {
        match self {
            Self::All => true,
            Self::Of(agents) => agents.contains(agent),
        }
    }
}

fn all<S: Serializer>(serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(ALL)
}

fn only_all<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
    let word = String::deserialize(deserializer)?;
    if word == ALL {
        return Ok(());
    }
    Err(D::Error::custom("neither \"all\" nor a list"))
}

impl Token {
    /// The hash as bytes, to compare in constant time.
    pub fn digest(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(self.sha256.as_bytes().chunks(2)) {
            *byte = pair
                .iter()
                .filter_map(|digit| char::from(*digit).to_digit(16))
                .fold(0, |byte, digit| byte << 4 | digit as u8);
        }
        bytes
    }
}

pub(super) fn default_tenant() -> Name {
    Name::of(DEFAULT_TENANT)
}

/// `[simulation]`: how simulated agents behave.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Simulation {
    /// How long an agent takes to answer an offer.
    pub answer_ms: Millis,
}

/// `[metrics]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Metrics {
    /// Whether there are metrics of each agent.
    pub agents: bool,
}
