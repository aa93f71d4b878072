//! Lookup by name.

use super::Book;
use crate::calendar::Calendar;
use crate::router::api::ids::{AgentIdx, CaseIdx, ContactIdx, Name, QueueIdx};
use crate::router::api::reject::Reject;
use crate::router::state::kind::KindIdx;

impl Book {
    /// The number of any agent ever named, whether it was set or not.
    pub(in crate::router) fn agent_numbered(&self, name: &Name) -> Option<AgentIdx> {
        self.agents_by_name.get(name).copied()
    }

    pub(in crate::router) fn find_agent(&self, name: &Name) -> Result<AgentIdx, Reject> {
        self.agents_by_name
            .get(name)
            .copied()
            .filter(|agent| self.agents[agent.at()].exists)
            .ok_or_else(|| Reject::not_found("agent", name))
    }

    pub(in crate::router) fn find_queue(&self, name: &Name) -> Result<QueueIdx, Reject> {
        self.queues_by_name
            .get(name)
            .copied()
            .filter(|queue| self.queues[queue.at()].exists)
            .ok_or_else(|| Reject::not_found("queue", name))
    }

    pub(in crate::router) fn find_contact(&self, name: &Name) -> Result<ContactIdx, Reject> {
        self.contacts
            .find(name)
            .ok_or_else(|| Reject::not_found("contact", name))
    }

    pub(in crate::router) fn find_case(&self, name: &Name) -> Result<CaseIdx, Reject> {
        self.cases
            .find(name)
            .ok_or_else(|| Reject::not_found("case", name))
    }

    pub(in crate::router) fn find_kind(&self, name: &Name) -> Result<KindIdx, Reject> {
        self.kinds
            .find(name)
            .ok_or_else(|| Reject::not_found("kind", name))
    }

    pub(in crate::router) fn find_calendar(&self, name: &Name) -> Result<&Calendar, Reject> {
        self.calendars
            .get(name)
            .ok_or_else(|| Reject::not_found("calendar", name))
    }
}
