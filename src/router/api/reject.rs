//! The router's refusals: what is wrong, with which entity and field, and what would be valid.
//!
//! A refused command changes nothing. The wire turns a refusal into a JSON-RPC error; the words of
//! `kind` are listed in docs/protocol.md.

use super::ids::Name;
use super::words::words;

words! {
    /// The stable class of a refusal.
    RejectKind {
        NotFound,
        Conflict,
        Invalid,
        Forbidden,
        Unauthorized,
        Limit,
        Unavailable,
    }
}

/// A refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    pub kind: RejectKind,
    /// `agent`, `queue`, `contact` …
    pub entity: &'static str,
    pub id: Option<Name>,
    /// The invalid parameter.
    pub field: Option<&'static str>,
    /// What is wrong and what would be valid, in a sentence without a full stop.
    pub message: String,
}

impl Reject {
    pub fn not_found(entity: &'static str, id: &Name) -> Self {
        Self {
            kind: RejectKind::NotFound,
            entity,
            id: Some(id.clone()),
            field: Some(entity),
            message: format!("{entity} \"{id}\" does not exist"),
        }
    }

    pub fn conflict(entity: &'static str, id: &Name, message: impl Into<String>) -> Self {
        Self {
            kind: RejectKind::Conflict,
            entity,
            id: Some(id.clone()),
            field: None,
            message: message.into(),
        }
    }

    pub fn invalid(entity: &'static str, field: &'static str, message: impl Into<String>) -> Self {
        Self {
            kind: RejectKind::Invalid,
            entity,
            id: None,
            field: Some(field),
            message: message.into(),
        }
    }

    pub fn limit(entity: &'static str, id: &Name, message: impl Into<String>) -> Self {
        Self {
            kind: RejectKind::Limit,
            entity,
            id: Some(id.clone()),
            field: None,
            message: message.into(),
        }
    }

    pub fn forbidden(entity: &'static str, message: impl Into<String>) -> Self {
        Self::plain(RejectKind::Forbidden, entity, message)
    }

    pub fn unavailable(entity: &'static str, message: impl Into<String>) -> Self {
        Self::plain(RejectKind::Unavailable, entity, message)
    }

    /// A refusal that names neither an id nor a parameter.
    pub fn plain(kind: RejectKind, entity: &'static str, message: impl Into<String>) -> Self {
        Self {
            kind,
            entity,
            id: None,
            field: None,
            message: message.into(),
        }
    }

    /// Sets the invalid parameter.
    #[must_use]
    pub fn in_field(mut self, field: &'static str) -> Self {
        self.field = Some(field);
        self
    }

    /// Sets another message.
    #[must_use]
    pub fn saying(mut self, message: String) -> Self {
        self.message = message;
        self
    }

    /// Sets the entity.
    #[must_use]
    pub fn with_id(mut self, id: &Name) -> Self {
        self.id = Some(id.clone());
        self
    }
}

impl std::fmt::Display for Reject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Reject {}
