//! How long a waiting contact may expect to wait.
//!
//! Little's law on what the queue is doing now: the agents talking to its contacts finish one
//! every mean conversation ÷ agents, and the contact leaves after `position` of those.

use super::Router;
use super::ids::QueueIdx;

impl Router {
    /// The estimate in milliseconds; nothing while the queue has not finished a conversation.
    pub(super) fn estimated_wait_ms(&self, queue: QueueIdx, position: u32) -> Option<i64> {
        let queue = &self.queues[queue.at()];
        let mean = queue.handle_mean_ms?;
        let talking = i64::from(queue.counts.connected.max(1));
        Some(mean.saturating_mul(i64::from(position)) / talking)
    }
}
