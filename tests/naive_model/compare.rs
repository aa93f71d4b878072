//! Compares the model with the router, using only the router's queries.

use std::collections::BTreeSet;
use std::fmt::{Debug, Write as _};

use firsthand::router::Router;
use firsthand::router::answer::{AgentView, Answer, CaseView, ContactView};
use firsthand::router::codes::{AgentState, CaseState, ContactState, EscalationReason, OfferEnd};
use firsthand::router::command::{AgentCommand, AgentRef, Command, ContactCommand, QueueRef};
use firsthand::router::effect::Effects;
use firsthand::router::event::{AgentEvent, CaseEvent, ContactEvent, EventBody, OfferEvent};
use firsthand::router::ids::Name;
use firsthand::router::query::{CaseNamed, ContactNamed, CustomerRef, Query};
use firsthand::router::reject::RejectKind;

use super::model::{Agent, Contact, Hints, Model, Queue};

/// The differences, one line each.
#[derive(Default)]
pub struct Differences(String);

impl Differences {
    pub fn field<T: PartialEq + Debug>(&mut self, of: &Name, field: &str, expected: T, found: T) {
        if expected != found {
            let line = format!("  {of}.{field}: expected {expected:?}, the router says {found:?}");
            writeln!(self.0, "{line}").expect("a string takes everything");
        }
    }

    pub fn say(&mut self, line: &str) {
        writeln!(self.0, "  {line}").expect("a string takes everything");
    }

    pub fn into_result(self) -> Result<(), String> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(self.0)
        }
    }
}

/// The router's choices where the rules leave them open.
pub fn hints(effects: &Effects) -> Hints {
    let mut hints = Hints::default();
    for event in &effects.events {
        match &event.body {
            EventBody::Contact(of, ContactEvent::Offered { offer, .. }) => {
                if let Some(agent) = &of.agent {
                    let (contact, agent) = (of.contact.clone(), agent.clone());
                    hints.offers.push((contact, agent, *offer));
                }
            }
            EventBody::Case(CaseEvent::Opened {
                case,
                contact: Some(contact),
                ..
            }) => hints.cases.push((contact.clone(), case.clone())),
            EventBody::Offer(
                of,
                OfferEvent {
                    end: OfferEnd::Expired,
                    ..
                },
            )
            | EventBody::Contact(of, ContactEvent::Overflowed { .. }) => {
                hints.order.push(of.contact.clone())
            }
            EventBody::Contact(of, ContactEvent::Ended { .. }) => {
                hints.order.push(of.contact.clone());
                hints.ends.push(of.contact.clone());
            }
            _ => {}
        }
    }
    hints
}

/// The extent of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Width {
    /// Entities named by the last command or its events.
    Touched,
    /// All present entities.
    Present,
    /// All entities, ended ones included.
    Everything,
}

/// The contacts and agents named by a command or its events.
#[derive(Default)]
struct Touched {
    names: BTreeSet<Name>,
}

impl Touched {
    fn of(command: &Command, effects: &Effects) -> Self {
        let mut touched = Self::default();
        for event in &effects.events {
            if let EventBody::Contact(of, _) | EventBody::Offer(of, _) = &event.body {
                touched.names.insert(of.contact.clone());
                touched.names.extend(of.agent.clone());
            }
            match &event.body {
                EventBody::Agent(AgentEvent::Presence { agent, .. })
                | EventBody::Agent(AgentEvent::Set { agent, .. }) => {
                    touched.names.insert(agent.clone());
                }
                EventBody::Case(CaseEvent::Owned { owner: agent, .. })
                | EventBody::Case(CaseEvent::HandedOver { to: agent, .. }) => {
                    touched.names.insert(agent.clone());
                }
                _ => {}
            }
        }
        match command {
            Command::Contact(ContactCommand::Submit(submit)) => {
                touched.names.insert(submit.contact.clone())
            }
            Command::Contact(ContactCommand::Update(update)) => {
                touched.names.insert(update.contact.clone())
            }
            Command::Agent(AgentCommand::WrapUpEnd(of)) => touched.names.insert(of.agent.clone()),
            _ => false,
        };
        touched
    }
}

pub fn compare(
    model: &Model,
    router: &Router,
    command: &Command,
    effects: &Effects,
    width: Width,
) -> Result<(), String> {
    let mut differences = Differences::default();
    let touched = Touched::of(command, effects).names;
    let meant = |name: &Name| width > Width::Touched || touched.contains(name);
    for agent in model.agents.iter().filter(|agent| meant(&agent.name)) {
        compare_agent(model, router, agent, &mut differences);
    }
    let mut cases = BTreeSet::new();
    for contact in model.contacts.iter().filter(|contact| meant(&contact.name)) {
        compare_contact(model, router, contact, &mut differences);
        cases.extend(contact.case);
    }
    let late = match width {
        Width::Touched | Width::Present => 3,
        Width::Everything => usize::MAX,
    };
    for contact in model.ended.iter().rev().take(late) {
        if width == Width::Everything || touched.contains(&contact.name) {
            compare_contact(model, router, contact, &mut differences);
        }
    }
    for (idx, case) in model.cases.iter().enumerate() {
        let touched = cases.contains(&idx) || case.active_at == model.now;
        if touched || width == Width::Everything {
            compare_case(model, router, idx, &mut differences);
        }
    }
    if width == Width::Everything {
        for queue in model.queues.iter().filter(|queue| queue.exists) {
            compare_queue(model, router, queue, &mut differences);
        }
        for customer in 0..model.customers.len() {
            compare_customer(model, router, customer, &mut differences);
        }
    }
    compare_escalations(model, effects, &mut differences);
    differences.into_result()
}

fn compare_agent(model: &Model, router: &Router, agent: &Agent, differences: &mut Differences) {
    let name = &agent.name;
    let view = match agent_view(router, model.now, name) {
        Ok(view) => view,
        Err(kind) => {
            differences.say(&format!("agent {name}: the router says {kind:?}"));
            return;
        }
    };
    let d = differences;
    d.field(name, "presence", agent.presence, view.presence);
    d.field(name, "state", model.agent_state(agent), view.state);
    d.field(name, "missed", agent.missed, view.missed);
    d.field(
        name,
        "retry_at",
        agent.retry_at,
        view.retry_at.filter(|at| *at > model.now),
    );
    d.field(name, "until_at", agent.until_at, view.until_at);
    d.field(name, "lapses_at", agent.lapses_at(), view.lapses_at);
    let next = view.after_current.as_ref();
    let next = next.map(|next| (next.presence, next.until_at));
    d.field(name, "after_current", agent.at.next, next);
    let out: Vec<&Name> = view.out_of.iter().map(|out| &out.queue).collect();
    d.field(name, "out_of", agent.at.out.iter().collect(), out);
    d.field(name, "handled", agent.handled, view.handled);
    d.field(name, "talk_ms", agent.talk_ms, view.talk_ms);
    let wrap_up = model.wrap_up_until(name);
    d.field(name, "wrap_up_until_at", wrap_up, view.wrap_up_until_at);
    if matches!(view.state, AgentState::Available | AgentState::Reserved) {
        let idle = model.idle_since(agent);
        d.field(name, "idle_since_at", idle, view.idle_since_at);
    }
    let mut held: Vec<&Name> = model.held_by(name).map(|contact| &contact.name).collect();
    let mut shown: Vec<&Name> = view.contacts.iter().collect();
    held.sort();
    shown.sort();
    d.field(name, "contacts", held, shown);
    let mut offered: Vec<&Name> = model
        .offered_to(name)
        .map(|contact| &contact.name)
        .collect();
    let mut shown: Vec<&Name> = view.offers.iter().map(|offer| &offer.contact).collect();
    offered.sort();
    shown.sort();
    d.field(name, "offers", offered, shown);
    let open = model
        .cases
        .iter()
        .filter(|case| case.owner.as_ref() == Some(name) && case.state != CaseState::Closed)
        .count() as u64;
    d.field(name, "open_cases", open, view.open_cases);
}

fn compare_contact(
    model: &Model,
    router: &Router,
    contact: &Contact,
    differences: &mut Differences,
) {
    let name = &contact.name;
    let view = match contact_view(router, model.now, name) {
        Ok(view) => view,
        Err(kind) => {
            differences.say(&format!("contact {name}: the router says {kind:?}"));
            return;
        }
    };
    let d = differences;
    d.field(name, "state", contact.state(), view.state);
    let outcome = contact
        .outcome
        .filter(|_| contact.state() == ContactState::Ended);
    d.field(name, "outcome", outcome, view.outcome);
    d.field(name, "queue", &contact.queue, &view.queue);
    d.field(name, "channel", &contact.channel, &view.channel);
    let customer = contact.customer.map(|idx| &model.customers[idx].name);
    d.field(name, "customer", customer, view.customer.as_ref());
    let case = contact.case.map(|idx| &model.cases[idx].name);
    d.field(name, "case", case, view.case.as_ref());
    compare_offers(contact, &view, d);
    compare_conversation(contact, &view, d);
    d.field(name, "joined_at", contact.order_at, view.joined_at);
    d.field(
        name,
        "submitted_at",
        contact.submitted_at,
        view.submitted_at,
    );
    d.field(
        name,
        "connected_at",
        contact.connected_at,
        view.connected_at,
    );
    d.field(
        name,
        "source",
        contact.source.as_ref(),
        view.source.as_ref(),
    );
    if contact.state() == ContactState::Waiting {
        d.field(
            name,
            "position",
            Some(position(model, contact)),
            view.position,
        );
    }
}

fn compare_offers(contact: &Contact, view: &ContactView, d: &mut Differences) {
    let name = &contact.name;
    let offers: Vec<_> = contact
        .offers
        .iter()
        .map(|offer| (offer.id, &offer.agent, offer.route, offer.expires_at))
        .collect();
    let shown: Vec<_> = view
        .offers
        .iter()
        .map(|offer| (offer.offer, &offer.agent, offer.route, offer.expires_at))
        .collect();
    d.field(name, "offers", sorted(offers), sorted(shown));
    d.field(name, "offers_made", contact.offers_made, view.offers_made);
}

fn compare_conversation(contact: &Contact, view: &ContactView, d: &mut Differences) {
    let name = &contact.name;
    if contact.connected_at.is_some() {
        // In a consultation the first agent still has the contact.
        let first = contact.legs.first();
        let agent = first.map(|leg| &leg.agent).or(contact.last_agent.as_ref());
        let route = first.map(|leg| leg.route).or(contact.route);
        d.field(name, "agent", agent, view.agent.as_ref());
        d.field(name, "route", route, view.route);
    }
    if contact.state() == ContactState::Connected {
        let second = contact.legs.get(1).map(|leg| &leg.agent);
        d.field(name, "consulting", second, view.consulting.as_ref());
    }
    if contact.state() == ContactState::WrapUp {
        let until = contact
            .wrap_ups
            .iter()
            .map(|wrap_up| wrap_up.until_at)
            .max();
        d.field(name, "wrap_up_until_at", until, view.wrap_up_until_at);
    }
}

fn sorted<T: Ord>(mut items: Vec<T>) -> Vec<T> {
    items.sort();
    items
}

/// Whether a contact is in its queue: it waits, or it looks there for a consultant.
fn stands_in_queue(contact: &Contact) -> bool {
    contact.seeking && contact.offers.is_empty() && contact.direct.is_none()
}

/// The position among the contacts of the same queue, from 1.
fn position(model: &Model, contact: &Contact) -> u32 {
    let place = model.place(contact);
    let before = model
        .contacts
        .iter()
        .filter(|other| stands_in_queue(other) && other.queue == contact.queue)
        .filter(|other| model.place(other) < place)
        .count();
    u32::try_from(before).expect("a small number") + 1
}

fn compare_case(model: &Model, router: &Router, idx: usize, differences: &mut Differences) {
    let case = &model.cases[idx];
    let name = &case.name;
    if case.forgotten {
        return;
    }
    let view = match case_view(router, model.now, name) {
        Ok(view) => view,
        Err(kind) => {
            differences.say(&format!("case {name}: the router says {kind:?}"));
            return;
        }
    };
    let d = differences;
    d.field(name, "state", case.state, view.state);
    d.field(name, "owner", case.owner.as_ref(), view.owner.as_ref());
    let handler = case.last_handler.as_ref();
    d.field(name, "last_handler", handler, view.last_handler.as_ref());
    let customer = case.customer.map(|idx| &model.customers[idx].name);
    d.field(name, "customer", customer, view.customer.as_ref());
    d.field(name, "topic", case.topic.as_ref(), view.topic.as_ref());
    d.field(name, "opened_at", case.opened_at, view.opened_at);
    d.field(name, "active_at", case.active_at, view.active_at);
    d.field(name, "owned_at", case.owned_at, view.owned_at);
    d.field(name, "resolved_at", case.resolved_at, view.resolved_at);
    d.field(name, "closed_at", case.closed_at, view.closed_at);
    d.field(name, "contacts", case.contacts, view.contacts);
    d.field(name, "handovers", case.handovers, view.handovers);
}

fn compare_queue(model: &Model, router: &Router, queue: &Queue, differences: &mut Differences) {
    let name = queue.name.clone();
    let view = match router
        .book()
        .query(model.now, &Query::QueueGet(QueueRef { queue: name }))
    {
        Ok(Answer::Queue(view)) => view,
        other => {
            differences.say(&format!("queue {}: {other:?}", queue.name));
            return;
        }
    };
    let (name, d) = (&queue.name, differences);
    d.field(name, "policy", &queue.policy, &view.policy);
    let within = |state: ContactState| {
        model
            .contacts
            .iter()
            .filter(move |contact| contact.queue == queue.name && contact.state() == state)
    };
    let waiting = within(ContactState::Waiting);
    d.field(name, "waiting", waiting.count() as u64, view.waiting);
    let offered = within(ContactState::Offered);
    d.field(name, "offered", offered.count() as u64, view.offered);
    let connected = within(ContactState::Connected);
    d.field(name, "connected", connected.count() as u64, view.connected);
    let standing = model
        .contacts
        .iter()
        .filter(|contact| contact.queue == queue.name && stands_in_queue(contact));
    let waiting = standing.map(|contact| contact.order_at);
    let oldest = waiting.min();
    d.field(name, "oldest_joined_at", oldest, view.oldest_joined_at);
}

fn compare_customer(model: &Model, router: &Router, idx: usize, differences: &mut Differences) {
    let customer = &model.customers[idx];
    if customer.merged {
        return;
    }
    let name = customer.name.clone();
    let query = Query::CustomerGet(CustomerRef { customer: name });
    let view = match router.book().query(model.now, &query) {
        Ok(Answer::Customer(view)) => view,
        other => {
            differences.say(&format!("customer {}: {other:?}", customer.name));
            return;
        }
    };
    let (name, d) = (&customer.name, differences);
    d.field(name, "customer", name, &view.customer);
    let known = sorted(customer.identities.iter().collect());
    d.field(
        name,
        "identities",
        known,
        sorted(view.identities.iter().collect()),
    );
    let excluded = sorted(customer.excluded.iter().collect());
    let shown = view.excluded.iter().map(|excluded| &excluded.agent);
    d.field(name, "excluded", excluded, sorted(shown.collect()));
    let open = model
        .cases
        .iter()
        .filter(|case| case.customer == Some(idx) && case.state != CaseState::Closed);
    let open = sorted(open.map(|case| &case.name).collect());
    d.field(
        name,
        "open_cases",
        open,
        sorted(view.open_cases.iter().collect()),
    );
}

/// Rule 18: once for each case and window.
fn compare_escalations(model: &Model, effects: &Effects, differences: &mut Differences) {
    let mut expected: Vec<&Name> = model
        .escalated
        .iter()
        .map(|case| &model.cases[*case].name)
        .collect();
    let mut found: Vec<&Name> = effects
        .events
        .iter()
        .filter_map(|event| match &event.body {
            EventBody::Case(CaseEvent::Escalated {
                of,
                reason: EscalationReason::Repeat,
                ..
            }) => Some(&of.case),
            _ => None,
        })
        .collect();
    expected.sort();
    found.sort();
    differences.field(&Name::of("cases"), "escalated", expected, found);
}

pub fn agent_view(router: &Router, at: i64, agent: &Name) -> Result<AgentView, RejectKind> {
    let agent = agent.clone();
    match router
        .book()
        .query(at, &Query::AgentGet(AgentRef { agent }))
    {
        Ok(Answer::Agent(view)) => Ok(*view),
        Ok(other) => panic!("agent.get answers an agent, not {other:?}"),
        Err(reject) => Err(reject.kind),
    }
}

pub fn contact_view(router: &Router, at: i64, contact: &Name) -> Result<ContactView, RejectKind> {
    let contact = contact.clone();
    match router
        .book()
        .query(at, &Query::ContactGet(ContactNamed { contact }))
    {
        Ok(Answer::Contact(view)) => Ok(*view),
        Ok(other) => panic!("contact.get answers a contact, not {other:?}"),
        Err(reject) => Err(reject.kind),
    }
}

pub fn case_view(router: &Router, at: i64, case: &Name) -> Result<CaseView, RejectKind> {
    let case = case.clone();
    match router.book().query(at, &Query::CaseGet(CaseNamed { case })) {
        Ok(Answer::Case(view)) => Ok(*view),
        Ok(other) => panic!("case.get answers a case, not {other:?}"),
        Err(reject) => Err(reject.kind),
    }
}
