//! Queues and settings: policy, admission, overflow.

use firsthand::router::codes::{ContactState, Outcome, OverflowAction};
use firsthand::router::command::{QueueSet, SettingsPatch};
use firsthand::router::ids::Name;
use firsthand::router::reject::RejectKind;
use firsthand::router::time::Timestamp;

use super::routing::Next;
use super::{Model, Queue, Verdict};

impl Model {
    pub(super) fn queue_set(&mut self, set: &QueueSet) -> Verdict {
        let overflow = &set.policy.overflow;
        let both = overflow.to.is_some() && overflow.action.is_some();
        if both || overflow.to.as_ref() == Some(&set.queue) {
            return Err(RejectKind::Invalid);
        }
        match self.queues.iter_mut().find(|known| known.name == set.queue) {
            Some(known) => {
                known.policy = set.policy.clone();
                known.exists = true;
            }
            None => self.queues.push(Queue {
                name: set.queue.clone(),
                policy: set.policy.clone(),
                exists: true,
                last_offered: None,
            }),
        }
        for idx in 0..self.contacts.len() {
            if self.contacts[idx].queue == set.queue {
                // The new policy may allow more time.
                let overdue = self.waited_too_long(&self.contacts[idx]);
                let contact = &mut self.contacts[idx];
                contact.overdue = overdue;
                contact.nobody_since = None;
                contact.looks_for_more = true;
            }
        }
        Ok(())
    }

    pub(super) fn queue_remove(&mut self, queue: &Name) -> Verdict {
        if !self.has_queue(queue) {
            return Err(RejectKind::NotFound);
        }
        let used = self.contacts.iter().any(|contact| contact.queue == *queue);
        if used || queue.as_str() == "default" {
            return Err(RejectKind::Conflict);
        }
        for known in &mut self.queues {
            known.exists &= known.name != *queue;
        }
        for agent in &mut self.agents {
            agent.at.out.retain(|out| out != queue);
        }
        Ok(())
    }

    pub(super) fn settings_set(&mut self, patch: &SettingsPatch) -> Verdict {
        let settings = &mut self.settings;
        let patch = patch.clone();
        settings.pick = patch.pick.unwrap_or(settings.pick);
        settings.max_in_system = patch.max_in_system.unwrap_or(settings.max_in_system);
        settings.lease_ms = patch.lease_ms.unwrap_or(settings.lease_ms);
        let grace = patch.platform_grace_ms;
        settings.platform_grace_ms = grace.unwrap_or(settings.platform_grace_ms);
        settings.repeat_supervise = patch.repeat_supervise.unwrap_or(settings.repeat_supervise);
        settings.repeat_window_ms = patch.repeat_window_ms.unwrap_or(settings.repeat_window_ms);
        settings.close_after_ms = patch.close_after_ms.unwrap_or(settings.close_after_ms);
        settings.keep_ended_ms = patch.keep_ended_ms.unwrap_or(settings.keep_ended_ms);
        settings.keep_ended_max = patch.keep_ended_max.unwrap_or(settings.keep_ended_max);
        settings.keep_keys_ms = patch.keep_keys_ms.unwrap_or(settings.keep_keys_ms);
        settings.keep_keys_max = patch.keep_keys_max.unwrap_or(settings.keep_keys_max);
        if let Some(channels) = patch.channels {
            settings.channels.extend(channels);
            self.free_all();
        }
        Ok(())
    }

    /// Rule 6: whether all trunks of the queue or of the tenant are taken.
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

    /// A contact starts to look for an agent in its queue.
    pub(super) fn enter(&mut self, idx: usize, entered_at: Timestamp) {
        let contact = &mut self.contacts[idx];
        if contact.entered_at != entered_at {
            contact.hops = 0;
        }
        contact.entered_at = entered_at;
        contact.seeking = true;
        contact.overdue = false;
        contact.looks_for_more = true;
        contact.just_arrived = contact.offers_made == 0;
        contact.nobody_since = None;
    }

    /// Rule 6: a contact comes to its queue, in whatever way; a full one turns it away.
    pub(super) fn enter_or_overflow(&mut self, idx: usize, entered_at: Timestamp) {
        let queue = self.contacts[idx].queue.clone();
        let room = self.has_room(idx, &queue, entered_at);
        self.enter(idx, entered_at);
        if !room {
            self.overflow(idx, Outcome::Rejected);
        }
    }

    /// Rule 6: whether a queue has room for a contact; one that can be offered at once never counts
    /// against `max_waiting`.
    pub(super) fn has_room(&self, idx: usize, queue: &Name, entered_at: Timestamp) -> bool {
        let others = self
            .contacts
            .iter()
            .enumerate()
            .filter(|(other, contact)| *other != idx && contact.queue == *queue)
            .filter(|(_, contact)| {
                matches!(
                    contact.state(),
                    ContactState::Waiting | ContactState::Offered
                )
            })
            .count();
        let most = self.policy(queue).max_waiting;
        if most.is_none_or(|most| others < most as usize) {
            return true;
        }
        let mut trial = self.contacts[idx].clone();
        trial.queue = queue.clone();
        trial.entered_at = entered_at;
        trial.just_arrived = trial.offers_made == 0;
        matches!(self.next_agent(&trial), Next::Offer(..))
    }

    /// Rule 6: moves or ends a contact that cannot stay; `outcome` is its outcome where the queue
    /// rejects. A full target overflows in turn.
    pub(super) fn overflow(&mut self, idx: usize, outcome: Outcome) {
        if !self.contacts[idx].legs.is_empty() {
            // A consultation found nobody; the conversation goes on.
            self.contacts[idx].seeking = false;
            self.contacts[idx].queue = self.contacts[idx].legs[0].queue.clone();
            return;
        }
        if outcome == Outcome::Timeout {
            // Its own limit is used up; from here on the queue's counts.
            self.contacts[idx].max_wait_ms = None;
        }
        // Queues that overflow into each other pass a contact round only as time passes.
        let mut left = Vec::new();
        loop {
            let contact = &self.contacts[idx];
            left.push(contact.queue.clone());
            let hops = contact.hops_at(self.now);
            let to = self.policy(&contact.queue).overflow.to.clone();
            let to = to.filter(|to| self.has_queue(to) && !left.contains(to));
            let Some(to) = to.filter(|_| hops < self.queues.len()) else {
                break;
            };
            let room = self.has_room(idx, &to, self.now);
            self.contacts[idx].queue = to;
            self.enter(idx, self.now);
            self.contacts[idx].hops = hops + 1;
            if room {
                return;
            }
        }
        let action = self.policy(&self.contacts[idx].queue).overflow.action;
        let outcome = match action {
            Some(OverflowAction::Voicemail) => Outcome::Voicemail,
            Some(OverflowAction::Callback) if self.has_number(&self.contacts[idx]) => {
                Outcome::Callback
            }
            Some(OverflowAction::Callback | OverflowAction::Reject) | None => outcome,
        };
        self.finish(idx, outcome);
    }
}
