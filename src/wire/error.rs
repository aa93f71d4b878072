//! What is wrong with a request before the router sees it: the errors of JSON-RPC itself.
//!
//! Refusals of the router are not here; they are `router::reject::Reject`.

use serde::{Serialize, Serializer};

use super::limits::ECHO_BYTES_MAX;
use super::plain::Unusual;
use crate::router::reject::RejectKind;

/// The code of a refusal of the router.
pub const REFUSED: i32 = -32_000;

/// The codes of JSON-RPC 2.0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    Parse,
    InvalidRequest,
    MethodNotFound,
    InvalidParams,
    Internal,
}

impl Code {
    pub const fn number(self) -> i32 {
        match self {
            Self::Parse => -32_700,
            Self::InvalidRequest => -32_600,
            Self::MethodNotFound => -32_601,
            Self::InvalidParams => -32_602,
            Self::Internal => -32_603,
        }
    }
}

/// An error of the protocol.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct WireError {
    pub code: Code,
    /// What is wrong and what would be right, in a sentence without a full stop.
    pub message: String,
    pub data: Option<Box<Data>>,
}

/// The member `data` of an error: the same facts for a program.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Data {
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "kind_word")]
    pub kind: Option<RejectKind>,
    /// The parameter at fault as a path: `retry.busy_ms`, `skills.billing`, `steps[2].drop`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// What would be right.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// The names there are, where an unknown one was given.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub known: Vec<&'static str>,
    /// The method most like the unknown one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nearest: Option<&'static str>,
    /// The limit that was passed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<usize>,
}

#[expect(
    clippy::ref_option,
    reason = "the signature of serialize_with is fixed"
)]
fn kind_word<S: Serializer>(kind: &Option<RejectKind>, serializer: S) -> Result<S::Ok, S::Error> {
    match kind {
        Some(kind) => serializer.serialize_str(kind.as_str()),
        None => serializer.serialize_none(),
    }
}

impl WireError {
    pub fn parse(message: impl Into<String>) -> Self {
        Self {
            code: Code::Parse,
            message: message.into(),
            data: None,
        }
    }

    pub fn request(message: impl Into<String>) -> Self {
        Self {
            code: Code::InvalidRequest,
            message: message.into(),
            data: None,
        }
    }

    pub fn internal(message: impl Into<String>) -> Self {
        Self {
            code: Code::Internal,
            message: message.into(),
            data: None,
        }
    }

    /// A limit of the wire was passed; `field` is the name of the limit.
    pub fn limit(field: &str, max: usize, message: impl Into<String>) -> Self {
        Self {
            code: Code::InvalidRequest,
            message: message.into(),
            data: Some(Box::new(Data {
                kind: Some(RejectKind::Limit),
                field: Some(field.to_owned()),
                max: Some(max),
                ..Data::default()
            })),
        }
    }

    /// A line over the limit, which the line reader skips.
    pub fn line_too_long(max: usize) -> Self {
        Self::limit(
            "line_bytes_max",
            max,
            format!("the line is too long: at most {max} bytes"),
        )
    }

    /// Whether the bytes were no request at all: no JSON, too long, too deep, too many. It says
    /// nothing of methods and parameters.
    pub fn is_of_framing(&self) -> bool {
        let is_limit = |data: &Data| data.kind == Some(RejectKind::Limit);
        match self.code {
            Code::Parse => true,
            Code::InvalidRequest => self.data.as_deref().is_some_and(is_limit),
            Code::MethodNotFound | Code::InvalidParams | Code::Internal => false,
        }
    }

    /// A parameter is wrong.
    pub fn params(field: &str, message: impl Into<String>, expected: Option<String>) -> Self {
        Self {
            code: Code::InvalidParams,
            message: message.into(),
            data: Some(Box::new(Data {
                kind: Some(RejectKind::Invalid),
                field: Some(field.to_owned()),
                expected,
                ..Data::default()
            })),
        }
    }
}

/// What is not plain is read again by others: this is never seen.
impl From<Unusual> for WireError {
    fn from(Unusual: Unusual) -> Self {
        Self::internal(String::new())
    }
}

/// A piece of a request, short enough to be repeated in an error.
pub fn echo(text: &str) -> String {
    if text.len() <= ECHO_BYTES_MAX {
        return text.to_owned();
    }
    let end = (0..=ECHO_BYTES_MAX)
        .rev()
        .find(|&at| text.is_char_boundary(at))
        .unwrap_or(0);
    format!("{}…", &text[..end])
}
