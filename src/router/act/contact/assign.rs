//! Assigning a waiting contact to one agent by hand (rule 28).

use crate::router::api::codes::{ContactState, Presence, Rule};
use crate::router::api::command::ContactAssign;
use crate::router::api::event::{ContactEvent, ContactRef, OfferReason};
use crate::router::api::ids::{AgentIdx, ContactIdx};
use crate::router::api::reject::Reject;
use crate::router::{Router, Subject};

impl Router {
    /// `contact.assign`.
    pub(super) fn contact_assign(&mut self, to: &ContactAssign) -> Result<Subject, Reject> {
        let idx = self.book.find_contact(&to.contact)?;
        let agent = self.book.find_agent(&to.agent)?;
        self.check_waits(idx, to)?;
        self.check_may_pull(idx, to)?;
        if self.book.contact(idx).overdue {
            let message = format!(
                "contact \"{}\" has waited too long and stays only until its offer is decided",
                to.contact
            );
            return Err(Reject::conflict("contact", &to.contact, message));
        }
        self.check_can_take(idx, agent, to)?;
        self.revoke_offers(idx, OfferReason::Rerouted, |offer| offer.agent != agent);
        let rings_there = self.book.contact(idx).offer_to(agent).is_some();
        self.book.leave_index(idx);
        if !rings_there && self.book.contact(idx).state() == ContactState::Offered {
            self.book.set_state(idx, ContactState::Waiting);
        }
        // A blind transfer to one agent ends with this one.
        self.book.contact_mut(idx).direct = None;
        self.book.assign(idx, agent);
        self.remember(idx, Rule::Assign, None, Some(agent));
        self.emit(|book| {
            let of = ContactRef {
                agent: Some(book.agent_name(agent)),
                ..book.about(idx)
            };
            let event = ContactEvent::Assigned {
                by: to.by.clone(),
                reason: to.reason.clone(),
            };
            (of, event)
        });
        self.unsettled.push(idx);
        Ok(Subject::Contact(idx))
    }

    fn check_waits(&self, idx: ContactIdx, to: &ContactAssign) -> Result<(), Reject> {
        let state = self.book.contact(idx).state();
        let hint = match state {
            ContactState::Waiting | ContactState::Offered => return Ok(()),
            ContactState::Connected => ": use contact.transfer",
            ContactState::Scheduled => ": its time has not come",
            ContactState::WrapUp | ContactState::Ended => "",
        };
        let message = format!(
            "contact \"{}\" is {state}, and only one that waits can be assigned{hint}",
            to.contact
        );
        Err(Reject::conflict("contact", &to.contact, message))
    }

    /// An agent takes a waiting contact for itself only where the queue lets it.
    fn check_may_pull(&self, idx: ContactIdx, to: &ContactAssign) -> Result<(), Reject> {
        if to.by != to.agent || self.book.policy_of(idx).pull {
            return Ok(());
        }
        let message = format!(
            "agents may not take contacts of queue \"{}\" for themselves: a supervisor assigns \
             them, or the queue says pull = true",
            self.book.queue_name(idx)
        );
        Err(Reject::forbidden("contact", message)
            .with_id(&to.contact)
            .in_field("by"))
    }

    /// Refuses an agent who could not take it, nor be waited for.
    fn check_can_take(
        &self,
        idx: ContactIdx,
        agent: AgentIdx,
        to: &ContactAssign,
    ) -> Result<(), Reject> {
        let contact = self.book.contact(idx);
        let entry = self.book.agent(agent);
        let wait = &self.book.policy_of(idx).ownership.wait;
        let name = &to.agent;
        let message = if self.book.shut_out(contact, agent) {
            format!(
                "agent \"{name}\" is excluded from contact \"{}\"",
                to.contact
            )
        } else if entry.capacity_of(contact.channel, self.book.channels()) == 0 {
            let channel = self.book.channels().name(contact.channel);
            format!("agent \"{name}\" does not serve the channel \"{channel}\"")
        } else if self.book.waits_for_assigned(contact, agent) {
            return Ok(());
        } else {
            let (field, limit) = match entry.presence() {
                Presence::Offline => ("offline_ms", wait.offline_ms),
                Presence::Break => ("break_ms", wait.break_ms),
                Presence::Available if !entry.wraps().is_empty() => ("wrap_up_ms", wait.wrap_up_ms),
                Presence::Available => ("busy_ms", wait.busy_ms),
            };
            format!(
                "agent \"{name}\" is {} and is not waited for: ownership.wait.{field} of queue \
                 \"{}\" is {}",
                entry.state(),
                self.book.queue_name(idx),
                limit.0
            )
        };
        Err(Reject::conflict("agent", name, message).in_field("agent"))
    }

    /// The agent is not waited for any longer: the contact goes on as if it had not been assigned.
    pub(in crate::router::act) fn end_assignment(&mut self, idx: ContactIdx) {
        self.book.unassign(idx);
        self.remember(idx, Rule::Assign, None, None);
    }
}
