//! Acts on agents: set, presence, whereabouts, absences, succession, removal.

mod absences;
mod leaving;
mod presence;
mod remove;
mod set;
mod succession;
mod whereabouts;

use crate::router::api::command::AgentCommand;
use crate::router::api::ids::Name;
use crate::router::api::reject::Reject;
use crate::router::{Router, Subject};

impl Router {
    pub(in crate::router) fn agent_command(
        &mut self,
        command: &AgentCommand,
        source: Option<&Name>,
    ) -> Result<Subject, Reject> {
        match command {
            AgentCommand::Set(set) => self.agent_set(set),
            AgentCommand::Presence(presence) => self.agent_presence(presence),
            AgentCommand::Remove(remove) => self.agent_remove(remove),
            AgentCommand::WrapUpEnd(of) => self.wrap_up_end(&of.agent),
            AgentCommand::Absence(absence) => self.agent_absence(absence),
            AgentCommand::Succession(plan) => self.agent_succession(plan),
            AgentCommand::Device(set) => self.agent_device(set, source),
            AgentCommand::Queue(set) => self.agent_queue(set),
            AgentCommand::Update(update) => self.agent_update(update),
        }
    }
}
