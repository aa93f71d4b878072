//! The events of absences, briefings and succession, as they go out.

use super::Fields;
use crate::router::event::EventBody;

impl Fields<'_> {
    /// Absences, briefings and succession.
    pub(super) fn people_body(&mut self, body: &EventBody) -> &mut Self {
        match body {
            EventBody::AgentAbsent {
                agent,
                from_at,
                to_at,
                reason,
            } => self
                .put("agent", agent)
                .put("from_at", from_at)
                .put("to_at", to_at)
                .maybe("reason", reason.as_ref()),
            EventBody::AgentPairAway(pair) => self
                .put("agent", &pair.agent)
                .put("other", &pair.other)
                .put("from_at", &pair.from_at)
                .put("to_at", &pair.to_at)
                .maybe("leader", pair.leader.as_ref()),
            EventBody::AgentBriefing(briefing) => self
                .put("agent", &briefing.agent)
                .maybe("since_at", briefing.since_at.as_ref())
                .maybe("until_at", briefing.until_at.as_ref())
                .put("items", &briefing.items)
                .put("dropped", &briefing.dropped),
            EventBody::AgentSuccession {
                agent,
                to,
                cases,
                start_at,
                reason,
                by,
            } => self
                .put("agent", agent)
                .put("to", to)
                .put("cases", cases)
                .put("start_at", start_at)
                .put("reason", reason)
                .put("by", by),
            EventBody::AgentSucceeded { agent, cases, left } => self
                .put("agent", agent)
                .put("cases", cases)
                .put("left", left),
            _other => self,
        }
    }
}
