//! Putting a contact on hold, and going on with it.

use crate::router::api::command::ContactHold;
use crate::router::api::event::{ContactEvent, ContactRef};
use crate::router::api::reject::Reject;
use crate::router::{Router, Subject};

impl Router {
    /// `contact.hold`; what is so already stays so.
    pub(super) fn contact_hold(&mut self, hold: &ContactHold) -> Result<Subject, Reject> {
        let idx = self.book.find_contact(&hold.contact)?;
        let agent = self.book.find_agent(&hold.agent)?;
        let contact = self.book.contact(idx);
        if contact.talks().iter().all(|talk| talk.agent != agent) {
            let message = format!(
                "agent \"{}\" is not in contact \"{}\", which is {}",
                hold.agent,
                hold.contact,
                contact.state()
            );
            return Err(Reject::conflict("contact", &hold.contact, message));
        }
        if contact.on_hold_since(agent).is_some() == hold.on {
            return Ok(Subject::Contact(idx));
        }
        let at = self.book.at();
        self.book.contact_mut(idx).hold(agent, hold.on, at);
        self.emit(|book| {
            let of = ContactRef {
                agent: Some(book.agent_name(agent)),
                ..book.about(idx)
            };
            (of, ContactEvent::Held { on: hold.on })
        });
        Ok(Subject::Contact(idx))
    }
}
