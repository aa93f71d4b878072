//! Invariants that hold whatever the rules are, checked from outside without the model.

use std::collections::{BTreeMap, BTreeSet};

use firsthand::router::Router;
use firsthand::router::answer::{AgentView, Answer, ContactView};
use firsthand::router::codes::{AgentState, CaseState, ContactState, Why};
use firsthand::router::command::{Command, ContactCommand, QueueRef, Stamped};
use firsthand::router::effect::Effects;
use firsthand::router::event::{CaseEvent, ContactEvent, EventBody, OfferEvent};
use firsthand::router::ids::{Name, OfferId};
use firsthand::router::policy::{ChannelRule, Policy, Settings};
use firsthand::router::query::{AgentList, CaseFind, ContactList, PageLimit, Query};

use super::compare::{Differences, Width};

/// The state as the events report it.
#[derive(Default)]
pub struct Watch {
    seq: u64,
    /// Open offers.
    offers: BTreeMap<OfferId, Name>,
    /// Ended contacts.
    ended: BTreeSet<Name>,
    /// Owners of open cases.
    owners: BTreeMap<Name, Name>,
}

/// The whole state at one moment.
struct Snapshot {
    agents: Vec<AgentView>,
    contacts: Vec<ContactView>,
    settings: Settings,
}

impl Watch {
    /// After a tick no deadline is left that was due.
    pub fn no_deadline_left(&self, router: &Router, due: i64) -> Result<(), String> {
        match router.next_deadline() {
            Some(next) if next <= due => Err(format!(
                "  after the tick at {due} the next deadline is {next}: time stands still\n"
            )),
            Some(_) | None => Ok(()),
        }
    }

    pub fn look(
        &mut self,
        router: &Router,
        stamped: &Stamped,
        effects: &Effects,
        width: Width,
    ) -> Result<(), String> {
        let mut faults = Differences::default();
        self.read_events(router, stamped, effects, &mut faults);
        if width == Width::Touched {
            return faults.into_result();
        }
        let snapshot = see(router, stamped.at);
        contacts_have_one_state(&snapshot, &self.ended, &mut faults);
        both_sides_agree(&snapshot, &mut faults);
        the_asked_have_the_place(&snapshot, effects, &mut faults);
        self.offers_are_alive(&snapshot, stamped.at, &mut faults);
        nobody_waits_beside_a_free_agent(router, &snapshot, stamped.at, &mut faults);
        if width == Width::Everything {
            self.cases_have_their_owner(router, stamped.at, &mut faults);
        }
        faults.into_result()
    }

    /// Sequence numbers have no gap and times are the command's; an offer is made once and ends
    /// once; only an event that says so changes an owner (I5).
    fn read_events(
        &mut self,
        router: &Router,
        stamped: &Stamped,
        effects: &Effects,
        faults: &mut Differences,
    ) {
        if let Command::Contact(ContactCommand::Submit(submit)) = &stamped.command {
            // A forgotten id may be used again; a submit of a known contact would give no event.
            self.ended.remove(&submit.contact);
        }
        for event in &effects.events {
            self.seq += 1;
            if event.seq != self.seq || event.at != stamped.at {
                faults.say(&format!(
                    "event {} at {}: expected {} at {}",
                    event.seq, event.at, self.seq, stamped.at
                ));
            }
            if let EventBody::Contact(of, _) | EventBody::Offer(of, _) = &event.body
                && self.ended.contains(&of.contact)
                && !self.is_reused_callback(&of.contact, &event.body)
            {
                let kind = event.body.kind().as_str();
                faults.say(&format!("{kind} of {}, which has ended", of.contact));
            }
            match &event.body {
                EventBody::Contact(of, ContactEvent::Ended { .. }) => {
                    self.ended.insert(of.contact.clone());
                }
                EventBody::Contact(of, ContactEvent::Offered { offer, .. }) => {
                    let before = self.offers.insert(*offer, of.contact.clone());
                    if before.is_some() {
                        faults.say(&format!("offer {offer} was made twice"));
                    }
                }
                EventBody::Offer(_, OfferEvent { offer, end, .. }) => {
                    let before = self.offers.remove(offer);
                    if before.is_none() {
                        faults.say(&format!("offer {offer} {end} was not open"));
                    }
                }
                _ => self.read_ownership(&event.body, faults),
            }
        }
        if router.event_seq() != self.seq {
            faults.say(&format!(
                "event_seq is {}, not {}",
                router.event_seq(),
                self.seq
            ));
        }
    }

    /// A contact whose id is reused may have a callback whose id was used before.
    fn is_reused_callback(&mut self, contact: &Name, body: &EventBody) -> bool {
        let comes = matches!(
            body,
            EventBody::Contact(_, ContactEvent::Waiting { .. })
                | EventBody::Contact(_, ContactEvent::Offered { .. })
        );
        comes && contact.as_str().contains("/callback") && self.ended.remove(contact)
    }

    /// I5: an owner changes only by an event that says so.
    fn read_ownership(&mut self, body: &EventBody, faults: &mut Differences) {
        match body {
            EventBody::Case(CaseEvent::Owned { case, owner, .. }) => {
                if let Some(before) = self.owners.insert(case.clone(), owner.clone()) {
                    faults.say(&format!("case {case} was owned by {before} before"));
                }
            }
            EventBody::Case(CaseEvent::HandedOver { case, from, to, .. }) => {
                let before = self.owners.insert(case.clone(), to.clone());
                if before != *from {
                    faults.say(&format!(
                        "case {case} went from {from:?}, it was owned by {before:?}"
                    ));
                }
            }
            EventBody::Case(CaseEvent::Closed { case, .. }) => {
                self.owners.remove(case);
            }
            EventBody::Case(CaseEvent::Reopened {
                case,
                owner: Some(owner),
                ..
            }) => {
                self.owners.insert(case.clone(), owner.clone());
            }
            _ => {}
        }
    }

    /// I2, I3: an offer has a contact that is offered or consults, an agent who is asked, a future
    /// deadline, and an event that reported it.
    fn offers_are_alive(&self, snapshot: &Snapshot, at: i64, faults: &mut Differences) {
        let mut open = BTreeMap::new();
        for contact in &snapshot.contacts {
            let may_ring = matches!(
                contact.state,
                ContactState::Offered | ContactState::Connected
            );
            for offer in &contact.offers {
                let id = offer.offer;
                open.insert(id, contact.contact.clone());
                if !may_ring {
                    faults.say(&format!("offer {id} rings for a contact {}", contact.state));
                }
                if offer.expires_at <= at {
                    faults.say(&format!("offer {id} outlives its deadline"));
                }
                let agent = snapshot
                    .agents
                    .iter()
                    .find(|agent| agent.agent == offer.agent);
                let asked =
                    agent.is_some_and(|agent| agent.offers.iter().any(|shown| shown.offer == id));
                if !asked {
                    faults.say(&format!("{} does not know of its offer {id}", offer.agent));
                }
            }
            if contact.state == ContactState::Offered && contact.offers.is_empty() {
                faults.say(&format!("{} is offered to nobody", contact.contact));
            }
        }
        for agent in &snapshot.agents {
            for offer in &agent.offers {
                if !open.contains_key(&offer.offer) {
                    faults.say(&format!("{} is asked by a dead offer", agent.agent));
                }
            }
        }
        if open != self.offers {
            faults.say(&format!(
                "open offers are {open:?}, the events told of {:?}",
                self.offers
            ));
        }
    }

    /// I5: every open case has the owner that the events reported, and no other.
    fn cases_have_their_owner(&self, router: &Router, at: i64, faults: &mut Differences) {
        let find = CaseFind {
            state: Some(CaseState::Open),
            limit: Some(PageLimit::MAX),
            ..CaseFind::default()
        };
        let Ok(Answer::Cases(page)) = router.book().query(at, &Query::CaseFind(find)) else {
            faults.say("case.find does not answer cases");
            return;
        };
        for case in &page.items {
            if case.owner.as_ref() != self.owners.get(&case.case) {
                faults.say(&format!(
                    "case {} is owned by {:?}, the events told of {:?}",
                    case.case,
                    case.owner,
                    self.owners.get(&case.case)
                ));
            }
        }
    }
}

fn see(router: &Router, at: i64) -> Snapshot {
    let agents = AgentList {
        limit: Some(PageLimit::MAX),
        ..AgentList::default()
    };
    let Ok(Answer::Agents(agents)) = router.book().query(at, &Query::AgentList(agents)) else {
        panic!("agent.list answers agents");
    };
    let states = [
        ContactState::Scheduled,
        ContactState::Waiting,
        ContactState::Offered,
        ContactState::Connected,
        ContactState::WrapUp,
    ];
    let mut contacts = Vec::new();
    for state in states {
        let list = ContactList {
            state: Some(state),
            limit: Some(PageLimit::MAX),
            ..ContactList::default()
        };
        let Ok(Answer::Contacts(page)) =
            router.book().query(at, &Query::ContactList(Box::new(list)))
        else {
            panic!("contact.list answers contacts");
        };
        contacts.extend(page.items);
    }
    let Ok(Answer::Settings(settings)) = router.book().query(at, &Query::SettingsGet) else {
        panic!("settings.get answers settings");
    };
    Snapshot {
        agents: agents.items,
        contacts,
        settings: *settings,
    }
}

/// I4: nobody is in two lists.
fn contacts_have_one_state(snapshot: &Snapshot, ended: &BTreeSet<Name>, faults: &mut Differences) {
    let mut seen: BTreeMap<&Name, ContactState> = BTreeMap::new();
    for contact in &snapshot.contacts {
        if ended.contains(&contact.contact) {
            faults.say(&format!("{} has ended and lives", contact.contact));
        }
        if let Some(other) = seen.insert(&contact.contact, contact.state) {
            faults.say(&format!(
                "{} is {} and {other}",
                contact.contact, contact.state
            ));
        }
    }
}

fn rule(settings: &Settings, channel: &Name) -> ChannelRule {
    settings.channels.get(channel).copied().unwrap_or_else(|| {
        let built_in = firsthand::router::policy::CHANNELS
            .iter()
            .find(|(name, _)| *name == channel.as_str());
        ChannelRule {
            exclusive: built_in.is_some_and(|(_, exclusive)| *exclusive),
            ..ChannelRule::default()
        }
    })
}

/// Agents and contacts agree on who talks with whom.
fn both_sides_agree(snapshot: &Snapshot, faults: &mut Differences) {
    for agent in &snapshot.agents {
        for contact in &snapshot.contacts {
            let connected = contact.state == ContactState::Connected
                && (contact.agent.as_ref() == Some(&agent.agent)
                    || contact.consulting.as_ref() == Some(&agent.agent));
            if connected != agent.contacts.contains(&contact.contact) {
                faults.say(&format!(
                    "{} and {} do not agree on whether they talk",
                    agent.agent, contact.contact
                ));
            }
        }
        for contact in &agent.contacts {
            if !snapshot
                .contacts
                .iter()
                .any(|known| known.contact == *contact)
            {
                faults.say(&format!("{} holds {contact}, which is gone", agent.agent));
            }
        }
    }
}

/// I1: a newly asked agent has room for the offer. Only newly asked agents are checked, since
/// lowering a capacity ends no running contact.
fn the_asked_have_the_place(snapshot: &Snapshot, effects: &Effects, faults: &mut Differences) {
    let asked = effects.events.iter().filter_map(|event| match &event.body {
        EventBody::Contact(of, ContactEvent::Offered { offer, .. }) => Some((of, *offer)),
        _ => None,
    });
    for (of, offer) in asked {
        let mut agents = snapshot.agents.iter();
        let asked = agents.find(|agent| agent.offers.iter().any(|open| open.offer == offer));
        let Some(agent) = asked else { continue };
        let channel_of = |name: &Name| {
            let contact = snapshot
                .contacts
                .iter()
                .find(|known| known.contact == *name);
            contact.map(|contact| &contact.channel)
        };
        let Some(channel) = channel_of(&of.contact) else {
            continue;
        };
        let offers = agent.offers.iter().map(|offer| &offer.contact);
        let taken: Vec<&Name> = agent.contacts.iter().chain(offers).collect();
        let same = taken
            .iter()
            .filter(|name| channel_of(name) == Some(channel));
        let held = same.count() as u64;
        let rule = rule(&snapshot.settings, channel);
        let places = agent.capacity.get(channel).copied();
        let places = u64::from(places.unwrap_or(rule.capacity.get()));
        if rule.exclusive && taken.len() > 1 || held > places {
            faults.say(&format!(
                "{} has {held} of {places} {channel} and {} in all",
                agent.agent,
                taken.len()
            ));
        }
    }
}

/// Work conservation, where it is certain from outside: a contact without owner in a queue without
/// steps does not wait while an idle agent has all required skills.
fn nobody_waits_beside_a_free_agent(
    router: &Router,
    snapshot: &Snapshot,
    at: i64,
    faults: &mut Differences,
) {
    let mut policies: BTreeMap<Name, Policy> = BTreeMap::new();
    let waiting = snapshot
        .contacts
        .iter()
        .filter(|contact| contact.state == ContactState::Waiting);
    for contact in waiting {
        let policy = policies.entry(contact.queue.clone()).or_insert_with(|| {
            let queue = contact.queue.clone();
            match router
                .book()
                .query(at, &Query::QueueGet(QueueRef { queue }))
            {
                Ok(Answer::Queue(view)) => view.policy,
                other => panic!("queue.get answers a queue, not {other:?}"),
            }
        });
        // Nobody can ring for a platform that is gone (rule 10).
        let cut_off = contact.why == Why::PlatformGone;
        if cut_off
            || contact.owner.is_some()
            || contact.customer.is_some()
            || !policy.steps.is_empty()
        {
            continue;
        }
        for agent in &snapshot.agents {
            let idle = agent.state == AgentState::Available
                && agent.contacts.is_empty()
                && agent.offers.is_empty()
                && agent.retry_at.is_none_or(|retry_at| retry_at <= at);
            let places = agent.capacity.get(&contact.channel).copied();
            let places =
                places.unwrap_or_else(|| rule(&snapshot.settings, &contact.channel).capacity.get());
            let needed = policy.requires.iter().chain(&contact.requires);
            let able = needed
                .into_iter()
                .all(|(skill, level)| agent.skills.get(skill) >= Some(level));
            // Who passed it on is asked last (rule 23).
            let passed_it_on = contact.passed_on_by.as_ref() == Some(&agent.agent);
            // Who is out of the queue takes nothing of it (rule 27).
            let is_out = agent.out_of.iter().any(|out| out.queue == contact.queue);
            // One given by hand waits for its agent (rule 28).
            let anothers = contact
                .assigned_to
                .as_ref()
                .is_some_and(|to| *to != agent.agent);
            if idle
                && able
                && places > 0
                && !passed_it_on
                && !anothers
                && !is_out
                && !contact.exclude.contains(&agent.agent)
            {
                faults.say(&format!(
                    "{} waits, and {} has nothing to do",
                    contact.contact, agent.agent
                ));
            }
        }
    }
}
