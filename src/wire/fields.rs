//! The fields of methods that concern only the connection.

use serde_json::json;

use super::limits::INTEGER_MAX;
use crate::fields::Type::{Bool, BoolOrList, List, Name, Text, Whole, Words};
use crate::fields::{ANY, Field, Fields, Type};
use crate::router::event::TYPES;

const SEQUENCE: Type = Whole {
    min: 0,
    max: INTEGER_MAX,
};
const NAMES: Type = List(&Name, ANY);

/// `session.open`.
pub static SESSION_OPEN: Fields = Fields::new(&[
    Field::must(
        "client",
        Name,
        "the program that connects; contacts it submits belong to it",
    ),
    Field::may("token", Text, "the secret that was issued for this program"),
    Field::may(
        "tenant",
        Name,
        "the organisation, where the token may speak for several",
    ),
    Field::may(
        "lines",
        Bool,
        "false: it holds no lines, and contacts that it submits do not wait for its return",
    )
    .or(|| json!(true)),
    Field::may(
        "events",
        BoolOrList(&Words(TYPES)),
        "true: all events from now on come on this connection; a list: those types",
    )
    .or(|| json!(false)),
]);

/// `events.subscribe`.
pub static EVENTS_SUBSCRIBE: Fields = Fields::new(&[
    Field::may(
        "after",
        SEQUENCE,
        "the last sequence number that is known; 0 = from the first event on. Without it: from now on",
    ),
    Field::may("types", List(&Words(TYPES), ANY), "only these types"),
    Field::may("agents", NAMES, "only events that name one of these agents"),
    Field::may("queues", NAMES, "only events that name one of these queues"),
    Field::may(
        "source",
        Name,
        "only events of contacts and offers that belong to this `client` of session.open",
    ),
]);
