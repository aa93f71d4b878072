//! What was learnt of a contact on its way: merged into its attributes, so that it reaches the next
//! agent.
//!
//! The merge is that of RFC 7396: members are replaced, objects are merged member by member, `null`
//! removes a member.

use serde_json::{Map, Value};

use crate::router::Router;
use crate::router::api::command::{ATTRIBUTES_BYTES_MAX, Attributes};
use crate::router::api::ids::ContactIdx;
use crate::router::api::reject::Reject;

impl Router {
    /// A contact's attributes with `learnt` merged in; `base` replaces the present ones. Changes
    /// nothing.
    pub(super) fn with_learnt(
        &self,
        idx: ContactIdx,
        base: Option<&Attributes>,
        learnt: Option<&Attributes>,
    ) -> Result<Option<Attributes>, Reject> {
        let contact = self.book.contact(idx);
        let Some(learnt) = learnt else {
            return Ok(None);
        };
        let mut all = object(base.or(contact.attributes.as_ref()));
        merge(&mut all, object(Some(learnt)));
        let all = Attributes::new(all).map_err(|bytes| {
            let message = format!(
                "the attributes would be {bytes} bytes long with it: at most {ATTRIBUTES_BYTES_MAX}"
            );
            Reject::limit("contact", &contact.id, message).in_field("learnt")
        })?;
        Ok(Some(all))
    }

    /// Stores the result of [`Router::with_learnt`].
    pub(super) fn take_learnt(&mut self, idx: ContactIdx, attributes: Option<Attributes>) {
        if attributes.is_some() {
            let contact = self.book.contact_mut(idx);
            contact.attributes = attributes;
            contact.cold_mut().learnt = true;
        }
    }
}

fn object(attributes: Option<&Attributes>) -> Map<String, Value> {
    attributes.map_or_else(Map::new, Attributes::members)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "a foreign enum")]
fn merge(into: &mut Map<String, Value>, patch: Map<String, Value>) {
    for (name, value) in patch {
        match value {
            Value::Null => {
                into.remove(&name);
            }
            Value::Object(patch) => {
                let member = into.entry(name).or_insert(Value::Null);
                let mut inner = match member.take() {
                    Value::Object(inner) => inner,
                    _ => Map::new(),
                };
                merge(&mut inner, patch);
                *member = Value::Object(inner);
            }
            value => {
                into.insert(name, value);
            }
        }
    }
}
