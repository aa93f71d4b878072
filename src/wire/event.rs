//! Writes events as JSON.
//!
//! An event is a notification `event` whose params hold `seq`, `at` and `type`, then the known
//! fields of the contact, then those of the type. Unknown fields are left out. Members and their
//! order are those of the definitions in `router::event`.

use super::json::member_name;
use super::members::members;
use super::reply::json;
use crate::router::event::Event;

/// Writes an event as a notification, without a line end.
pub fn notification(out: &mut Vec<u8>, event: &Event) {
    out.extend_from_slice(b"{\"jsonrpc\":\"2.0\",\"method\":\"event\",\"params\":");
    params(out, event);
    out.push(b'}');
}

/// Writes the params of an event.
pub fn params(out: &mut Vec<u8>, event: &Event) {
    out.extend_from_slice(b"{\"seq\":");
    json(out, &event.seq);
    member_name(out, b",\"", "at");
    json(out, &event.at);
    member_name(out, b",\"", "type");
    json(out, event.body.kind().as_str());
    members(out, &event.body);
    out.push(b'}');
}
