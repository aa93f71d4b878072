//! The roles for a case: its owner, and the owner's deputy, leader and supervisor.

use crate::router::api::codes::Role;
use crate::router::api::ids::{AgentIdx, CaseIdx};
use crate::router::state::book::Book;

impl Book {
    /// The agent in a role for a case now, relative to its owner or, without one, its last handler.
    pub(in crate::router) fn by_role(&self, case: CaseIdx, role: Role) -> Option<AgentIdx> {
        let case = self.case(case);
        let answerable = case.owner().or(case.last_handler)?;
        let leader = |agent: AgentIdx| self.agent(agent).leader;
        match role {
            Role::Owner => case.owner(),
            Role::Deputy => self.agent(answerable).deputy(),
            Role::Leader => leader(answerable),
            Role::Supervisor => leader(leader(answerable)?),
            Role::Agent => None,
        }
    }
}
