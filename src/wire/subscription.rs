//! Which events a subscriber wants. Nothing is sent from here.

use serde::Deserialize;

use super::event::EventType;
use crate::router::event::{Event, EventBody};
use crate::router::ids::Name;

/// `events.subscribe`. What is not named is not filtered by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Subscribe {
    /// The last sequence number that is known; without it from now on.
    pub after: Option<u64>,
    pub types: Option<Vec<EventType>>,
    pub agents: Option<Vec<Name>>,
    pub queues: Option<Vec<Name>>,
}

impl Subscribe {
    /// Whether an event is wanted. Types, agents and queues must each fit where they are given;
    /// an event that names no agent (no queue) does not fit a list of agents (of queues).
    pub fn wants(&self, event: &Event) -> bool {
        let body = &event.body;
        let fits = |wanted: &Option<Vec<Name>>, named: &[Option<&Name>]| {
            wanted
                .as_ref()
                .is_none_or(|wanted| named.iter().flatten().any(|name| wanted.contains(name)))
        };
        self.types
            .as_ref()
            .is_none_or(|types| types.iter().any(|wanted| wanted.as_str() == body.kind()))
            && (fits(&self.agents, &agents(body)) || names_successor(&self.agents, body))
            && fits(&self.queues, &queues(body))
    }
}

/// Whether an event names an agent as one of several successors.
fn names_successor(wanted: &Option<Vec<Name>>, body: &EventBody) -> bool {
    match (wanted, body) {
        (Some(wanted), EventBody::AgentSuccession { to, .. }) => {
            to.iter().any(|successor| wanted.contains(successor))
        }
        _ => false,
    }
}

/// The agents that an event names.
fn agents(body: &EventBody) -> [Option<&Name>; 3] {
    let of = body.contact().and_then(|of| of.agent.as_ref());
    match body {
        EventBody::AgentSet { agent, .. }
        | EventBody::AgentPresence { agent, .. }
        | EventBody::AgentAbsent { agent, .. }
        | EventBody::AgentSucceeded { agent, .. }
        | EventBody::CustomerExcluded { agent, .. } => [Some(agent), None, None],
        EventBody::AgentRemoved {
            agent, successor, ..
        } => [Some(agent), successor.as_ref(), None],
        EventBody::AgentPairAway(pair) => {
            [Some(&pair.agent), Some(&pair.other), pair.leader.as_ref()]
        }
        EventBody::AgentBriefing(briefing) => [Some(&briefing.agent), None, None],
        EventBody::AgentSuccession { agent, by, .. } => [Some(agent), Some(by), None],
        EventBody::ContactConnected { owner, .. } => [of, owner.as_ref(), None],
        EventBody::ContactTransferred { to_agent, .. } => [of, to_agent.as_ref(), None],
        EventBody::CaseOwned { owner, .. } => [Some(owner), None, None],
        EventBody::CaseAssisted { owner, agent, .. } => [Some(owner), Some(agent), None],
        EventBody::CaseHandedOver { from, to, by, .. } => [from.as_ref(), Some(to), Some(by)],
        EventBody::CaseEscalated { to, .. } => [to.as_ref(), None, None],
        EventBody::CaseNoted { by, .. }
        | EventBody::CaseResolved { by, .. }
        | EventBody::CaseClosed { by, .. } => [Some(by), None, None],
        EventBody::CaseReopened { by, owner, .. } => [Some(by), owner.as_ref(), None],
        EventBody::CaseStage { by, .. } | EventBody::CaseWaiting { by, .. } => {
            [by.as_ref(), None, None]
        }
        EventBody::CaseExtended { by, .. } => [Some(by), None, None],
        EventBody::CaseDueSoon { owner, .. }
        | EventBody::CaseOverdue { owner, .. }
        | EventBody::CaseMet { owner, .. }
        | EventBody::CaseFollowUpDue { owner, .. } => [owner.as_ref(), None, None],
        EventBody::CaseAssistRequested {
            owner, agent, by, ..
        } => [owner.as_ref(), agent.as_ref(), by.as_ref()],
        EventBody::CaseAssistDone { owner, by, .. } => [owner.as_ref(), by.as_ref(), None],
        EventBody::CaseFollowedUp { owner, by, .. } => [owner.as_ref(), Some(by), None],
        EventBody::ContactWaiting { .. }
        | EventBody::ContactOffered { .. }
        | EventBody::ContactCallback { .. }
        | EventBody::ContactWrapUp { .. }
        | EventBody::ContactEnded { .. }
        | EventBody::ContactOverflowed { .. }
        | EventBody::ContactUpdated { .. }
        | EventBody::Offer { .. } => [of, None, None],
        EventBody::QueueSet { .. }
        | EventBody::QueueRemoved { .. }
        | EventBody::SettingsSet
        | EventBody::CustomerLinked { .. }
        | EventBody::CaseOpened { .. }
        | EventBody::CaseResumed { .. }
        | EventBody::KindSet { .. }
        | EventBody::KindRemoved { .. }
        | EventBody::CalendarSet { .. }
        | EventBody::CalendarRemoved { .. }
        | EventBody::ServerReloaded => [None, None, None],
    }
}

/// The queues that an event names.
fn queues(body: &EventBody) -> [Option<&Name>; 3] {
    let of = body.contact().map(|of| &of.queue);
    match body {
        EventBody::QueueSet { queue } | EventBody::QueueRemoved { queue } => {
            [Some(queue), None, None]
        }
        EventBody::ContactTransferred { to_queue, .. } => [of, to_queue.as_ref(), None],
        EventBody::CaseAssistRequested { queue, .. } => [queue.as_ref(), None, None],
        EventBody::ContactOverflowed { from, to, .. } => [of, Some(from), Some(to)],
        EventBody::AgentSet { .. }
        | EventBody::AgentPresence { .. }
        | EventBody::AgentRemoved { .. }
        | EventBody::AgentAbsent { .. }
        | EventBody::AgentPairAway(_)
        | EventBody::AgentBriefing(_)
        | EventBody::AgentSuccession { .. }
        | EventBody::AgentSucceeded { .. }
        | EventBody::ContactCallback { .. }
        | EventBody::SettingsSet
        | EventBody::CustomerLinked { .. }
        | EventBody::CustomerExcluded { .. }
        | EventBody::ContactWaiting { .. }
        | EventBody::ContactOffered { .. }
        | EventBody::ContactConnected { .. }
        | EventBody::ContactWrapUp { .. }
        | EventBody::ContactEnded { .. }
        | EventBody::ContactUpdated { .. }
        | EventBody::Offer { .. }
        | EventBody::CaseOpened { .. }
        | EventBody::CaseOwned { .. }
        | EventBody::CaseAssisted { .. }
        | EventBody::CaseHandedOver { .. }
        | EventBody::CaseEscalated { .. }
        | EventBody::CaseNoted { .. }
        | EventBody::CaseResolved { .. }
        | EventBody::CaseReopened { .. }
        | EventBody::CaseClosed { .. }
        | EventBody::CaseStage { .. }
        | EventBody::CaseDueSoon { .. }
        | EventBody::CaseOverdue { .. }
        | EventBody::CaseMet { .. }
        | EventBody::CaseExtended { .. }
        | EventBody::CaseWaiting { .. }
        | EventBody::CaseResumed { .. }
        | EventBody::CaseAssistDone { .. }
        | EventBody::CaseFollowUpDue { .. }
        | EventBody::CaseFollowedUp { .. }
        | EventBody::KindSet { .. }
        | EventBody::KindRemoved { .. }
        | EventBody::CalendarSet { .. }
        | EventBody::CalendarRemoved { .. }
        | EventBody::ServerReloaded => [of, None, None],
    }
}
