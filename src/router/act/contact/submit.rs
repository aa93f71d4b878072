//! A contact comes in: checked whole before anything changes, then put on its way (rules 6, 7, 11).

use smallvec::SmallVec;

use crate::router::Router;
use crate::router::Subject;
use crate::router::api::codes::{ContactState, Rule, Why};
use crate::router::api::command::ContactSubmit;
use crate::router::api::effect::Count;
use crate::router::api::event::EventBody;
use crate::router::api::ids::{
    AgentIdx, CaseIdx, ChannelIdx, ContactIdx, CustomerIdx, Name, QueueIdx,
};
use crate::router::api::policy::SKILLS_MAX;
use crate::router::api::reject::Reject;
use crate::router::api::time::{MaybeAt, Timestamp};
use crate::router::state::contact::Contact;
use crate::router::state::skill::Levels;
use crate::router::state::timers::Timer;
use crate::router::store::few::Few;

/// The most agents one contact may exclude.
const EXCLUDED_MAX: usize = 1_000;
/// The channel of a contact that names none.
const DEFAULT_CHANNEL: &str = "voice";

/// What a submission names, found and fit. Nothing has changed yet.
pub(in crate::router) struct Resolved {
    pub queue: QueueIdx,
    pub channel: ChannelIdx,
    /// Nothing for a customer that is not known yet.
    pub customer: Option<CustomerIdx>,
    pub case: Option<CaseIdx>,
    pub last_owner: Option<AgentIdx>,
}

impl Resolved {
    pub(in crate::router) fn queue(&self) -> QueueIdx {
        self.queue
    }

    pub(in crate::router) fn case(&self) -> Option<CaseIdx> {
        self.case
    }
}

impl Router {
    pub(in crate::router) fn contact_submit(
        &mut self,
        submit: &ContactSubmit,
        source: Option<&Name>,
    ) -> Result<Subject, Reject> {
        if let Some(known) = self.contacts.find(&submit.contact) {
            return Ok(Subject::Submitted(known));
        }
        let mut resolved = self.resolve_submit(submit)?;
        if let Err(blocked) = self.check_trunks(resolved.queue, &submit.contact) {
            let queue = self.queues[resolved.queue.at()].id.clone();
            self.count(|_| Count::Blocked { queue });
            return Err(blocked);
        }
        let slot = self.slot_for(
            &submit.contact,
            resolved.queue,
            resolved.case,
            None,
            submit.not_before_at,
        )?;
        if let Some(name) = &submit.customer {
            resolved.customer = Some(self.customers.intern(name));
        }
        let requires = self.skills.levels(&submit.requires);
        let prefer = submit.prefer.as_ref().map(|name| self.intern_agent(name));
        let exclude: SmallVec<[AgentIdx; 2]> = submit
            .exclude
            .iter()
            .map(|name| self.intern_agent(name))
            .collect();
        let source = source.map(|name| self.sources.intern(name));
        self.arrival_seq += 1;
        let mut contact = self.draft(submit, &resolved, requires, self.arrival_seq);
        contact.prefer = prefer;
        if !exclude.is_empty() {
            contact.extra_mut().exclude = exclude;
        }
        contact.source = source;
        if slot.is_some() {
            contact.extra_mut().slot = slot;
        }
        let idx = self.enter_contact(contact, resolved.case, submit.not_before_at);
        Ok(Subject::Submitted(idx))
    }

    /// Puts a contact that has been found fit into the books and on its way.
    pub(in crate::router) fn enter_contact(
        &mut self,
        mut contact: Contact,
        case: Option<CaseIdx>,
        not_before_at: Option<Timestamp>,
    ) -> ContactIdx {
        contact.state = ContactState::Ended;
        let customer = contact.customer;
        let queue = contact.queue;
        let source = contact.source;
        let idx = self.contacts.insert(contact);
        if let Some(source) = source {
            self.sources.join(source, idx);
        }
        self.queues[queue.at()].stats.submitted(self.at);
        self.count(|router| Count::Submitted {
            queue: router.queue_name(idx),
            channel: router.channels.name(router.contacts[idx].channel).clone(),
        });
        if let Some(case) = case {
            self.attach(idx, case);
        } else if let Some(customer) = customer {
            self.customers.join_unattached(customer, idx);
        }
        match not_before_at.filter(|from| *from > self.at) {
            Some(from) => self.schedule(idx, from),
            None => {
                self.set_state(idx, ContactState::Waiting);
                self.resume(idx);
                self.arrive(idx);
            }
        }
        idx
    }

    /// Finds all that a submission names, or says what is wrong with it.
    pub(in crate::router) fn resolve_submit(
        &self,
        submit: &ContactSubmit,
    ) -> Result<Resolved, Reject> {
        let bad = |field, message: String| {
            Reject::invalid("contact", field, message).with_id(&submit.contact)
        };
        let default_queue = Name::of(crate::router::DEFAULT_QUEUE);
        let queue = self.find_queue(submit.queue.as_ref().unwrap_or(&default_queue))?;
        let channel_name = submit
            .channel
            .clone()
            .unwrap_or_else(|| Name::of(DEFAULT_CHANNEL));
        let channel = self.channels.find(&channel_name).ok_or_else(|| {
            let known = self.channels.listed();
            bad(
                "channel",
                format!("no channel \"{channel_name}\": one of {known}"),
            )
        })?;
        if submit.requires.len() > SKILLS_MAX || !self.skills.has_room_for(&submit.requires) {
            let n = submit.requires.len();
            return Err(bad("requires", format!("{n} skills: at most {SKILLS_MAX}")));
        }
        if submit.exclude.len() > EXCLUDED_MAX {
            let n = submit.exclude.len();
            return Err(bad(
                "exclude",
                format!("{n} agents: at most {EXCLUDED_MAX}"),
            ));
        }
        let mut customer = submit
            .customer
            .as_ref()
            .and_then(|name| self.customers.find(name.as_str()));
        let mut found = Resolved {
            queue,
            channel,
            customer,
            case: None,
            last_owner: None,
        };
        if let Some(name) = &submit.case {
            let case = self.find_case(name)?;
            let of = self.cases[case].customer;
            if submit.customer.is_some() && of.is_some() && of != customer {
                let message = format!("case \"{name}\" belongs to another customer");
                return Err(Reject::conflict("case", name, message).in_field("case"));
            }
            customer = customer.or(of);
            found.customer = customer;
            found.case = Some(case);
            return Ok(found);
        }
        if let Some(customer) = customer {
            let matter = self.matter(customer, submit.topic.as_ref());
            let affinity = self.queues[queue.at()].policy.ownership.affinity_ms.0;
            found.case = matter.case;
            if matter.case.is_none() {
                found.last_owner = matter.last_owner(self.at, affinity);
            }
        }
        Ok(found)
    }

    /// Whether all trunks of the queue or the tenant are taken.
    pub(in crate::router) fn check_trunks(
        &self,
        queue: QueueIdx,
        contact: &Name,
    ) -> Result<(), Reject> {
        let entry = &self.queues[queue.at()];
        let full = |limit: Option<u32>, held: u32| limit.filter(|limit| held >= *limit);
        let (what, limit) =
            if let Some(limit) = full(entry.policy.max_in_system, entry.counts.in_system()) {
                ("queue", limit)
            } else if let Some(limit) = full(self.settings.max_in_system, self.counts.in_system()) {
                ("tenant", limit)
            } else {
                return Ok(());
            };
        let message = format!(
            "blocked: max_in_system of the {what} is {limit} and so many contacts are in it"
        );
        Err(Reject::limit("contact", contact, message).in_field("queue"))
    }

    /// A contact as it would be just before it goes on its way.
    pub(in crate::router) fn draft(
        &self,
        submit: &ContactSubmit,
        resolved: &Resolved,
        requires: Levels,
        seq: u64,
    ) -> Contact {
        let joined_at = submit
            .joined_at
            .map_or(self.at, |joined| joined.min(self.at));
        let mut contact = Contact {
            topic: submit.topic.clone(),
            priority: submit.priority.0,
            max_wait_ms: submit.max_wait_ms,
            attributes: submit.attributes.clone(),
            joined_at,
            entered_at: joined_at,
            wait_from: joined_at,
            not_before_at: submit.not_before_at.into(),
            ..self.blank(submit.contact.clone(), resolved, requires, seq)
        };
        contact.keep(submit.kind.clone(), |extra| &mut extra.kind);
        contact
    }

    /// A contact that joins now and asks for nothing more than what it is told.
    pub(in crate::router) fn blank(
        &self,
        id: Name,
        resolved: &Resolved,
        requires: Levels,
        seq: u64,
    ) -> Contact {
        Contact {
            id,
            queue: resolved.queue,
            channel: resolved.channel,
            customer: resolved.customer,
            topic: None,
            case: None,
            last_owner: resolved.last_owner,
            prefer: None,
            priority: 0,
            requires,
            max_wait_ms: None,
            attributes: None,
            source: None,
            state: ContactState::Waiting,
            outcome: None,
            why: Why::NoAgentAvailable,
            reason: None,
            submitted_at: self.at,
            joined_at: self.at,
            seq,
            entered_at: self.at,
            hops: 0,
            wait_from: self.at,
            not_before_at: MaybeAt::NONE,
            connected_at: MaybeAt::NONE,
            ended_at: MaybeAt::NONE,
            wait_ms: None,
            within_target: false,
            steps_passed: 0,
            aged: 0,
            overdue: false,
            passed_on: false,
            by_owner_only: false,
            duty: None,
            kept_for: None,
            direct: None,
            seeking: false,
            offers: smallvec::SmallVec::new(),
            offers_made: 0,
            talks: smallvec::SmallVec::new(),
            last_agent: None,
            route: None,
            scheduled: MaybeAt::NONE,
            step_at: MaybeAt::NONE,
            owner_until: MaybeAt::NONE,
            max_wait_at: MaybeAt::NONE,
            no_agent_at: MaybeAt::NONE,
            age_at: MaybeAt::NONE,
            firm_at: MaybeAt::NONE,
            lease_at: MaybeAt::NONE,
            trail: Vec::new(),
            trail_dropped: 0,
            wrapping: Few::None,
            place: None,
            hungry: None,
            extra: self.by_customer(resolved.customer),
        }
    }

    /// Another time for a scheduled contact.
    pub(super) fn reschedule(&mut self, idx: ContactIdx, from: Timestamp) {
        let contact = &mut self.contacts[idx];
        contact.not_before_at = MaybeAt::at(from);
        contact.scheduled = MaybeAt::at(from);
        self.timers.arm(from, Timer::Scheduled, idx.number());
    }

    fn schedule(&mut self, idx: ContactIdx, from: Timestamp) {
        self.set_state(idx, ContactState::Scheduled);
        let contact = &mut self.contacts[idx];
        contact.scheduled = MaybeAt::at(from);
        contact.why = Why::NotBefore;
        self.timers.arm(from, Timer::Scheduled, idx.number());
        self.remember(idx, Rule::Scheduled, Some(Why::NotBefore), None);
        if self.detail.events {
            let of = self.about(idx);
            self.emit(EventBody::ContactWaiting {
                of,
                state: ContactState::Scheduled,
                position: None,
                why: Why::NotBefore,
            });
        }
    }

    /// The time of a scheduled contact has come.
    pub(in crate::router::act) fn scheduled_arrives(&mut self, idx: ContactIdx) {
        let at = self.at;
        let contact = &mut self.contacts[idx];
        contact.scheduled = MaybeAt::NONE;
        contact.joined_at = at;
        contact.entered_at = at;
        contact.wait_from = at;
        self.set_state(idx, ContactState::Waiting);
        self.arrive(idx);
    }

    /// A caller who hung up and is back in time takes its old place (rule 7).
    fn resume(&mut self, idx: ContactIdx) {
        let contact = &self.contacts[idx];
        let Some(customer) = contact.customer else {
            return;
        };
        let queue = contact.queue;
        let place = self.place_to_resume(contact);
        if !self.customers[customer].abandoned().is_empty() {
            let abandoned = &mut self.customers[customer].extra_mut().abandoned;
            abandoned.retain(|place| place.queue != queue);
        }
        if let Some((joined_at, seq)) = place {
            let contact = &mut self.contacts[idx];
            contact.joined_at = contact.joined_at.min(joined_at);
            contact.seq = contact.seq.min(seq);
            self.remember(idx, Rule::Resume, None, None);
        }
    }

    /// The time of joining and the arrival sequence that a contact may take up again.
    pub(in crate::router) fn place_to_resume(
        &self,
        contact: &Contact,
    ) -> Option<(crate::router::api::time::Timestamp, u64)> {
        let abandoned = self.customers[contact.customer?].abandoned();
        let here = abandoned.iter().filter(|p| p.queue == contact.queue);
        let place = here.max_by_key(|place| place.at)?;
        let limit = self.queues[contact.queue.at()].policy.resume_ms;
        let in_time = limit.is_none_or(|limit| limit.0 > 0 && self.at - place.at <= limit.0);
        in_time.then_some((place.joined_at, place.seq))
    }

    /// Puts a contact into its queue, or turns it away where the queue is full.
    fn arrive(&mut self, idx: ContactIdx) {
        self.draw_ticket(idx);
        self.begin_wishing(idx);
        let queue = self.contacts[idx].queue;
        if !self.is_open(queue) {
            self.give_up(idx, Why::QueueClosed);
        } else if self.has_room(idx, queue) {
            self.begin_seeking(idx);
        } else {
            self.give_up(idx, Why::QueueFull);
        }
    }
}
