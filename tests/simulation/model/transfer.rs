//! Passing a conversation on, to an agent or to a queue.

use firsthand::router::codes::Route;
use firsthand::router::codes::{ContactState, TransferMode};
use firsthand::router::command::ContactTransfer;
use firsthand::router::reject::RejectKind;

use super::{Model, Verdict};

impl Model {
    pub(super) fn contact_transfer(&mut self, transfer: &ContactTransfer) -> Verdict {
        let to = &transfer.to;
        if to.agent.is_some() == to.queue.is_some() {
            return Err(RejectKind::Invalid);
        }
        let idx = self.must_live(&transfer.contact)?;
        if let Some(agent) = &to.agent
            && self.agent(agent).is_none()
        {
            return Err(RejectKind::NotFound);
        }
        if let Some(queue) = &to.queue
            && !self.has_queue(queue)
        {
            return Err(RejectKind::NotFound);
        }
        let contact = &self.contacts[idx];
        let consulted = contact.legs.len() + contact.offers.len() > 1;
        if contact.state() != ContactState::Connected || consulted {
            return Err(RejectKind::Conflict);
        }
        let now = self.now;
        match (&to.agent, &to.queue) {
            (Some(agent), _) => {
                // No skill is asked for, but a free place.
                let target = self.agent(agent).expect("asked before");
                if !self.is_free_for(target, contact) {
                    return Err(RejectKind::Conflict);
                }
                if transfer.mode == TransferMode::Blind {
                    self.leave(idx, 0);
                    self.contacts[idx].entered_at = now;
                }
                self.offer(idx, agent, Route::Direct);
            }
            (None, Some(_)) if transfer.mode == TransferMode::Consult => {
                return Err(RejectKind::Invalid);
            }
            (None, Some(queue)) => {
                self.leave(idx, 0);
                self.contacts[idx].queue = queue.clone();
                // The owner is not sought again.
                self.contacts[idx].owner_passed = true;
                self.enter(idx, now);
            }
            (None, None) => unreachable!("one of the two is given"),
        }
        Ok(())
    }

    /// The first agent of a consultation leaves: the second has the contact, or is still asked.
    pub(super) fn first_leaves(&mut self, idx: usize) {
        let now = self.now;
        self.leave(idx, 0);
        let contact = &mut self.contacts[idx];
        match contact.legs.first() {
            Some(second) => contact.last_agent = Some(second.agent.clone()),
            None => contact.entered_at = now,
        }
    }
}
