//! The router's refusals: what is wrong, with which entity and field, and what would be valid.
//!
//! A refused command changes nothing. The wire turns a refusal into a JSON-RPC error; the words of
//! `kind` are listed in docs/protocol.md.

use std::num::NonZeroU64;

use super::ids::Name;
use super::words::words;
use crate::nearest::nearest;

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
    /// The known name that was most likely meant.
    pub nearest: Option<Name>,
    /// The oldest event that is kept, where an older one was asked for.
    pub oldest: Option<NonZeroU64>,
}

/// The most names among which the nearest is looked for: a refusal must stay cheap.
const NEAREST_AMONG_MAX: usize = 5_000;
/// Ids with fewer letters than this are all near to each other.
const NEAREST_CHARS_MIN: usize = 3;

impl Reject {
    pub fn not_found(entity: &'static str, id: &Name) -> Self {
        Self {
            kind: RejectKind::NotFound,
            entity,
            id: Some(id.clone()),
            field: Some(entity),
            message: format!("{entity} \"{id}\" does not exist"),
            nearest: None,
            oldest: None,
        }
    }

    pub fn conflict(entity: &'static str, id: &Name, message: impl Into<String>) -> Self {
        Self {
            kind: RejectKind::Conflict,
            entity,
            id: Some(id.clone()),
            field: None,
            message: message.into(),
            nearest: None,
            oldest: None,
        }
    }

    pub fn invalid(entity: &'static str, field: &'static str, message: impl Into<String>) -> Self {
        Self {
            kind: RejectKind::Invalid,
            entity,
            id: None,
            field: Some(field),
            message: message.into(),
            nearest: None,
            oldest: None,
        }
    }

    pub fn limit(entity: &'static str, id: &Name, message: impl Into<String>) -> Self {
        Self {
            kind: RejectKind::Limit,
            entity,
            id: Some(id.clone()),
            field: None,
            message: message.into(),
            nearest: None,
            oldest: None,
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
            nearest: None,
            oldest: None,
        }
    }

    /// Names the nearest of the known names, if one is near, in the message and for a program.
    #[must_use]
    pub fn near<'a>(mut self, known: impl Iterator<Item = &'a Name>) -> Self {
        let written = self.id.as_ref().map_or("", Name::as_str);
        let known = known.take(NEAREST_AMONG_MAX).map(Name::as_str);
        let is_short = written.chars().count() < NEAREST_CHARS_MIN;
        let likely = |one: &&str| !is_short || one.eq_ignore_ascii_case(written);
        if let Some(near) = nearest(written, known.filter(likely)) {
            self.message
                .push_str(&format!("; did you mean \"{near}\"?"));
            self.nearest = Some(Name::of(near));
        }
        self
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
