//! Transfers of a conversation to an agent or a queue.

use firsthand::router::codes::{AgentKind, ContactState, TransferMode};
use firsthand::router::command::ContactTransfer;
use firsthand::router::reject::RejectKind;

use super::{Contact, Model, Verdict};

impl Model {
    pub(super) fn contact_transfer(&mut self, transfer: &ContactTransfer) -> Verdict {
        let idx = self.must_be(&transfer.contact, &[ContactState::Connected])?;
        let contact = &self.contacts[idx];
        if contact.legs.len() > 1 || contact.seeking {
            return Err(RejectKind::Conflict);
        }
        match (&transfer.to.agent, &transfer.to.queue) {
            (Some(name), None) => {
                let Some(agent) = self.agent(name) else {
                    return Err(RejectKind::NotFound);
                };
                // Skills are not checked, but a free place is.
                let trial = Contact {
                    direct: Some(name.clone()),
                    ..contact.clone()
                };
                if !self.is_free_for(agent, &trial) {
                    return Err(RejectKind::Conflict);
                }
            }
            (None, Some(queue)) if !self.has_queue(queue) => return Err(RejectKind::NotFound),
            (None, Some(_)) => {}
            (Some(_), Some(_)) | (None, None) => return Err(RejectKind::Invalid),
        }
        let from = self.agent(&contact.legs[0].agent);
        let passed_by = transfer
            .to
            .queue
            .as_ref()
            .and(from)
            .map(|agent| agent.name.clone());
        let by_human = from.is_some_and(|agent| agent.kind == AgentKind::Human);
        if transfer.mode == TransferMode::Blind {
            self.leave(idx, false);
            self.without_agent(idx);
        }
        let contact = &mut self.contacts[idx];
        contact.max_wait_ms = None;
        contact.prefer = None;
        contact.last_owner = None;
        // After a transfer by a bot the owner is still asked.
        contact.passed_on = by_human;
        contact.waits_since = self.now;
        contact.passed_by = passed_by;
        contact.direct = transfer.to.agent.clone();
        if let Some(queue) = &transfer.to.queue {
            contact.queue = queue.clone();
            self.enter_or_overflow(idx, self.now);
        } else {
            self.enter(idx, self.now);
        }
        if transfer.mode == TransferMode::Blind && self.contacts[idx].outcome.is_none() {
            self.start_lease_if_gone(idx);
        }
        Ok(())
    }

    /// The first agent of a consultation leaves: the second has the contact, or is still being
    /// asked or looked for.
    pub(super) fn first_leaves(&mut self, idx: usize) {
        self.leave(idx, false);
        let contact = &mut self.contacts[idx];
        match contact.legs.first() {
            Some(second) => {
                contact.last_agent = Some(second.agent.clone());
                contact.route = Some(second.route);
            }
            None => {
                self.without_agent(idx);
                self.start_lease_if_gone(idx);
            }
        }
    }

    /// A transferred contact has no agent until one takes it.
    fn without_agent(&mut self, idx: usize) {
        let contact = &mut self.contacts[idx];
        contact.lease_at = None;
        contact.last_agent = None;
        contact.route = None;
    }
}
