//! Assigning a waiting contact to one agent by hand (rule 28).

use firsthand::router::codes::{ContactState, Route};
use firsthand::router::command::ContactAssign;
use firsthand::router::ids::Name;
use firsthand::router::reject::RejectKind;

use super::{Contact, Model, Verdict};

impl Model {
    pub(super) fn contact_assign(&mut self, to: &ContactAssign) -> Verdict {
        if self.contact(&to.contact).is_none() || self.agent(&to.agent).is_none() {
            return Err(RejectKind::NotFound);
        }
        let states = [ContactState::Waiting, ContactState::Offered];
        let idx = self.must_be(&to.contact, &states)?;
        let contact = &self.contacts[idx];
        if to.by == to.agent && !self.policy(&contact.queue).pull {
            return Err(RejectKind::Forbidden);
        }
        let trial = Contact {
            assigned: Some((to.agent.clone(), self.now)),
            ..contact.clone()
        };
        let rings_there = contact.offers.iter().any(|offer| offer.agent == to.agent);
        let may = if rings_there {
            !self.is_shut_out(&to.agent, contact)
        } else {
            self.takes_assigned(&trial)
        };
        if self.waited_too_long(contact) || !may {
            return Err(RejectKind::Conflict);
        }
        let (rings, others) = std::mem::take(&mut self.contacts[idx].offers)
            .into_iter()
            .partition::<Vec<_>, _>(|offer| offer.agent == to.agent);
        for offer in others {
            self.free(&offer.agent);
        }
        let contact = &mut self.contacts[idx];
        contact.offers = rings;
        for offer in &mut contact.offers {
            if offer.route != Route::Owner {
                offer.route = Route::Assigned;
            }
        }
        contact.direct = None;
        contact.just_arrived = false;
        contact.assigned = trial.assigned;
        Ok(())
    }

    /// Whether the agent of an assigned contact is free for it, or is waited for.
    fn takes_assigned(&self, contact: &Contact) -> bool {
        let agent = contact.assigned.as_ref().map(|(agent, _)| agent);
        let Some(agent) = agent.and_then(|agent| self.agent(agent)) else {
            return false;
        };
        let never =
            self.is_shut_out(&agent.name, contact) || self.capacity(agent, &contact.channel) == 0;
        !never && (self.is_available_for(agent, &contact.channel) || self.awaits(agent, contact))
    }

    /// Rule 28: the agent is not waited for any longer.
    pub(super) fn assignment_is_over(&self, contact: &Contact) -> bool {
        contact.assigned.is_some()
            && contact.offers.is_empty()
            && !self.is_cut_off(contact)
            && !self.takes_assigned(contact)
    }

    /// Whether the agent to whom a contact was assigned is logged in and could take it when free.
    pub(super) fn could_be_assigned(&self, contact: &Contact, but: Option<&Name>) -> bool {
        let Some((name, _)) = &contact.assigned else {
            return false;
        };
        self.agent(name).is_some_and(|agent| {
            self.counts_as_there(agent, contact)
                && self.capacity(agent, &contact.channel) > 0
                && Some(name) != but
                && !self.is_shut_out(name, contact)
        })
    }
}
