//! Who is there: contacts whose platform is gone, and which of them need it (rule 10).

use crate::router::api::event::OfferReason;
use crate::router::api::ids::{AgentIdx, ContactIdx};
use crate::router::state::book::Book;
use crate::router::state::contact::Contact;

impl Book {
    /// Whether a contact can reach nobody now because its platform is gone: it keeps its place and
    /// is offered to nobody.
    pub(in crate::router) fn is_cut_off(&self, contact: &Contact) -> bool {
        self.sources().any_gone() && self.is_platform_gone(contact) && self.has_line(contact)
    }

    /// Why an offer that nobody answered in time is no miss of its agent: nobody could answer it.
    pub(in crate::router) fn unmissed(
        &self,
        idx: ContactIdx,
        agent: AgentIdx,
    ) -> Option<OfferReason> {
        if self.is_cut_off(self.contact(idx)) {
            return Some(OfferReason::PlatformGone);
        }
        let lost = self.agent(agent).has_lost_desktop();
        lost.then_some(OfferReason::AgentGone)
    }

    /// Whether an agent is out of the queue of a contact and not asked by name for it: it counts as
    /// offline there (rule 27).
    pub(in crate::router) fn is_out(&self, contact: &Contact, agent: AgentIdx) -> bool {
        self.agent(agent).is_out_of(contact.queue())
            && contact.direct != Some(agent)
            && contact.kept_for() != Some(agent)
            && !contact.is_assigned_to(agent)
    }

    /// Whether an offer of ours rings at the telephone of an agent: one that takes the whole agent.
    pub(in crate::router) fn rings_by_telephone(&self, agent: AgentIdx) -> bool {
        let mut rings = self.agent(agent).reserved().iter();
        rings.any(|held| self.channels().rule(held.channel).exclusive)
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
