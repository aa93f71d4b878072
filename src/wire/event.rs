//! Events → bytes.
//!
//! An event goes out as a notification `event` whose params hold `seq`, `at` and `type`, then
//! what is known of the contact, then what the type adds. What is unknown is left out.

use serde::de::{Deserializer, Error as _};
use serde::{Deserialize, Serialize};

use super::reply::json;
use super::scan::Word;
use crate::router::codes::{ContactState, TransferMode};
use crate::router::event::{ContactRef, Event, EventBody};
use crate::router::ids::{Name, Text};
use crate::router::time::Timestamp;

/// Every type of event there is.
pub const TYPES: &[&str] = &[
    "agent.set",
    "agent.presence",
    "agent.removed",
    "agent.absent",
    "agent.pair_away",
    "agent.briefing",
    "agent.succession",
    "agent.succeeded",
    "queue.set",
    "queue.removed",
    "settings.set",
    "customer.linked",
    "customer.excluded",
    "contact.waiting",
    "contact.offered",
    "contact.callback",
    "contact.connected",
    "contact.wrap_up",
    "contact.ended",
    "contact.transferred",
    "contact.overflowed",
    "contact.updated",
    "offer.accepted",
    "offer.declined",
    "offer.expired",
    "offer.revoked",
    "case.opened",
    "case.owned",
    "case.assisted",
    "case.handed_over",
    "case.escalated",
    "case.noted",
    "case.resolved",
    "case.reopened",
    "case.closed",
    "server.reloaded",
];

/// One of [`TYPES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventType(&'static str);

impl EventType {
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl<'de> Deserialize<'de> for EventType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Word(name) = Word::deserialize(deserializer)?;
        match TYPES.iter().find(|known| **known == name) {
            Some(known) => Ok(Self(known)),
            None => Err(D::Error::custom(format!("unknown type \"{name}\""))),
        }
    }
}

/// Writes an event as a notification, without a line end.
pub fn notification(out: &mut Vec<u8>, event: &Event) {
    out.extend_from_slice(b"{\"jsonrpc\":\"2.0\",\"method\":\"event\",\"params\":");
    params(out, event);
    out.push(b'}');
}

/// Writes what an event says.
pub fn params(out: &mut Vec<u8>, event: &Event) {
    out.extend_from_slice(b"{\"seq\":");
    json(out, &event.seq);
    let mut fields = Fields(out);
    fields.put("at", &event.at).put("type", event.body.kind());
    if let Some(of) = event.body.contact() {
        fields.contact(of);
    }
    fields.body(&event.body);
    out.push(b'}');
}

/// The bodies about absences and succession, as a pattern.
macro_rules! people {
    () => {
        EventBody::AgentAbsent { .. }
            | EventBody::AgentPairAway(_)
            | EventBody::AgentBriefing(_)
            | EventBody::AgentSuccession { .. }
            | EventBody::AgentSucceeded { .. }
    };
}

/// The bodies about agents, queues, settings and customers, as a pattern.
macro_rules! standing {
    () => {
        EventBody::AgentSet { .. }
            | EventBody::AgentPresence { .. }
            | EventBody::AgentRemoved { .. }
            | people!()
            | EventBody::QueueSet { .. }
            | EventBody::QueueRemoved { .. }
            | EventBody::SettingsSet
            | EventBody::ServerReloaded
            | EventBody::CustomerLinked { .. }
            | EventBody::CustomerExcluded { .. }
    };
}

/// The bodies about contacts and offers, as a pattern.
macro_rules! contacts {
    () => {
        EventBody::ContactWaiting { .. }
            | EventBody::ContactOffered { .. }
            | EventBody::ContactCallback { .. }
            | EventBody::ContactConnected { .. }
            | EventBody::ContactWrapUp { .. }
            | EventBody::ContactEnded { .. }
            | EventBody::ContactTransferred { .. }
            | EventBody::ContactOverflowed { .. }
            | EventBody::ContactUpdated { .. }
            | EventBody::Offer { .. }
    };
}

/// The bodies about cases, as a pattern.
macro_rules! cases {
    () => {
        EventBody::CaseOpened { .. }
            | EventBody::CaseOwned { .. }
            | EventBody::CaseAssisted { .. }
            | EventBody::CaseHandedOver { .. }
            | EventBody::CaseEscalated { .. }
            | EventBody::CaseNoted { .. }
            | EventBody::CaseResolved { .. }
            | EventBody::CaseReopened { .. }
            | EventBody::CaseClosed { .. }
    };
}

/// Members appended to an object that has one already.
struct Fields<'a>(&'a mut Vec<u8>);

impl Fields<'_> {
    fn put<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> &mut Self {
        self.0.extend_from_slice(b",\"");
        self.0.extend_from_slice(name.as_bytes());
        self.0.extend_from_slice(b"\":");
        json(self.0, value);
        self
    }

    fn maybe<T: Serialize>(&mut self, name: &str, value: Option<&T>) -> &mut Self {
        match value {
            Some(value) => self.put(name, value),
            None => self,
        }
    }

    /// What every event about a contact carries.
    fn contact(&mut self, of: &ContactRef) -> &mut Self {
        self.put("contact", &of.contact)
            .put("queue", &of.queue)
            .maybe("customer", of.customer.as_ref())
            .maybe("case", of.case.as_ref())
            .maybe("agent", of.agent.as_ref())
            .maybe("ticket", of.ticket.as_ref())
    }

    /// Absences, briefings and succession.
    fn people_body(&mut self, body: &EventBody) -> &mut Self {
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

    /// What the type adds. Each of the three parts writes its own types and passes over the rest.
    fn body(&mut self, body: &EventBody) -> &mut Self {
        self.standing(body).contact_body(body).case_body(body)
    }

    /// Agents, queues, settings and customers.
    fn standing(&mut self, body: &EventBody) -> &mut Self {
        match body {
            EventBody::AgentSet { agent } => self.put("agent", agent),
            EventBody::AgentPresence {
                agent,
                presence,
                state,
                reason,
            } => self
                .put("agent", agent)
                .put("presence", presence)
                .put("state", state)
                .maybe("reason", reason.as_ref()),
            EventBody::AgentRemoved {
                agent,
                successor,
                cases,
            } => self
                .put("agent", agent)
                .maybe("successor", successor.as_ref())
                .put("cases", cases),
            EventBody::QueueSet { queue } | EventBody::QueueRemoved { queue } => {
                self.put("queue", queue)
            }
            EventBody::CustomerLinked {
                customer,
                identities,
                merged,
            } => self
                .put("customer", customer)
                .put("identities", identities)
                .maybe("merged", merged.as_ref()),
            EventBody::CustomerExcluded {
                customer,
                agent,
                on,
                reason,
            } => self
                .put("customer", customer)
                .put("agent", agent)
                .put("on", on)
                .put("reason", reason),
            people!() => self.people_body(body),
            EventBody::SettingsSet | EventBody::ServerReloaded | contacts!() | cases!() => self,
        }
    }

    /// Contacts and offers.
    fn contact_body(&mut self, body: &EventBody) -> &mut Self {
        match body {
            EventBody::ContactWaiting {
                state,
                position,
                why,
                ..
            } => self
                .maybe(
                    "state",
                    (*state == ContactState::Scheduled).then_some(state),
                )
                .maybe("position", position.as_ref())
                .put("why", why),
            EventBody::ContactOffered {
                offer,
                route,
                why,
                expires_at,
                mentor,
                attributes,
                ..
            } => self
                .put("offer", offer)
                .put("route", route)
                .put("why", why)
                .put("expires_at", expires_at)
                .maybe("mentor", mentor.as_ref())
                .maybe("attributes", attributes.as_ref()),
            EventBody::ContactCallback {
                joined_at,
                address,
                by_owner,
                ..
            } => self.called_back(*joined_at, address.as_ref(), *by_owner),
            EventBody::ContactConnected {
                route,
                owner,
                wait_ms,
                ..
            } => self
                .put("route", route)
                .maybe("owner", owner.as_ref())
                .put("wait_ms", wait_ms),
            EventBody::ContactWrapUp { until_at, .. } => self.put("until_at", until_at),
            EventBody::ContactEnded {
                outcome,
                wait_ms,
                handle_ms,
                ..
            } => self
                .put("outcome", outcome)
                .put("wait_ms", wait_ms)
                .maybe("handle_ms", handle_ms.as_ref()),
            EventBody::ContactTransferred {
                from,
                to_agent,
                to_queue,
                mode,
                reason,
                ..
            } => self.transferred(from, to_agent.as_ref(), to_queue.as_ref(), *mode, reason),
            EventBody::ContactOverflowed { from, to, why, .. } => {
                self.put("from", from).put("to", to).put("why", why)
            }
            EventBody::Offer { offer, reason, .. } => self
                .put("offer", offer)
                .maybe("reason", reason.map(|reason| reason.as_str()).as_ref()),
            EventBody::ContactUpdated { .. } | standing!() | cases!() => self,
        }
    }

    fn called_back(
        &mut self,
        joined_at: Timestamp,
        address: Option<&Text>,
        by_owner: bool,
    ) -> &mut Self {
        self.put("joined_at", &joined_at)
            .maybe("address", address)
            .maybe("by_owner", by_owner.then_some(&true))
    }

    fn transferred(
        &mut self,
        from: &Name,
        agent: Option<&Name>,
        queue: Option<&Name>,
        mode: TransferMode,
        reason: &Text,
    ) -> &mut Self {
        #[derive(Serialize)]
        struct To<'a> {
            #[serde(skip_serializing_if = "Option::is_none")]
            agent: Option<&'a Name>,
            #[serde(skip_serializing_if = "Option::is_none")]
            queue: Option<&'a Name>,
        }
        self.put("from", from)
            .put("to", &To { agent, queue })
            .put("mode", &mode)
            .put("reason", reason)
    }

    /// Cases. The events say which case first, as those about contacts say which contact.
    fn case_body(&mut self, body: &EventBody) -> &mut Self {
        match body {
            EventBody::CaseOpened {
                case,
                customer,
                topic,
                kind,
                contact,
            } => self
                .put("case", case)
                .maybe("customer", customer.as_ref())
                .maybe("topic", topic.as_ref())
                .maybe("kind", kind.as_ref())
                .maybe("contact", contact.as_ref()),
            EventBody::CaseOwned {
                case,
                owner,
                contact,
            } => self
                .put("case", case)
                .put("owner", owner)
                .maybe("contact", contact.as_ref()),
            EventBody::CaseAssisted {
                case,
                owner,
                agent,
                contact,
                route,
            } => self
                .put("case", case)
                .put("owner", owner)
                .put("agent", agent)
                .put("contact", contact)
                .put("route", route),
            EventBody::CaseHandedOver {
                case,
                from,
                to,
                reason,
                by,
            } => self
                .put("case", case)
                .maybe("from", from.as_ref())
                .put("to", to)
                .put("reason", reason)
                .put("by", by),
            EventBody::CaseEscalated {
                case,
                step,
                to,
                reason,
            } => self
                .put("case", case)
                .put("step", step)
                .maybe("to", to.as_ref())
                .put("reason", reason.as_str()),
            EventBody::CaseNoted { case, text, by } => {
                self.put("case", case).put("text", text).put("by", by)
            }
            EventBody::CaseResolved { case, by, note }
            | EventBody::CaseClosed { case, by, note } => self
                .put("case", case)
                .put("by", by)
                .maybe("note", note.as_ref()),
            EventBody::CaseReopened { case, by, owner } => self
                .put("case", case)
                .put("by", by)
                .maybe("owner", owner.as_ref()),
            standing!() | contacts!() => self,
        }
    }
}
