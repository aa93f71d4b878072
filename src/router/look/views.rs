//! Answers, copied from the state.

use super::case_views::calendar_view;
use crate::router::Subject;
use crate::router::api::answer::{
    AbsenceView, AgentView, Answer, Candidate, ContactView, CustomerView, Done, ExcludedAgent,
    Explained, NextPresenceView, OfferView, OutView, PriorityView, QueueView, StepView, Submitted,
    Synced, SyncedState,
};
use crate::router::api::codes::{CaseState, ContactState, Device, Verdict};
use crate::router::api::ids::{AgentIdx, ChannelIdx, ContactIdx, CustomerIdx, Name, QueueIdx};
use crate::router::api::people::Absence;
use crate::router::api::time::Timestamp;
use crate::router::state::agent::Agent;
use crate::router::state::book::Book;
use crate::router::state::contact::{Considered, Contact, Offer};
use crate::router::state::sources::SyncedContacts;

impl Book {
    /// The answer to a command, after settling.
    pub(in crate::router) fn answer(&self, subject: Subject) -> Answer {
        match subject {
            Subject::Nothing => Answer::Done(Done { ok: true }),
            Subject::Agent(idx) => Answer::Agent(Box::new(self.agent_view(idx))),
            Subject::Queue(idx) => Answer::Queue(Box::new(self.queue_view(idx))),
            Subject::Settings => Answer::Settings(Box::new(self.settings().clone())),
            Subject::Customer(idx) => Answer::Customer(Box::new(self.customer_view(idx))),
            Subject::Submitted(idx) => Answer::Submitted(Box::new(self.submitted(idx))),
            Subject::Contact(idx) => Answer::Contact(Box::new(self.contact_view(idx))),
            Subject::Case(idx) => Answer::Case(Box::new(self.case_view(idx))),
            Subject::Kind(idx) => Answer::Kind(Box::new(self.kind_view(idx))),
            Subject::Calendar(name) => {
                let calendar = &self.calendars()[&name];
                Answer::Calendar(Box::new(calendar_view(&name, calendar)))
            }
            Subject::Synced(synced) => Answer::Synced(self.synced(*synced)),
            Subject::Answer(answer) => answer,
        }
    }

    fn synced(&self, of: SyncedContacts) -> Synced {
        Synced {
            source: self.sources().get(of.source).name().clone(),
            confirmed: of.listed.len() as u64,
            states: of
                .listed
                .iter()
                .map(|idx| self.synced_state(*idx))
                .collect(),
            cancelled: of.cancelled,
            unknown: of.unknown,
        }
    }

    /// What a contact does that its platform has confirmed.
    fn synced_state(&self, idx: ContactIdx) -> SyncedState {
        let contact = self.contact(idx);
        let talking = contact.talks().first().map(|talk| talk.agent);
        let agent = talking.or(contact.wrapping().first().copied());
        SyncedState {
            contact: contact.id.clone(),
            state: contact.state(),
            agent: agent.map(|agent| self.agent_name(agent)),
            offers: contact.offers().iter().map(|offer| offer.id).collect(),
        }
    }

    fn out_views(&self, agent: &Agent) -> Vec<OutView> {
        let out = agent.out().iter().map(|out| OutView {
            queue: self.queue(out.queue).id.clone(),
            reason: out.reason.clone(),
            since_at: out.since_at,
        });
        out.collect()
    }

    pub(super) fn agent_view(&self, idx: AgentIdx) -> AgentView {
        let agent: &Agent = self.agent(idx);
        let contact_name = |contact: ContactIdx| self.contact(contact).id.clone();
        let offers = agent.reserved().iter().filter_map(|held| {
            let contact = self.contact(held.contact);
            contact
                .offer_to(idx)
                .map(|offer| self.offer_view(contact, offer))
        });
        AgentView {
            agent: agent.id.clone(),
            name: agent.name.clone(),
            kind: agent.kind,
            skills: self.skills().map(agent.skills()),
            capacity: (0..self.channels().len())
                .map(|n| ChannelIdx::of(n as u32))
                .map(|channel| {
                    let capacity = agent.capacity_of(channel, self.channels());
                    (self.channels().name(channel).clone(), capacity)
                })
                .collect(),
            team: agent
                .team
                .map(|team| self.teams().name(team.number()).clone()),
            deputy: agent.deputy().map(|agent| self.agent_name(agent)),
            leader: agent.leader.map(|agent| self.agent_name(agent)),
            address: agent.address.clone(),
            wrap_up_ms: agent.wrap_up_ms.map(|wrap_up| wrap_up.0),
            rank: agent.rank,
            presence: agent.presence(),
            state: agent.state(),
            reason: agent.reason().cloned(),
            until_at: agent.until_at(),
            device: Some(agent.device()).filter(|device| *device != Device::Idle),
            bound: agent.is_bound().then_some(true),
            lapses_at: agent.lapses_at(),
            after_current: agent.next().map(|next| NextPresenceView {
                presence: next.presence,
                reason: next.reason.clone(),
                until_at: next.until_at,
            }),
            out_of: self.out_views(agent),
            since_at: agent.since_at(),
            state_since_at: agent.state_since_at(),
            idle_since_at: agent.idle_since(),
            retry_at: agent.retry_at(),
            wrap_up_until_at: agent.wraps().iter().map(|wrap| wrap.until_at).max(),
            missed: agent.missed,
            contacts: agent
                .talks()
                .iter()
                .map(|held| contact_name(held.contact))
                .collect(),
            offers: offers.collect(),
            open_cases: agent.cases().len() as u64,
            handled: agent.handled,
            talk_ms: agent.talk_ms,
            hold_ms: agent.hold_ms,
            wrap_up_sum_ms: agent.wrap_up_ms_sum,
            mentor: self.mentor_name(idx),
            max_open_cases: agent.bonds().max_open_cases(),
            absences: agent.bonds().absences.iter().map(absence_view).collect(),
            absent_until_at: agent.bonds().absent_until(),
            warnings: self.pairs_away(idx, None),
        }
    }

    pub(super) fn queue_view(&self, idx: QueueIdx) -> QueueView {
        let queue = self.queue(idx);
        QueueView {
            queue: queue.id.clone(),
            policy: queue.policy().clone(),
            waiting: u64::from(queue.counts().waiting),
            offered: u64::from(queue.counts().offered),
            connected: u64::from(queue.counts().connected),
            oldest_joined_at: queue.waiting().oldest_joined_at(),
        }
    }

    pub(super) fn customer_view(&self, idx: CustomerIdx) -> CustomerView {
        let customer = self.customer(idx);
        let cold = customer.cold();
        let cases = customer.cases();
        let open = cases.iter().map(|case| self.case(*case));
        CustomerView {
            customer: customer.id(),
            identities: customer.identities().to_vec(),
            profile: cold.map_or_else(Default::default, |cold| cold.profile.clone()),
            excluded: customer
                .excluded()
                .iter()
                .map(|excluded| ExcludedAgent {
                    agent: self.agent_name(excluded.agent),
                    reason: excluded.reason.clone(),
                })
                .collect(),
            open_cases: open
                .filter(|case| case.state() != CaseState::Closed)
                .map(|case| case.id())
                .collect(),
        }
    }

    fn offer_view(&self, contact: &Contact, offer: &Offer) -> OfferView {
        let agent = self.agent(offer.agent);
        OfferView {
            offer: offer.id,
            contact: contact.id.clone(),
            agent: agent.id.clone(),
            address: agent.address.clone(),
            route: offer.route,
            expires_at: offer.expires_at,
            mentor: self.mentor_name(offer.agent),
        }
    }

    fn first_offer(&self, contact: &Contact) -> Option<OfferView> {
        let first = contact.offers().first()?;
        Some(self.offer_view(contact, first))
    }

    pub(in crate::router) fn submitted(&self, idx: ContactIdx) -> Submitted {
        let contact = self.contact(idx);
        let position = self.position(idx);
        Submitted {
            contact: contact.id.clone(),
            state: contact.state(),
            outcome: contact
                .outcome
                .filter(|_| contact.state() == ContactState::Ended),
            queue: self.queue(contact.queue()).id.clone(),
            customer: self.customer_shown(contact),
            withheld: contact.is_withheld().then_some(true),
            shared: contact.shared().map(|_| true),
            case: self.case_of(contact).map(|case| case.id()),
            owner: self.owner_of(contact),
            agent: contact.last_agent.map(|agent| self.agent_name(agent)),
            offer: self.first_offer(contact),
            position,
            estimated_wait_ms: position.and_then(|n| self.estimated_wait_ms(contact, n)),
            why: contact.why,
            ticket: contact.ticket(),
        }
    }

    pub(super) fn contact_view(&self, idx: ContactIdx) -> ContactView {
        let contact = self.contact(idx);
        let position = self.position(idx);
        let offers = contact
            .offers()
            .iter()
            .map(|offer| self.offer_view(contact, offer));
        let consulting = contact.talks().get(1).map(|talk| talk.agent);
        let first = contact.talks().first();
        let agent = first.map(|talk| talk.agent).or(contact.last_agent);
        let wraps = self.wraps_up_until(idx);
        ContactView {
            contact: contact.id.clone(),
            state: contact.state(),
            outcome: contact
                .outcome
                .filter(|_| contact.state() == ContactState::Ended),
            queue: self.queue(contact.queue()).id.clone(),
            channel: self.channels().name(contact.channel).clone(),
            customer: self.customer_shown(contact),
            withheld: contact.is_withheld().then_some(true),
            shared: contact.shared().map(|_| true),
            topic: contact.topic.clone(),
            kind: contact.kind().cloned(),
            case: self.case_of(contact).map(|case| case.id()),
            owner: self.owner_of(contact),
            agent: agent.map(|agent| self.agent_name(agent)),
            consulting: consulting.map(|agent| self.agent_name(agent)),
            route: first.map(|talk| talk.route).or(contact.route),
            passed_on_by: self.passed_on_by(contact),
            assigned_to: self.assigned_to(contact),
            held_since_at: contact.held_since(),
            offer: self.first_offer(contact),
            offers: offers.collect(),
            offers_made: contact.offers_made,
            priority: contact.priority,
            requires: self.skills().map(&contact.requires),
            prefer: contact.prefer.map(|agent| self.agent_name(agent)),
            exclude: self.agent_names(contact.exclude()),
            submitted_at: contact.submitted_at,
            joined_at: contact.joined_at,
            not_before_at: contact.not_before_at.get(),
            connected_at: contact.connected_at.get(),
            wrap_up_until_at: wraps,
            ended_at: contact.ended_at.get(),
            ended_by: contact.ended_by,
            wait_ms: contact.wait_ms,
            position,
            estimated_wait_ms: position.and_then(|n| self.estimated_wait_ms(contact, n)),
            why: contact.why,
            reason: contact.reason.clone(),
            code: contact.cold.as_ref().and_then(|cold| cold.code.clone()),
            note: contact.note().cloned(),
            source: contact
                .source()
                .map(|source| self.sources().get(source).name().clone()),
            attributes: contact.attributes.clone(),
            ticket: contact.ticket(),
            slot: contact.slot(),
            callback_at: contact.cold.as_ref().and_then(|cold| cold.callback_at),
            callback_address: contact.callback_address().cloned(),
            customer_priority: Some(contact.bonus()).filter(|bonus| *bonus != 0),
            wishes: contact.wishes().map(|wishes| self.skills().map(wishes)),
        }
    }

    /// Who passed a contact on that nobody has taken yet.
    fn passed_on_by(&self, contact: &Contact) -> Option<Name> {
        let passed = contact.passed().filter(|_| contact.seeking());
        passed.map(|passed| self.agent_name(passed.by))
    }

    fn assigned_to(&self, contact: &Contact) -> Option<Name> {
        contact.assigned().map(|(agent, _)| self.agent_name(agent))
    }

    /// When the wrap-up of a contact ends.
    fn wraps_up_until(&self, idx: ContactIdx) -> Option<Timestamp> {
        let wrapping = self.contact(idx).wrapping().iter();
        let wraps = wrapping.flat_map(|agent| self.agent(*agent).wraps());
        wraps
            .filter(|wrap| wrap.contact == idx && wrap.ends_contact)
            .map(|wrap| wrap.until_at)
            .max()
    }

    pub(super) fn candidates(
        &self,
        contact: &Contact,
        considered: &[Considered],
    ) -> Vec<Candidate> {
        let excluded = contact
            .customer()
            .map_or(&[][..], |customer| self.customer(customer).excluded());
        let reason = |considered: &Considered| {
            let found = excluded.iter().find(|one| one.agent == considered.agent);
            found
                .filter(|_| considered.verdict == Verdict::Excluded)
                .map(|one| one.reason.clone())
        };
        considered
            .iter()
            .map(|considered| Candidate {
                agent: self.agent_name(considered.agent),
                route: considered.route,
                verdict: considered.verdict,
                reason: reason(considered),
            })
            .collect()
    }

    pub(super) fn explained(&self, idx: ContactIdx) -> Explained {
        let contact = self.contact(idx);
        Explained {
            contact: contact.id.clone(),
            state: contact.state(),
            why: contact.why,
            steps: contact
                .trail
                .iter()
                .map(|step| StepView {
                    at: step.at,
                    rule: step.rule,
                    why: step.why,
                    agent: step.agent.map(|agent| self.agent_name(agent)),
                    until_at: step.until_at,
                    candidates: self.candidates(contact, &step.candidates),
                })
                .collect(),
            steps_dropped: contact.trail_dropped,
            priority: self.priority_view(contact),
        }
    }

    /// The parts of a contact's priority, if the customer's profile adds to it.
    fn priority_view(&self, contact: &Contact) -> Option<PriorityView> {
        let customer = contact.bonus();
        (customer != 0).then(|| PriorityView {
            own: contact.priority,
            queue: self.queue(contact.queue()).policy().priority.0,
            waiting: contact.aged(),
            customer,
        })
    }
}

fn absence_view(absence: &Absence) -> AbsenceView {
    AbsenceView {
        from_at: absence.from_at,
        to_at: absence.to_at,
        reason: absence.reason.clone(),
    }
}
