//! What the wire accepts, what it refuses, and with which messages.

#![expect(clippy::wildcard_enum_match_arm, reason = "tests look at one variant")]

mod documented;
mod events;
mod json;
mod lines;
mod methods;
mod plain;
mod refused;
mod replies;
mod stored;

use firsthand::wire::limits::Limits;
use firsthand::wire::reply;
use firsthand::wire::request::{Call, Message, Request, parse};

/// The replies to one line. The wire alone has no answers, so an accepted request is answered with
/// its kind.
fn replies(line: &[u8], limits: &Limits) -> String {
    let mut out = Vec::new();
    match parse(line, limits) {
        Message::One(call) => {
            if write(&mut out, &call) {
                reply::end(&mut out);
            }
        }
        Message::Batch(calls) => {
            let mut batch = reply::Batch::new();
            for call in &calls {
                if call.id.is_some() {
                    batch.next(&mut out);
                    write(&mut out, call);
                }
            }
            batch.finish(&mut out);
        }
    }
    String::from_utf8(out).expect("replies are UTF-8")
}

fn write(out: &mut Vec<u8>, call: &Call) -> bool {
    let Some(id) = &call.id else {
        return false;
    };
    match &call.request {
        Ok(request) => reply::result(out, id, taken_for(request)),
        Err(error) => reply::error(out, id, error),
    }
    true
}

fn taken_for(request: &Request) -> &'static str {
    match request {
        Request::Command(_) => "command",
        Request::Query(_) => "query",
        Request::SessionOpen(_) => "session.open",
        Request::SessionPing => "session.ping",
        Request::Subscribe(_) => "subscribe",
        Request::Server(_) => "server",
        Request::Discover => "discover",
    }
}

/// The only call of a line.
fn call(line: &str) -> Call {
    match parse(line.as_bytes(), &Limits::default()) {
        Message::One(call) => call,
        Message::Batch(_) => panic!("one request: {line}"),
    }
}

/// The request of a valid line.
fn request(line: &str) -> Request {
    call(line)
        .request
        .unwrap_or_else(|error| panic!("{line}\n  {error}"))
}

/// A request with this method and these params.
fn line(method: &str, params: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{params}}}"#)
}

/// Compares with a file beside the tests; `UPDATE_EXPECT=1` writes it.
fn expect_file(path: &str, actual: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&path, actual).expect("the expectation can be written");
        return;
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    for (number, (expected, actual)) in expected.lines().zip(actual.lines()).enumerate() {
        assert_eq!(
            actual,
            expected,
            "{} line {}; UPDATE_EXPECT=1 rewrites it",
            path.display(),
            number + 1
        );
    }
    assert_eq!(
        actual.lines().count(),
        expected.lines().count(),
        "{} has another number of lines; UPDATE_EXPECT=1 rewrites it",
        path.display()
    );
}
