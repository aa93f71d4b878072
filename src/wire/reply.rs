//! Writes answers, refusals and errors as JSON into the caller's buffer.
//!
//! Each function writes one reply object with its members in a fixed order and without a line end;
//! [`end`] ends the line, [`Batch`] makes an array of several.

use serde::Serialize;

use super::error::{REFUSED, WireError};
use super::json::Json;
use super::page;
use super::request::Id;
use crate::router::answer::Answer;
use crate::router::ids::Name;
use crate::router::reject::Reject;

/// The answer to `session.open`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SessionOpened {
    pub client: Name,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant: Option<Name>,
    pub protocol: u32,
    /// The sequence number of the last event.
    pub seq: u64,
}

/// The answer to `session.ping`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Pong {
    pub ok: bool,
    pub at: crate::router::time::Timestamp,
}

/// The answer to `events.subscribe`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Subscribed {
    pub subscribed: bool,
    /// The sequence number of the last event; later ones are higher.
    pub seq: u64,
}

/// Writes the router's answer or refusal.
pub fn outcome(out: &mut Vec<u8>, id: &Id, outcome: &Result<Answer, Reject>) {
    match outcome {
        // Stored JSON cannot be written by `Json`.
        Ok(answer @ Answer::Repeated(_)) => result(out, id, answer),
        Ok(Answer::Agents(page)) => {
            answered(out, id, |out| page::write(out, page, |item| &item.agent));
        }
        Ok(Answer::Queues(page)) => {
            answered(out, id, |out| page::write(out, page, |item| &item.queue));
        }
        Ok(Answer::Contacts(page)) => {
            answered(out, id, |out| page::write(out, page, |item| &item.contact));
        }
        Ok(Answer::Cases(page)) => {
            answered(out, id, |out| page::write(out, page, |item| &item.case));
        }
        Ok(Answer::Kinds(page)) => {
            answered(out, id, |out| page::write(out, page, |item| &item.kind));
        }
        Ok(Answer::Calendars(page)) => {
            answered(out, id, |out| page::write(out, page, |item| &item.calendar));
        }
        Ok(answer) => answered(out, id, |out| answer.serialize(Json(out))),
        Err(reject) => refusal(out, id, reject),
    }
}

/// Writes a result.
pub fn result<T: Serialize + ?Sized>(out: &mut Vec<u8>, id: &Id, value: &T) {
    answered(out, id, |out| serde_json::to_writer(out, value));
}

fn answered(
    out: &mut Vec<u8>,
    id: &Id,
    write: impl FnOnce(&mut Vec<u8>) -> Result<(), serde_json::Error>,
) {
    let start = out.len();
    head(out, id);
    out.extend_from_slice(b",\"result\":");
    match write(out) {
        Ok(()) => out.push(b'}'),
        // Only a stored answer that is not JSON can fail here.
        Err(cause) => {
            out.truncate(start);
            error(
                out,
                id,
                &WireError::internal(format!("the answer cannot be written: {cause}")),
            );
        }
    }
}

/// Writes a refusal by the router.
pub fn refusal(out: &mut Vec<u8>, id: &Id, reject: &Reject) {
    #[serde_with::skip_serializing_none]
    #[derive(Serialize)]
    struct Data<'a> {
        kind: &'static str,
        entity: &'static str,
        id: Option<&'a Name>,
        field: Option<&'static str>,
        nearest: Option<&'a Name>,
        oldest: Option<std::num::NonZeroU64>,
    }
    let data = Data {
        kind: reject.kind.as_str(),
        entity: reject.entity,
        id: reject.id.as_ref(),
        field: reject.field,
        nearest: reject.nearest.as_ref(),
        oldest: reject.oldest,
    };
    failure(out, id, REFUSED, &reject.message, Some(&data));
}

/// Writes a protocol error.
pub fn error(out: &mut Vec<u8>, id: &Id, error: &WireError) {
    failure(
        out,
        id,
        error.code.number(),
        &error.message,
        error.data.as_ref(),
    );
}

/// Ends a line.
pub fn end(out: &mut Vec<u8>) {
    out.push(b'\n');
}

fn failure<D: Serialize>(out: &mut Vec<u8>, id: &Id, code: i32, message: &str, data: Option<D>) {
    head(out, id);
    out.extend_from_slice(b",\"error\":{\"code\":");
    json(out, &code);
    out.extend_from_slice(b",\"message\":");
    json(out, message);
    if let Some(data) = data {
        out.extend_from_slice(b",\"data\":");
        json(out, &data);
    }
    out.extend_from_slice(b"}}");
}

fn head(out: &mut Vec<u8>, id: &Id) {
    out.extend_from_slice(b"{\"jsonrpc\":\"2.0\",\"id\":");
    json(out, id);
}

/// Writes a value that serializes without fail.
pub(super) fn json<T: Serialize + ?Sized>(out: &mut Vec<u8>, value: &T) {
    value
        .serialize(Json(out))
        .expect("memory takes every byte, and the value has only strings for member names");
}

/// The replies of a batch, written one by one.
#[derive(Debug, Default)]
pub struct Batch {
    replies: usize,
}

impl Batch {
    pub const fn new() -> Self {
        Self { replies: 0 }
    }

    /// Call before each reply is written.
    pub fn next(&mut self, out: &mut Vec<u8>) {
        out.push(if self.replies == 0 { b'[' } else { b',' });
        self.replies += 1;
    }

    /// Ends the array and the line; writes nothing for a batch of notifications.
    pub fn finish(self, out: &mut Vec<u8>) {
        if self.replies > 0 {
            out.push(b']');
            end(out);
        }
    }
}
