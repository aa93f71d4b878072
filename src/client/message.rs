//! Parses one line from the daemon into a reply or an event.
//!
//! Results stay raw JSON; the caller knows their type.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::error::{ClientError, Refusal};

/// A message from a daemon.
#[derive(Debug)]
pub enum Incoming {
    Reply(Reply),
    Event(Event),
}

/// The answer to a request.
#[derive(Debug)]
pub struct Reply {
    /// The number of the request; `None` if the daemon could not read it.
    pub id: Option<u64>,
    pub result: Result<Box<RawValue>, Refusal>,
}

/// An event: the common members, and the rest as raw JSON.
#[derive(Debug, Deserialize)]
pub struct Event {
    pub seq: u64,
    pub at: i64,
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(skip, default = "nothing")]
    pub params: Box<RawValue>,
}

impl Event {
    /// Reads the members that the caller's type names.
    pub fn read<'a, T: Deserialize<'a>>(&'a self) -> Result<T, ClientError> {
        serde_json::from_str(self.params.get()).map_err(|cause| strange(&cause, self.params.get()))
    }
}

fn nothing() -> Box<RawValue> {
    RawValue::NULL.to_owned()
}

impl Incoming {
    /// Reads a line without its end; `None` is a notification of another kind, such as
    /// `server.draining`.
    pub(super) fn read(line: &[u8]) -> Result<Option<Self>, ClientError> {
        #[derive(Deserialize)]
        struct Line<'a> {
            #[serde(default, borrow)]
            id: Option<&'a RawValue>,
            #[serde(default, borrow)]
            method: Option<&'a str>,
            #[serde(default, borrow)]
            params: Option<&'a RawValue>,
            #[serde(default, borrow)]
            result: Option<&'a RawValue>,
            error: Option<Refusal>,
        }
        let text = std::str::from_utf8(line)
            .map_err(|cause| strange(&cause, &String::from_utf8_lossy(line)))?;
        let read: Line<'_> = serde_json::from_str(text).map_err(|cause| strange(&cause, text))?;
        if let (Some("event"), Some(params)) = (read.method, read.params) {
            let mut event: Event =
                serde_json::from_str(params.get()).map_err(|cause| strange(&cause, text))?;
            event.params = params.to_owned();
            return Ok(Some(Self::Event(event)));
        }
        if read.method.is_some() && read.id.is_none() {
            return Ok(None);
        }
        let result = match (read.result, read.error) {
            (Some(result), None) => Ok(result.to_owned()),
            // `"result": null` reads as an absent one.
            (None, None) if read.id.is_some() => Ok(nothing()),
            (None, Some(error)) => Err(error),
            (None, None) | (Some(_), Some(_)) => {
                return Err(strange(&"neither a reply nor an event", text));
            }
        };
        let id = read.id.and_then(|id| id.get().parse().ok());
        Ok(Some(Self::Reply(Reply { id, result })))
    }
}

/// Longest part of a line quoted in an error.
const SHOWN_CHARS_MAX: usize = 200;

fn strange(cause: &dyn std::fmt::Display, line: &str) -> ClientError {
    ClientError::Strange {
        cause: cause.to_string(),
        line: line.chars().take(SHOWN_CHARS_MAX).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_and_events_are_told_apart() {
        let read = |line: &str| Incoming::read(line.as_bytes());
        let Ok(Some(Incoming::Reply(reply))) =
            read(r#"{"jsonrpc":"2.0","id":7,"result":{"ok":true}}"#)
        else {
            panic!("a reply");
        };
        assert_eq!(reply.id, Some(7));
        assert_eq!(reply.result.expect("a result").get(), r#"{"ok":true}"#);

        let error = r#"{"id":null,"error":{"code":-32000,"message":"no","data":{"kind":"limit"}}}"#;
        let Ok(Some(Incoming::Reply(reply))) = read(error) else {
            panic!("a reply")
        };
        assert_eq!(reply.id, None);
        assert_eq!(reply.result.expect_err("a refusal").kind(), "limit");

        let event =
            r#"{"method":"event","params":{"seq":3,"at":5,"type":"agent.set","agent":"a"}}"#;
        let Ok(Some(Incoming::Event(event))) = read(event) else {
            panic!("an event")
        };
        assert_eq!(
            (event.seq, event.at, event.kind.as_str()),
            (3, 5, "agent.set")
        );
        assert!(event.params.get().contains("\"agent\":\"a\""));

        let notice = r#"{"jsonrpc":"2.0","method":"server.draining","params":{}}"#;
        assert!(matches!(read(notice), Ok(None)));

        for line in [
            "",
            "[]",
            "{}",
            "{\"id\":1,\"result\":1,\"error\":{\"code\":1,\"message\":\"\"}}",
        ] {
            assert!(read(line).is_err(), "{line}");
        }
    }
}
