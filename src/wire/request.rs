//! Reads a line into calls.
//!
//! A line is one request or a batch of them. Each becomes a [`Call`]: the request, or the error
//! that answers it. State is not consulted; the router may still refuse a well-formed call.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;

use super::error::{WireError, echo};
use super::limits::{DEPTH_MAX_MAX, INTEGER_MAX, Limits};
use super::method::{self, Method};
use super::params::{AnyParams, Params};
use super::plain_call;
use super::scan::{Word, is_too_deep};
use super::subscription::Subscribe;
use crate::nearest::nearest;
use crate::router::command::Command;
use crate::router::ids::{Key, Name, Text};
use crate::router::query::Query;

/// The content of a line.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// One request, answered by a single reply.
    One(Call),
    /// A batch, answered by one array, or by nothing if it is all notifications.
    Batch(Vec<Call>),
}

impl Message {
    /// The number of requests.
    pub fn calls(&self) -> usize {
        match self {
            Self::One(_) => 1,
            Self::Batch(calls) => calls.len(),
        }
    }
}

/// One request, or what is wrong with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The id for the reply; `None` = a notification, which never gets a reply.
    pub id: Option<Id>,
    /// The method, if it exists.
    pub method: Option<&'static Method>,
    /// The idempotency key of a mutation.
    pub key: Option<Key>,
    pub request: Result<Request, WireError>,
}

/// The id of a request, returned as it came.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Id {
    Null,
    Number(i64),
    Text(Box<str>),
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Number(n) => serializer.serialize_i64(*n),
            Self::Text(text) => serializer.serialize_str(text),
        }
    }
}

/// The parsed request.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    Command(Command),
    Query(Query),
    SessionOpen(SessionOpen),
    SessionPing,
    Subscribe(Box<Subscribe>),
    Server(ServerCall),
    Discover,
}

/// `session.open`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionOpen {
    pub client: Name,
    pub token: Option<Token>,
    pub tenant: Option<Name>,
    /// Whether it holds the lines of the contacts that it submits.
    #[serde(default = "yes")]
    pub lines: bool,
    /// `events.subscribe` and `events.unsubscribe`: the events sent on this connection.
    #[serde(default, deserialize_with = "events")]
    pub events: Option<Box<Subscribe>>,
}

fn yes() -> bool {
    true
}

/// A secret, never printed.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Token(pub Text);

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// Reads `true`, `false` or a list of types.
fn events<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Box<Subscribe>>, D::Error> {
    struct Events;
    impl<'de> Visitor<'de> for Events {
        type Value = Option<Box<Subscribe>>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("true, false or a list of event types")
        }
        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(None)
        }
        fn visit_bool<E>(self, on: bool) -> Result<Self::Value, E> {
            Ok(on.then(Box::default))
        }
        fn visit_seq<A: serde::de::SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
            let types = Vec::deserialize(serde::de::value::SeqAccessDeserializer::new(seq))?;
            Ok(Some(Box::new(Subscribe {
                types: Some(types),
                ..Subscribe::default()
            })))
        }
    }
    deserializer.deserialize_any(Events)
}

/// A configuration file on the daemon's machine, by its whole path.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfigFile {
    pub file: Box<str>,
}

/// `server.*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServerCall {
    Status,
    Snapshot,
    Reload { allow_removals: bool },
    Compare(ConfigFile),
    Drain,
}

/// Reads one line with the plain reader, else with the general one.
pub fn parse(line: &[u8], limits: &Limits) -> Message {
    match parse_plain(line, limits) {
        Some(call) => Message::One(call),
        None => read(line, limits, |text| {
            plain_call::read(text, limits.depth_max).unwrap_or_else(|| single(text))
        }),
    }
}

/// Reads one line with the general reader, which knows every form and every error. [`parse`] gives
/// the same result; tests check that.
pub fn parse_general(line: &[u8], limits: &Limits) -> Message {
    read(line, limits, single)
}

/// Reads a line that is one plain request; `None` = it is not, or it is invalid.
pub fn parse_plain(line: &[u8], limits: &Limits) -> Option<Call> {
    if line.len() > limits.line_bytes_max || line.first() != Some(&b'{') {
        return None;
    }
    let text = std::str::from_utf8(line).ok()?;
    plain_call::read(text, limits.depth_max.min(DEPTH_MAX_MAX))
}

/// Reads one line; `each` reads the requests of a batch.
fn read(line: &[u8], limits: &Limits, each: impl Fn(&str) -> Call) -> Message {
    match text(line, limits) {
        Ok(text) if text.starts_with('[') => batch(text, limits, each),
        Ok(text) => Message::One(single(text)),
        Err(error) => Message::One(failed(Some(Id::Null), error)),
    }
}

/// The checks that come before any parsing.
pub(crate) fn text<'a>(line: &'a [u8], limits: &Limits) -> Result<&'a str, WireError> {
    if line.len() > limits.line_bytes_max {
        return Err(WireError::line_too_long(limits.line_bytes_max));
    }
    if line.starts_with(b"\xef\xbb\xbf") {
        return Err(WireError::parse(
            "the line begins with a byte order mark: send UTF-8 without one",
        ));
    }
    let text = std::str::from_utf8(line).map_err(|error| {
        WireError::parse(format!(
            "byte {} of the line is not UTF-8",
            error.valid_up_to() + 1
        ))
    })?;
    if is_too_deep(text, limits.depth_max.min(DEPTH_MAX_MAX)) {
        return Err(WireError::limit(
            "depth_max",
            limits.depth_max,
            format!(
                "the line nests too deep: at most {} levels",
                limits.depth_max
            ),
        ));
    }
    Ok(text.trim_ascii())
}

fn batch(text: &str, limits: &Limits, each: impl Fn(&str) -> Call) -> Message {
    let error = match serde_json::from_str::<Vec<&RawValue>>(text) {
        Ok(calls) if calls.is_empty() => {
            WireError::request("the batch is empty: give at least one request")
        }
        Ok(calls) if calls.len() > limits.batch_calls_max => WireError::limit(
            "batch_calls_max",
            limits.batch_calls_max,
            format!(
                "the batch has {} requests: at most {}",
                calls.len(),
                limits.batch_calls_max
            ),
        ),
        Ok(calls) => {
            return Message::Batch(calls.into_iter().map(|call| each(call.get())).collect());
        }
        Err(error) => not_json(&error),
    };
    Message::One(failed(Some(Id::Null), error))
}

/// Reads one request.
fn single(text: &str) -> Call {
    if !text.starts_with('{') {
        let error = match serde_json::from_str::<serde::de::IgnoredAny>(text) {
            Ok(_) => WireError::request("a request must be an object"),
            Err(error) => not_json(&error),
        };
        return failed(Some(Id::Null), error);
    }
    match Envelope::read(text, &[]) {
        Ok(envelope) => envelope.into_call(),
        Err(error) => failed(Some(Id::Null), error),
    }
}

fn failed(id: Option<Id>, error: WireError) -> Call {
    Call {
        id,
        method: None,
        key: None,
        request: Err(error),
    }
}

fn not_json(error: &serde_json::Error) -> WireError {
    // There is only one line, so its number is left out.
    let cause = error
        .to_string()
        .replace(" at line 1 column ", " at column ");
    WireError::parse(format!("the line is not JSON: {cause}"))
}

/// The members of a request, not yet parsed.
#[derive(Debug, Default)]
pub(crate) struct Envelope<'a> {
    pub(crate) jsonrpc: Option<&'a RawValue>,
    pub(crate) id: Option<&'a RawValue>,
    pub(crate) method: Option<&'a RawValue>,
    pub(crate) params: Option<&'a RawValue>,
    /// Further members that the caller allows.
    pub(crate) extra: [Option<&'a RawValue>; EXTRA_MAX],
    /// The first unknown or repeated member.
    fault: Option<String>,
    is_version_assumed: bool,
}

/// The most further members.
pub(crate) const EXTRA_MAX: usize = 3;

impl<'a> Envelope<'a> {
    /// Splits an object into its members; `extra` names further ones that are allowed.
    pub(crate) fn read(text: &'a str, extra: &[&str]) -> Result<Self, WireError> {
        let mut json = serde_json::Deserializer::from_str(text);
        let envelope = json.deserialize_map(EnvelopeVisitor { extra });
        let envelope = envelope.and_then(|envelope| json.end().map(|()| envelope));
        envelope.map_err(|error| not_json(&error))
    }

    /// Reads a request without `jsonrpc` as version 2.0.
    pub(crate) fn assume_version(&mut self) {
        self.is_version_assumed = self.jsonrpc.is_none();
    }

    /// Parses the members.
    pub(crate) fn into_call(self) -> Call {
        let id = match self.id.map(|raw| id(raw.get())).transpose() {
            Ok(id) => id,
            Err(error) => return failed(Some(Id::Null), error),
        };
        // An invalid request is answered, since it is unknown whether it was a notification.
        let invalid = |id: Option<Id>, error| failed(Some(id.unwrap_or(Id::Null)), error);
        if let Some(fault) = self.fault {
            return invalid(id, WireError::request(fault));
        }
        if self.jsonrpc.map(RawValue::get) != Some("\"2.0\"") && !self.is_version_assumed {
            return invalid(id, WireError::request("jsonrpc must be \"2.0\""));
        }
        let Some(name) = self.method.and_then(|raw| string(raw.get())) else {
            let error = WireError::request("method must be a string such as \"contact.submit\"");
            return invalid(id, error);
        };
        let Some(method) = method::find(&name) else {
            return failed(id, method::unknown(&name));
        };
        let (key, request) = match understand(method, self.params) {
            Ok((key, request)) => (key, Ok(request)),
            Err(error) => (None, Err(error)),
        };
        Call {
            id,
            method: Some(method),
            key,
            request,
        }
    }
}

fn understand(
    method: &'static Method,
    params: Option<&RawValue>,
) -> Result<(Option<Key>, Request), WireError> {
    let mut params = AnyParams::new(method, params)?;
    let request = method.read(&mut Params::Any(&mut params))?;
    let key = params.key()?;
    Ok((key, request))
}

/// The text of a JSON string.
fn string(raw: &str) -> Option<Cow<'_, str>> {
    let inner = raw.strip_prefix('"')?.strip_suffix('"')?;
    if !inner.contains('\\') {
        return Some(Cow::Borrowed(inner));
    }
    serde_json::from_str(raw).ok().map(Cow::Owned)
}

fn id(raw: &str) -> Result<Id, WireError> {
    if raw == "null" {
        return Ok(Id::Null);
    }
    if let Some(text) = string(raw) {
        return Ok(Id::Text(text.into()));
    }
    match serde_json::from_str::<i64>(raw) {
        Ok(n) if (-INTEGER_MAX..=INTEGER_MAX).contains(&n) => Ok(Id::Number(n)),
        _ => Err(WireError::request(format!(
            "id {} is not one: give a string, a whole number from -{INTEGER_MAX} to {INTEGER_MAX}, or null",
            echo(raw)
        ))),
    }
}

struct EnvelopeVisitor<'s> {
    extra: &'s [&'s str],
}

impl<'de> Visitor<'de> for EnvelopeVisitor<'_> {
    type Value = Envelope<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Envelope<'de>, A::Error> {
        let mut envelope = Envelope::default();
        while let Some(Word(name)) = map.next_key::<Word<'de>>()? {
            let value = map.next_value()?;
            let slot = match &*name {
                "jsonrpc" => &mut envelope.jsonrpc,
                "id" => &mut envelope.id,
                "method" => &mut envelope.method,
                "params" => &mut envelope.params,
                other => match self.extra.iter().position(|extra| *extra == other) {
                    Some(at) => &mut envelope.extra[at],
                    None => {
                        let known = ["jsonrpc", "id", "method", "params"];
                        let near = nearest(other, known);
                        let hint = near.map(|near| format!("; did you mean \"{near}\"?"));
                        let (hint, name) = (hint.unwrap_or_default(), echo(other));
                        envelope.fault.get_or_insert_with(|| {
                            format!(
                                "unknown member \"{name}\": a request has jsonrpc, id, method and \
                                 params{hint}"
                            )
                        });
                        continue;
                    }
                },
            };
            if slot.replace(value).is_some() {
                let name = &name;
                envelope.fault.get_or_insert_with(|| {
                    format!("member \"{name}\" is given twice: give it once")
                });
            }
        }
        Ok(envelope)
    }
}
