//! The keys of the process: sockets, limits, log, journal, tokens, simulation, metrics.

use crate::config::server::{Journal, Limits, Log, Metrics, Server, Simulation, Token};
use crate::config::words::{Durability, LogFormat, LogLevel};
use crate::fields::Type::{
    Address, AllOrList, Bool, Bytes, Hash, Limit, Millis, Mode, Name, Object, Path, Whole, Words,
};
use crate::fields::{ANY, Field, Fields, MILLIS, Role};
use crate::router::time::MILLIS_MAX;

/// The most agents of a token by name.
const TELEPHONES_MAX: usize = 10_000;

/// The longest path of a Unix-domain socket on Linux.
const SOCKET_PATH_BYTES_MAX: usize = 107;

pub(super) static SERVER: Fields = Fields::of::<Server>(&[
    Field::may(
        "socket",
        Limit(&Path(SOCKET_PATH_BYTES_MAX)),
        "the Unix-domain socket for JSON-RPC",
    )
    .note("Its folder must exist."),
    Field::may(
        "socket_mode",
        Mode,
        "who may open the socket: permission bits as for chmod",
    )
    .note("With \"0660\" the group of the daemon may."),
    Field::may(
        "tcp",
        Limit(&Address),
        "JSON-RPC over TCP, one message a line",
    ),
    Field::may(
        "http",
        Limit(&Address),
        "HTTP: /metrics, /healthz, /readyz, POST /rpc, and the WebSocket /ws",
    ),
    Field::may(
        "drain_ms",
        Limit(&MILLIS),
        "after SIGTERM, conversations may go on for so long before the daemon ends",
    )
    .note("\"off\" waits until the last one is over."),
    Field::may("limits", Object(&LIMITS), "what one client may ask for"),
    Field::may("log", Object(&LOG), "the log on standard output"),
])
.about(
    "How clients reach the daemon. Changes here need a restart. While no token is \
         configured, TCP and HTTP may listen on loopback only.",
);

pub(super) static LIMITS: Fields = Fields::of::<Limits>(&[
    Field::may(
        "line_bytes",
        Bytes {
            min: 1 << 10,
            max: 64 << 20,
            step: 1,
        },
        "the longest request line, and the longest HTTP body",
    ),
    Field::may(
        "batch",
        Whole {
            min: 1,
            max: 100_000,
        },
        "the most requests in one batch",
    ),
    Field::may(
        "depth",
        Whole { min: 4, max: 127 },
        "the deepest nesting of arrays and objects in a request",
    ),
    Field::may(
        "connections",
        Whole {
            min: 1,
            max: 1_000_000,
        },
        "the most connections at once, over all sockets",
    )
    .note(
        "Those that have shown no token where one is needed have at most half of them, \
         and some are kept for the Unix socket. The process needs as many open files and \
         some more (LimitNOFILE of the unit).",
    ),
    Field::may(
        "connections_by_address",
        Whole {
            min: 1,
            max: 1_000_000,
        },
        "the most connections from one address (IPv6: one /64) that have not shown a \
         token where one is needed",
    )
    .note("Over it, the oldest of them gives way."),
    Field::may(
        "reply_bytes",
        Bytes {
            min: 64 << 10,
            max: 1 << 30,
            step: 1,
        },
        "what the replies to one batch may take together",
    )
    .note("The calls of the batch that come after are refused and not carried out."),
    Field::may(
        "outbox_bytes",
        Bytes {
            min: 64 << 10,
            max: 1 << 30,
            step: 1,
        },
        "what may wait for a client that reads slowly; over it the connection is closed, \
         and the client subscribes again from its last sequence",
    ),
    Field::may(
        "outboxes_bytes",
        Bytes {
            min: 1 << 20,
            max: 64 << 30,
            step: 1,
        },
        "what may wait for all clients together, beyond 64 KiB of each; over it, the \
         connection for which most waits is closed",
    ),
    Field::may(
        "idle_ms",
        Limit(&Millis {
            min: 1_000,
            max: MILLIS_MAX,
        }),
        "a connection that sends nothing for so long, not even session.ping, is closed",
    ),
    Field::may(
        "handshake_ms",
        Millis {
            min: 100,
            max: MILLIS_MAX,
        },
        "where a token is needed, a connection that has not shown one for so long is \
         closed; over HTTP, one on which no whole request comes",
    ),
    Field::may(
        "stall_ms",
        Millis {
            min: 100,
            max: MILLIS_MAX,
        },
        "a client that takes nothing for so long, while replies or events wait for it, \
         is closed",
    ),
    Field::may(
        "peer_gone_ms",
        Millis {
            min: 2_000,
            max: MILLIS_MAX,
        },
        "a client over TCP or HTTP whose host answers nothing for so long is gone, and \
         its connection is closed; while something sent to it is unconfirmed, after stall \
         if that is longer",
    ),
    Field::may(
        "turn",
        Whole {
            min: 1,
            max: 10_000,
        },
        "the most requests of one connection that are carried out before others have \
         their turn",
    ),
    Field::may(
        "requests_per_second",
        Limit(&Whole {
            min: 1,
            max: 10_000_000,
        }),
        "the most requests of one client in a second, with twice as many at once after a \
         pause: of all who show the same token; else of one connection, and over POST \
         /rpc of one address",
    )
    .note("What is beyond is refused as `limit`."),
])
.about(
    "What one client may ask for. Over a limit it gets an error that names the \
         limit.",
);

pub(super) static LOG: Fields = Fields::of::<Log>(&[
    Field::may(
        "format",
        Words(LogFormat::WORDS),
        "lines for people, or one JSON object a line for a collector",
    ),
    Field::may(
        "level",
        Words(LogLevel::WORDS),
        "the least grave lines that are written",
    ),
])
.about("The log goes to standard output, where the service manager takes it.");

pub(super) static JOURNAL: Fields = Fields::of::<Journal>(&[
    Field::may(
        "dir",
        Path(ANY),
        "the folder of the journal and its snapshots",
    ),
    Field::may(
        "durability",
        Words(Durability::WORDS),
        "when a change may be acknowledged: after the disk confirmed it (\"fsync\", \
         survives power loss), after the kernel took it (\"os\", survives a crash of the \
         daemon only), or at once (\"none\")",
    ),
    Field::may(
        "segment_bytes",
        Bytes {
            min: 1 << 20,
            max: 1 << 30,
            step: 4 << 10,
        },
        "the size of each new file of the journal, a multiple of 4 KiB",
    )
    .note("The next one and a reserve of 16 MiB at most are allocated ahead."),
    Field::may(
        "waiting_bytes",
        Bytes {
            min: 1 << 20,
            max: 4 << 30,
            step: 1,
        },
        "what may wait for the disk before requests are refused as unavailable",
    ),
    Field::may(
        "snapshot_records",
        Limit(&Whole {
            min: 1_000,
            max: i64::MAX,
        }),
        "a snapshot is taken after so many records; it bounds the time of a restart",
    ),
    Field::may(
        "snapshot_every_ms",
        Limit(&Millis {
            min: 10_000,
            max: MILLIS_MAX,
        }),
        "a snapshot is taken after so long, if anything changed",
    ),
    Field::may(
        "keep_events_ms",
        MILLIS,
        "how long an event can be subscribed to again (`events.subscribe` with `after`), over \
         restarts too",
    )
    .note(
        "The records from which events are made again are kept for it, and need room on the disk. \
         0s = those since the older of the two newest snapshots. While the disk is short of room \
         nothing more than that is kept.",
    )
    .example("\"1d\""),
    Field::may(
        "ledger",
        Bool,
        "whether the record of responsibility is written too: who owned which case when, \
         by which act of whom, in the folder `ledger` of the journal (`firsthand \
         ledger`)",
    )
    .note(
        "One that was off for a while leaves a gap in the record: a start that finds it \
         is refused until `--accept-ledger-break` is given once.",
    ),
])
.about(
    "Every change is written down before it is acknowledged. Changes here need a \
         restart.",
);

pub(super) static TOKEN: Fields = Fields::of::<Token>(&[
    Field::must("name", Name, "what the audit log calls its holder")
        .note("Each token has its own.")
        .example("\"pbx\""),
    Field::must(
        "sha256",
        Hash,
        "the SHA-256 of the token's text, in hexadecimal",
    )
    .example("\"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\""),
    Field::must(
        "role",
        Words(Role::WORDS),
        "what its holder may do: \"platform\" submits contacts and answers offers, \
         \"agent\" acts for one agent, \"supervisor\" moves, forces and hands over, \
         \"ops\" reads without personal data, \"admin\" changes the configuration (on the \
         Unix socket only)",
    )
    .example("\"platform\""),
    Field::may("tenant", Name, "the organisation it belongs to"),
    Field::may(
        "agent",
        Name,
        "the agent that a token of the role \"agent\" speaks for; no other role has one",
    )
    .example("\"ada\""),
    Field::may(
        "agents",
        AllOrList(&Name, TELEPHONES_MAX),
        "the agents whose telephones the holder of a token of the role \"platform\" holds: for \
         them it may say presence, what the telephone does and its address",
    )
    .example("[\"ada\", \"bo\"]"),
])
.about(
    "Who may come in over TCP and HTTP. The file holds only the hash of a token: \
         make one with `openssl rand -hex 32`, hash it with `printf %s TOKEN | \
         sha256sum`, give the token to the client and the hash to this file. A reload \
         takes changed tokens over.",
);

pub(super) static METRICS: Fields =
    Fields::of::<Metrics>(&[
        Field::may("agents", Bool, "figures for each agent too").note(
            "Each agent adds series to the metrics, and the figures are about persons: \
         switch it on only where both are wanted.",
        ),
    ])
    .about("What is measured, beyond the figures of tenants, queues and channels.");

pub(super) static SIMULATION: Fields = Fields::of::<Simulation>(&[Field::may(
    "answer_ms",
    MILLIS,
    "an agent answers an offer after so long",
)])
.about("Only for `firsthand simulate`: how the agents of a simulation behave.");
