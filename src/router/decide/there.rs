//! Who is there: contacts whose platform is gone, and which of them need it (rule 10).

use crate::router::api::event::OfferReason;
use crate::router::api::ids::ContactIdx;
use crate::router::state::book::Book;
use crate::router::state::contact::Contact;

impl Book {
    /// Whether a contact can reach nobody now because its platform is gone: it keeps its place and
    /// is offered to nobody.
    pub(in crate::router) fn is_cut_off(&self, contact: &Contact) -> bool {
        self.sources().any_gone() && self.is_platform_gone(contact) && self.has_line(contact)
    }

    /// Why an offer that nobody answered in time is no miss of its agent: nobody could answer it.
    pub(in crate::router) fn unmissed(&self, idx: ContactIdx) -> Option<OfferReason> {
        let cut_off = self.is_cut_off(self.contact(idx));
        cut_off.then_some(OfferReason::PlatformGone)
    }

    /// Whether the client program of a contact has no session.
    pub(in crate::router) fn is_platform_gone(&self, contact: &Contact) -> bool {
        let mut source = contact.source().into_iter();
        source.any(|source| self.sources().get(source).is_gone())
    }

    /// Whether somebody holds the line for a contact who is gone when the platform is. Nobody does
    /// for a call that was promised, nor for a contact that came at a time of its own.
    fn has_line(&self, contact: &Contact) -> bool {
        self.channels().is_live(contact.channel)
            && !contact.is_promised_call()
            && contact.not_before_at.is_none()
    }
}
