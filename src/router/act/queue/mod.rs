//! Acts on queues and on the settings of a tenant.

mod set;

use crate::router::api::command::QueueCommand;
use crate::router::api::reject::Reject;
use crate::router::{Router, Subject};

impl Router {
    pub(in crate::router) fn queue_command(
        &mut self,
        command: &QueueCommand,
    ) -> Result<Subject, Reject> {
        match command {
            QueueCommand::Set(set) => self.queue_set(set),
            QueueCommand::Remove(of) => self.queue_remove(&of.queue),
        }
    }
}
