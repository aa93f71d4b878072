//! Events → bytes.
//!
//! An event goes out as a notification `event` whose params hold `seq`, `at` and `type`, then
//! what is known of the contact, then what the type adds. What is unknown is left out.

use serde::de::{Deserializer, Error as _};
use serde::{Deserialize, Serialize};

use super::json::member_name;
use super::reply::json;
use super::scan::Word;
use crate::router::codes::{ContactState, TransferMode};
use crate::router::command::Attributes;
use crate::router::event::{ContactRef, DeadlineRef, Event, EventBody, News};
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
    "case.stage",
    "case.due_soon",
    "case.overdue",
    "case.met",
    "case.extended",
    "case.waiting",
    "case.resumed",
    "case.assist_requested",
    "case.assist_done",
    "case.follow_up_due",
    "case.followed_up",
    "kind.set",
    "kind.removed",
    "calendar.set",
    "calendar.removed",
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
            | EventBody::KindSet { .. }
            | EventBody::KindRemoved { .. }
            | EventBody::CalendarSet { .. }
            | EventBody::CalendarRemoved { .. }
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
            | EventBody::CaseNoted { .. }
            | EventBody::CaseResolved { .. }
            | EventBody::CaseReopened { .. }
            | EventBody::CaseClosed { .. }
    };
}

/// The bodies about the clocks of cases and what goes with them, as a pattern.
macro_rules! clocks {
    () => {
        EventBody::CaseStage { .. }
            | EventBody::CaseDueSoon { .. }
            | EventBody::CaseOverdue { .. }
            | EventBody::CaseMet { .. }
            | EventBody::CaseExtended { .. }
            | EventBody::CaseWaiting { .. }
            | EventBody::CaseResumed { .. }
            | EventBody::CaseAssistRequested { .. }
            | EventBody::CaseAssistDone { .. }
            | EventBody::CaseFollowUpDue { .. }
            | EventBody::CaseFollowedUp { .. }
            | EventBody::CaseEscalated { .. }
    };
}

mod clocks;
mod people;

/// Members appended to an object that has one already.
struct Fields<'a>(&'a mut Vec<u8>);

impl Fields<'_> {
    #[inline(always)]
    fn put<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> &mut Self {
        member_name(self.0, b",\"", name);
        json(self.0, value);
        self
    }

    #[inline(always)]
    fn maybe<T: Serialize>(&mut self, name: &'static str, value: Option<&T>) -> &mut Self {
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

    /// What the type adds. Each of the parts writes its own types and passes over the rest.
    fn body(&mut self, body: &EventBody) -> &mut Self {
        match body {
            standing!() => self.standing(body),
            contacts!() => self.contact_body(body),
            cases!() => self.case_body(body),
            clocks!() => self.clock_body(body),
        }
    }

    fn flag(&mut self, name: &'static str, on: bool) -> &mut Self {
        self.maybe(name, on.then_some(&true))
    }

    fn news(&mut self, news: &[News]) -> &mut Self {
        self.maybe("news", (!news.is_empty()).then_some(&news))
    }

    fn deadline(&mut self, of: &DeadlineRef) -> &mut Self {
        self.put("case", &of.case)
            .maybe("stage", of.stage.as_ref())
            .maybe("assist", of.assist.as_ref())
    }

    /// Agents, queues, settings and customers.
    fn standing(&mut self, body: &EventBody) -> &mut Self {
        match body {
            EventBody::AgentSet { agent, .. } => self.put("agent", agent),
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
            EventBody::KindSet { kind } | EventBody::KindRemoved { kind } => self.put("kind", kind),
            EventBody::CalendarSet { calendar } | EventBody::CalendarRemoved { calendar } => {
                self.put("calendar", calendar)
            }
            EventBody::SettingsSet
            | EventBody::ServerReloaded
            | contacts!()
            | cases!()
            | clocks!() => self,
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
            } => {
                let scheduled = (*state == ContactState::Scheduled).then_some(state);
                self.maybe("state", scheduled)
                    .maybe("position", position.as_ref())
                    .put("why", why)
            }
            EventBody::ContactOffered {
                offer,
                route,
                why,
                expires_at,
                mentor,
                attributes,
                news,
                ..
            } => self
                .put("offer", offer)
                .put("route", route)
                .put("why", why)
                .put("expires_at", expires_at)
                .told(mentor.as_ref(), attributes.as_ref(), news),
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
                news,
                ..
            } => self
                .put("route", route)
                .maybe("owner", owner.as_ref())
                .put("wait_ms", wait_ms)
                .news(news),
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
            EventBody::ContactUpdated { .. } | standing!() | cases!() | clocks!() => self,
        }
    }

    /// What the agent who is offered a contact is told of it.
    fn told(
        &mut self,
        mentor: Option<&Name>,
        attributes: Option<&Attributes>,
        news: &[News],
    ) -> &mut Self {
        self.maybe("mentor", mentor)
            .maybe("attributes", attributes)
            .news(news)
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
                due_at,
            } => self
                .put("case", case)
                .maybe("customer", customer.as_ref())
                .maybe("topic", topic.as_ref())
                .maybe("kind", kind.as_ref())
                .maybe("contact", contact.as_ref())
                .maybe("due_at", due_at.as_ref()),
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
            EventBody::CaseNoted { case, text, by } => {
                self.put("case", case).put("text", text).put("by", by)
            }
            EventBody::CaseResolved { case, by, note }
            | EventBody::CaseClosed { case, by, note } => self
                .put("case", case)
                .put("by", by)
                .maybe("note", note.as_ref()),
            EventBody::CaseReopened {
                case,
                by,
                owner,
                due_at,
            } => self
                .put("case", case)
                .put("by", by)
                .maybe("owner", owner.as_ref())
                .maybe("due_at", due_at.as_ref()),
            standing!() | contacts!() | clocks!() => self,
        }
    }
}
