//! Events → bytes.
//!
//! An event goes out as a notification `event` whose params hold `seq`, `at` and `type`, then
//! what is known of the contact, then what the type adds. What is unknown is left out. The members
//! and their order are those of the definitions in `router::event`.

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

/// Writes what an event says.
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
