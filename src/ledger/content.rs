//! The content of a record of an event: written here, and rebuilt for comparison.

use super::kind::Kind;
use super::reader::Line;
use crate::router::event::{AgentEvent, Event, EventBody, ROUTER};
use crate::router::ids::Name;
use crate::wire;

/// A record's members about its event, without number and hash.
pub(super) fn content_of(line: &Line<'_>) -> Vec<u8> {
    let text = line.text;
    let from = text.find(',').map_or(0, |at| at + 1);
    let to = text.rfind(",\"hash\":").unwrap_or(text.len());
    format!("{{{}}}", text.get(from..to).unwrap_or_default()).into_bytes()
}

/// Writes the members of an event with who asked for it, and for an agent its team.
pub(super) fn say(out: &mut Vec<u8>, event: &Event) {
    wire::event::params(out, event);
    out.pop();
    let actor = event.actor.as_ref().map_or(ROUTER, Name::as_str);
    write_member(out, "actor", actor);
    if let EventBody::Agent(AgentEvent::Set {
        team: Some(team), ..
    }) = &event.body
    {
        write_member(out, "team", team);
    }
    out.push(b'}');
}

/// A record's content without its number and seal: equal for equal events.
pub fn content(event: &Event) -> Option<Vec<u8>> {
    Kind::of(&event.body)?;
    let mut content = Vec::with_capacity(256);
    say(&mut content, event);
    Some(content)
}

/// Appends a member to an object that is not empty.
pub(super) fn write_member<T: serde::Serialize + ?Sized>(
    line: &mut Vec<u8>,
    name: &str,
    value: &T,
) {
    line.extend_from_slice(format!(",\"{name}\":").as_bytes());
    serde_json::to_writer(line, value).expect("memory takes it");
}
