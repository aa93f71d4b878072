//! Acts on customers: linking, merging, exclusions; the wishes of their contacts.

mod link;
mod unlink;
mod wishes;

use crate::router::api::command::CustomerCommand;
use crate::router::api::reject::Reject;
use crate::router::{Router, Subject};

impl Router {
    pub(in crate::router) fn customer_command(
        &mut self,
        command: &CustomerCommand,
    ) -> Result<Subject, Reject> {
        match command {
            CustomerCommand::Link(link) => self.customer_link(link),
            CustomerCommand::Exclude(exclude) => self.customer_exclude(exclude),
            CustomerCommand::Unlink(unlink) => self.customer_unlink(unlink),
        }
    }
}
