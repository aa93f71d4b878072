//! Queues and settings: policy, who may come in, and where those go who cannot stay.

use firsthand::router::codes::{ContactState, Outcome, OverflowAction};
use firsthand::router::command::{QueueSet, SettingsPatch};
use firsthand::router::ids::Name;
use firsthand::router::reject::RejectKind;
use firsthand::router::time::Timestamp;

use super::{Model, Queue, Verdict};

impl Model {
    pub(super) fn queue_set(&mut self, set: &QueueSet) -> Verdict {
        let overflow = &set.policy.overflow;
        if overflow.to.is_some() == overflow.action.is_some() {
            return Err(RejectKind::Invalid);
        }
        if let Some(to) = &overflow.to {
            if *to == set.queue {
                return Err(RejectKind::Invalid);
            }
            if !self.has_queue(to) {
                return Err(RejectKind::NotFound);
            }
        }
        match self.queues.iter_mut().find(|known| known.name == set.queue) {
            Some(known) => known.policy = set.policy.clone(),
            None => self.queues.push(Queue {
                name: set.queue.clone(),
                policy: set.policy.clone(),
                last_offered: None,
            }),
        }
        Ok(())
    }

    pub(super) fn queue_remove(&mut self, queue: &Name) -> Verdict {
        if !self.has_queue(queue) {
            return Err(RejectKind::NotFound);
        }
        let used = self.contacts.iter().any(|contact| contact.queue == *queue);
        let target = self
            .queues
            .iter()
            .any(|known| known.policy.overflow.to.as_ref() == Some(queue));
        if used || target || queue.as_str() == "default" {
            return Err(RejectKind::Conflict);
        }
        self.queues.retain(|known| known.name != *queue);
        Ok(())
    }

    pub(super) fn settings_set(&mut self, patch: &SettingsPatch) -> Verdict {
        let settings = &mut self.settings;
        let patch = patch.clone();
        settings.pick = patch.pick.unwrap_or(settings.pick);
        settings.max_in_system = patch.max_in_system.unwrap_or(settings.max_in_system);
        settings.lease_ms = patch.lease_ms.unwrap_or(settings.lease_ms);
        settings.repeat_supervise = patch.repeat_supervise.unwrap_or(settings.repeat_supervise);
        settings.repeat_window_ms = patch.repeat_window_ms.unwrap_or(settings.repeat_window_ms);
        settings.close_after_ms = patch.close_after_ms.unwrap_or(settings.close_after_ms);
        settings.channels.extend(patch.channels.unwrap_or_default());
        self.free_all();
        Ok(())
    }

    /// [6] Whether all trunks are taken: of the queue, or of the tenant.
    pub(super) fn is_blocked(&self, queue: &Name) -> bool {
        let in_system = |queue: Option<&Name>| {
            let of_queue = |name: &Name| queue.is_none_or(|queue| queue == name);
            self.contacts
                .iter()
                .filter(|contact| of_queue(&contact.queue))
                .filter(|contact| {
                    matches!(
                        contact.state(),
                        ContactState::Waiting | ContactState::Offered | ContactState::Connected
                    )
                })
                .count()
        };
        let full =
            |most: Option<u32>, count: usize| most.is_some_and(|most| count >= most as usize);
        full(self.policy(queue).max_in_system, in_system(Some(queue)))
            || full(self.settings.max_in_system, in_system(None))
    }

    /// A contact begins to wait in its queue: it is offered at once, or it takes a place, or the
    /// queue cannot hold it. [6] One that can be offered at once never counts against
    /// `max_waiting`.
    pub(super) fn enter(&mut self, idx: usize, entered_at: Timestamp) {
        self.contacts[idx].entered_at = entered_at;
        self.route(idx);
        let contact = &self.contacts[idx];
        if contact.state() != ContactState::Waiting {
            return;
        }
        let others = self
            .contacts
            .iter()
            .filter(|other| other.queue == contact.queue && other.name != contact.name)
            .filter(|other| matches!(other.state(), ContactState::Waiting | ContactState::Offered))
            .count();
        let most = self.policy(&contact.queue).max_waiting;
        if most.is_some_and(|most| others >= most as usize) {
            self.overflow(idx, Outcome::Rejected);
        }
    }

    /// [6] Where a contact goes that cannot stay; `outcome` is what it ends as where the queue
    /// rejects.
    pub(super) fn overflow(&mut self, idx: usize, outcome: Outcome) {
        let overflow = self.policy(&self.contacts[idx].queue).overflow.clone();
        if let Some(to) = overflow.to
            && self.has_queue(&to)
        {
            self.contacts[idx].queue = to;
            self.enter(idx, self.now);
            return;
        }
        let outcome = match overflow.action {
            Some(OverflowAction::Voicemail) => Outcome::Voicemail,
            Some(OverflowAction::Callback) => Outcome::Callback,
            Some(OverflowAction::Reject) | None => outcome,
        };
        self.finish(idx, outcome);
    }
}
