//! Lookup by name.

use super::Book;
use crate::calendar::Calendar;
use crate::router::api::ids::{AgentIdx, CaseIdx, ChannelIdx, ContactIdx, Name, QueueIdx};
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
            .ok_or_else(|| {
                let known = self.agents.iter().filter(|agent| agent.exists);
                Reject::not_found("agent", name).near(known.map(|agent| &agent.id))
            })
    }

    pub(in crate::router) fn find_queue(&self, name: &Name) -> Result<QueueIdx, Reject> {
        self.queues_by_name
            .get(name)
            .copied()
            .filter(|queue| self.queues[queue.at()].exists)
            .ok_or_else(|| {
                let known = self.queues.iter().filter(|queue| queue.exists);
                Reject::not_found("queue", name).near(known.map(|queue| &queue.id))
            })
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
        self.kinds.find(name).ok_or_else(|| {
            let known = self.kinds.current().map(|kind| &kind.name);
            Reject::not_found("kind", name).near(known)
        })
    }

    /// A channel, refused as the wrong value of a field of `entity`.
    pub(in crate::router) fn find_channel(
        &self,
        name: &Name,
        entity: &'static str,
        field: &'static str,
    ) -> Result<ChannelIdx, Reject> {
        self.channels.find(name).ok_or_else(|| {
            let known = self.channels.listed();
            let message = format!("no channel \"{name}\": one of {known}");
            let refusal = Reject::invalid(entity, field, message).with_id(name);
            refusal.near(self.channels.names().iter())
        })
    }

    pub(in crate::router) fn find_calendar(&self, name: &Name) -> Result<&Calendar, Reject> {
        self.calendars
            .get(name)
            .ok_or_else(|| Reject::not_found("calendar", name).near(self.calendars.keys()))
    }
}
