//! The errors of JSON-RPC itself: what is wrong with a request before the router sees it. The
//! router's refusals are `router::reject::Reject`.

use serde::{Serialize, Serializer};

use super::limits::ECHO_BYTES_MAX;
use super::plain::Unusual;
use crate::nearest::nearest;
use crate::router::reject::RejectKind;

/// The code of a refusal by the router.
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

/// A protocol error.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct WireError {
    pub code: Code,
    /// What is wrong and what would be valid, without a full stop.
    pub message: String,
    pub data: Option<Box<Data>>,
}

/// The member `data` of an error: the same facts for a program.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Data {
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "kind_word")]
    pub kind: Option<RejectKind>,
    /// The path of the invalid parameter: `retry.busy_ms`, `skills.billing`, `steps[2].drop`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// What would be valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// The known names, where an unknown one was given.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub known: Vec<&'static str>,
    /// The known name most similar to the unknown one, if one is near.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nearest: Option<&'static str>,
    /// The limit that was exceeded.
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

    /// A limit of the wire was exceeded; `field` is its name.
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

    /// Whether the bytes were no request at all: not JSON, too long, too deep or too many. Method
    /// and parameters are then unknown.
    pub fn is_of_framing(&self) -> bool {
        let is_limit = |data: &Data| data.kind == Some(RejectKind::Limit);
        match self.code {
            Code::Parse => true,
            Code::InvalidRequest => self.data.as_deref().is_some_and(is_limit),
            Code::MethodNotFound | Code::InvalidParams | Code::Internal => false,
        }
    }

    /// A parameter is invalid.
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

impl WireError {
    /// Names the nearest of the known names, if one is near, in the message and for a program.
    pub fn with_nearest(
        mut self,
        written: &str,
        known: impl IntoIterator<Item = &'static str>,
    ) -> Self {
        if let Some(near) = nearest(written, known) {
            self.message = format!("{}; did you mean \"{near}\"?", self.message);
            self.data.get_or_insert_default().nearest = Some(near);
        }
        self
    }
}

/// A placeholder: the general reader reads the line again, so nobody sees it.
impl From<Unusual> for WireError {
    fn from(Unusual: Unusual) -> Self {
        Self::internal(String::new())
    }
}

/// A piece of a request, cut to the length that an error may quote.
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
