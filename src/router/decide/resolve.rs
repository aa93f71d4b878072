//! What a submission names, found and checked, and the contact that it would be. Nothing changes yet.

use crate::router::api::codes::{ContactState, Why};
use crate::router::api::command::ContactSubmit;
use crate::router::api::ids::{AgentIdx, CaseIdx, ChannelIdx, CustomerIdx, Name, QueueIdx};
use crate::router::api::policy::{DEFAULT_CHANNEL, SKILLS_MAX};
use crate::router::api::reject::Reject;
use crate::router::api::time::MaybeAt;
use crate::router::state::book::Book;
use crate::router::state::contact::Contact;
use crate::router::state::skill::Levels;
use crate::router::store::few::Few;

/// The most agents one contact may exclude.
const EXCLUDED_MAX: usize = 1_000;

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

impl Book {
    /// Finds all that a submission names, or says what is wrong with it.
    pub(in crate::router) fn resolve_submit(
        &self,
        submit: &ContactSubmit,
    ) -> Result<Resolved, Reject> {
        let bad = |field, message: String| {
            Reject::invalid("contact", field, message).with_id(&submit.contact)
        };
        let default_queue = Name::of(crate::router::api::policy::DEFAULT_QUEUE);
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
}
