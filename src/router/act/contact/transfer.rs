//! Transferring a contact (rule 23). Ownership does not change, only who talks.
//!
//! A transfer to a queue does not ask the owner again. One to an agent needs no skill but a free
//! place, and is refused without one. A consultation keeps the first agent connected until it
//! leaves.

use crate::router::api::codes::{ContactState, Rule, TransferMode};
use crate::router::api::command::ContactTransfer;
use crate::router::api::effect::Count;
use crate::router::api::event::{ContactEvent, PassedTo};
use crate::router::api::ids::{AgentIdx, ContactIdx, QueueIdx};
use crate::router::api::reject::Reject;
use crate::router::state::contact::Talk;
use crate::router::state::contact_cold::Passed;
use crate::router::state::deadline::Deadline;
use crate::router::{Router, Subject};

/// Without whom leaves it, a contact goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum GoesOn {
    /// It waits for another agent.
    Waiting,
    /// With the agents to whom it was passed on.
    WithOthers,
    /// With the agent who consulted.
    WithTheFirst,
}

enum Whither {
    Agent(AgentIdx),
    Queue(QueueIdx),
}

impl Router {
    pub(super) fn contact_transfer(
        &mut self,
        transfer: &ContactTransfer,
    ) -> Result<Subject, Reject> {
        let idx = self.book.find_contact(&transfer.contact)?;
        let contact = self.book.contact(idx);
        let conflict =
            |message: String| Err(Reject::conflict("contact", &transfer.contact, message));
        if contact.state() != ContactState::Connected {
            let state = contact.state();
            return conflict(format!(
                "contact \"{}\" is {state}: only a connected contact can be transferred",
                transfer.contact
            ));
        }
        if contact.talks().len() > 1 || contact.seeking() {
            return conflict(format!(
                "contact \"{}\" is in consultation: one agent must leave first",
                transfer.contact
            ));
        }
        let whither = self.whither(idx, transfer)?;
        let learnt = self.with_learnt(idx, None, transfer.learnt.as_ref())?;
        let from = contact.talks()[0];
        let by_human = self.book.agent(from.agent).is_human();
        self.emit_contact(idx, |book| ContactEvent::Transferred {
            from: book.agent_name(from.agent),
            to: PassedTo {
                agent: transfer.to.agent.clone(),
                queue: transfer.to.queue.clone(),
            },
            mode: transfer.mode,
            reason: transfer.reason.clone(),
        });
        self.take_learnt(idx, learnt);
        self.remember(idx, Rule::Transfer, None, None);
        let passed = Passed {
            by: from.agent,
            queue: self.book.contact(idx).queue(),
            to_queue: matches!(whither, Whither::Queue(_)),
        };
        if let Whither::Queue(queue) = whither {
            self.book.set_queue(idx, queue);
        }
        self.book.pass_on(idx, passed);
        // With the queue through which it got the contact.
        let from = self.book.contact(idx).talks()[0];
        if transfer.mode == TransferMode::Blind {
            self.leave(idx, &from, GoesOn::Waiting);
        }
        self.enters(idx);
        let contact = self.book.contact_mut(idx);
        contact.wait_from = contact.entered_at;
        contact.max_wait_ms = None;
        contact.prefer = None;
        contact.last_owner = None;
        // After a transfer by a bot the owner is still asked.
        contact.passed_on = by_human || contact.duty.is_some();
        self.seek_there(idx, &whither, transfer.mode, from.agent);
        Ok(Subject::Contact(idx))
    }

    /// Looks for the agent to whom the contact is passed on, or for one of the queue.
    fn seek_there(
        &mut self,
        idx: ContactIdx,
        whither: &Whither,
        mode: TransferMode,
        from: AgentIdx,
    ) {
        match whither {
            Whither::Agent(agent) => {
                self.book.contact_mut(idx).direct = Some(*agent);
                self.begin_wishing(idx);
                self.begin_seeking(idx);
            }
            Whither::Queue(_) => {
                if mode == TransferMode::Consult {
                    self.ask_mentor_first(idx, from);
                }
                self.begin_wishing(idx);
                self.seek_or_overflow(idx);
            }
        }
        // Its queue may have turned it away.
        if mode == TransferMode::Blind && self.book.contact(idx).is_live() {
            self.start_lease_if_gone(idx);
        }
    }

    /// A consultation of a queue asks the mentor first.
    fn ask_mentor_first(&mut self, idx: ContactIdx, consults: AgentIdx) {
        let mentor = self.book.agent(consults).bonds().mentor;
        let there = mentor.filter(|mentor| self.book.agent(*mentor).exists());
        if there.is_some() {
            self.book.contact_mut(idx).cold_mut().mentor = there;
        }
    }

    /// The target of a transfer, checked.
    fn whither(&self, idx: ContactIdx, transfer: &ContactTransfer) -> Result<Whither, Reject> {
        let name = match (&transfer.to.agent, &transfer.to.queue) {
            (Some(name), None) => name,
            (None, Some(queue)) => {
                let queue = self
                    .book
                    .find_queue(queue)
                    .map_err(|reject| reject.in_field("to.queue"))?;
                return Ok(Whither::Queue(queue));
            }
            (Some(_), Some(_)) | (None, None) => {
                let message = "give exactly one of agent and queue";
                return Err(Reject::invalid("contact", "to", message).with_id(&transfer.contact));
            }
        };
        let agent = self
            .book
            .find_agent(name)
            .map_err(|reject| reject.in_field("to.agent"))?;
        let contact = self.book.contact(idx);
        if contact.talks().iter().any(|talk| talk.agent == agent) {
            let message = format!("agent \"{name}\" has the contact already");
            return Err(Reject::conflict("agent", name, message).in_field("to.agent"));
        }
        let entry = self.book.agent(agent);
        let free = entry
            .free_for(contact.channel, self.book.channels())
            .is_ok();
        if !free || self.book.excluded(contact, agent) {
            let verdict = self.book.verdict(contact, None, agent);
            let message = format!("agent \"{name}\" has no free place for it: {verdict}");
            return Err(Reject::conflict("agent", name, message).in_field("to.agent"));
        }
        Ok(Whither::Agent(agent))
    }

    /// An agent leaves a contact that goes on without it.
    pub(super) fn leave(&mut self, idx: ContactIdx, talk: &Talk, goes: GoesOn) {
        let at = self.book.at();
        let wrap_ms = self.wrap_up_ms(idx, talk);
        if goes == GoesOn::Waiting {
            let contact = self.book.contact_mut(idx);
            contact.drop_deadline(Deadline::Firm);
            contact.drop_deadline(Deadline::Lease);
            contact.last_agent = None;
            contact.route = None;
            self.book.set_state(idx, ContactState::Waiting);
            self.passed_in(idx);
        }
        let (part, until) = self.end_part(idx, talk, at, wrap_ms, false);
        if goes != GoesOn::WithTheFirst {
            self.book.queue_mut(part.queue).stats.passed_on(at);
            self.count(|book| Count::PassedOn {
                queue: book.queue(part.queue).id.clone(),
            });
        }
        self.tell_left(idx, talk.agent, &part, until);
    }

    /// Counts a contact that comes to a queue from an agent.
    pub(super) fn passed_in(&mut self, idx: ContactIdx) {
        self.comes_in(idx);
        self.count(|book| Count::MovedIn {
            queue: book.queue_name(idx),
        });
    }

    /// A consultation is over without the second agent: the contact is in the queue again through
    /// which the first one got it.
    pub(super) fn back_to_its_queue(&mut self, idx: ContactIdx) {
        let contact = self.book.contact(idx);
        let back = contact.talks().first().and_then(|first| first.queue);
        if let Some(queue) = back {
            self.book.set_queue(idx, queue);
        }
    }

    /// The agent of a direct transfer did not take it: a consultation ends, a blind transfer goes
    /// on in its queue.
    pub(in crate::router::act) fn direct_failed(&mut self, idx: ContactIdx) {
        if !self.book.contact(idx).talks().is_empty() {
            self.book.end_search(idx);
            self.back_to_its_queue(idx);
            return;
        }
        self.book.contact_mut(idx).direct = None;
        if self.book.contact(idx).state() == ContactState::Offered {
            self.book.set_state(idx, ContactState::Waiting);
        }
    }
}
