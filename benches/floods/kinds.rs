//! The kinds of floods. Each runs until told to stop and ignores refusals.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::Scope;
use std::time::Duration;

use super::daemon::Daemon;

/// Starts the flood's threads.
pub type Flood = for<'s, 'e> fn(&'s Scope<'s, 'e>, &'e Daemon, &'e AtomicBool);

pub struct Kind {
    pub name: &'static str,
    pub flood: Flood,
}

/// Interval of checks for the end.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// Timeout of connecting.
const CONNECT_WITHIN: Duration = Duration::from_secs(1);

pub const KINDS: &[Kind] = &[
    Kind {
        name: "nobody",
        flood: |_, _, _| {},
    },
    Kind {
        name: "batches-of-lists",
        flood: |threads, daemon, stop| {
            lines(
                threads,
                daemon.tcp,
                stop,
                4,
                batch(700, "agent.list", "{\"limit\":1000}"),
            );
        },
    },
    Kind {
        name: "batches-of-discover",
        flood: |threads, daemon, stop| {
            lines(
                threads,
                daemon.tcp,
                stop,
                4,
                batch(1_000, "rpc.discover", "{}"),
            );
        },
    },
    Kind {
        name: "lists-one-by-one",
        flood: |threads, daemon, stop| {
            let line = request(1, "agent.list", "{\"limit\":1000}").repeat(64);
            lines(threads, daemon.tcp, stop, 16, line);
        },
    },
    Kind {
        name: "pipelines",
        flood: |threads, daemon, stop| {
            let line = request(1, "contact.get", "{\"contact\":\"waits-7\"}").repeat(500);
            lines(threads, daemon.tcp, stop, 50, line);
        },
    },
    Kind {
        name: "queries",
        flood: |threads, daemon, stop| {
            let line = [
                request(
                    1,
                    "contact.preview",
                    "{\"contact\":\"p\",\"requires\":{\"zh\":5}}",
                ),
                request(2, "contact.explain", "{\"contact\":\"waits-3\"}"),
                request(3, "case.find", "{\"limit\":1000}"),
                request(4, "contact.list", "{\"limit\":1000}"),
                request(5, "stats.get", "{\"window_ms\":3600000}"),
                request(6, "queue.list", "{}"),
            ];
            lines(threads, daemon.tcp, stop, 16, line.concat());
        },
    },
    Kind {
        name: "changes",
        flood: |threads, daemon, stop| {
            let calls: Vec<String> = (0..500)
                .map(|n| {
                    let agent = n % 100;
                    request(
                        n,
                        "case.note",
                        &format!("{{\"case\":\"case-{agent}\",\"by\":\"x\",\"text\":\"y\"}}"),
                    )
                })
                .collect();
            lines(threads, daemon.tcp, stop, 16, calls.concat());
        },
    },
    Kind {
        name: "bad-lines",
        flood: |threads, daemon, stop| {
            let line = format!("{}\n", "[".repeat(60_000));
            lines(threads, daemon.tcp, stop, 50, line.repeat(4));
        },
    },
    Kind {
        name: "sessions",
        flood: |threads, daemon, stop| {
            let open = request(1, "session.open", "{\"client\":\"x\",\"events\":true}");
            let hear = request(2, "events.subscribe", "{\"after\":0}");
            lines(
                threads,
                daemon.tcp,
                stop,
                16,
                format!("{open}{hear}").repeat(20),
            );
        },
    },
    Kind {
        name: "connects",
        flood: |threads, daemon, stop| {
            again(threads, stop, 4, move || {
                let _ = connect(daemon.tcp);
            });
        },
    },
    Kind {
        name: "http-anew-each-time",
        flood: |threads, daemon, stop| {
            again(threads, stop, 16, move || {
                let body = request(1, "agent.list", "{\"limit\":1000}");
                http(daemon.http, &post(&body));
            });
        },
    },
    Kind {
        name: "scrapes",
        flood: |threads, daemon, stop| {
            again(threads, stop, 8, move || {
                let head = "GET /metrics HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
                http(daemon.http, head);
            });
        },
    },
    Kind {
        name: "long-heads",
        flood: |threads, daemon, stop| {
            let head = format!("GET / HTTP/1.1\r\nx: {}", "y".repeat(200_000));
            again(threads, stop, 8, move || http(daemon.http, &head));
        },
    },
    Kind {
        name: "unfinished-frames",
        flood: |threads, daemon, stop| {
            again(threads, stop, 8, move || fragments(daemon.http));
        },
    },
    Kind {
        name: "slow-readers",
        flood: |threads, daemon, stop| {
            for _ in 0..50 {
                threads.spawn(|| {
                    let Ok(mut stream) = UnixStream::connect(daemon.socket()) else {
                        return;
                    };
                    // Without a timeout these writes would block for ever.
                    let _ = stream.set_write_timeout(Some(LOOK_EVERY));
                    let line = request(1, "rpc.discover", "{}").repeat(100);
                    while !stop.load(Ordering::Relaxed) {
                        if stream.write_all(line.as_bytes()).is_err() {
                            std::thread::sleep(LOOK_EVERY);
                        }
                    }
                });
            }
        },
    },
    Kind {
        name: "byte-by-byte",
        flood: |threads, daemon, stop| {
            again(threads, stop, 4, move || {
                let Ok(mut stream) = connect(daemon.tcp) else {
                    return;
                };
                let _ = stream.set_nodelay(true);
                for byte in request(1, "session.ping", "{}").bytes() {
                    if stream.write_all(&[byte]).is_err() {
                        return;
                    }
                }
            });
        },
    },
];

fn request(id: usize, method: &str, params: &str) -> String {
    format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"method\":\"{method}\",\"params\":{params}}}\n")
}

fn batch(count: usize, method: &str, params: &str) -> String {
    let calls: Vec<String> = (0..count)
        .map(|n| request(n, method, params).trim_end().to_owned())
        .collect();
    format!("[{}]\n", calls.join(","))
}

fn post(body: &str) -> String {
    format!(
        "POST /rpc HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Connections that send the same line again and again and read the replies.
fn lines<'s>(
    threads: &'s Scope<'s, '_>,
    address: SocketAddr,
    stop: &'s AtomicBool,
    connections: usize,
    line: String,
) {
    for _ in 0..connections {
        let line = line.clone();
        let Ok(stream) = TcpStream::connect(address) else {
            continue;
        };
        let _ = stream.set_write_timeout(Some(LOOK_EVERY * 50));
        let mut reader = stream.try_clone().expect("a second handle");
        threads.spawn(move || std::io::copy(&mut reader, &mut std::io::sink()));
        threads.spawn(move || {
            let mut stream = stream;
            while !stop.load(Ordering::Relaxed) && stream.write_all(line.as_bytes()).is_ok() {}
            let _ = stream.shutdown(std::net::Shutdown::Both);
        });
    }
}

/// Threads that repeat the same action.
fn again<'s>(
    threads: &'s Scope<'s, '_>,
    stop: &'s AtomicBool,
    count: usize,
    work: impl Fn() + Clone + Send + 's,
) {
    for _ in 0..count {
        let work = work.clone();
        threads.spawn(move || {
            while !stop.load(Ordering::Relaxed) {
                work();
            }
        });
    }
}

/// A connection, if accepted soon: a busy listener lets many wait.
fn connect(address: SocketAddr) -> std::io::Result<TcpStream> {
    TcpStream::connect_timeout(&address, CONNECT_WITHIN)
}

fn http(address: SocketAddr, request: &str) {
    let Ok(mut stream) = connect(address) else {
        return;
    };
    let _ = stream.set_read_timeout(Some(Duration::from_secs(2)));
    // The request may be refused before it is complete.
    let _ = stream.write_all(request.as_bytes());
    let _ = stream.read_to_end(&mut Vec::new());
}

/// Fragments of a message that never ends.
fn fragments(address: SocketAddr) {
    let Ok(mut stream) = connect(address) else {
        return;
    };
    let _ = stream.set_read_timeout(Some(Duration::from_secs(2)));
    let head = "GET /ws HTTP/1.1\r\nhost: localhost\r\nupgrade: websocket\r\nconnection: upgrade\r\n\
         sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    if stream.write_all(head.as_bytes()).is_err() || stream.read(&mut [0; 512]).is_err() {
        return;
    }
    let mut frame = vec![0, 0x80 | 126, 0x03, 0xe8, 0, 0, 0, 0];
    frame.extend_from_slice(&[b'x'; 1_000]);
    for n in 0..1_000 {
        frame[0] = u8::from(n == 0);
        if stream.write_all(&frame).is_err() {
            return;
        }
    }
}
