//! Setting queues and channels, and the values derived from all policies.

use super::Book;
use crate::router::api::ids::{AgentIdx, Name, QueueIdx};
use crate::router::api::policy::Policy;
use crate::router::state::queue::Queue;

impl Book {
    /// Sets a queue's policy; an unknown queue is created.
    pub(in crate::router) fn set_policy(&mut self, name: &Name, policy: &Policy) -> QueueIdx {
        let affinity = policy.ownership.affinity_ms.0;
        let idx = match self.queues_by_name.get(name).copied() {
            Some(idx) => {
                let queue = &mut self.queues[idx.at()];
                let before = std::mem::replace(&mut queue.policy, policy.clone());
                queue.exists = true;
                queue.resolve(&mut self.skills);
                if before.ownership.affinity_ms.0 == self.longest_affinity_ms {
                    self.find_longest_affinity();
                }
                idx
            }
            None => {
                let idx = QueueIdx::from_usize(self.queues.len());
                let queue = Queue::new(name.clone(), policy.clone(), &mut self.skills);
                self.queues.push(queue);
                self.queues_by_name.insert(name.clone(), idx);
                idx
            }
        };
        self.longest_affinity_ms = self.longest_affinity_ms.max(affinity);
        idx
    }

    /// Applies the channels of the settings; agents may become free for others.
    pub(in crate::router) fn apply_channels(&mut self) {
        self.channels.apply(&self.settings);
        self.idle.set_channels(self.channels.len());
        for n in 0..self.agents.len() {
            self.note_freed(AgentIdx::from_usize(n));
        }
    }

    /// Finds the longest affinity of all queues, including removed ones.
    pub(super) fn find_longest_affinity(&mut self) {
        let affinities = self.queues.iter().map(|q| q.policy.ownership.affinity_ms.0);
        self.longest_affinity_ms = affinities.max().unwrap_or(0);
    }
}
