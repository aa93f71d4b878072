//! Transferring a contact (rule 23). Ownership does not change, only who talks.
//!
//! A transfer to a queue does not ask the owner again. One to an agent needs no skill but a free
//! place, and is refused without one. A consultation keeps the first agent connected until it
//! leaves with `contact.end` and outcome `transferred`.

use crate::router::api::codes::{ContactState, Rule, TransferMode};
use crate::router::api::command::ContactTransfer;
use crate::router::api::event::{ContactEvent, PassedTo};
use crate::router::api::ids::{AgentIdx, ContactIdx, QueueIdx};
use crate::router::api::reject::Reject;
use crate::router::state::contact::Talk;
use crate::router::state::deadline::Deadline;
use crate::router::{Router, Subject};

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
        if transfer.mode == TransferMode::Blind {
            self.leave(idx, from, true);
        }
        let at = self.book.at();
        let contact = self.book.contact_mut(idx);
        contact.entered_at = at;
        contact.wait_from = at;
        contact.max_wait_ms = None;
        contact.prefer = None;
        contact.last_owner = None;
        // After a transfer by a bot the owner is still asked.
        contact.passed_on = by_human || contact.duty.is_some();
        match whither {
            Whither::Agent(agent) => contact.direct = Some(agent),
            Whither::Queue(queue) => {
                self.book.set_queue(idx, queue);
                if transfer.mode == TransferMode::Consult {
                    self.ask_mentor_first(idx, from.agent);
                }
            }
        }
        self.begin_wishing(idx);
        self.begin_seeking(idx);
        Ok(Subject::Contact(idx))
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
    fn leave(&mut self, idx: ContactIdx, talk: Talk, to_waiting: bool) {
        let wrap_ms = self.wrap_up_ms(talk.agent, idx);
        if to_waiting {
            let contact = self.book.contact_mut(idx);
            contact.drop_deadline(Deadline::Firm);
            contact.drop_deadline(Deadline::Lease);
            contact.last_agent = None;
            contact.route = None;
            self.book.set_state(idx, ContactState::Waiting);
        }
        self.book.end_talk(idx, &talk, wrap_ms, false);
    }

    /// In a consultation the first agent leaves and the contact goes on with the second, who may
    /// still be ringing or looked for. Returns whether there was a consultation.
    pub(super) fn first_agent_leaves(&mut self, idx: ContactIdx) -> bool {
        let contact = self.book.contact(idx);
        let Some(first) = contact.talks().first().copied() else {
            return false;
        };
        if contact.talks().len() > 1 {
            self.leave(idx, first, false);
            if self.book.contact(idx).deadline(Deadline::Firm).is_some() {
                let min_handle = self.book.policy_of(idx).ownership.min_handle_ms.0;
                self.watch_firm(idx, min_handle);
            }
            let last = self
                .book
                .contact(idx)
                .talks()
                .last()
                .map(|talk| (talk.agent, talk.route));
            if let Some((agent, route)) = last {
                let contact = self.book.contact_mut(idx);
                contact.last_agent = Some(agent);
                contact.route = Some(route);
            }
            return true;
        }
        if !contact.seeking() {
            return false;
        }
        let ringing = !contact.offers().is_empty();
        self.leave(idx, first, true);
        if ringing {
            self.book.set_state(idx, ContactState::Offered);
        } else {
            self.unsettled.push(idx);
        }
        true
    }

    /// The agent of a direct transfer did not take it: a consultation ends, a blind transfer goes
    /// on in its queue.
    pub(in crate::router::act) fn direct_failed(&mut self, idx: ContactIdx) {
        if !self.book.contact(idx).talks().is_empty() {
            self.book.end_search(idx);
            return;
        }
        self.book.contact_mut(idx).direct = None;
        if self.book.contact(idx).state() == ContactState::Offered {
            self.book.set_state(idx, ContactState::Waiting);
        }
    }
}
