//! The keys of the process: sockets, limits, log, journal, tokens, simulation, metrics.
//!
//! Data only.

use serde_json::{Value, json};

use super::case::{CALENDAR, KIND};
use super::queue::QUEUE;
use super::tenant::{AGENT, CUSTOMER, TENANT};
use super::{Kind, Section, key, object, words_of};
use crate::config::server::{Journal, Limits, Log, Metrics, Server, Simulation};
use crate::config::words::{Durability, LogFormat, LogLevel};
use crate::fields::Role;

fn none() -> Value {
    json!({})
}

/// The file itself.
pub static ROOT: Section = Section {
    path: "",
    about: "",
    extends: None,
    defaults: none,
    keys: &[
        key(
            "server",
            Kind::Table(&SERVER),
            "Sockets, limits and the log.",
        ),
        key(
            "journal",
            Kind::Table(&JOURNAL),
            "Where and how changes are kept.",
        ),
        key(
            "tenant",
            Kind::Table(&TENANT),
            "What holds over all queues.",
        ),
        key("queues", Kind::Named(&QUEUE), "The queues by name."),
        key("agents", Kind::Named(&AGENT), "The agents by name."),
        key(
            "customers",
            Kind::Named(&CUSTOMER),
            "The customers by name.",
        ),
        key("kinds", Kind::Named(&KIND), "The kinds of cases by name."),
        key(
            "calendars",
            Kind::Named(&CALENDAR),
            "The calendars by name.",
        ),
        key(
            "tokens",
            Kind::List {
                section: &TOKEN,
                max: 10_000,
            },
            "Who may come in over TCP and HTTP.",
        ),
        key("metrics", Kind::Table(&METRICS), "What is measured."),
        key(
            "simulation",
            Kind::Table(&SIMULATION),
            "How simulated agents behave.",
        ),
        key(
            "tenants",
            Kind::Named(&OTHER_TENANT),
            "Further organisations.",
        ),
    ],
};

static SERVER: Section = Section {
    path: "server",
    about: "How clients reach the daemon. Changes here need a restart. While no token is \
            configured, TCP and HTTP may listen on loopback only.",
    extends: None,
    defaults: || object(Server::default()),
    keys: &[
        key(
            "socket",
            Kind::Socket,
            "The Unix-domain socket for JSON-RPC. Its folder must exist.",
        ),
        key(
            "socket_mode",
            Kind::Mode,
            "Who may open the socket: permission bits as for chmod. With \"0660\" the group of \
             the daemon may.",
        ),
        key(
            "tcp",
            Kind::Address,
            "JSON-RPC over TCP, one message a line.",
        ),
        key(
            "http",
            Kind::Address,
            "HTTP: /metrics, /healthz, /readyz, POST /rpc, and the WebSocket /ws.",
        ),
        key(
            "drain",
            Kind::Duration {
                min_ms: 0,
                off: true,
            },
            "After SIGTERM, conversations may go on for so long before the daemon ends. \"off\" \
             waits until the last one is over.",
        ),
        key(
            "limits",
            Kind::Table(&LIMITS),
            "What one client may ask for.",
        ),
        key("log", Kind::Table(&LOG), "The log on standard output."),
    ],
};

static LIMITS: Section = Section {
    path: "server.limits",
    about: "What one client may ask for. Over a limit it gets an error that names the limit.",
    extends: None,
    defaults: || object(Limits::default()),
    keys: &[
        key(
            "line_bytes",
            Kind::Bytes {
                min: 1 << 10,
                max: 64 << 20,
                step: 1,
            },
            "The longest request line, and the longest HTTP body.",
        ),
        key(
            "batch",
            Kind::Whole {
                min: 1,
                max: 100_000,
                off: false,
            },
            "The most requests in one batch.",
        ),
        key(
            "depth",
            Kind::Whole {
                min: 4,
                max: 127,
                off: false,
            },
            "The deepest nesting of arrays and objects in a request.",
        ),
        key(
            "connections",
            Kind::Whole {
                min: 1,
                max: 1_000_000,
                off: false,
            },
            "The most connections at once, over all sockets. Those that have shown no token where \
             one is needed have at most half of them, and some are kept for the Unix socket. The \
             process needs as many open files and some more (LimitNOFILE of the unit).",
        ),
        key(
            "connections_by_address",
            Kind::Whole {
                min: 1,
                max: 1_000_000,
                off: false,
            },
            "The most connections from one address (IPv6: one /64) that have not shown a token \
             where one is needed. Over it, the oldest of them gives way.",
        ),
        key(
            "reply_bytes",
            Kind::Bytes {
                min: 64 << 10,
                max: 1 << 30,
                step: 1,
            },
            "What the replies to one batch may take together. The calls of the batch that come \
             after are refused and not carried out.",
        ),
        key(
            "outbox_bytes",
            Kind::Bytes {
                min: 64 << 10,
                max: 1 << 30,
                step: 1,
            },
            "What may wait for a client that reads slowly; over it the connection is closed, \
             and the client subscribes again from its last sequence.",
        ),
        key(
            "outboxes_bytes",
            Kind::Bytes {
                min: 1 << 20,
                max: 64 << 30,
                step: 1,
            },
            "What may wait for all clients together, beyond 64 KiB of each; over it, the \
             connection for which most waits is closed.",
        ),
        key(
            "idle",
            Kind::Duration {
                min_ms: 1_000,
                off: true,
            },
            "A connection that sends nothing for so long, not even session.ping, is closed.",
        ),
        key(
            "handshake",
            Kind::Duration {
                min_ms: 100,
                off: false,
            },
            "Where a token is needed, a connection that has not shown one for so long is closed; over HTTP, one on which no whole request comes.",
        ),
        key(
            "stall",
            Kind::Duration {
                min_ms: 100,
                off: false,
            },
            "A client that takes nothing for so long, while replies or events wait for it, is \
             closed.",
        ),
        key(
            "peer_gone",
            Kind::Duration {
                min_ms: 2_000,
                off: false,
            },
            "A client over TCP or HTTP whose host answers nothing for so long is gone, and its \
             connection is closed; while something sent to it is unconfirmed, after stall if \
             that is longer.",
        ),
        key(
            "turn",
            Kind::Whole {
                min: 1,
                max: 10_000,
                off: false,
            },
            "The most requests of one connection that are carried out before others have their \
             turn.",
        ),
        key(
            "requests_per_second",
            Kind::Whole {
                min: 1,
                max: 10_000_000,
                off: true,
            },
            "The most requests of one client in a second, with twice as many at once after a \
             pause: of all who show the same token; else of one connection, and over POST /rpc of \
             one address. What is beyond is refused as `limit`.",
        ),
    ],
};

static LOG: Section = Section {
    path: "server.log",
    about: "The log goes to standard output, where the service manager takes it.",
    extends: None,
    defaults: || object(Log::default()),
    keys: &[
        key(
            "format",
            Kind::Word(words_of!(LogFormat)),
            "Lines for people, or one JSON object a line for a collector.",
        ),
        key(
            "level",
            Kind::Word(words_of!(LogLevel)),
            "The least grave lines that are written.",
        ),
    ],
};

static JOURNAL: Section = Section {
    path: "journal",
    about: "Every change is written down before it is acknowledged. Changes here need a restart.",
    extends: None,
    defaults: || object(Journal::default()),
    keys: &[
        key(
            "dir",
            Kind::Folder,
            "The folder of the journal and its snapshots.",
        ),
        key(
            "durability",
            Kind::Word(words_of!(Durability)),
            "When a change may be acknowledged: after the disk confirmed it (\"fsync\", survives \
             power loss), after the kernel took it (\"os\", survives a crash of the daemon only), \
             or at once (\"none\").",
        ),
        key(
            "segment_bytes",
            Kind::Bytes {
                min: 1 << 20,
                max: 1 << 30,
                step: 4 << 10,
            },
            "The size of each new file of the journal, a multiple of 4 KiB. The next one and a reserve \
             of 16 MiB at most are allocated ahead.",
        ),
        key(
            "waiting_bytes",
            Kind::Bytes {
                min: 1 << 20,
                max: 4 << 30,
                step: 1,
            },
            "What may wait for the disk before requests are refused as unavailable.",
        ),
        key(
            "snapshot_records",
            Kind::Whole {
                min: 1_000,
                max: i64::MAX,
                off: true,
            },
            "A snapshot is taken after so many records; it bounds the time of a restart.",
        ),
        key(
            "snapshot_every",
            Kind::Duration {
                min_ms: 10_000,
                off: true,
            },
            "A snapshot is taken after so long, if anything changed.",
        ),
        key(
            "ledger",
            Kind::Flag,
            "Whether the record of responsibility is written too: who owned which case when, by \
             which act of whom, in the folder `ledger` of the journal (`firsthand ledger`). One that \
             was off for a while leaves a gap in the record: a start that finds it is refused \
             until `--accept-ledger-break` is given once.",
        ),
    ],
};

static TOKEN: Section = Section {
    path: "tokens",
    about: "Who may come in over TCP and HTTP. The file holds only the hash of a token: make one \
            with `openssl rand -hex 32`, hash it with `printf %s TOKEN | sha256sum`, give the \
            token to the client and the hash to this file. A reload takes changed tokens over.",
    extends: None,
    defaults: || json!({"tenant": crate::config::server::DEFAULT_TENANT}),
    keys: &[
        key(
            "name",
            Kind::Name,
            "What the audit log calls its holder. Each token has its own.",
        )
        .required()
        .example("\"pbx\""),
        key(
            "sha256",
            Kind::Hash,
            "The SHA-256 of the token's text, in hexadecimal.",
        )
        .required()
        .example("\"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\""),
        key(
            "role",
            Kind::Word(words_of!(Role)),
            "What its holder may do: \"platform\" submits contacts and answers offers, \"agent\" \
             acts for one agent, \"supervisor\" moves, forces and hands over, \"ops\" reads \
             without personal data, \"admin\" changes the configuration (on the Unix socket \
             only).",
        )
        .required()
        .example("\"platform\""),
        key("tenant", Kind::Name, "The organisation it belongs to."),
        key(
            "agent",
            Kind::Name,
            "The agent that a token of the role \"agent\" speaks for; no other role has one.",
        )
        .example("\"ada\""),
    ],
};

static METRICS: Section = Section {
    path: "metrics",
    about: "What is measured, beyond the figures of tenants, queues and channels.",
    extends: None,
    defaults: || object(Metrics::default()),
    keys: &[key(
        "agents",
        Kind::Flag,
        "Figures for each agent too. Each agent adds series to the metrics, and the figures are \
         about persons: switch it on only where both are wanted.",
    )],
};

static SIMULATION: Section = Section {
    path: "simulation",
    about: "Only for `firsthand simulate`: how the agents of a simulation behave.",
    extends: None,
    defaults: || object(Simulation::default()),
    keys: &[key(
        "answer",
        Kind::Duration {
            min_ms: 0,
            off: false,
        },
        "An agent answers an offer after so long.",
    )],
};

/// A further tenant: its settings, queues, agents and customers under one name.
static OTHER_TENANT: Section = Section {
    path: "tenants.NAME",
    about: "A further organisation in the same process; it shares nothing with the others. Under \
            its name stand the keys of [tenant], and its own queues, agents and customers, for \
            example [tenants.acme.queues.billing]. What stands at the top of the file belongs to \
            the tenant \"default\".",
    extends: Some(&TENANT),
    defaults: none,
    keys: &[
        key(
            "queues",
            Kind::Named(&QUEUE),
            "Its queues, as [queues.NAME].",
        ),
        key(
            "agents",
            Kind::Named(&AGENT),
            "Its agents, as [agents.NAME].",
        ),
        key(
            "customers",
            Kind::Named(&CUSTOMER),
            "Its customers, as [customers.NAME].",
        ),
    ],
};
